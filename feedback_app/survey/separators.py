"""CSV as people bring it: the line `sep=;` with which some programs begin it, and why it cannot be read. Pure."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import _csv

# A spreadsheet that saves such a file again may add separators behind it.
_LINE: Final = re.compile(r"sep=([,;\t|])[,;\t ]*(?:\r\n|\n|\r|\Z)", re.IGNORECASE)
LONGEST: Final = 300
_LONGEST_CELL: Final = 100_000
# What the reader of CSV says is wrong, in words that people know.
_CSV_WORDS: Final = (
    ("unexpected end of data", "tanda kutip dibuka dan tidak ditutup"),
    ("expected after", "ada huruf di belakang tanda kutip penutup"),
    ("field limit", "satu sel terlalu panjang"),
)
_CSV_OTHER: Final = "susunan barisnya tidak dikenali"


def separator_line(start: str) -> tuple[int, str] | None:
    """Return how many characters of a file's start that line takes, and the separator it names.

    >>> separator_line("sep=;\\r\\nu1;u2"), separator_line("u1;u2")
    ((7, ';'), None)
    """
    found = _LINE.match(start[:LONGEST])
    return None if found is None else (found.end(), found[1])


def words_of(error: csv.Error) -> str:
    """Return what is wrong with a file that the reader of CSV refuses."""
    return next((ours for theirs, ours in _CSV_WORDS if theirs in str(error)), _CSV_OTHER)


def rows_of(text: str, delimiter: str, *, skip_spaces: bool = False) -> _csv.Reader:
    """Return a reader of the rows of a text; a cell of more than 100,000 characters is refused when it is reached."""
    # The limit is one for the whole process, and other readers of files move it.
    csv.field_size_limit(_LONGEST_CELL)
    # Strict: a quotation mark that is never closed would swallow the rows behind it.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=skip_spaces, strict=True)
