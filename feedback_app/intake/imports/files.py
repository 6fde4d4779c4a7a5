"""Know a file by its content, and know before anything is stored that all of it can be decoded."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from feedback_app.intake.imports.problems import UnreadableFileError

BLOCK: Final = 1 << 20
# A byte order mark says what the file is; without one it must be UTF-8, which nothing else passes for by accident.
_MARKS: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"))
DEFAULT_ENCODING: Final = "utf-8"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file was when it was first looked at."""

    sha256: str
    size: int
    changed_ns: int


def fingerprint(path: Path, encoding: str | None) -> Fingerprint:
    """Return the fingerprint of a file, having decoded all of it if an encoding is given.

    Raises
    ------
    UnreadableFileError
        Some bytes are not of this encoding; the message names the line.
    """
    before = path.stat()
    digest = hashlib.sha256()
    lines = _LineCheck(path.name, encoding) if encoding else None
    for block in _blocks(path):
        digest.update(block)
        if lines:
            lines.feed(block)
    if lines:
        lines.feed(b"", final=True)
    return Fingerprint(digest.hexdigest(), before.st_size, before.st_mtime_ns)


def refuse_changed(path: Path, known: Fingerprint) -> None:
    """Refuse a file that was written to since its fingerprint was taken.

    Raises
    ------
    UnreadableFileError
    """
    now = path.stat()
    if (now.st_size, now.st_mtime_ns) != (known.size, known.changed_ns):
        raise UnreadableFileError(
            f"{path.name} was changed while it was being read; nothing was imported. Run the same command again."
        )


def encoding_of(path: Path, wanted: str | None) -> str:
    """Return the encoding to read a text file with: the one wanted, that of its byte order mark, or UTF-8.

    Raises
    ------
    UnreadableFileError
        The encoding wanted does not exist.
    """
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    try:
        name = codecs.lookup(wanted).name if wanted else (marked or DEFAULT_ENCODING)
        "".encode(name)
    except LookupError as error:
        raise UnreadableFileError(f"There is no encoding {wanted!r}; try utf-8, cp1252, or utf-16.") from error
    return "utf-8-sig" if name == "utf-8" and marked == "utf-8-sig" else name


class _LineCheck:
    """Decodes block by block, counting lines, to name the one that does not decode."""

    def __init__(self, name: str, encoding: str) -> None:
        self._name = name
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._ended = 0

    def feed(self, block: bytes, *, final: bool = False) -> None:
        """Take the next bytes; raises UnreadableFileError."""
        try:
            self._ended += self._decoder.decode(block, final).count("\n")
        except UnicodeDecodeError as error:
            raise UnreadableFileError(self._sentence(error)) from error

    def _sentence(self, error: UnicodeDecodeError) -> str:
        data = bytes(error.object)
        before = data[: error.start].decode(self._encoding, "ignore")
        line = self._ended + before.count("\n") + 1
        advice = "cp1252 (Windows) or utf-16" if self._encoding.startswith("utf-8") else "utf-8"
        return (
            f"Line {line} of {self._name} is not {self._encoding}: byte 0x{data[error.start]:02x} after "
            f"{before.rpartition(chr(10))[2][-30:]!r}. Nothing was imported. "
            f"If the file comes from other software, name its encoding, for example --encoding {advice}."
        )


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
