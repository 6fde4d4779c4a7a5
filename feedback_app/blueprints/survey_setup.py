"""The way in to the surveys of an agency: what to do next, its periods, and the page of one of them."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_security import current_user

from feedback_app.blueprints.access import my_permissions, requires, today
from feedback_app.blueprints.forms.survey_setup import NewEndForm
from feedback_app.blueprints.survey_frame import (
    agency_of,
    bp,
    day_at,
    manages,
    readable_period,
    readable_units,
)
from feedback_app.blueprints.survey_links import links_of
from feedback_app.blueprints.survey_steps import next_step, step_of, where_to_mend
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import units_of
from feedback_app.survey.history import periods_shown, reported_of
from feedback_app.survey.instruments import instrument_of
from feedback_app.survey.models import Period
from feedback_app.survey.opening import obstacles
from feedback_app.survey.period_life import is_published
from feedback_app.survey.progress import UnitProgress, asked_for, by_unit
from feedback_app.survey.rules import PeriodState
from feedback_app.survey.within_reach import agencies_with


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
    return render_template("survey_setup/start.html", agencies=shown)


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
        received=sum(unit.received for unit in units),
        asked=asked_for(units),
        links=links_of(period, my_permissions()),
        end=end or _end_form(period, agency),
        today=day_at(agency),
        is_published=is_published(db.session(), period),
        reported=reported_of(db.session(), period) if period.state is PeriodState.REPORTED else [],
        names=_names(agency),
    )


def named(agency: Agency, units: list[UnitProgress]) -> list[tuple[str, UnitProgress]]:
    """Return units with the names of the day, by name."""
    names = _names(agency)
    return sorted(((names.get(unit.unit_id, "–"), unit) for unit in units), key=lambda pair: pair[0])


def _end_form(period: Period, agency: Agency) -> NewEndForm:
    return NewEndForm(formdata=None, data={"ends_on": max(period.ends_on, day_at(agency))})


def _names(agency: Agency) -> dict[int, str]:
    return {unit.id: unit.name for unit in units_of(db.session(), agency.id, day_at(agency))}
