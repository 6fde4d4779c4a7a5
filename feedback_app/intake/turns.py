"""One picture at a time: decoding takes a whole core and much memory, and ratings must go on beside it."""

from __future__ import annotations

import logging
import threading
from typing import IO, Final

from feedback_app.errors import DomainError
from feedback_app.intake import pictures
from feedback_app.intake.pictures import CleanFile
from feedback_app.intake.scanning import Scanner, ScannerAwayError

log = logging.getLogger(__name__)

AT_ONCE: Final = 1
MOST_WAITING: Final = 8
WAIT_SECONDS: Final = 10.0

_decoding: Final = threading.BoundedSemaphore(AT_ONCE)
_queue: Final = threading.BoundedSemaphore(AT_ONCE + MOST_WAITING)


class BusyError(Exception):
    """Too many files wait in this process, or for the virus scanner; the sender should try again in a moment."""


def cleaned_in_turn(
    stream: IO[bytes], *, scanner: Scanner | None = None, wait_seconds: float = WAIT_SECONDS
) -> CleanFile:
    """Return the cleaned content of a stream, once it is its turn in this process.

    The stream is read only then, so that what waits lies on the disk and not in memory. The caller holds no database
    connection meanwhile. A scanner looks at the bytes as they came, before a decoder does.

    Raises
    ------
    BusyError
        It would have waited too long, or the scanner does not answer.
    feedback_app.errors.DomainError
        The file is refused; see `pictures.cleaned` and `scanning.Scanner.check`.
    """
    try:
        return _in_turn(stream, scanner, wait_seconds)
    except ScannerAwayError as error:
        raise BusyError(f"virus scanner: {error}") from error
    except DomainError as error:
        # Somebody may be trying what gets through (ASVS 5.0, 16.3.3).
        log.warning("A file was refused (%s)", error.code)
        raise


def _in_turn(stream: IO[bytes], scanner: Scanner | None, wait_seconds: float) -> CleanFile:
    pictures.check_size(_size_of(stream))
    if not _queue.acquire(blocking=False):
        raise BusyError
    try:
        if not _decoding.acquire(timeout=wait_seconds):
            raise BusyError
        try:
            raw = stream.read()
            if scanner is not None:
                scanner.check(raw)
            return pictures.cleaned(raw)
        finally:
            _decoding.release()
    finally:
        _queue.release()


def _size_of(stream: IO[bytes]) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size
