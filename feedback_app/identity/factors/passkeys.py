"""Passkeys and security keys (W3C Web Authentication, Level 2): added, renamed, removed, and shown at a sign-in.

The library `webauthn` makes what browsers are asked and checks what they answer; this room keeps the public halves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import webauthn
from sqlalchemy.orm import Session
from webauthn.helpers import (
    decode_credential_public_key,
    options_to_json,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedRSAPublicKey
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from feedback_app.audit.operations import person
from feedback_app.db import add_unless_taken
from feedback_app.identity.factors.accounts import locked, note, spare_one
from feedback_app.identity.factors.errors import (
    PasskeyNameError,
    PasskeyTakenError,
    RefusedPasskeyError,
    TooManyPasskeysError,
    UnknownPasskeyError,
)
from feedback_app.identity.factors.models import WebAuthnCredential
from feedback_app.identity.factors.rules import NAME_MAX, PASSKEYS_MOST
from feedback_app.identity.factors.totp import ISSUER
from feedback_app.identity.models import User

# What a forged or broken answer makes the library raise besides its own: it comes from outside.
_BROKEN = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)
# RSA is what the security chip of many a Windows computer has; every one of these is worth 112 bits or more.
_ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA, COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]  # fmt: skip
_RSA_BITS_LEAST = 2048


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks for a passkey: the domain it is bound to, and the address the browser has to be at."""

    id: str
    origin: str


def options_to_add(session: Session, party: RelyingParty, user: User, challenge: bytes) -> str:
    """Return what a browser is asked when it makes a passkey, as JSON.

    Raises
    ------
    TooManyPasskeysError
    """
    factors, known = locked(session, user.id), _of(session, user.id)
    if len(known) >= PASSKEYS_MOST:
        raise TooManyPasskeysError(f"Paling banyak {PASSKEYS_MOST} kunci sandi. Hapus dahulu yang tidak terpakai.")
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=ISSUER,
        user_name=user.email,
        user_id=factors.webauthn_handle,
        user_display_name=user.name,
        challenge=challenge,
        exclude_credentials=[_described(one) for one in known],
        supported_pub_key_algs=_ALGORITHMS,
        # The password comes first, so a key without a PIN will do; where there is a fingerprint it is asked for.
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return str(options_to_json(options))


def add_passkey(
    session: Session, party: RelyingParty, user_id: int, *, name: str, answer: str, challenge: bytes, now: datetime
) -> WebAuthnCredential:
    """Keep the passkey that a browser made.

    Raises
    ------
    PasskeyNameError, RefusedPasskeyError, PasskeyTakenError, TooManyPasskeysError
    """
    words = _name(name)
    try:
        parsed = parse_registration_credential_json(answer)
        made = webauthn.verify_registration_response(
            credential=parsed, expected_challenge=challenge, expected_rp_id=party.id, expected_origin=party.origin,
            supported_pub_key_algs=_ALGORITHMS,
        )  # fmt: skip
        _check_length(made.credential_public_key)
    except _BROKEN as error:
        raise RefusedPasskeyError("Kunci sandi itu tidak diterima. Coba lagi, atau pakai cara lain.") from error
    locked(session, user_id)
    if len(_of(session, user_id)) >= PASSKEYS_MOST:
        raise TooManyPasskeysError(f"Paling banyak {PASSKEYS_MOST} kunci sandi. Hapus dahulu yang tidak terpakai.")
    row = WebAuthnCredential(
        user_id=user_id, credential_id=made.credential_id, public_key=made.credential_public_key,
        sign_count=made.sign_count, transports=[one.value for one in parsed.response.transports or ()], name=words,
        added_at=now,
    )  # fmt: skip
    add_unless_taken(session, row, PasskeyTakenError("Kunci sandi ini, atau yang bernama sama, sudah ada di akun."))
    note(session, user_id, "add_passkey", actor=person(user_id), now=now, passkey_id=row.id)
    return row


def options_to_show(session: Session, party: RelyingParty, user_id: int, challenge: bytes) -> str | None:
    """Return what a browser is asked when it shows a passkey of this account, as JSON; None where there is none."""
    known = _of(session, user_id)
    if not known:
        return None
    options = webauthn.generate_authentication_options(
        rp_id=party.id, challenge=challenge, allow_credentials=[_described(one) for one in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )  # fmt: skip
    return str(options_to_json(options))


def is_shown(
    session: Session, party: RelyingParty, user_id: int, *, answer: str, challenge: bytes | None, now: datetime
) -> bool:
    """Tell whether a browser's answer proves a passkey of this account.

    A counter that went back speaks of a copied key (WebAuthn, 7.2 step 21): refused, and noted by itself.
    """
    if challenge is None:
        return False
    locked(session, user_id)
    try:
        parsed = parse_authentication_credential_json(answer)
    except _BROKEN:
        return False
    row = session.scalar(
        sa.select(WebAuthnCredential).where(
            WebAuthnCredential.credential_id == parsed.raw_id, WebAuthnCredential.user_id == user_id
        )
    )
    if row is None:
        return False
    try:
        proof = webauthn.verify_authentication_response(
            credential=parsed, expected_challenge=challenge, expected_rp_id=party.id, expected_origin=party.origin,
            credential_public_key=row.public_key,
            # Compared below: the library looks at the counter before the signature, where anybody can write one.
            credential_current_sign_count=0,
        )  # fmt: skip
    except _BROKEN:
        return False
    if row.sign_count and proof.new_sign_count <= row.sign_count:
        note(session, user_id, "passkey_count_fell", actor=person(user_id), now=now, passkey_id=row.id)
        return False
    row.sign_count, row.used_at = proof.new_sign_count, now
    session.flush()
    return True


def passkey_of(session: Session, user_id: int, passkey_id: int) -> WebAuthnCredential:
    """Return a passkey of an account.

    Raises
    ------
    UnknownPasskeyError
    """
    found = session.scalar(
        sa.select(WebAuthnCredential).where(WebAuthnCredential.id == passkey_id, WebAuthnCredential.user_id == user_id)
    )
    if found is None:
        raise UnknownPasskeyError("Kunci sandi itu tidak ada di akun Anda. Muat ulang halaman keamanan.")
    return found


def rename_passkey(session: Session, user_id: int, passkey_id: int, name: str, *, now: datetime) -> None:
    """Call a passkey by another name.

    Raises
    ------
    UnknownPasskeyError, PasskeyNameError, PasskeyTakenError
    """
    row, words = passkey_of(session, user_id, passkey_id), _name(name)
    row.name = words
    add_unless_taken(session, row, PasskeyTakenError("Kunci sandi lain sudah bernama itu."))
    note(session, user_id, "rename_passkey", actor=person(user_id), now=now, passkey_id=row.id)


def remove_passkey(session: Session, user_id: int, passkey_id: int, *, needed: bool, now: datetime) -> None:
    """Take a passkey away.

    Raises
    ------
    UnknownPasskeyError
    feedback_app.identity.factors.errors.LastFactorError
    """
    locked(session, user_id)
    row = passkey_of(session, user_id, passkey_id)
    spare_one(session, user_id, needed=needed)
    session.delete(row)
    session.flush()
    note(session, user_id, "remove_passkey", actor=person(user_id), now=now, passkey_id=passkey_id)


def _of(session: Session, user_id: int) -> Sequence[WebAuthnCredential]:
    return session.scalars(
        sa.select(WebAuthnCredential).where(WebAuthnCredential.user_id == user_id).order_by(WebAuthnCredential.id)
    ).all()


def _check_length(public_key: bytes) -> None:
    """Refuse an RSA key that is too short to be believed (ASVS 5.0, 11.2.3); the library takes any.

    Raises
    ------
    ValueError
    """
    decoded = decode_credential_public_key(public_key)
    if isinstance(decoded, DecodedRSAPublicKey) and int.from_bytes(decoded.n, "big").bit_length() < _RSA_BITS_LEAST:
        raise ValueError("the RSA key is too short")


def _name(raw: str) -> str:
    words = " ".join(raw.split())
    if not 1 <= len(words) <= NAME_MAX:
        raise PasskeyNameError(f"Beri nama kunci sandi, 1 sampai {NAME_MAX} huruf.")
    return words


def _described(row: WebAuthnCredential) -> PublicKeyCredentialDescriptor:
    known = {one.value: one for one in AuthenticatorTransport}
    return PublicKeyCredentialDescriptor(
        id=row.credential_id, transports=[known[name] for name in row.transports if name in known]
    )
