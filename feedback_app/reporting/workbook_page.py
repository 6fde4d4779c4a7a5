"""One sheet of a workbook, written row by row; words are always words, whatever they begin with."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import xlsxwriter

from feedback_app.safe_table import begins_formula

# What a worksheet is named may not hold these.
Cell = str | int | float | Decimal | Fraction | None


class Book:
    """A workbook that is the same bytes each time it is made of the same cells."""

    def __init__(self, title: str, author: str, on: date) -> None:
        self._bytes = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._bytes, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._book.set_properties(
            {"title": title, "author": author, "created": datetime(on.year, on.month, on.day, tzinfo=UTC)}
        )
        self.formats = {name: self._book.add_format(values) for name, values in _FORMATS.items()}

    def page(self, name: str, widths: Sequence[float]) -> Page:
        """Add a sheet with columns of these widths (in characters)."""
        sheet = self._book.add_worksheet(name)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return Page(sheet, self.formats)

    def done(self) -> bytes:
        """Close the workbook and return it."""
        self._book.close()
        return self._bytes.getvalue()


_HEAD: Final = {"bold": True, "bg_color": "#E8EEF5", "border": 1, "text_wrap": True, "valign": "top"}
_FORMATS: Final[dict[str, dict[str, Any]]] = {
    "words": {"text_wrap": True, "valign": "top"},
    "inert": {"text_wrap": True, "valign": "top", "quote_prefix": True},
    "head": _HEAD,
    "title": {"bold": True, "font_size": 14},
    "strong": {"bold": True, "valign": "top"},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "two": {"num_format": "0.00", "valign": "top"},
    "three": {"num_format": "0.000", "valign": "top"},
}


class Page:
    """A sheet being written, from the top."""

    def __init__(self, sheet: Any, formats: dict[str, Any]) -> None:
        self._sheet = sheet
        self._formats = formats
        self.row = 0

    def title(self, words: str) -> None:
        """Write the title of the sheet and leave a row."""
        self._sheet.write_string(self.row, 0, words, self._formats["title"])
        self.row += 2

    def head(self, words: Sequence[str], *, freeze: bool = True) -> None:
        """Write the heads of the columns; what follows scrolls beneath them."""
        for at, word in enumerate(words):
            self._sheet.write_string(self.row, at, word, self._formats["head"])
        self.row += 1
        if freeze:
            self._sheet.freeze_panes(self.row, 0)

    def line(self, cells: Sequence[Cell], style: str = "") -> None:
        """Write one row: whole numbers, fractions with three decimals, decimals with two, everything else as words."""
        for at, cell in enumerate(cells):
            self.put(at, cell, style)
        self.row += 1

    def put(self, column: int, cell: Cell, style: str = "") -> None:
        """Write one cell of the present row."""
        if cell is None or cell == "":
            return
        if isinstance(cell, str):
            inert = "inert" if begins_formula(cell) else "words"
            self._sheet.write_string(self.row, column, cell, self._formats[style or inert])
            return
        usual = "whole" if isinstance(cell, int) else "two" if isinstance(cell, Decimal) else "three"
        self._sheet.write_number(self.row, column, float(cell), self._formats[style or usual])

    def formula(self, column: int, formula: str, value: Fraction | Decimal | int, style: str) -> None:
        """Write a formula with the value it has."""
        self._sheet.write_formula(self.row, column, formula, self._formats[style], float(value))

    def skip(self) -> None:
        """Leave a row empty."""
        self.row += 1
