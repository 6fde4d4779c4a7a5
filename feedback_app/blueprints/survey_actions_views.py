"""What the pages of follow-up plans show: the place asked about, its lowest elements, and how far its plan is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from flask_security import current_user

from feedback_app.blueprints.access import today
from feedback_app.blueprints.forms.survey_actions import ActionForm
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.survey_frame import agency_of, readable_period
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnknownUnitError, units_of
from feedback_app.survey import within_reach
from feedback_app.survey.action_carrying import left_over
from feedback_app.survey.action_counts import DueAction, LeftOver, PlanCounts, counts_of, due_soon, left_overs
from feedback_app.survey.action_queries import period_before
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.instruments import instrument_of
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Action
from feedback_app.survey.rules import PeriodState
from feedback_app.survey.stored import StoredElement, StoredResult, latest


@dataclass(frozen=True, slots=True)
class Asked:
    """The unit and period a page is about; `may_plan` whoever heads the unit."""

    period: Period
    agency: Agency
    unit_id: int
    unit_name: str
    may_plan: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One unit in the list of a period."""

    unit_id: int
    name: str
    lowest: tuple[StoredElement, ...]
    counts: PlanCounts | None
    left_over: LeftOver

    @property
    def late(self) -> int:
        """Return how many rows are late, those that wait in the plan before among them."""
        return self.left_over.late + (self.counts.late if self.counts else 0)


def asked_place(period_id: int, unit_id: int, permission: Permission = Permission.READ_SURVEY) -> Asked:
    """Return the unit and period of an address.

    Raises
    ------
    feedback_app.survey.queries.UnknownPeriodError, feedback_app.organisation.queries.UnknownUnitError
        Also where the signed-in person has not this permission over the unit.
    """
    period, session = readable_period(period_id), db.session()
    reached = within_reach.unit_ids(session, current_user.id, period.agency_id, permission, today())
    name = _names(period).get(unit_id)
    if unit_id not in reached or name is None:
        raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")
    heads = within_reach.unit_ids(session, current_user.id, period.agency_id, Permission.PLAN_FOLLOW_UP, today())
    return Asked(period, agency_of(period), unit_id, name, unit_id in heads)


def plan_is_open(period: Period) -> bool:
    """Tell whether a plan can be written: the results are there."""
    return period.state is PeriodState.CLOSED


def lines_of(period: Period, unit_ids: Collection[int], day: date) -> list[Line]:
    """Return the units among these that have a result or a plan in a period, by name."""
    session, earlier = db.session(), period_before(db.session(), period)
    results = latest(session, period) if plan_is_open(period) else None
    lowest = {one.unit_id: one.lowest for one in (results.units if results else ())}
    counts = counts_of(session, period.agency_id, period.id, unit_ids, day=day)
    left = left_overs(session, period.agency_id, earlier.id, unit_ids, day=day) if earlier else {}
    return [
        Line(unit_id, name, lowest.get(unit_id, ()), counts.get(unit_id), left.get(unit_id, LeftOver(0, 0)))
        for unit_id, name in _names(period).items()
        if unit_id in unit_ids and (unit_id in lowest or unit_id in counts or unit_id in left)
    ]


def lowest_of(period: Period, unit_id: int) -> tuple[StoredElement, ...]:
    """Return the three elements that users of a unit rated lowest; none before there is a result."""
    result = result_of(period, unit_id)
    return result.lowest if result else ()


def result_of(period: Period, unit_id: int) -> StoredResult | None:
    """Return the stored result of a unit; None before there is one."""
    results = latest(db.session(), period, unit_id=unit_id) if plan_is_open(period) else None
    return results.unit(unit_id) if results else None


def element_names(period: Period) -> Mapping[str, str]:
    """Return the elements of a period's rules by key, in the regulation's order and the page's language."""
    rules = RULESETS[instrument_of(db.session(), period).ruleset]
    return {element.key: translated(element.name) for element in rules.elements}


def say_left_over(asked: Asked, earlier: Period | None) -> int:
    """Return how many rows of the plan before are offered to be carried on."""
    if earlier is None or not plan_is_open(asked.period):
        return 0
    return left_over(db.session(), earlier, asked.unit_id)


def due_of(agency: Agency, day: date) -> list[DueAction]:
    """Return what is late or ends within two weeks in the plans that the signed-in person writes."""
    session = db.session()
    mine = within_reach.unit_ids(session, current_user.id, agency.id, Permission.PLAN_FOLLOW_UP, today())
    return due_soon(session, agency.id, mine, day=day) if mine else []


def new_form(asked: Asked, element: str, day: date) -> ActionForm:
    """Return an empty row: the lowest element, and the next quarter."""
    lowest = [one.key for one in lowest_of(asked.period, asked.unit_id)]
    year, quarter = next_quarter(day)
    return ActionForm(
        element_names(asked.period), element=element or next(iter(lowest), None), year=str(year),
        quarters=[str(quarter)],
    )  # fmt: skip


def form_of(period: Period, row: Action) -> ActionForm:
    """Return a stored row as its form."""
    return ActionForm(
        element_names(period), formdata=None, element=row.element, programme=row.programme, year=str(row.year),
        quarters=[str(number) for number in row.quarters], responsible=row.responsible, version=str(row.version),
    )  # fmt: skip


def next_quarter(day: date) -> tuple[int, int]:
    """Return year and number of the quarter after that of a day.

    >>> next_quarter(date(2026, 7, 3)), next_quarter(date(2026, 12, 31))
    ((2026, 4), (2027, 1))
    """
    quarter = (day.month - 1) // 3 + 1
    return (day.year + 1, 1) if quarter == 4 else (day.year, quarter + 1)


def _names(period: Period) -> dict[int, str]:
    units = units_of(db.session(), period.agency_id, min(today(), period.ends_on))
    return {unit.id: unit.name for unit in units}
