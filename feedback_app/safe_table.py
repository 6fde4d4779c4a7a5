"""Tables that people open in a spreadsheet, in which no cell is run as a formula (CWE-1236).

Words are written so that the program takes them for words; numbers stay numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from numbers import Number
from typing import Final, Protocol

# What the common programs read as the beginning of a formula; the wide forms come from East Asian keyboards.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Written(Protocol):
    def write(self, text: str, /) -> object: ...


def begins_formula(text: str) -> bool:
    """Tell whether a spreadsheet would run these words."""
    return text.lstrip(" ").startswith(FORMULA_STARTS)


def harmless(cell: object) -> str:
    """Return a cell as text that no spreadsheet program will run as a formula.

    >>> harmless('=HYPERLINK("x")')
    '\\'=HYPERLINK("x")'
    """
    text = "" if cell is None else str(cell).replace("\x00", "")
    return f"'{text}" if begins_formula(text) else text


class SafeTable:
    """Writes CSV (RFC 4180) row by row, each cell of words harmless."""

    def __init__(self, file: _Written, *, delimiter: str = ",", lineterminator: str = "\r\n") -> None:
        self._rows = csv.writer(file, delimiter=delimiter, lineterminator=lineterminator)

    def row(self, cells: Iterable[object]) -> None:
        """Write one row; None becomes an empty cell."""
        self._rows.writerow([cell if isinstance(cell, Number) else harmless(cell) for cell in cells])
