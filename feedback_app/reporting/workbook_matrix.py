"""The sheet an officer can check: raw answers row by row, and beneath them the processing as formulas.

Its rows are named as on the official processing form: nilai/unsur, NRR/unsur, NRR tertimbang/unsur.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from xlsxwriter.utility import xl_col_to_name

from feedback_app.reporting.answer_data import Block
from feedback_app.reporting.matrix import columns_of, counted_patterns
from feedback_app.reporting.matrix_formulas import counting, summing
from feedback_app.reporting.matrix_formulas import sums as sums_of
from feedback_app.reporting.protection import leaf_key
from feedback_app.reporting.report_data import Place, Report
from feedback_app.reporting.workbook_page import Book, Page
from feedback_app.survey.elements import CONVERSION, Weight
from feedback_app.survey.index import half_up
from feedback_app.survey.rules import Averaging

MOST_ROWS: Final = 20_000
"""Beyond this many questionnaires equal rows are written once with how often they occur."""

_FIRST: Final = 4
"""The columns before the answers: number, unit, service, how often."""


@dataclass(slots=True)
class _Range:
    """Where the counted answers of a block stand (rows from 1, both ends), and the block."""

    first: int
    last: int
    block: Block


@dataclass(slots=True)
class _Done:
    """Where the figures of a place stand (rows from 1; None where they are no formulas), and what they are."""

    columns: tuple[str, ...]
    sums: dict[str, tuple[int, int]]
    means: dict[str, Fraction]
    value_row: int | None = None
    mean_row: int | None = None
    whose: str = ""
    is_formula: bool = field(default=True)


class MatrixSheet:
    """Writes the sheet `Matriks`."""

    def __init__(self, book: Book, report: Report) -> None:
        self.report = report
        self.columns = columns_of(report.blocks)
        self.at = {key: _FIRST + number for number, (key, _element) in enumerate(self.columns)}
        self.home: dict[str, int] = {}
        for key, element in self.columns:
            self.home.setdefault(element, self.at[key])
        self.end = _FIRST + len(self.columns)
        self.is_long = sum(block.respondents for block in report.blocks) > MOST_ROWS
        self.page: Page = book.page("Matriks", [7, 16, 22, 9, *[13] * len(self.columns), 11, 11])

    def write(self) -> None:
        """Write answers, then processing."""
        self.page.title("Matriks jawaban tanpa identitas dan pengolahannya")
        self._head()
        ranges = self._answers()
        self.page.skip()
        self._process(self.report.place, ranges)

    def _head(self) -> None:
        names = {element.key: element.name for element in self.report.method.rules.elements}
        first = ["No.", "Unit", "Layanan", "Banyaknya"]
        self.page.head([*first, *(names[element] for _key, element in self.columns), "", ""], freeze=False)
        self.page.head(["", "", "", "", *(key for key, _element in self.columns), "Indeks", "IKM"])

    def _answers(self) -> dict[tuple[str, str], list[_Range]]:
        ranges: dict[tuple[str, str], list[_Range]] = {}
        number = 0
        for block in self.report.blocks:
            counted = set(counted_patterns(block, self.report.method.missing))
            first, last = self.page.row + 1, self.page.row
            for pattern in block.patterns:
                times = 1 if self.is_long else pattern.count
                for _ in range(times):
                    number += 1
                    self._answer_row(number, block, pattern.answers, pattern.count if self.is_long else 1)
                if pattern in counted:
                    last = self.page.row
            ranges.setdefault((block.unit_code, block.service_code), []).append(_Range(first, last, block))
        return ranges

    def _answer_row(self, number: int, block: Block, answers: tuple[int | None, ...], count: int) -> None:
        self.page.line([number, block.unit_code, block.service_code, count])
        self.page.row -= 1
        for column, answer in zip(block.columns, answers, strict=True):
            self.page.put(self.at[column.key], answer)
        self.page.row += 1

    def _process(self, place: Place, ranges: dict[tuple[str, str], list[_Range]]) -> _Done:
        if not place.parts:
            return self._leaf(place, ranges.get(leaf_key(place), []))
        parts = [self._process(part, ranges) for part in place.parts if part.respondents != 0]
        if place.averaging is Averaging.MEAN and all(part.is_formula for part in parts):
            return self._mean(place, parts)
        if place.averaging is Averaging.POOLED and self._can_pool(parts):
            return self._pooled(place, parts)
        return self._values(place)

    def _leaf(self, place: Place, ranges: list[_Range]) -> _Done:
        if len(ranges) != 1 or ranges[0].last < ranges[0].first:
            return self._values(place)
        span, sums = ranges[0], sums_of(ranges[0].block, self.report.method.missing)
        done = _Done(tuple(column.key for column in span.block.columns), sums, {})
        self._row_of_sums(
            place, done,
            {key: (summing(self._range(key, span), self._times(span), is_long=self.is_long),
                   counting(self._range(key, span), self._times(span), is_long=self.is_long)) for key in done.columns},
        )  # fmt: skip
        return self._means_from_sums(place, done)

    def _pooled(self, place: Place, parts: list[_Done]) -> _Done:
        keys = parts[0].columns
        sums = {
            key: (sum(part.sums[key][0] for part in parts), sum(part.sums[key][1] for part in parts)) for key in keys
        }
        done = _Done(keys, sums, {})
        rows = [part.value_row or 0 for part in parts]
        self._row_of_sums(
            place, done,
            {key: ("=" + "+".join(f"{self._letter(self.at[key])}{row}" for row in rows),
                   "=" + "+".join(f"{self._letter(self.at[key])}{row + 1}" for row in rows)) for key in keys},
        )  # fmt: skip
        return self._means_from_sums(place, done)

    def _can_pool(self, parts: list[_Done]) -> bool:
        return all(part.value_row and part.is_formula and part.columns == parts[0].columns for part in parts)

    def _row_of_sums(self, place: Place, done: _Done, formulas: dict[str, tuple[str, str]]) -> None:
        done.value_row = self.page.row + 1
        for which, label in enumerate(("Nilai/unsur", "Jumlah jawaban")):
            self._label(place, label)
            for key in done.columns:
                self.page.formula(self.at[key], formulas[key][which], done.sums[key][which], "whole")
            self.page.row += 1

    def _means_from_sums(self, place: Place, done: _Done) -> _Done:
        formulas = {}
        row = done.value_row or 0
        for element, keys in self._questions(done).items():
            quotients = [f"{self._letter(self.at[key])}{row}/{self._letter(self.at[key])}{row + 1}" for key in keys]
            formulas[element] = f"=({'+'.join(quotients)})/{len(quotients)}" if len(keys) > 1 else f"={quotients[0]}"
            done.means[element] = sum(Fraction(*done.sums[key]) for key in keys) / Fraction(len(keys))
        return self._finish(place, done, formulas)

    def _questions(self, done: _Done) -> dict[str, list[str]]:
        """Return the questions of each element that somebody answered."""
        found: dict[str, list[str]] = {}
        for key, element in self.columns:
            if key in done.columns and done.sums[key][1]:
                found.setdefault(element, []).append(key)
        return found

    def _mean(self, place: Place, parts: list[_Done]) -> _Done:
        elements = [element for element in self.home if all(element in part.means for part in parts)]
        done = _Done((), {}, {
            element: sum(part.means[element] for part in parts) / Fraction(len(parts)) for element in elements
        })  # fmt: skip
        formulas = {
            element: "=("
            + "+".join(f"{self._letter(self.home[element])}{part.mean_row}" for part in parts)
            + f")/{len(parts)}"
            for element in elements
        }
        return self._finish(place, done, formulas)

    def _finish(self, place: Place, done: _Done, formulas: dict[str, str]) -> _Done:
        rules, weight = self.report.method.rules, self.report.method.weight
        each = rules.weight_of(weight)
        times = f"/{len(rules.elements)}" if weight is Weight.EXACT else f"*{weight.value}"
        done.mean_row = self.page.row + 1
        self._label(place, "NRR/unsur")
        for element, formula in formulas.items():
            self.page.formula(self.home[element], formula, done.means[element], "three")
        self.page.row += 1
        self._label(place, "NRR tertimbang/unsur")
        for element in formulas:
            letter = self._letter(self.home[element])
            self.page.formula(
                self.home[element], f"={letter}{done.mean_row}{times}", done.means[element] * each, "three"
            )
        self._index(done, each)
        return done

    def _index(self, done: _Done, each: Fraction) -> None:
        row = self.page.row + 1
        exact = each * sum(done.means.values(), Fraction(0))
        weighted = f"{self._letter(_FIRST)}{row}:{self._letter(self.end - 1)}{row}"
        self.page.formula(self.end, f"=SUM({weighted})", exact, "three")
        ikm = f"=ROUND(SUM({weighted})*{CONVERSION},2)"
        self.page.formula(self.end + 1, ikm, half_up(exact * CONVERSION, 2), "two")
        self.page.row += 2

    def _values(self, place: Place) -> _Done:
        """Write what is known of a place without formulas: parts are withheld, or questionnaires differ."""
        means = {one.key: one.mean for one in place.elements}
        if place.value is not None:
            self._label(place, "NRR/unsur (angka saja)")
            for element, mean in means.items():
                self.page.put(self.home[element], mean)
            self.page.put(self.end + 1, place.value)
            self.page.row += 2
        return _Done((), {}, means, is_formula=False)

    def _label(self, place: Place, words: str) -> None:
        self.page.put(0, "", "strong")
        self.page.put(1, place.unit_code or place.code, "strong")
        self.page.put(2, f"{words}: {place.name}", "strong")

    def _range(self, key: str, span: _Range) -> str:
        letter = self._letter(self.at[key])
        return f"{letter}{span.first}:{letter}{span.last}"

    def _times(self, span: _Range) -> str:
        letter = self._letter(_FIRST - 1)
        return f"{letter}{span.first}:{letter}{span.last}"

    @staticmethod
    def _letter(column: int) -> str:
        return str(xl_col_to_name(column))
