"""The vault of contacts: addresses are sealed when they come in, and opened by the notifier alone.

Pages seal and compare; only `open_sealed` gives an address back, and a house test names who may import it. Keys rotate:
the first one seals, all of them open, so that an old key can go after `feedback keys rotate`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from feedback_app.intake.rules import ContactKind
from feedback_app.key_files import KeyFile

_SEALING: Final = b"contact-seal"
_MARKING: Final = b"contact-mark"


class UnreadableSealError(Exception):
    """No key of the vault opens this; the key that sealed it was dropped too early, or the row was changed."""


@dataclass(frozen=True, slots=True)
class Vault:
    """The keys in force, first the one that seals, and the key of the marks that tell the same address again.

    `file` holds further keys, which this process reads anew when they change. Where `VAULT_KEYS` names keys, those of
    the file only open; else the first of the file seals.
    """

    keys: tuple[bytes, ...]
    marking_key: bytes
    file: KeyFile | None = None

    def seal(self, address: str) -> bytes:
        """Return an address as only the holder of the keys can read it."""
        return self.fernet().encrypt(address.encode())

    def fingerprint(self, kind: ContactKind, address: str) -> bytes:
        """Return the 32 bytes by which the same address is known again; nobody reads the address from them."""
        return hmac.new(self.marking_key, f"{kind.value}:{address.casefold()}".encode(), hashlib.sha256).digest()

    def seal_again(self, sealed: bytes) -> bytes:
        """Return the same address under the first key.

        Raises
        ------
        UnreadableSealError
        """
        try:
            return self.fernet().rotate(sealed)
        except InvalidToken as error:
            raise UnreadableSealError from error

    def fernet(self) -> MultiFernet:
        """Return the cipher: AES-128-CBC with HMAC-SHA256, as the library `cryptography` builds it."""
        return MultiFernet([Fernet(key) for key in self.all_keys()])

    def all_keys(self) -> tuple[bytes, ...]:
        """Return every key that opens something, the one that seals first."""
        kept = self.file.keys() if self.file else ()
        own, derived = self.keys[:-1], self.keys[-1:]
        return tuple(dict.fromkeys((*own, *kept, *derived)))

    def is_sealed_by_first(self, sealed: bytes) -> bool:
        """Tell whether the key that seals now has sealed this."""
        return self.is_sealed_by(self.all_keys()[0], sealed)

    def is_sealed_by(self, key: bytes, sealed: bytes) -> bool:
        """Tell whether this key has sealed this; nothing of it is given back."""
        try:
            Fernet(key).decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def without(self, dropped: tuple[bytes, ...]) -> Vault:
        """Return the vault as it would be without some keys of its file."""
        own, derived = self.keys[:-1], self.keys[-1:]
        left = tuple(key for key in self.all_keys() if key not in {*dropped, *derived, *own})
        return Vault((*own, *left, *derived), self.marking_key)


def vault_of(secret: str, keys: tuple[str, ...] = (), key_file: Path | None = None) -> Vault:
    """Return the vault of an installation: keys of `VAULT_KEYS`, then those of the file, then one made from the secret.

    The key made from the secret stands last: it seals where there is no other, and still opens what it sealed before
    the installation was given keys of its own.
    """
    own = tuple(key.encode() for key in keys)
    derived = base64.urlsafe_b64encode(_from(secret, _SEALING))
    return Vault((*own, derived), _from(secret, _MARKING), KeyFile(key_file) if key_file else None)


def new_key() -> str:
    """Return a fresh key for the front of the list."""
    return Fernet.generate_key().decode()


def open_sealed(vault: Vault, sealed: bytes) -> str:
    """Return the address. For the notifier and for checking the vault; nothing that draws a page imports this.

    Raises
    ------
    UnreadableSealError
    """
    try:
        return vault.fernet().decrypt(sealed).decode()
    except InvalidToken as error:
        raise UnreadableSealError from error


def _from(secret: str, purpose: bytes) -> bytes:
    return hashlib.blake2b(secret.encode(), person=purpose, digest_size=32).digest()
