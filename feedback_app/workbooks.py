"""Open a workbook that somebody sent, after its size has been seen: a few kilobytes of it may unfold to gigabytes.

A workbook is a zip of XML parts (ECMA-376, part 2). The reader keeps every text of the table of texts, and builds an
object for each element of the parts around the sheets, so a part costs by its elements and not by its bytes: 43 KB of
one and a half million empty texts cost half a minute. Elements are therefore counted, while the parts are unfolded
piece by piece, before the reader sees any. ASVS 5.0, 5.2.1, 5.2.3 and 1.5.1.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PIECE: Final = 1024 * 1024
# How far the end of a piece is looked at once more: longer than the beginning of any tag that is looked for.
_SEAM: Final = 24
# Each with a part of it that is looked for first, which is quicker.
_TEXT: Final = b"si", re.compile(rb"<(?:\w{1,16}:)?si[\s/>]")
_SHEET: Final = b"sheet", re.compile(rb"<(?:\w{1,16}:)?sheet[\s/>]")
# A sheet has no more rows in any program; the reader makes up a blank one for every number left out.
ROWS_MAX: Final = 1_048_576
# The format knows no other way of packing (ECMA-376, part 2, annex B); others unfold further, or take more memory.
_WAYS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_TABLES: Final = ("xl/worksheets/", "xl/sharedstrings.xml")

BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, LookupError, ArithmeticError, ValueError, TypeError, AttributeError, RuntimeError,
    SyntaxError, EOFError, OSError,
)  # fmt: skip
"""What a broken, half-copied or forged workbook makes of the reader, when it is opened and while it is read."""

_Row = TypeVar("_Row")


class WorkbookTooLargeError(Exception):
    """A workbook holds more than is read here; the message says of what, in English."""


@dataclass(frozen=True, slots=True)
class Most:
    """How much of a workbook is read: bytes unfolded, parts, sheets, texts, and XML elements.

    `elements` are those of sheets and of the table of texts, which are read one by one; `frame` those of all other
    parts together (styles, names), which the reader holds as objects.
    """

    bytes: int
    parts: int
    sheets: int
    texts: int
    elements: int
    frame: int


UPLOADED: Final = Most(64 * 2**20, parts=500, sheets=200, texts=400_000, elements=1_500_000, frame=200_000)
"""What somebody sent with a browser: some seconds of one thread at most."""

AT_TERMINAL: Final = Most(512 * 2**20, parts=500, sheets=200, texts=1_000_000, elements=10_000_000, frame=200_000)
"""What an operator imports at a terminal, where a large file may take its time."""


def open_workbook(file: IO[bytes], most: Most) -> Any:
    """Return an openpyxl workbook to be read row by row, of formulas what they last came to.

    Raises
    ------
    WorkbookTooLargeError
        It holds more than `most` allows.
    BROKEN
        It is no workbook; entities of XML are among what is refused (defusedxml).
    """
    check_size(file, most)
    # Loaded here: most files are text, and the library is slow to load.
    import openpyxl

    with warnings.catch_warnings():
        # Styles and extensions that the reader does not know have no bearing on the values.
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)


def check_size(file: IO[bytes], most: Most) -> None:
    """Unfold a workbook piece by piece, keeping nothing, and give up as soon as it holds too much.

    Raises
    ------
    WorkbookTooLargeError
    zipfile.BadZipFile
        It is no zip, or a part of it is damaged, locked by a password or packed in a way no workbook is.
    """
    with zipfile.ZipFile(file) as book:
        parts = book.infolist()
        if len(parts) > most.parts:
            raise WorkbookTooLargeError(f"more than {most.parts:,} parts")
        # What a part says of its size holds: the zip's reader gives out no more.
        if sum(part.file_size for part in parts) > most.bytes:
            raise WorkbookTooLargeError(f"more than {most.bytes // 2**20:,} MB when it is unfolded")
        counted = _Counted(most)
        for part in parts:
            if part.compress_type not in _WAYS or part.flag_bits & 1:
                raise zipfile.BadZipFile("a part is locked, or packed in a way no workbook is")
            try:
                _count(book, part, counted)
            except (zlib.error, RuntimeError) as error:
                raise zipfile.BadZipFile("a part is damaged") from error
    file.seek(0)


def rows_within(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Yield the rows of a sheet, as many as a sheet can have.

    Raises
    ------
    WorkbookTooLargeError
        A row says that it is further down than any program goes.
    """
    numbered = iter(rows)
    yield from islice(numbered, ROWS_MAX)
    if next(numbered, None) is not None:
        raise WorkbookTooLargeError(f"a row below the last one a sheet can have, {ROWS_MAX:,}")


class _Counted:
    """What has been found so far in all parts together."""

    def __init__(self, most: Most) -> None:
        self._most = most
        self._texts = self._sheets = self._elements = self._frame = 0

    def add(self, seam: bytes, piece: bytes, *, is_table: bool) -> None:
        most = self._most
        # Every element begins with the sign and only an end begins with both; comments only add to it.
        elements = piece.count(b"<") - piece.count(b"</")
        if is_table:
            self._elements += elements
            self._texts += _found(_TEXT, seam, piece)
        else:
            self._frame += elements
        self._sheets += _found(_SHEET, seam, piece)
        for what, found, allowed in (
            ("texts", self._texts, most.texts), ("sheets", self._sheets, most.sheets),
            ("elements in its sheets", self._elements, most.elements),
            ("elements of styles and names", self._frame, most.frame),
        ):  # fmt: skip
            if found > allowed:
                raise WorkbookTooLargeError(f"more than {allowed:,} {what}")


def _found(tag: tuple[bytes, re.Pattern[bytes]], seam: bytes, piece: bytes) -> int:
    part, form = tag
    content = seam + piece
    if part not in content:
        return 0
    # What ends within the seam was counted with the piece before.
    return sum(1 for found in form.finditer(content) if found.end() > len(seam))


def _count(book: zipfile.ZipFile, part: zipfile.ZipInfo, counted: _Counted) -> None:
    is_table = part.filename.casefold().startswith(_TABLES)
    seam = b""
    with book.open(part) as unfolded:
        while piece := unfolded.read(_PIECE):
            # UTF-16 writes the same tags with zeros between.
            piece = piece.replace(b"\0", b"")
            counted.add(seam, piece, is_table=is_table)
            seam = (seam + piece)[-_SEAM:]
