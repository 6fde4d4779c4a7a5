"""A copy read piece by piece: decrypted by a thread into a pipe, taken apart at its other end."""

from __future__ import annotations

import contextlib
import os
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyrage

from feedback_app.backup.archive import PIECE, BackupError, DamagedBackupError, WrongIdentityError


@contextlib.contextmanager
def reading(path: Path, identities: list[Any]) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Give the entries of a file one after the other, each with its content as a stream.

    Whoever reads to the end has read a whole file that nobody changed; before that, trust nothing of it.

    Raises
    ------
    DamagedBackupError
    WrongIdentityError
    """
    reader, writer = os.pipe()
    opening = _Opening(path, identities, writer)
    opening.start()
    with os.fdopen(reader, "rb") as stream:
        try:
            yield _entries(stream, opening)
        except (tarfile.TarError, EOFError) as error:
            _drain(stream)
            opening.end()
            raise DamagedBackupError(f"{path} holds something else than a copy of this platform.") from error
        finally:
            stream.close()
            opening.join()


def _entries(stream: IO[bytes], opening: _Opening) -> Iterator[tuple[str, IO[bytes]]]:
    try:
        # What a tar says of links, owners and modes is never looked at: names and bytes are all that is taken.
        with tarfile.open(fileobj=stream, mode="r|", bufsize=PIECE) as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isreg() else None
                if content is not None:
                    yield entry.name, content
    except tarfile.TarError:
        _drain(stream)
        opening.end()
        raise
    _drain(stream)
    opening.end()


class _Opening(threading.Thread):
    """Decrypts into a pipe; what went wrong is kept until the reader has come to the end of the pipe."""

    def __init__(self, path: Path, identities: list[Any], writer: int) -> None:
        super().__init__(name="opening", daemon=True)
        self._path, self._identities, self._writer = path, identities, writer
        self._failure: BackupError | None = None

    def run(self) -> None:
        with os.fdopen(self._writer, "wb", buffering=PIECE) as pipe:
            try:
                with self._path.open("rb") as file:
                    pyrage.decrypt_io(file, pipe, self._identities)
            except pyrage.DecryptError as error:
                self._failure = _why(self._path, error)
            except OSError as error:
                if not isinstance(error, BrokenPipeError):
                    self._failure = DamagedBackupError(
                        f"{self._path} was changed after it was written, or its end is missing: use another copy."
                    )
            with contextlib.suppress(BrokenPipeError):
                pipe.flush()
            if self._failure is None:
                return
        # Closing what nobody reads any more fails; that is not the failure to tell of.

    def end(self) -> None:
        """Wait for the end, and raise what went wrong."""
        self.join()
        if self._failure is not None:
            raise self._failure


def _why(path: Path, error: Exception) -> BackupError:
    if "No matching keys" in str(error):
        return WrongIdentityError(f"{path} was not encrypted to this identity: take the one of its recipients.")
    return DamagedBackupError(f"{path} is no encrypted copy, or its beginning was changed: use another copy.")


def _drain(stream: IO[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while stream.read(PIECE):
            pass
