"""Read a table, as it was uploaded, into the cells of its rows: CSV or the sheet of a workbook."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from feedback_app.survey.paper_values import Cell, plain
from feedback_app.survey.paper_workbooks import MOST_COLUMNS, UnreadablePaperFileError, is_filled, workbook_rows
from feedback_app.survey.rules import MOST_BATCH_ROWS
from feedback_app.survey.separators import rows_of, separator_line

FILE_BYTES_MAX: Final = 10 * 1024 * 1024
_DELIMITERS: Final = ",;\t"
_ZIP: Final = b"PK\x03\x04"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = tuple[int, Sequence[Cell]]
HeaderPicker = Callable[[Sequence[Sequence[str]]], int]
HEADER_WITHIN: Final = 15
"""Titles, places and dates of a printed list take fewer rows."""


@dataclass(frozen=True, slots=True)
class PaperTable:
    """The first filled row of a file as its header, and the filled rows below, numbered as a spreadsheet does."""

    header: list[str]
    rows: list[Row]
    blank_rows: int
    header_row: int = 1


def read_table(content: bytes, *, sheet: str | None = None, pick_header: HeaderPicker | None = None) -> PaperTable:
    """Return the rows of a file; which form it has is seen from its content, not its name.

    `pick_header` tells which of the first filled rows names the columns; what stands above it is a title. Without it
    the first does.

    Raises
    ------
    UnreadablePaperFileError, SheetNotNamedError
    """
    if len(content) > FILE_BYTES_MAX:
        raise UnreadablePaperFileError("Berkas lebih besar dari 10 MB. Bagi menjadi beberapa berkas.")
    if content.startswith(_OLD_WORKBOOK):
        raise UnreadablePaperFileError("Berkas ini berbentuk lama (.xls). Simpan sebagai .xlsx atau CSV.")
    if content.startswith(_ZIP):
        return _table(_from_header(workbook_rows(content, sheet), pick_header))
    return _table(_from_header(_of_text(content, has_titles=pick_header is not None), pick_header))


def _from_header(rows: Iterable[Sequence[Cell]], pick: HeaderPicker | None) -> Iterator[Row]:
    """Yield the rows from the one that names the columns on, numbered."""
    numbered = enumerate(rows, start=1)
    if pick is None:
        yield from numbered
        return
    first = list(itertools.islice(numbered, HEADER_WITHIN))
    filled = [row for row in first if is_filled(row[1])]
    chosen = filled[pick([[plain(cell) for cell in cells] for _, cells in filled])][0] if filled else 1
    yield from (row for row in first if row[0] >= chosen)
    yield from numbered


def _table(rows: Iterable[Row]) -> PaperTable:
    header: list[str] | None = None
    found: list[Row] = []
    last = first = 0
    for number, cells in rows:
        if not is_filled(cells):
            continue
        last = number
        if header is None:
            header, first = [plain(cell) for cell in cells], number
        elif len(found) >= MOST_BATCH_ROWS:
            raise UnreadablePaperFileError("Berkas memuat lebih dari 20000 baris. Bagi menjadi beberapa berkas.")
        else:
            found.append((number, cells))
    if header is None:
        raise UnreadablePaperFileError("Berkas ini kosong.")
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise UnreadablePaperFileError("Berkas mempunyai lebih dari 200 kolom. Hapus kolom yang tidak diperlukan.")
    if not found:
        raise UnreadablePaperFileError("Berkas hanya berisi nama kolom; belum ada satu pun baris di bawahnya.")
    return PaperTable(header, found, last - first - len(found), first)


def _delimiter(text: str, among: int) -> str:
    """Return what parts the cells: what most of the first filled lines hold, and then holds them most often."""
    lines = list(itertools.islice((line for line in io.StringIO(text) if line.strip()), among))

    def weight(mark: str) -> tuple[int, int]:
        return sum(mark in line for line in lines), sum(line.count(mark) for line in lines)

    return max(_DELIMITERS, key=weight)


def _of_text(content: bytes, *, has_titles: bool) -> Iterator[Sequence[Cell]]:
    try:
        text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadablePaperFileError(
            "Berkas bukan buku kerja .xlsx dan bukan teks UTF-8. Simpan dari lembar kerja sebagai .xlsx atau CSV UTF-8."
        ) from error
    if "\0" in text:
        raise UnreadablePaperFileError("Berkas ini bukan tabel. Unggah berkas CSV atau .xlsx.")
    named = separator_line(text)
    text = text[named[0] :] if named else text
    delimiter = named[1] if named else _delimiter(text, HEADER_WITHIN if has_titles else 1)
    rows = rows_of(text, delimiter)
    try:
        yield from rows
    except csv.Error as error:
        raise UnreadablePaperFileError(
            f"Berkas tidak dapat dibaca sebagai CSV pada baris {rows.line_num}. Periksa tanda kutipnya."
        ) from error
