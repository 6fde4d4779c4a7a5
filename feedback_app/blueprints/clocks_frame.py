"""What the pages of an agency's clocks share: whose agency it is, and that a change is seen before it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user
from wtforms import Form

from feedback_app import clock
from feedback_app.audit.operations import Actor, person
from feedback_app.blueprints.access import today
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.clocks.deadline_rounds import latest_round, start_round
from feedback_app.handling.clocks.models import ChangeCause
from feedback_app.handling.clocks.open_deadlines import shift
from feedback_app.organisation.calendar import agency_with_clocks
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnitCard, units_of

bp = staff_blueprint("clocks")

FormOfPage = TypeVar("FormOfPage", bound=Form)

# Marks the form that was sent from the page on which the effects were read.
SEEN: Final = "seen"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the clocks: what it is in words, why deadlines move by it, and the page it was asked for on."""

    agency_id: int
    words: str
    cause: ChangeCause
    back: str


def managed_agency(agency_id: int) -> Agency:
    """Return an agency whose clocks the signed-in person manages.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
    """
    return agency_with_clocks(db.session(), current_user.id, agency_id, today())


def units_here(agency: Agency) -> list[UnitCard]:
    """Return the units an agency has on its day."""
    return units_of(db.session(), agency.id, day_at(agency))


def me() -> Actor:
    """Return the signed-in person as the one who acts."""
    return person(current_user.id)


def day_at(agency: Agency) -> date:
    """Return the day it is at an agency."""
    return clock.utcnow().astimezone(ZoneInfo(agency.time_zone)).date()


def page(template: str, agency: Agency, current: str, **shown: Any) -> str:
    """Return a page of an agency's clocks, with the round of computing that was last."""
    return render_template(
        template, agency=agency, current=current, round=latest_round(db.session(), agency.id), **shown
    )


def carry_out(change: Change, act: Callable[[], object]) -> ResponseReturnValue:
    """Make a change: first only to show which open cases it moves, then, once that was read, for good.

    Raises
    ------
    feedback_app.errors.DomainError
        Whatever refuses the change; nothing is kept.
    """
    session, now = db.session(), clock.utcnow()
    act()
    if request.form.get(SEEN) != "1":
        moves = shift(session, change.agency_id, now=now)
        session.rollback()
        carried = [(name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", SEEN}]
        agency = managed_agency(change.agency_id)
        return page("clocks/foreseen.html", agency, "", change=change, moves=moves, carried=carried)
    row = start_round(session, change.agency_id, change.cause, actor=me(), now=now)
    has_cases = row.cases > 0
    session.commit()
    flash(gettext("Perubahan disimpan."), "success")
    return redirect(url_for("clocks.progress", agency_id=change.agency_id) if has_cases else change.back, 303)


def carry_out_form(
    change: Change, act: Callable[[], object], form: FormOfPage, field: str, again: Callable[[Agency, FormOfPage], str]
) -> ResponseReturnValue:
    """Make a change that a form asks for; where it is refused, `again` draws the page with what was typed."""
    try:
        return carry_out(change, act)
    except DomainError as error:
        db.session.rollback()
        form[field].errors = [translated(error.message)]
        return again(managed_agency(change.agency_id), form), error.status


def carry_out_button(change: Change, act: Callable[[], object]) -> ResponseReturnValue:
    """Make a change that a button asks for; where it is refused, the page it stands on says why."""
    try:
        return carry_out(change, act)
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return redirect(change.back, 303)
