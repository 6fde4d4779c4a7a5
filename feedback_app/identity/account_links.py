"""The tokens of links in account mails: signed, for one purpose and one account, worth nothing once they were used.

Nothing of a token is stored. It carries a number, and a mark of what it would change: when that has changed, the mark
fits no more. itsdangerous signs it with HMAC-SHA256 under a key of its own purpose (`ACCOUNT_KEY`).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from feedback_app.errors import DomainError
from feedback_app.identity.account_models import Invitation
from feedback_app.identity.models import User

# ASVS 6.4.3 wants it short and bound to nothing but the recovery; long enough for a mail that is checked at a counter.
RECOVERY_MINUTES: Final = 30
# From a letter of appointment to the first day at the desk, with a weekend in between.
INVITATION_DAYS: Final = 7
TOKEN_MAX: Final = 512


class LinkNotValidError(DomainError):
    """The link was used, is over, was replaced by a newer one, or was never made here."""

    status = 410
    code = "link_not_valid"


@dataclass(frozen=True, slots=True)
class InvitationClaim:
    """What the link of an invitation says: which row, and which of its sendings."""

    agency_id: int
    invitation_id: int
    sending: int


@dataclass(frozen=True, slots=True)
class RecoveryClaim:
    """What the link of a recovery says: whose, until when, and the mark of the password that it replaces."""

    user_id: int
    expires: int
    mark: str


def invitation_token(key: bytes, row: Invitation) -> str:
    """Return the token of an invitation as it was sent last."""
    return str(_signer(key, "invitation").dumps([row.agency_id, row.id, row.sendings]))


def read_invitation(key: bytes, token: str) -> InvitationClaim:
    """Return what the token of an invitation says; whether it still holds, its row knows.

    Raises
    ------
    LinkNotValidError
    """
    return InvitationClaim(*_read(key, "invitation", token, (int, int, int)))


def recovery_token(key: bytes, user: User, *, now: datetime) -> str:
    """Return a token that lets its holder choose a new password for half an hour, once."""
    until = now + timedelta(minutes=RECOVERY_MINUTES)
    return str(_signer(key, "recovery").dumps([user.id, int(until.timestamp()), password_mark(key, user)]))


def read_recovery(key: bytes, token: str, *, now: datetime) -> RecoveryClaim:
    """Return what the token of a recovery says, unless its time is over.

    Raises
    ------
    LinkNotValidError
    """
    claim = RecoveryClaim(*_read(key, "recovery", token, (int, int, str)))
    if now.timestamp() >= claim.expires:
        raise no_longer_valid()
    return claim


def opens(key: bytes, claim: RecoveryClaim, user: User | None) -> bool:
    """Tell whether a claim is about this account, and the password it replaces is still there."""
    if user is None or user.id != claim.user_id or not user.active or user.password is None:
        return False
    return hmac.compare_digest(claim.mark, password_mark(key, user))


def password_mark(key: bytes, user: User) -> str:
    """Return a keyed mark of the stored password and the address; it tells nothing of either."""
    kept = f"{user.id}\0{user.email}\0{user.password}".encode()
    return hashlib.blake2b(kept, key=key, digest_size=16, person=b"password-mark").hexdigest()


def no_longer_valid() -> LinkNotValidError:
    """Return the error of a link that opens nothing, whatever the reason."""
    return LinkNotValidError("Tautan ini sudah tidak berlaku.")


def _signer(key: bytes, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        key, salt=f"account-link:{purpose}",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )  # fmt: skip


def _read(key: bytes, purpose: str, token: str, kinds: tuple[type, ...]) -> list[Any]:
    if len(token) > TOKEN_MAX:
        raise no_longer_valid()
    try:
        said = _signer(key, purpose).loads(token)
    except BadData:
        raise no_longer_valid() from None
    if not isinstance(said, list) or [type(part) for part in said] != list(kinds):
        raise no_longer_valid()
    return said
