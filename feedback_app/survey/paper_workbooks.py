"""Read the sheet of a workbook, as it was uploaded, into the cells of its rows."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Any, Final

from feedback_app.errors import InvalidInputError
from feedback_app.survey.paper_values import Cell, Formula
from feedback_app.workbooks import BROKEN, UPLOADED, WorkbookTooLargeError, open_workbook, rows_within

log = logging.getLogger(__name__)

MOST_COLUMNS: Final = 200
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_PIECE: Final = 1024 * 1024
# How a workbook marks a formula whose value is a text; an empty one is a value too.
_TEXT_VALUE: Final = "str"
_SPREADSHEET: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FORMULA_SHOWN: Final = 200

SHEET_SENTENCES = {
    "not_named": "Buku kerja ini mempunyai beberapa lembar. Tulis nama lembar yang berisi datanya.",
    "not_there": "Lembar dengan nama itu tidak ada dalam buku kerja ini. Pilih salah satu lembar yang ada.",
}


class UnreadablePaperFileError(InvalidInputError):
    """The file as a whole is no table, or too large."""

    code = "survey_unreadable_file"


class SheetNotNamedError(InvalidInputError):
    """The workbook has several filled sheets and none, or another one, is named."""

    code = "survey_sheet_not_named"

    def __init__(self, sheets: Sequence[str], *, is_named: bool = False) -> None:
        super().__init__(SHEET_SENTENCES["not_there" if is_named else "not_named"])
        self.sheets = tuple(sheets)


def is_filled(cells: Sequence[Cell]) -> bool:
    """Tell whether a row holds anything."""
    return any(cell is not None and not (isinstance(cell, str) and not cell.strip()) for cell in cells)


def workbook_rows(content: bytes, wanted: str | None) -> Iterator[Sequence[Cell]]:
    """Yield the rows of the sheet named, or of the only one that holds anything.

    Of a formula the workbook holds the value it had last; one that was never computed is given as `Formula`.

    Raises
    ------
    UnreadablePaperFileError, SheetNotNamedError
    """
    try:
        yield from _rows(content, wanted)
    except WorkbookTooLargeError as error:
        log.warning("A workbook was refused: %s", error)
        raise UnreadablePaperFileError("Buku kerja ini terlalu besar. Simpan lembar datanya sebagai CSV.") from error
    except BROKEN as error:
        log.warning("A workbook was refused: %s", type(error).__name__)
        raise UnreadablePaperFileError(
            "Buku kerja ini tidak dapat dibaca. Buka dengan program lembar kerja, lalu simpan lagi sebagai .xlsx."
        ) from error


def _rows(content: bytes, wanted: str | None) -> Iterator[Sequence[Cell]]:
    book = open_workbook(io.BytesIO(content), UPLOADED)
    try:
        sheet = book[_sheet_name(book, wanted)]
        sheet.reset_dimensions()
        without_value = _without_value(sheet) if _has_formulas(content) else {}
        rows = rows_within(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1))
        before: Sequence[Any] | None = None
        for number, row in enumerate(rows, start=1):
            if row is before:
                # openpyxl gives one and the same blank row for each that is left out, and those can be a million.
                yield ()
                continue
            before = row
            formulas = without_value.get(number, {})
            yield [formulas.get(place) or _value(cell) for place, cell in enumerate(row, start=1)]
    finally:
        book.close()


def _without_value(sheet: Any) -> dict[int, dict[int, Formula]]:
    """Return the formulas of a sheet that were never computed, by row and column.

    openpyxl reads either values or formulas, and works out each formula that is shared by many cells anew for every
    one of them: a short file can keep it at that for hours.
    """
    from openpyxl.utils.cell import coordinate_to_tuple
    from openpyxl.xml.functions import iterparse

    found: dict[int, dict[int, Formula]] = {}
    number = 0
    with sheet._get_source() as source:
        for _, element in iterparse(source):
            if element.tag != _SPREADSHEET + "row":
                continue
            number = int(element.get("r", number + 1))
            place = 0
            for cell in element:
                written = cell.get("r")
                place = coordinate_to_tuple(written)[1] if written else place + 1
                formula = cell.find(_SPREADSHEET + "f")
                is_computed = cell.get("t") == _TEXT_VALUE or cell.findtext(_SPREADSHEET + "v")
                if formula is not None and not is_computed:
                    found.setdefault(number, {})[place] = Formula("=" + (formula.text or "")[:_FORMULA_SHOWN])
            element.clear()
    return found


def _has_formulas(content: bytes) -> bool:
    """Tell whether a sheet holds a formula: looking through every sheet twice would take twice as long."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for part in parts.namelist():
            if not (part.startswith("xl/worksheets/") and part.endswith(".xml")):
                continue
            with parts.open(part) as sheet:
                before = b""
                while piece := sheet.read(_PIECE):
                    if _FORMULA.search(before + piece):
                        return True
                    before = piece[-20:]
    return False


def _value(cell: object) -> Cell:
    """Return a cell; a span of time as a clock would write it."""
    return cell if cell is None or isinstance(cell, str | int | float | date | time) else str(cell)


def _sheet_name(book: Any, wanted: str | None) -> str:
    """Return the sheet named, or the only one that holds anything."""
    names: list[str] = [sheet.title for sheet in book.worksheets]
    if wanted:
        found = [name for name in names if name.casefold() == wanted.strip().casefold()]
    else:
        found = [name for name in names if _holds_something(book[name])]
    if len(found) == 1:
        return found[0]
    if not found and not wanted:
        raise UnreadablePaperFileError("Berkas ini kosong.")
    raise SheetNotNamedError(names, is_named=bool(wanted))


def _holds_something(sheet: Any) -> bool:
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1, max_row=100)
    return any(is_filled(row) for row in rows)
