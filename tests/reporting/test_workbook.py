"""The workbook: its formulas give the figures beside them, and words stay words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from feedback_app.reporting import workbook_matrix
from feedback_app.reporting.protection import protected
from feedback_app.reporting.report_data import Report
from feedback_app.reporting.workbook import workbook
from feedback_app.survey.elements import Weight
from feedback_app.survey.rules import Averaging, MissingRule
from tests.reporting import samples

NAMES = ["Ringkasan", "Unsur", "Layanan", "Responden", "Matriks", "RTL", "Metadata"]


class Sums:
    """As much of a spreadsheet as the sheet `Matriks` uses: SUM, COUNT, SUMPRODUCT, ROUND and arithmetic."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet

    def value(self, cell: str) -> float:
        found = self.sheet[cell].value
        return self.formula(found) if isinstance(found, str) and found.startswith("=") else float(found or 0)

    def cells(self, span: str) -> list[float | None]:
        rows = self.sheet[span]
        flat = [cell for row in (rows if isinstance(rows, tuple) else ((rows,),)) for cell in row]
        return [None if cell.value is None else self.value(cell.coordinate) for cell in flat]

    def formula(self, text: str) -> float:
        body = text[1:]
        body = re.sub(r"SUMPRODUCT\(\((\w+:\w+)>0\)\*(\w+:\w+)\)", self._counted, body)
        body = re.sub(r"SUMPRODUCT\((\w+:\w+),(\w+:\w+)\)", self._product, body)
        body = re.sub(r"SUM\((\w+:\w+)\)", lambda m: repr(sum(v or 0 for v in self.cells(m[1]))), body)
        body = re.sub(r"COUNT\((\w+:\w+)\)", lambda m: repr(sum(v is not None for v in self.cells(m[1]))), body)
        body = re.sub(r"\b[A-Z]+\d+\b", lambda m: repr(self.value(m[0])), body)
        body = body.replace("ROUND(", "round(")
        assert re.fullmatch(r"[\d.e+\-*/(), round]+", body), body
        return float(eval(body))

    def _product(self, found: re.Match[str]) -> str:
        return repr(sum((a or 0) * (b or 0) for a, b in zip(self.cells(found[1]), self.cells(found[2]), strict=True)))

    def _counted(self, found: re.Match[str]) -> str:
        return repr(sum((b or 0) for a, b in zip(self.cells(found[1]), self.cells(found[2]), strict=True) if a))


def formulas(report: Report) -> Iterator[tuple[str, float, float]]:
    """Give every formula of the matrix with what it comes to and the value written beside it."""
    content = workbook(report)
    told = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Matriks"]
    sums = Sums(openpyxl.load_workbook(io.BytesIO(content))["Matriks"])
    for row in sums.sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("=") and cell.data_type == "f":
                yield cell.coordinate, sums.value(cell.coordinate), float(told[cell.coordinate].value)


def with_method(report: Report, **values: Any) -> Report:
    return replace(report, method=replace(report.method, **values))


def pooled(report: Report) -> Report:
    rows = [pattern for block in report.blocks for pattern in block.patterns for _ in range(pattern.count)]
    index = samples.index_of([pattern.answers for pattern in rows])
    place = replace(report.place, averaging=Averaging.POOLED, value=index.value)
    return with_method(replace(report, place=place), unit_averaging=Averaging.POOLED)


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(samples.report((25,)), id="a unit as a whole"),
        pytest.param(samples.report((25, 14)), id="the mean of two services"),
        pytest.param(pooled(samples.report((25, 14))), id="two services pooled"),
        pytest.param(samples.agency_report(2, 2), id="an agency"),
        pytest.param(with_method(samples.report((40,)), missing=MissingRule.COMPLETE), id="complete ones only"),
    ],
)
def test_every_formula_gives_the_value_written_beside_it(report: Report) -> None:
    found = list(formulas(report))
    assert len(found) > 30
    for cell, computed, written in found:
        assert computed == pytest.approx(written, abs=1e-9), cell


def test_the_last_formula_is_the_index_of_the_report() -> None:
    for report in (samples.report((25, 14)), pooled(samples.report((25, 14)))):
        *_, (_cell, computed, _written) = formulas(report)
        assert Decimal(f"{computed:.2f}") == report.place.value


def test_a_compatible_weight_stands_in_the_formulas() -> None:
    content = workbook(with_method(samples.report((25,)), weight=Weight.THREE_DIGITS))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Matriks"]
    written = {str(cell.value)[-6:] for row in sheet.iter_rows() for cell in row if str(cell.value).endswith("*0.111")}
    assert written == {"*0.111"}


def test_very_many_rows_are_written_once_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_matrix, "MOST_ROWS", 100)
    report = samples.report((300,))
    found = list(formulas(report))
    for cell, computed, written in found:
        assert computed == pytest.approx(written, abs=1e-9), cell
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(report)))["Matriks"]
    assert sheet.max_row < 300


def test_words_that_look_like_a_formula_stay_words() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(samples.report((25,)))))
    cells = [cell for row in book["RTL"].iter_rows() for cell in row]
    for words in ("=1+1 *bukan* #rumus $x$", "@Sekretaris Dinas"):
        (cell,) = (cell for cell in cells if cell.value == words)
        assert cell.data_type == "s"
        assert cell.quotePrefix


def test_every_sheet_is_there_also_of_a_first_small_survey() -> None:
    for report in (
        samples.report((25, 14)),
        samples.bare(samples.report((2,))),
        protected(samples.report((25, 14))),
    ):
        book = openpyxl.load_workbook(io.BytesIO(workbook(report)))
        assert book.sheetnames == NAMES


def test_where_a_service_is_withheld_the_workbook_for_everybody_has_no_answers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(protected(samples.report((25, 14, 3))))))
    assert book.sheetnames == [name for name in NAMES if name != "Matriks"]
    rows = list(book["Unsur"].iter_rows(values_only=True))
    asked = [row for row in rows if row[2] == "tidak ditampilkan"]
    assert len(asked) == 9
    assert all(cell is None for row in asked for cell in row[3:])
