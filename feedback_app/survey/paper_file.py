"""Read a file of questionnaires on paper for one unit of a period: what would be stored, and every cell that cannot be.

Nothing is stored here, so that whoever uploads sees first what the file comes to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import lru_cache
from typing import Any, Final

from feedback_app.intake.imports.moments import DateReading, read_moment
from feedback_app.intake.imports.problems import RowProblemError
from feedback_app.survey import paper_values as values
from feedback_app.survey.operations import Filled, Respondent
from feedback_app.survey.paper_columns import About, PaperColumns, PaperColumnsError, paper_columns
from feedback_app.survey.paper_tables import Row, read_table
from feedback_app.survey.paper_values import Cell, Formula, Problem, UnreadableValueError
from feedback_app.survey.queries import Questionnaire
from feedback_app.survey.rules import AnswerOrder, SurveyChannel

LONGEST_CELL: Final = 40


@dataclass(frozen=True, slots=True)
class PaperSetting:
    """Whose questionnaires a file holds: the unit, the days they may be of, and what is asked about which service.

    `services` leads from a code or name in small letters to a service that is surveyed ("" to the unit as a whole,
    where that is); `service_id` and `day` hold for files without such a column.
    """

    unit_id: int
    service_id: int | None
    day: date | None
    first: date
    last: date
    today: date
    zone: tzinfo
    services: Mapping[str, int | None]
    questionnaires: Mapping[int | None, Questionnaire]


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that cannot be read: its row as a spreadsheet numbers it, its column, the start of what it holds."""

    row: int
    column: str
    text: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class PaperFile:
    """What a file holds: questionnaires that can be stored, with their rows, and what stands against the others."""

    filled: tuple[Filled, ...]
    rows: tuple[int, ...]
    bad: tuple[BadCell, ...]
    bad_rows: int
    blank_rows: int
    columns: PaperColumns
    header: tuple[str, ...]
    sha256: bytes


def read_paper_file(
    content: bytes, setting: PaperSetting, *, order: AnswerOrder | None, sheet: str | None = None
) -> PaperFile:
    """Return what a file of questionnaires holds.

    Raises
    ------
    UnreadablePaperFileError, SheetNotNamedError, AnswerColumnsError, AnswerOrderMissingError, PaperColumnsError
    """
    table = read_table(content, sheet=sheet)
    columns = paper_columns(table.header, list(setting.questionnaires.values()), order)
    if About.SERVICE not in columns.about and setting.service_id not in setting.questionnaires:
        raise PaperColumnsError("Unit ini disurvei per layanan. Pilih satu layanan, atau tambahkan kolom layanan.")
    reader = _Reader(setting, columns, table.header)
    for row in table.rows:
        reader.read(row)
    return PaperFile(
        filled=tuple(reader.filled), rows=tuple(reader.rows), bad=tuple(reader.bad), bad_rows=reader.bad_rows,
        blank_rows=table.blank_rows, columns=columns, header=tuple(table.header),
        sha256=hashlib.sha256(content).digest(),
    )  # fmt: skip


class _Reader:
    """Reads row after row, and keeps what is wrong."""

    def __init__(self, setting: PaperSetting, columns: PaperColumns, header: Sequence[str]) -> None:
        self._setting, self._columns, self._header = setting, columns, header
        dates = DateReading(setting.zone, setting.zone)
        # Dates and words repeat from row to row.
        self._day = lru_cache(maxsize=4096)(lambda cell: _read_day(cell, setting, dates))
        self.filled: list[Filled] = []
        self.rows: list[int] = []
        self.bad: list[BadCell] = []
        self.bad_rows = 0
        self._wrong: list[BadCell] = []
        self._cells: Sequence[Cell] = ()
        self._number = 0

    def read(self, row: Row) -> None:
        """Take in one row, or note everything that is wrong with it."""
        self._number, self._cells = row
        self._wrong = []
        self._check_width()
        found = None if self._has_formulas() else self._read()
        if self._wrong or found is None:
            self.bad += self._wrong
            self.bad_rows += 1
            return
        self.filled.append(found)
        self.rows.append(self._number)

    def _read(self) -> Filled | None:
        day = self._when()
        service_id = self._where()
        asked = self._setting.questionnaires.get(service_id)
        who = Respondent(
            sex=self._of(About.SEX, values.read_sex), age=self._of(About.AGE, values.read_age),
            education=self._of(About.EDUCATION, values.read_education),
            occupation=self._of(About.OCCUPATION, values.read_occupation),
        )  # fmt: skip
        hours = self._of(About.HOURS, values.read_hours)
        answers = self._answers(asked) if asked else {}
        if self._wrong or day is None:
            return None
        return Filled(
            unit_id=self._setting.unit_id, service_id=service_id, answered_on=day, answers=answers,
            channel=SurveyChannel.IMPORTED, hours=hours, respondent=who,
        )  # fmt: skip

    def _answers(self, asked: Questionnaire) -> dict[str, int]:
        found: dict[str, int] = {}
        for question in asked.asked:
            place = self._columns.answers.get(question.key)
            if place is None:
                continue
            cell = self._cell(place)
            try:
                given = values.read_answer(cell, len(question.options))
            except UnreadableValueError as error:
                self._note(place, cell, error.problem)
                continue
            if given is not None:
                found[question.key] = given
        if not self._wrong and not any(question.key in found for question in asked.inside):
            self._wrong.append(BadCell(self._number, "", "", Problem.NOTHING))
        return found

    def _when(self) -> date | None:
        place = self._columns.about.get(About.DAY)
        cell = None if place is None else self._cell(place)
        try:
            return self._day(cell)
        except UnreadableValueError as error:
            self._note(place, cell, error.problem)
            return None

    def _where(self) -> int | None:
        place = self._columns.about.get(About.SERVICE)
        if place is None:
            return self._setting.service_id
        cell = self._cell(place)
        text = " ".join(values.plain(cell).casefold().split())
        if text not in self._setting.services:
            self._note(place, cell, Problem.SERVICE)
            return None
        return self._setting.services[text]

    def _of(self, about: About, read: Callable[[Cell], Any]) -> Any:
        place = self._columns.about.get(about)
        if place is None:
            return None
        cell = self._cell(place)
        try:
            return read(cell)
        except UnreadableValueError as error:
            self._note(place, cell, error.problem)
            return None

    def _check_width(self) -> None:
        if len(self._cells) <= len(self._header):
            return
        extra = [cell for cell in self._cells[len(self._header) :] if values.plain(cell)]
        if extra:
            # An answer such as 3,4 moves all that follow by one column, each of them a valid digit.
            self._wrong.append(BadCell(self._number, "", _short(extra[0]), Problem.TOO_MANY_CELLS))

    def _has_formulas(self) -> bool:
        """Note each cell that should be read and holds a formula without its value."""
        found = False
        for place in sorted({*self._columns.answers.values(), *self._columns.about.values()}):
            cell = self._cell(place)
            if isinstance(cell, Formula):
                self._note(place, cell, Problem.FORMULA)
                found = True
        return found

    def _cell(self, place: int) -> Cell:
        return self._cells[place] if place < len(self._cells) else None

    def _note(self, place: int | None, cell: Cell, problem: Problem) -> None:
        column = self._header[place] if place is not None else ""
        self._wrong.append(BadCell(self._number, column, _short(cell), problem))


def check_day(day: date, *, first: date, last: date, today: date) -> None:
    """Refuse a day on which nobody can have answered a period's questionnaire.

    Raises
    ------
    UnreadableValueError
    """
    if not first <= day <= last:
        raise UnreadableValueError(Problem.DAY_OUTSIDE)
    if day > today:
        raise UnreadableValueError(Problem.DAY_TO_COME)


def _read_day(cell: Cell, setting: PaperSetting, dates: DateReading) -> date:
    if not values.plain(cell):
        day = setting.day
        if day is None:
            raise UnreadableValueError(Problem.DAY_MISSING)
    elif isinstance(cell, str | date):
        try:
            day = read_moment(cell, dates).on
        except RowProblemError as error:
            raise UnreadableValueError(Problem.DAY) from error
    else:
        raise UnreadableValueError(Problem.DAY)
    check_day(day, first=setting.first, last=setting.last, today=setting.today)
    return day


def _short(cell: Cell) -> str:
    """Return the start of a cell on one line."""
    text = values.plain(cell)
    line = "".join(mark if mark.isprintable() else " " for mark in text[: LONGEST_CELL + 1])
    return line if len(line) <= LONGEST_CELL else f"{line[:LONGEST_CELL]}…"
