"""The published satisfaction index of a unit: its elements, its course, what follows from it, as page and as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from feedback_app.blueprints import places, survey_data
from feedback_app.blueprints.charts import LineChart, line_chart
from feedback_app.blueprints.kept_pages import kept
from feedback_app.blueprints.places import Place
from feedback_app.blueprints.public import bp
from feedback_app.blueprints.survey_data import PublicPlan
from feedback_app.blueprints.survey_public import survey_address
from feedback_app.db import db
from feedback_app.survey.action_queries import public_plan
from feedback_app.survey.elements import RULESETS, RuleSetCode
from feedback_app.survey.published import PublishedResult, comparable, published_results
from feedback_app.survey.rules import SMALLEST_PUBLISHED
from feedback_app.survey.sample import by_table

HIGHEST: Final = 100.0
HIGHEST_VALUE: Final = Decimal(101)
# The axis begins at the mark below the lowest interval; marks are so far apart.
STEP: Final = 20


@dataclass(frozen=True, slots=True)
class Trend:
    """The course of the index, the oldest first; `alike` are the periods that may be compared with the newest."""

    chart: LineChart
    results: tuple[PublishedResult, ...]
    alike: frozenset[int]


@bp.get("/skm/<agency>/<unit>/hasil")
@kept()
def survey_results(agency: str, unit: str) -> ResponseReturnValue:
    """Show what surveys of a unit came to, newest first."""
    place = places.place_of(db.session(), agency, unit)
    results = published_results(db.session(), place.agency.id, place.unit.id)
    newest = next((one for one in results if not one.is_withheld), None)
    return render_template(
        "survey/results.html",
        place=place,
        results=results,
        newest=newest,
        plan=_plan(place, results),
        least=_least(newest),
        trend=trend(results, newest) if newest else None,
        address=survey_address(place),
        smallest=SMALLEST_PUBLISHED,
        rulesets=RULESETS,
        names={element.key: element.name for rules in RULESETS.values() for element in rules.elements},
    )


@bp.get("/skm/<agency>/<unit>/hasil.json")
@kept()
def survey_results_json(agency: str, unit: str) -> ResponseReturnValue:
    """Give the published results of a unit to programs."""
    return _data(agency, unit, survey_data.as_json)


@bp.get("/skm/<agency>/<unit>/hasil.csv")
@kept()
def survey_results_csv(agency: str, unit: str) -> ResponseReturnValue:
    """Give the published results of a unit as a table, one row a figure."""
    return _data(agency, unit, survey_data.as_csv)


def trend(results: Sequence[PublishedResult], newest: PublishedResult) -> Trend | None:
    """Return the course of the index, None where there is one period alone to show."""
    told = tuple(one for one in reversed(results) if not one.is_withheld)
    if len(told) < 2:
        return None
    alike = frozenset(one.period_id for one in comparable(told, newest))
    rows = [
        [_float(one.value) if one.period_id in alike else None for one in told],
        [None if one.period_id in alike else _float(one.value) for one in told],
        [_float(one.low) for one in told],
        [_float(one.high) for one in told],
    ]
    least = min(value for row in rows for value in row if value is not None)
    return Trend(line_chart(rows, STEP * (least // STEP) if least < HIGHEST else HIGHEST - STEP, HIGHEST), told, alike)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _plan(place: Place, results: Sequence[PublishedResult]) -> PublicPlan:
    told = [one for one in results if not one.is_withheld]
    period_id, rows = public_plan(
        db.session(), place.agency.id, [one.period_id for one in told], place.unit.id, day=place.agency.today()
    )
    of = next((one for one in told if one.period_id == period_id), None)
    values = {one.key: one.value for one in of.elements if one.value is not None} if of else {}
    rows.sort(key=lambda row: values.get(row.element, HIGHEST_VALUE))
    return PublicPlan(of, tuple(rows))


def _least(newest: PublishedResult | None) -> int | None:
    """Return how many respondents the table asks for, where fewer answered."""
    if newest is None or not newest.population or newest.ruleset is not RuleSetCode.PERMENPANRB_14_2017:
        return None
    least = by_table(newest.population)
    return least if (newest.respondents or 0) < least else None


def _data(agency: str, unit: str, give: Callable[[Place, Sequence[PublishedResult], PublicPlan], Response]) -> Response:
    place = places.place_of(db.session(), agency, unit)
    results = published_results(db.session(), place.agency.id, place.unit.id)
    return give(place, results, _plan(place, results))
