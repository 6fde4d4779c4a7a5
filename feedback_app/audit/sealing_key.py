"""The key that signs seals: a file outside the database, and its public half for everybody (Ed25519, RFC 8032).

Beside the key lies a file of public keys in PEM, all that ever signed here. Whoever can write the database and not
these files can forge no seal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from feedback_app.errors import ConfigurationError

_END: Final = b"-----END PUBLIC KEY-----"
_RAW: Final = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


class NoSealingKeyError(ConfigurationError):
    """The key that signed the seals until now is not where it should be."""


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """Where the key lies, with the two files beside it."""

    key: Path

    @property
    def known(self) -> Path:
        """Return the file of all public keys."""
        return self.key.with_name(self.key.name + ".public")

    @property
    def coming(self) -> Path:
        """Return the file of a key that is being changed to."""
        return self.key.with_name(self.key.name + ".next")


def new_key() -> Ed25519PrivateKey:
    """Return a fresh key, kept nowhere yet."""
    return Ed25519PrivateKey.generate()


def public_bytes(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of the public half."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(*_RAW)


def key_id(public: bytes) -> str:
    """Return a short name of a public key for people: its first eight bytes."""
    return public[:8].hex()


def as_pem(public: bytes) -> str:
    """Return a public key in PEM, as openssl reads it."""
    return (
        Ed25519PublicKey.from_public_bytes(public)
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a key's signature of a message is true."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return the key of a file.

    Raises
    ------
    NoSealingKeyError
        There is none, it cannot be read, or others may read it too.
    """
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise NoSealingKeyError(f"The key for seals cannot be read: {path} ({error.strerror}).") from error
    if mode & 0o077:
        raise NoSealingKeyError(f"Others may read the key for seals: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except ValueError as error:
        raise NoSealingKeyError(f"{path} holds no key for seals.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NoSealingKeyError(f"{path} holds a key of another kind; seals want Ed25519.")
    return key


def write_key(path: Path, key: Ed25519PrivateKey) -> None:
    """Write a key to a file that is not there yet, for its owner alone, and wait until it is on the disk.

    Raises
    ------
    FileExistsError
        A key is never written over.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _settle(path.parent)


def known_keys(path: Path) -> list[bytes]:
    """Return the public keys of a file in PEM, the oldest first.

    Raises
    ------
    NoSealingKeyError
        It cannot be read, or holds something else.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NoSealingKeyError(f"The public keys cannot be read: {path} ({error.strerror}).") from error
    blocks = [block + _END for block in content.split(_END) if block.strip()]
    try:
        keys = [serialization.load_pem_public_key(block) for block in blocks]
    except ValueError as error:
        raise NoSealingKeyError(f"{path} holds no public keys in PEM.") from error
    if not keys or not all(isinstance(key, Ed25519PublicKey) for key in keys):
        raise NoSealingKeyError(f"{path} holds no Ed25519 public key.")
    return [public_bytes(key) for key in keys if isinstance(key, Ed25519PublicKey)]


def remember(files: KeyFiles, publics: Iterable[bytes]) -> None:
    """Add public keys to the file of known ones, where they are missing."""
    there = known_keys(files.known) if files.known.exists() else []
    missing = [public for public in publics if public not in there]
    if missing:
        with files.known.open("a", encoding="ascii") as file:
            file.writelines(as_pem(public) for public in missing)
            file.flush()
            os.fsync(file.fileno())


def take_over(files: KeyFiles) -> None:
    """Put the coming key in the place of the present one, which is kept nowhere."""
    files.coming.replace(files.key)
    _settle(files.key.parent)


def _settle(folder: Path) -> None:
    # A name is on the disk only once its folder is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
