"""One file that holds a copy: a tar of pieces, encrypted as it is written, read back piece by piece.

Outside is age (age-encryption.org/v1): anybody with the identity opens it with the program `age` too, and reads the tar
within. The file key is sealed to the X25519 keys of the recipients, the content goes through ChaCha20-Poly1305 in
pieces of 64 KiB of which the last is marked: a flipped byte and a missing end are both found. Nothing is kept in memory
but a piece, and nothing lies unencrypted on a disk.

The order within: `manifest.json`, `database/000000` onwards (a dump cut into pieces, because a tar names the size of
each entry before it), `files/<name>`, `gone.json` (files that rows name and nobody found), `secrets.json`, and last
`checksums.json`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import pyrage

from feedback_app.errors import ConfigurationError

PIECE: Final = 4 * 1024 * 1024
MANIFEST: Final = "manifest.json"
CHECKSUMS: Final = "checksums.json"
SECRETS: Final = "secrets.json"
DATABASE: Final = "database/"
FILES: Final = "files/"
GONE: Final = "gone.json"
_END: Final = bytes(2 * tarfile.BLOCKSIZE)


class BackupError(Exception):
    """A copy cannot be made or used; the message is one sentence that says why and what to do."""


class DamagedBackupError(BackupError):
    """The file is not what was written: bytes were changed, or its end is missing."""


class WrongIdentityError(BackupError):
    """None of the identities is one of the recipients of this file."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry: its name, and its content, at most a few megabytes."""

    name: str
    data: bytes


def recipient_of(text: str) -> Any:
    """Return an age public key.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise ConfigurationError(
            f"{text.strip()[:80]!r} is no public key of age: it begins with age1; make one with "
            "`feedback backup new-identity`."
        ) from error


def identities_in(path: Path) -> list[Any]:
    """Return the identities of a file as `age-keygen` and `feedback backup new-identity` write it.

    Raises
    ------
    feedback_app.errors.ConfigurationError
        The file cannot be read or holds none; the message never repeats what stands there.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The identity file {path} cannot be read.") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if line and not line.startswith("#"):
            try:
                found.append(pyrage.x25519.Identity.from_str(line))
            except pyrage.IdentityError as error:
                raise ConfigurationError(f"{path}, line {number}: this is no identity of age.") from error
    if not found:
        raise ConfigurationError(f"{path} holds no identity (a line that begins with AGE-SECRET-KEY-1).")
    return found


def write(path: Path, pieces: Iterable[Piece], recipients: list[Any]) -> int:
    """Write the pieces into a file that appears under its name only when it is whole and on the disk. Return its size.

    Raises
    ------
    BackupError
        The disk does not take it, or making a piece failed; nothing is left that looks like a copy.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    source = _Pulled(_tar(pieces))
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            pyrage.encrypt_io(source, file, recipients)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        # A second name, so that a file that came into being meanwhile is not overwritten.
        os.link(partial, path)
        _sync(path.parent)
    except (OSError, pyrage.EncryptError) as error:
        if source.failure is not None:
            raise source.failure from error
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BackupError(
            f"The copy was not made: {path.parent} does not take it ({why}). Nothing was left."
        ) from error
    finally:
        source.close()
        partial.unlink(missing_ok=True)
    return size


def pieces_of(stream: IO[bytes], folder: str) -> Iterator[Piece]:
    """Yield a stream of unknown length as pieces of a folder, in their order."""
    number = 0
    while data := _exactly(stream, PIECE):
        yield Piece(f"{folder}{number:06d}", data)
        number += 1


class _Pulled(io.RawIOBase):
    """A stream that is made while it is read; why making it failed is kept."""

    def __init__(self, made: Iterator[bytes]) -> None:
        self._made, self._left = made, memoryview(b"")
        self.failure: BaseException | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._left:
            try:
                self._left = memoryview(next(self._made))
            except StopIteration:
                return b""
            except BaseException as error:
                self.failure = error
                raise
        taken = bytes(self._left[:size] if size >= 0 else self._left)
        self._left = self._left[len(taken) :]
        return taken

    def close(self) -> None:
        if isinstance(self._made, Iterator) and hasattr(self._made, "close"):
            self._made.close()
        super().close()


def _tar(pieces: Iterable[Piece]) -> Iterator[bytes]:
    sums: dict[str, Any] = {}
    database, database_bytes = hashlib.sha256(), 0
    for piece in pieces:
        if piece.name.startswith(DATABASE):
            database.update(piece.data)
            database_bytes += len(piece.data)
        else:
            sums[piece.name] = hashlib.sha256(piece.data).hexdigest()
        yield from _entry(piece)
    sums[DATABASE] = database.hexdigest()
    yield from _entry(Piece(CHECKSUMS, json.dumps({"sha256": sums, "database_bytes": database_bytes}).encode()))
    yield _END


def _entry(piece: Piece) -> Iterator[bytes]:
    info = tarfile.TarInfo(piece.name)
    info.size, info.mode = len(piece.data), 0o600
    yield info.tobuf(tarfile.PAX_FORMAT)
    yield piece.data
    if rest := -len(piece.data) % tarfile.BLOCKSIZE:
        yield bytes(rest)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    parts, left = [], size
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
