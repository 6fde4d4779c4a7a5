"""Secrets of authenticator apps at rest: sealed for one account, so that a row moved to another opens nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12


class UnreadableSecretError(Exception):
    """The key of this installation does not open this: it was another one, or the row was changed or moved."""


@dataclass(frozen=True, slots=True)
class SecretBox:
    """AES-256-GCM with the id of the account as associated data (NIST SP 800-38D), as `cryptography` builds it."""

    key: bytes = field(repr=False)

    def seal(self, secret: bytes, *, user_id: int) -> bytes:
        """Return a secret as only the holder of the key can read it, for this account alone."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, secret, _bound_to(user_id))

    def open(self, sealed: bytes, *, user_id: int) -> bytes:
        """Return the secret.

        Raises
        ------
        UnreadableSecretError
        """
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return AESGCM(self.key).decrypt(nonce, rest, _bound_to(user_id))
        except (InvalidTag, ValueError) as error:
            raise UnreadableSecretError from error


def _bound_to(user_id: int) -> bytes:
    return f"totp:{user_id}".encode()
