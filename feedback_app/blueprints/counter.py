"""A counter's own pages: tokens to print, visits counted, and whether everybody served was handed a receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.forms.counter import CountForm, TokensForm, local_day
from feedback_app.blueprints.numbers import whole_number
from feedback_app.blueprints.visit_sheet import issue_sheet
from feedback_app.db import db
from feedback_app.errors import ConflictError
from feedback_app.identity.rules import Permission
from feedback_app.intake.counter_queries import WeekLine, weeks
from feedback_app.intake.counters import DayCount, count_by_hand
from feedback_app.organisation.people.reached_counters import counters_in_reach
from feedback_app.organisation.queries import ServiceCard
from feedback_app.organisation.within_reach import ReachedUnit, services_within_reach, units_within_reach

WEEKS_SHOWN = 8

Services = Mapping[tuple[int, int], Sequence[ServiceCard]]


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a counter; without a count its tokens have nothing to be compared with."""

    starts_on: date
    lines: list[WeekLine]
    is_counted: bool


@bp.route("/token", methods=["GET", "POST"])
@requires(Permission.ISSUE_VISIT_TOKEN)
def tokens() -> ResponseReturnValue:
    """Ask for visit tokens; show them once, as a sheet to print."""
    units, services = counters_within_reach()
    counters = counters_in_reach(db.session(), current_user.id, Permission.ISSUE_VISIT_TOKEN, today())
    form = TokensForm(units, services, clock.utcnow(), counters)
    if request.method == "POST" and form.validate():
        sheet = issue_sheet(db.session(), form.wanted(), user_id=current_user.id, now=clock.utcnow())
        db.session.commit()
        return render_template("cases/sheet.html", sheet=sheet)
    return render_template("cases/tokens.html", form=form, units=units), 422 if form.errors else 200


@bp.get("/loket")
@requires(Permission.ISSUE_VISIT_TOKEN)
def counter() -> ResponseReturnValue:
    """Show visits, tokens and ratings by week, and what should be asked about."""
    units, services = counters_within_reach()
    now, unit = clock.utcnow(), chosen_unit(units)
    start = {"unit_id": str(unit.id) if unit else "", "day": local_day(unit or units[0], now) if units else None}
    return _counter_page(CountForm(units, services, now, formdata=None, data=start), units, services)


@bp.post("/loket/hitungan")
@requires(Permission.ISSUE_VISIT_TOKEN)
def count_visits() -> ResponseReturnValue:
    """Keep the number of visits that somebody counted on a day."""
    units, services = counters_within_reach()
    now = clock.utcnow()
    form = CountForm(units, services, now)
    if not form.validate():
        return _counter_page(form, units, services), 422
    unit, service = form.chosen_unit, form.service
    counted = DayCount(unit.id, service.id if service else None, form.day.data, form.transactions.data)  # type: ignore[arg-type]
    try:
        count_by_hand(
            db.session(), unit.agency_id, counted, actor=person(current_user.id), today=local_day(unit, now), now=now
        )
    except ConflictError as error:
        db.session.rollback()
        form.form_errors = [gettext(error.message)]
        return _counter_page(form, units, services), error.status
    db.session.commit()
    day, number = format_date(counted.day, "d MMMM yyyy"), counted.transactions
    flash(gettext("Tersimpan: %(number)d kunjungan pada %(day)s.", number=number, day=day), "success")
    return redirect(url_for("cases.counter", unit=unit.id), 303)


def counters_within_reach() -> tuple[list[ReachedUnit], Services]:
    """Return the units whose counters somebody works at or answers for, and their services."""
    wanted, day = Permission.ISSUE_VISIT_TOKEN, today()
    units = units_within_reach(db.session(), current_user.id, wanted, day)
    return units, services_within_reach(db.session(), current_user.id, wanted, day)


def chosen_unit(units: Sequence[ReachedUnit]) -> ReachedUnit | None:
    """Return the unit that the address names, or else the only one there is."""
    wanted = request.args.get("unit", type=whole_number)
    return next((unit for unit in units if unit.id == wanted or len(units) == 1), None)


def _counter_page(form: CountForm, units: list[ReachedUnit], services: Services) -> str:
    unit = form.unit if form.is_submitted() and form.unit else chosen_unit(units)
    lines = _lines(units)
    return render_template(
        "cases/counter.html",
        form=form,
        units=units,
        unit=unit,
        unit_names={found.id: found.name for found in units},
        service_names={card.id: card.name for cards in services.values() for card in cards},
        alarms=[line for line in lines if line.is_alarm and (unit is None or line.unit_id == unit.id)],
        weeks=_by_week([line for line in lines if unit is not None and line.unit_id == unit.id]),
        weeks_shown=WEEKS_SHOWN,
    )


def _by_week(lines: Sequence[WeekLine]) -> list[Week]:
    """Return the lines week by week, the latest first, as `weeks` gives them."""
    by_start: dict[date, list[WeekLine]] = {}
    for line in lines:
        by_start.setdefault(line.starts_on, []).append(line)
    return [
        Week(starts_on, found, any(line.transactions is not None for line in found))
        for starts_on, found in by_start.items()
    ]


def _lines(units: Sequence[ReachedUnit]) -> list[WeekLine]:
    found: list[WeekLine] = []
    for agency_id, time_unit in {unit.agency_id: unit for unit in units}.items():
        ids = [unit.id for unit in units if unit.agency_id == agency_id]
        day = local_day(time_unit, clock.utcnow())
        found += weeks(db.session(), agency_id, ids, today=day, shown=WEEKS_SHOWN)
    return found
