"""Read a file of questionnaires, as it was uploaded, into the cells of its rows: CSV or the sheet of a workbook."""

from __future__ import annotations

import codecs
import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from feedback_app.errors import InvalidInputError
from feedback_app.survey.paper_values import Cell, plain
from feedback_app.survey.rules import MOST_BATCH_ROWS

FILE_BYTES_MAX: Final = 10 * 1024 * 1024
# A workbook is a zip: a few kilobytes may unfold to gigabytes.
UNFOLDED_BYTES_MAX: Final = 200 * 1024 * 1024
MOST_COLUMNS: Final = 200
_DELIMITERS: Final = ",;\t"
_ZIP: Final = b"PK\x03\x04"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

SHEET_SENTENCES = {"not_named": "Buku kerja ini mempunyai beberapa lembar. Tulis nama lembar yang berisi kuesioner."}

Row = tuple[int, Sequence[Cell]]


class UnreadablePaperFileError(InvalidInputError):
    """The file as a whole is no table, or too large."""

    code = "survey_unreadable_file"


class SheetNotNamedError(InvalidInputError):
    """The workbook has several filled sheets and none, or another one, is named."""

    code = "survey_sheet_not_named"

    def __init__(self, sheets: Sequence[str]) -> None:
        super().__init__(SHEET_SENTENCES["not_named"])
        self.sheets = tuple(sheets)


@dataclass(frozen=True, slots=True)
class PaperTable:
    """The first filled row of a file as its header, and the filled rows below, numbered as a spreadsheet does."""

    header: list[str]
    rows: list[Row]
    blank_rows: int


def read_table(content: bytes, *, sheet: str | None = None) -> PaperTable:
    """Return the rows of a file; which form it has is seen from its content, not its name.

    Raises
    ------
    UnreadablePaperFileError, SheetNotNamedError
    """
    if len(content) > FILE_BYTES_MAX:
        raise UnreadablePaperFileError("Berkas lebih besar dari 10 MB. Bagi menjadi beberapa berkas.")
    if content.startswith(_OLD_WORKBOOK):
        raise UnreadablePaperFileError("Berkas ini berbentuk lama (.xls). Simpan sebagai .xlsx atau CSV.")
    if content.startswith(_ZIP):
        return _table(_of_workbook(content, sheet))
    return _table(_of_text(content))


def _table(rows: Iterable[Sequence[Cell]]) -> PaperTable:
    header: list[str] | None = None
    found: list[Row] = []
    last = first = 0
    for number, cells in enumerate(rows, start=1):
        if not _is_filled(cells):
            continue
        last = number
        if header is None:
            header, first = [plain(cell) for cell in cells], number
        elif len(found) >= MOST_BATCH_ROWS:
            raise UnreadablePaperFileError("Berkas memuat lebih dari 20000 kuesioner. Bagi menjadi beberapa berkas.")
        else:
            found.append((number, cells))
    if header is None:
        raise UnreadablePaperFileError("Berkas ini kosong.")
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise UnreadablePaperFileError("Berkas mempunyai lebih dari 200 kolom. Hapus kolom yang tidak diperlukan.")
    if not found:
        raise UnreadablePaperFileError("Berkas hanya berisi nama kolom; belum ada satu pun kuesioner di bawahnya.")
    return PaperTable(header, found, last - first - len(found))


def _is_filled(cells: Sequence[Cell]) -> bool:
    return any(cell is not None and not (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _of_text(content: bytes) -> Iterator[Sequence[Cell]]:
    try:
        text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadablePaperFileError(
            "Berkas bukan buku kerja .xlsx dan bukan teks UTF-8. Simpan dari lembar kerja sebagai .xlsx atau CSV UTF-8."
        ) from error
    if "\0" in text:
        raise UnreadablePaperFileError("Berkas ini bukan tabel. Unggah berkas CSV atau .xlsx.")
    first_line = next((line for line in io.StringIO(text) if line.strip()), "")
    # Strict: a quotation mark that is never closed would swallow the questionnaires behind it.
    rows = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first_line.count), strict=True
    )  # fmt: skip
    try:
        yield from rows
    except csv.Error as error:
        raise UnreadablePaperFileError(
            f"Berkas tidak dapat dibaca sebagai CSV pada baris {rows.line_num}. Periksa tanda kutipnya."
        ) from error


def _of_workbook(content: bytes, wanted: str | None) -> Iterator[Sequence[Cell]]:
    # Loaded here: most files are text, and the library is slow to load.
    import openpyxl

    try:
        _check_size(content)
        with warnings.catch_warnings():
            # Styles and extensions that the reader does not know have no bearing on the values.
            warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book[_sheet_name(book, wanted)]
            sheet.reset_dimensions()
            for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
                yield [_value(cell) for cell in row]
        finally:
            book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, EOFError, OSError, TypeError) as error:
        raise UnreadablePaperFileError(
            "Buku kerja ini tidak dapat dibaca. Buka dengan program lembar kerja, lalu simpan lagi sebagai .xlsx."
        ) from error


def _value(cell: object) -> Cell:
    """Return a cell; a span of time as a clock would write it."""
    return cell if cell is None or isinstance(cell, str | int | float | date | time) else str(cell)


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > UNFOLDED_BYTES_MAX:
            raise UnreadablePaperFileError("Buku kerja ini terlalu besar. Simpan lembar kuesionernya sebagai CSV.")


def _sheet_name(book: object, wanted: str | None) -> str:
    """Return the sheet named, or the only one that holds anything."""
    names: list[str] = [sheet.title for sheet in book.worksheets]  # type: ignore[attr-defined]
    if wanted:
        found = [name for name in names if name.casefold() == wanted.strip().casefold()]
    else:
        found = [name for name in names if _holds_something(book[name])]  # type: ignore[index]
    if len(found) == 1:
        return found[0]
    if not found and not wanted:
        raise UnreadablePaperFileError("Berkas ini kosong.")
    raise SheetNotNamedError(names)


def _holds_something(sheet: object) -> bool:
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1, max_row=100)  # type: ignore[attr-defined]
    return any(_is_filled(row) for row in rows)
