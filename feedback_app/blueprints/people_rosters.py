"""Duty rosters: a week of a unit as a grid of days and counters, and rows pasted from a spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.clocks_words import weekday
from feedback_app.blueprints.forms.people_counters import PastedRosterForm
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.people_frame import Here, asked_agency, bp, here, me, page
from feedback_app.blueprints.people_roster_rows import read_rows
from feedback_app.blueprints.people_roster_sheet import WEEK, Sheet, drawn_from, sent_cells, sheet_of, typed_into
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.people.counters import counters_of
from feedback_app.organisation.people.roster_queries import week_of
from feedback_app.organisation.people.rosters import (
    RosterChange,
    StaleRosterError,
    replace_duty,
)
from feedback_app.organisation.within_reach import ReachedUnit


@bp.get("/pegawai/jadwal")
@requires(Permission.MANAGE_PEOPLE)
def rosters() -> ResponseReturnValue:
    """Show the week of a unit that was asked for; the present one of the first unit with counters if none was."""
    place = asked_agency()
    if place is None:
        return page("people/rosters.html", place, "rosters")
    with_counters = [u for u in place.units if counters_of(db.session(), place.agency.id, u.id)]
    asked = number_or_none(request.args.get("unit"))
    unit = place.unit(asked) if asked is not None else next(iter(with_counters), None)
    if unit is None:
        return page("people/rosters.html", place, "rosters", sheet=None, units=with_counters)
    monday = _asked_week(place)
    return _week_page(place, sheet_of(place, unit, monday, copied=request.args.get("salin") == "1"), with_counters)


@bp.post("/pegawai/jadwal/<int:agency_id>/<int:unit_id>")
@requires(Permission.MANAGE_PEOPLE)
def save_week(agency_id: int, unit_id: int) -> ResponseReturnValue:
    """Keep the week as it was sent; days gone by wait for a second person."""
    place = here(agency_id)
    unit, monday = place.unit(unit_id), _asked_week(place)
    sheet = sheet_of(place, unit, monday)
    wanted = sent_cells(sheet)
    try:
        done = replace_duty(
            db.session(), agency_id, unit_id, wanted, actor=me(), at=place.at, reason=request.form.get("reason", ""),
            seen=request.form.get("seen") or "",
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        place = here(agency_id)
        typed = typed_into(sheet_of(place, place.unit(unit_id), monday), wanted)
        if not isinstance(error, StaleRosterError):
            # Only who is told what changed meanwhile has seen it.
            typed = replace(typed, seen=request.form.get("seen") or "", stored={**typed.stored, **drawn_from(sheet)})
        return _week_page(place, typed, [unit], problem=translated(error.message)), error.status
    db.session.commit()
    _tell(done)
    return redirect(url_for("people.rosters", instansi=agency_id, unit=unit_id, minggu=monday.isoformat()), 303)


@bp.route("/pegawai/jadwal/<int:agency_id>/<int:unit_id>/tempel", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def paste_roster(agency_id: int, unit_id: int) -> ResponseReturnValue:
    """Read rows of a roster, show what they say, and keep them once that was seen."""
    place = here(agency_id)
    unit, form = place.unit(unit_id), PastedRosterForm()
    if request.method == "GET" or request.form.get("ubah") == "1":
        return _paste_page(place, unit, form)
    if not form.validate():
        return _paste_page(place, unit, form), 422
    read = read_rows(db.session(), agency_id, unit_id, form.rows.data or "")
    if read.problems or request.form.get("seen") != "1":
        return _paste_page(place, unit, form, read), 422 if read.problems else 200
    try:
        done = replace_duty(
            db.session(), agency_id, unit_id, read.wanted, actor=me(), at=place.at, reason=form.reason.data or ""
        )
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(translated(error.message))
        place = here(agency_id)
        return _paste_page(place, place.unit(unit_id), form, read), error.status
    db.session.commit()
    _tell(done)
    first = min(day for _, day in read.wanted)
    return redirect(url_for("people.rosters", instansi=agency_id, unit=unit_id, minggu=first.isoformat()), 303)


def _asked_week(place: Here) -> date:
    try:
        asked = date.fromisoformat(request.values.get("minggu", ""))
    except ValueError:
        return week_of(place.at.today)
    within = date(2000, 1, 1) <= asked <= place.at.today + timedelta(days=730)
    return week_of(asked if within else place.at.today)


def _week_page(place: Here, sheet: Sheet, units: list[ReachedUnit], problem: str | None = None) -> str:
    return page(
        "people/rosters.html", place, "rosters", sheet=sheet, units=place.units if problem else units, problem=problem,
        weekday=weekday, previous=sheet.monday - WEEK, following=sheet.monday + WEEK, today=place.at.today,
        touches_past=any(day < place.at.today for day in sheet.days) and place.at.first_feedback_on is not None,
        reason=request.form.get("reason", ""),
    )  # fmt: skip


def _paste_page(place: Here, unit: ReachedUnit, form: PastedRosterForm, read: Any = None) -> str:
    return page("people/roster_paste.html", place, "rosters", unit=unit, form=form, read=read)


def _tell(done: RosterChange) -> None:
    changed = done.added + done.removed
    if changed:
        flash(ngettext("%(num)s perubahan jadwal disimpan.", "%(num)s perubahan jadwal disimpan.", changed), "success")
    if done.waiting is not None:
        flash(gettext("Perubahan pada hari yang sudah lewat menunggu persetujuan orang kedua."), "warning")
    if not changed and done.waiting is None:
        flash(gettext("Tidak ada yang berubah."), "info")
