"""The follow-up plans a report shows: of its own period, and of the one before with how far it came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from feedback_app.reporting.places import Directory
from feedback_app.reporting.report_data import PlanLine
from feedback_app.survey.action_queries import PlanRow, lowest_first, period_before, plan_of
from feedback_app.survey.actions import ENDED, quarter_ends
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.models import Period
from feedback_app.survey.stored import PeriodResults, StoredResult

Plan = tuple[PlanLine, ...]


def plans_of(
    session: Session, period: Period, names: Directory, results: PeriodResults, result: StoredResult, *, day: date
) -> tuple[Plan, Plan, str]:
    """Return the plan of a period, that of the period before, and the name of that one (empty: there is none).

    The rows of a unit stand in the order of how low its users rated their elements; `day` decides what is late.
    """
    units = [result.unit_id] if result.unit_id is not None else [part.unit_id for part in result.parts]
    earlier = period_before(session, period)
    elements = _ELEMENTS | {element.key: element.name for element in RULESETS[result.ruleset].elements}

    def plan(of: Period) -> Plan:
        return tuple(
            _line(row, names.units[unit_id].name, elements, day)
            for unit_id in units
            if unit_id is not None
            for row in lowest_first(plan_of(session, of.agency_id, of.id, unit_id, day=day), results.unit(unit_id))
        )

    return plan(period), plan(earlier) if earlier else (), earlier.name if earlier else ""


def _line(row: PlanRow, unit: str, elements: Mapping[str, str], day: date) -> PlanLine:
    is_late = row.status not in ENDED and quarter_ends(row.year, max(row.quarters)) < day
    return PlanLine(
        unit, elements.get(row.element, row.element), row.programme, row.year, row.quarters, row.responsible,
        row.status, row.note, row.is_carried, is_late, row.went_on,
    )  # fmt: skip


_ELEMENTS = {element.key: element.name for rules in RULESETS.values() for element in rules.elements}
