"""What the pages of results show of a place: the stored result where a period is closed, else what its sums give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.blueprints.charts import LineChart, line_chart
from feedback_app.organisation.models import PublicService
from feedback_app.survey.comparison import Comparison, Side, compare, stored_side
from feedback_app.survey.element_moves import moves
from feedback_app.survey.elements import RULESETS, Grade
from feedback_app.survey.figures import PlaceFigure, Rules
from feedback_app.survey.models import Period
from feedback_app.survey.overview import ResultLine
from feedback_app.survey.results import PeriodFigures, as_result
from feedback_app.survey.sample import Progress, SampleWarning, progress
from feedback_app.survey.series import PeriodResult, before
from feedback_app.survey.stored import StoredElement, StoredResult

LOWEST_DRAWN: Final = 25
HIGHEST_DRAWN: Final = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One unit (or all of them) in the table of a period."""

    unit_id: int | None
    name: str
    respondents: int
    progress: Progress
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    grade: Grade | None
    warnings: Sequence[SampleWarning]
    parts: Sequence[PlaceFigure]

    @property
    def share(self) -> float:
        """Return how much of the needed sample is there, 0 to 1; 0 where nobody knows what is needed."""
        percent = self.progress.percent
        return min(1.0, float(percent) / 100) if percent is not None else 0.0


@dataclass(frozen=True, slots=True)
class Trend:
    """The indexes of a place by period, drawn and told; `alike` are the periods comparable with the newest."""

    rows: Sequence[PeriodResult]
    alike: frozenset[int]
    chart: LineChart
    differences: Mapping[int, Comparison]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Questionnaires about a part that is not in the mean, and the elements that nobody answered about it."""

    name: str
    received: int
    elements: tuple[str, ...]


def left_out_of(figure: PlaceFigure, rules: Rules, name_of: Callable[[PlaceFigure], str]) -> list[LeftOut]:
    """Return the parts of a place that were answered about and are not in its mean."""
    elements = RULESETS[rules.ruleset]
    return [
        LeftOut(name_of(part), part.received, tuple(elements.element(key).name for key in part.without))
        for part in figure.left_out
    ]


def line_of(figure: PlaceFigure, name: str, stored: ResultLine | None) -> Line:
    """Return a place as one line; what is stored comes before what the sums give."""
    if stored is not None:
        return Line(
            figure.unit_id, name, stored.respondents, progress(stored.respondents, stored.population), stored.value,
            stored.low, stored.high, stored.grade, figure.warnings, figure.parts,
        )  # fmt: skip
    index, interval = figure.index, figure.interval
    return Line(
        figure.unit_id, name, figure.respondents, figure.progress,
        index.value if index else None, interval.low if interval else None, interval.high if interval else None,
        index.grade if index else None, figure.warnings, figure.parts,
    )  # fmt: skip


def as_line(result: StoredResult) -> ResultLine:
    """Return a stored result as an overview has it."""
    low, high = (result.interval.low, result.interval.high) if result.interval else (None, None)
    return ResultLine(
        result.level, result.unit_id, result.service_id, result.respondents, result.population, result.value, low,
        high, result.grade,
    )  # fmt: skip


def ordered(lines: Sequence[Line], by: str) -> list[Line]:
    """Return lines by name, index, respondents or progress; those without the figure last."""
    named = sorted(lines, key=lambda line: line.name)
    if by == "index":
        return sorted(named, key=lambda line: (line.value is None, line.value or 0))
    if by == "respondents":
        return sorted(named, key=lambda line: line.respondents)
    if by == "progress":
        return sorted(named, key=lambda line: (line.progress.percent is None, line.share))
    return named


def trend_of(rows: Sequence[PeriodResult]) -> Trend | None:
    """Return the indexes of a place by period; None where there are not two of them."""
    if len(rows) < 2:
        return None
    newest = rows[-1].result
    alike = frozenset(
        one.period.id
        for one in rows
        if (one.result.ruleset, one.result.weight) == (newest.ruleset, newest.weight)
    )  # fmt: skip
    drawn: list[list[float | None]] = [[], [], [], []]
    for one in rows:
        value, interval = float(one.result.value), one.result.interval
        same = one.period.id in alike
        ends = (float(interval.low), float(interval.high)) if interval else (None, None)
        for row, figure in zip(drawn, (value if same else None, None if same else value, *ends), strict=True):
            row.append(figure)
    steps = zip(rows[1:], rows, strict=False)
    differences = {now.period.id: compare(stored_side(now.result), stored_side(then.result)) for now, then in steps}
    return Trend(rows, alike, line_chart(drawn, LOWEST_DRAWN, HIGHEST_DRAWN), differences)


def compared_with(rows: Sequence[PeriodResult], period: Period, wanted: int | None) -> PeriodResult | None:
    """Return the earlier period that is asked for, else the one just before; None where there is none."""
    earlier = before(list(rows), period)
    chosen = [one for one in earlier if one.period.id == wanted] or earlier[-1:]
    return chosen[0] if chosen else None


def beside(
    history: Sequence[PeriodResult], period: Period, now: Side | None, elements: Sequence[StoredElement],
    wanted: int | None,
) -> dict[str, object]:  # fmt: skip
    """Return the earlier period that is compared, how index and elements moved since, and the trend."""
    earlier = compared_with(history, period, wanted)
    found = compare(now, stored_side(earlier.result)) if now and earlier else None
    return {
        "earlier": earlier,
        "comparison": found,
        "moves": moves(found, elements, earlier.result.elements) if earlier else None,
        "choices": [one.period for one in history if one.period.starts_on < period.starts_on],
        "trend": trend_of(history),
    }


def elements_of_all(history: Sequence[PeriodResult], period: Period, found: PeriodFigures) -> Sequence[StoredElement]:
    """Return the elements of the agency in a period, stored or as they would be now."""
    stored = next((one.result.elements for one in history if one.period.id == period.id), None)
    if stored is not None or found.agency.index is None:
        return stored or ()
    return as_result(period, found, found.agency, clock.utcnow()).elements


def lowest_keys(result: StoredResult) -> dict[str, int]:
    """Return the three lowest elements with their place, 1 the lowest."""
    return {element.key: place for place, element in enumerate(result.lowest, start=1)}


def performance(result: StoredResult) -> str:
    """Return the grade of a result in the words of its rules."""
    return RULESETS[result.ruleset].band_of(result.value).performance


def service_names(session: Session, agency_id: int) -> dict[int, str]:
    """Return the names of all services of an agency, those that are given no more too."""
    rows = session.execute(sa.select(PublicService.id, PublicService.name).where(PublicService.agency_id == agency_id))
    return {row.id: row.name for row in rows}
