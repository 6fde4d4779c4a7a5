"""The published results of surveys for programs and spreadsheets, with what they mean."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from flask import Response, jsonify

from feedback_app.blueprints.places import Place
from feedback_app.safe_table import SafeTable
from feedback_app.survey.action_queries import PublicAction
from feedback_app.survey.published import PublishedResult
from feedback_app.survey.rules import SMALLEST_PUBLISHED

METHOD: Final = {
    "source": "Survei Kepuasan Masyarakat, PermenPANRB 14/2017; hasil lama menurut aturannya sendiri (ruleset)",
    "index": "25-100, jumlah nilai rata-rata tertimbang unsur x 25; ratings of the portal are never mixed in",
    "interval": "95 %, Student t, over complete questionnaires",
    "weight": "what one element weighs: exact = one over their number, else the rounding that was used",
    "respondents": "those whose answers are in the index; questionnaires about a service without an index stand apart",
    "withheld_below": SMALLEST_PUBLISHED,
    "withheld": "no figure of a unit, and none of an element, that fewer people answered",
}


@dataclass(frozen=True, slots=True)
class PublicPlan:
    """The newest plan that everybody may read, and the result it follows from; None where there is no plan."""

    of: PublishedResult | None
    rows: tuple[PublicAction, ...]


def as_json(place: Place, results: Sequence[PublishedResult], plan: PublicPlan) -> Response:
    """Return everything published of a unit, the newest period first, and the plan that followed from it."""
    return jsonify(
        agency={"code": place.agency.code, "name": place.agency.name},
        unit={"code": place.unit.code, "name": place.unit.name},
        method=METHOD,
        results=[_result(one) for one in results],
        follow_up=[_action(one, plan) for one in plan.rows],
    )


def as_csv(place: Place, results: Sequence[PublishedResult], plan: PublicPlan) -> Response:  # noqa: ARG001
    """Return the published figures, one row a figure; the plan is words, and stands in the other format."""
    written = io.StringIO()
    table = SafeTable(written)
    table.row(["agency", "unit", "period", "ruleset", "weight", "respondents", "figure", "value", "grade"])
    for row in _rows(results):
        table.row((place.agency.code, place.unit.code, *row))
    return Response(written.getvalue(), content_type="text/csv; charset=utf-8")


def _rows(results: Sequence[PublishedResult]) -> Iterator[tuple[object, ...]]:
    for one in results:
        start = (one.period_code, one.ruleset.value, one.weight.value)
        yield (*start, one.respondents, "index", _plain(one.value) or "withheld", one.grade)
        if one.low is not None:
            yield (*start, one.respondents, "index_low", _plain(one.low), None)
            yield (*start, one.respondents, "index_high", _plain(one.high), None)
        for element in one.elements:
            yield (*start, element.n, element.key, _plain(element.value) or "withheld", element.grade)


def _result(one: PublishedResult) -> dict[str, Any]:
    return {
        "period": {
            "code": one.period_code, "name": one.period_name, "starts_on": one.starts_on.isoformat(),
            "ends_on": one.ends_on.isoformat(),
        },
        "ruleset": one.ruleset.value, "weight": one.weight.value, "version": one.version, "withheld": one.is_withheld,
        "respondents": one.respondents, "population": one.population, "index": _plain(one.value),
        "not_in_index": [
            {"service": left.service, "respondents": left.received, "elements_without_answers": list(left.elements)}
            for left in one.left_out
        ],
        "low": _plain(one.low), "high": _plain(one.high), "grade": one.grade, "source": one.source_note,
        "elements": [
            {
                "key": element.key, "name": element.name, "respondents": element.n, "mean": _plain(element.mean),
                "value": _plain(element.value), "grade": element.grade,
            }
            for element in one.elements
        ],
    }  # fmt: skip


def _action(one: PublicAction, plan: PublicPlan) -> dict[str, Any]:
    return {
        "period": plan.of.period_code if plan.of else None, "element": one.element, "programme": one.programme,
        "year": one.year, "quarters": list(one.quarters), "status": one.status.value, "late": one.is_late,
    }  # fmt: skip


def _plain(value: Decimal | None) -> str | None:
    """Return a figure as a string, for a binary fraction would not be the figure that was published."""
    return None if value is None else str(value)
