"""Codes of authenticator apps (RFC 6238): a secret, what an app scans, and which time step a code is of."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from feedback_app.identity.factors.rules import CODE_DIGITS, STEP_SECONDS, STEPS_OFF, step_of

ISSUER: Final = "Suara Layanan"
# RFC 4226, 4: a shared secret of 160 bits.
SECRET_BYTES: Final = 20


def new_secret() -> bytes:
    """Return a fresh secret of 160 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a time step."""
    return _totp(secret).generate(step * STEP_SECONDS).decode()


def matching_step(secret: bytes, code: str, *, now: datetime, after: int | None) -> int | None:
    """Return the time step a code is of, within one step of now; None where it is of none.

    `after` is the step of the last code that was taken: it and all before it are gone.
    """
    present = step_of(now)
    found = None
    for step in range(present - STEPS_OFF, present + STEPS_OFF + 1):
        # All of them are compared, whichever fits: the time taken says nothing.
        is_it = bytes_eq(code_at(secret, step).encode(), code.encode())
        if is_it and (after is None or step > after):
            found = step
    return found


def address_for_apps(secret: bytes, account: str) -> str:
    """Return the `otpauth` address that an app scans."""
    return _totp(secret).get_provisioning_uri(account, ISSUER)


def typed_secret(secret: bytes) -> str:
    """Return the secret in groups of four letters, for whoever cannot scan."""
    letters = base64.b32encode(secret).decode()
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _totp(secret: bytes) -> TOTP:
    # Not as a signature: HMAC does not rest on what is broken in SHA-1, and apps know no other (RFC 6238, B).
    return TOTP(secret, CODE_DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
