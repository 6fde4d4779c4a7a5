"""The way in to the surveys of an agency: what to do next, its periods, and the page of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_security import current_user

from feedback_app.blueprints.access import my_permissions, requires, today
from feedback_app.blueprints.forms.survey_setup import NewEndForm
from feedback_app.blueprints.survey_actions_views import due_of
from feedback_app.blueprints.survey_frame import (
    agency_of,
    bp,
    day_at,
    manages,
    readable_period,
    readable_units,
)
from feedback_app.blueprints.survey_links import links_of
from feedback_app.blueprints.survey_results_views import service_names
from feedback_app.blueprints.survey_steps import next_step, step_of, where_to_mend
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import units_of
from feedback_app.survey import set_aside
from feedback_app.survey.action_counts import DueAction
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.history import periods_shown, reported_of
from feedback_app.survey.instruments import instrument_of
from feedback_app.survey.models import Period
from feedback_app.survey.opening import obstacles
from feedback_app.survey.period_life import is_published
from feedback_app.survey.progress import UnitProgress, asked_for, by_unit
from feedback_app.survey.rules import PeriodState
from feedback_app.survey.within_reach import agencies_with

# So many units without a population are named; the others are counted.
MOST_UNKNOWN: Final = 10
# More due rows than this are folded away, unit by unit.
MOST_OPEN: Final = 5


@bp.get("/")
@requires(Permission.READ_SURVEY)
def start() -> ResponseReturnValue:
    """Say what to do next for each agency, and list its periods."""
    agencies = agencies_with(db.session(), current_user.id, Permission.READ_SURVEY, today())
    shown = []
    for agency in agencies:
        is_manager = manages(agency.id)
        periods = periods_shown(db.session(), agency.id)
        shown.append((agency, is_manager, next_step(agency, is_manager=is_manager), periods))
    due = {agency.id: _due_by_unit(agency) for agency in agencies}
    return render_template(
        "survey_setup/start.html", agencies=shown, due=due, most_open=MOST_OPEN, elements=_element_names()
    )


@bp.get("/periode/<int:period_id>")
@requires(Permission.READ_SURVEY)
def period(period_id: int) -> ResponseReturnValue:
    """Show one period: what to do next, how it is set up, whom it surveys, and the pages about it."""
    return period_page(readable_period(period_id))


def period_page(period: Period, *, end: NewEndForm | None = None) -> str:
    """Return the page of a period, with a refused new end where there is one."""
    agency = agency_of(period)
    is_manager = manages(agency.id)
    units = by_unit(db.session(), period, None if is_manager else readable_units(agency.id))
    mend = obstacles(db.session(), period, today=day_at(agency)) if period.state is PeriodState.DRAFT else []
    return render_template(
        "survey_setup/period.html",
        period=period,
        agency=agency,
        is_manager=is_manager,
        step=step_of(period, agency, is_manager=is_manager),
        obstacles=[(one, where_to_mend(period, one)) for one in mend],
        instrument=instrument_of(db.session(), period),
        units=named(agency, units),
        unknown=_without_population(agency, units),
        most_unknown=MOST_UNKNOWN,
        received=sum(unit.received for unit in units),
        asked=asked_for(units),
        links=links_of(period, my_permissions()),
        end=end or _end_form(period, agency),
        today=day_at(agency),
        is_published=is_published(db.session(), period),
        reported=reported_of(db.session(), period) if period.state is PeriodState.REPORTED else [],
        names=_names(agency),
        set_asides=set_aside.lines(db.session(), period, None if is_manager else readable_units(agency.id)),
    )


def named(agency: Agency, units: list[UnitProgress]) -> list[tuple[str, UnitProgress]]:
    """Return units with the names of the day, by name."""
    names = _names(agency)
    return sorted(((names.get(unit.unit_id, "–"), unit) for unit in units), key=lambda pair: pair[0])


def _without_population(agency: Agency, units: list[UnitProgress]) -> list[str]:
    """Return the units whose population is not known, with the services it lacks in brackets."""
    services = service_names(db.session(), agency.id)
    shown = []
    for name, unit in named(agency, units):
        if unit.need.population is None:
            lacking = [one.service_id for one in unit.targets if one.population is None and one.service_id is not None]
            of = ", ".join(services[service] for service in lacking)
            shown.append(f"{name} ({of})" if of else name)
    return shown


@dataclass(frozen=True, slots=True)
class DueInUnit:
    """What of one unit's plans is late or ends soon."""

    name: str
    late: int
    soon: int
    actions: tuple[DueAction, ...]


def _due_by_unit(agency: Agency) -> list[DueInUnit]:
    names, grouped = _names(agency), dict[int, list[DueAction]]()
    for one in due_of(agency, day_at(agency)):
        grouped.setdefault(one.unit_id, []).append(one)
    units = []
    for unit_id, mine in grouped.items():
        late = sum(one.is_late for one in mine)
        units.append(DueInUnit(names.get(unit_id, "–"), late, len(mine) - late, tuple(mine)))
    return sorted(units, key=lambda unit: unit.name)


def _element_names() -> dict[str, str]:
    return {one.key: one.name for rules in RULESETS.values() for one in rules.elements}


def _end_form(period: Period, agency: Agency) -> NewEndForm:
    return NewEndForm(formdata=None, data={"ends_on": max(period.ends_on, day_at(agency))})


def _names(agency: Agency) -> dict[int, str]:
    return {unit.id: unit.name for unit in units_of(db.session(), agency.id, day_at(agency))}
