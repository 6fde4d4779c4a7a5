"""The free days of an agency, and the weekdays and hours of it and its units."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.clocks_frame import (
    Change,
    bp,
    carry_out_button,
    carry_out_form,
    day_at,
    managed_agency,
    me,
    page,
    units_here,
)
from feedback_app.blueprints.clocks_words import days_in_words, hours_in_words, source_words, weekday, weekday_names
from feedback_app.blueprints.formats import day
from feedback_app.blueprints.forms.clocks import HolidayForm, HoursForm
from feedback_app.blueprints.numbers import number_or_none, whole_number
from feedback_app.db import db
from feedback_app.handling.clocks.in_force import Clocks, clocks_of
from feedback_app.handling.clocks.models import ChangeCause
from feedback_app.identity.rules import Permission
from feedback_app.organisation.calendar import (
    ESTIMATED,
    GOVERNMENT_DAY,
    YEAR_MAX,
    YEAR_MIN,
    UnknownHolidayError,
    add_holiday,
    holidays_in,
    import_year,
    set_struck,
)
from feedback_app.organisation.hours import hours_rows, remove_hours, set_hours
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnitCard


@bp.get("/tenggat/<int:agency_id>/libur")
@requires(Permission.MANAGE_CLOCKS)
def holidays(agency_id: int) -> ResponseReturnValue:
    """Show the free days of a year, those struck off included."""
    agency = managed_agency(agency_id)
    return _holidays_page(agency, HolidayForm(formdata=None))


@bp.post("/tenggat/<int:agency_id>/libur")
@requires(Permission.MANAGE_CLOCKS)
def new_holiday(agency_id: int) -> ResponseReturnValue:
    """Make a day free."""
    agency, form = managed_agency(agency_id), HolidayForm()
    if not form.validate():
        return _holidays_page(agency, form), 422
    name, source = form.name.data or "", form.source.data or ""
    change = _of_calendar(agency_id, gettext("%(day)s menjadi hari libur.", day=day(form.day)), form.day.year)
    return carry_out_form(
        change,
        lambda: add_holiday(db.session(), agency_id, form.day, name, source, actor=me(), now=clock.utcnow()),
        form,
        "on_date",
        _holidays_page,
    )


@bp.post("/tenggat/<int:agency_id>/libur/coret")
@requires(Permission.MANAGE_CLOCKS)
def strike_holiday(agency_id: int) -> ResponseReturnValue:
    """Strike a free day off: that day is worked on."""
    return _strike(agency_id, gettext("%(day)s menjadi hari kerja."), is_struck=True)


@bp.post("/tenggat/<int:agency_id>/libur/kembalikan")
@requires(Permission.MANAGE_CLOCKS)
def restore_holiday(agency_id: int) -> ResponseReturnValue:
    """Bring a day back that was struck off."""
    return _strike(agency_id, gettext("%(day)s kembali menjadi hari libur."), is_struck=False)


@bp.post("/tenggat/<int:agency_id>/libur/impor")
@requires(Permission.MANAGE_CLOCKS)
def import_holidays(agency_id: int) -> ResponseReturnValue:
    """Take over the national free days of a year."""
    agency = managed_agency(agency_id)
    year = number_or_none(request.form.get("year")) or day_at(agency).year
    words = gettext("Libur nasional dan cuti bersama tahun %(year)s diambil alih.", year=str(year))
    change = _of_calendar(agency_id, words, min(max(year, YEAR_MIN), YEAR_MAX))
    return carry_out_button(
        change, lambda: import_year(db.session(), agency_id, year, actor=me(), now=clock.utcnow())
    )  # fmt: skip


def _strike(agency_id: int, words: str, *, is_struck: bool) -> ResponseReturnValue:
    managed_agency(agency_id)
    on_date = _sent_day()
    return carry_out_button(
        _of_calendar(agency_id, words % {"day": day(on_date)}, on_date.year),
        lambda: set_struck(db.session(), agency_id, on_date, is_struck=is_struck, actor=me(), now=clock.utcnow()),
    )


def _of_calendar(agency_id: int, words: str, year: int) -> Change:
    return Change(agency_id, words, ChangeCause.CALENDAR, url_for("clocks.holidays", agency_id=agency_id, tahun=year))


def _sent_day() -> date:
    """Return the day of a button; one that nobody could have pressed names no day of the calendar."""
    try:
        return date.fromisoformat(request.form.get("on_date", ""))
    except ValueError as error:
        raise UnknownHolidayError("Tanggal itu tidak ada dalam daftar hari libur.") from error


def _holidays_page(agency: Agency, form: HolidayForm) -> str:
    today_there = day_at(agency)
    this_year = today_there.year
    asked = request.args.get("tahun", type=whole_number) or (form.on_date.data and form.on_date.data.year) or this_year
    year = min(max(asked, YEAR_MIN), YEAR_MAX)
    rows = holidays_in(db.session(), agency.id, year)
    return page(
        "clocks/holidays.html",
        agency,
        "holidays",
        form=form,
        year=year,
        years=sorted({*range(this_year - 1, this_year + 3), year}),
        rows=[row for row in rows if row.on_date >= today_there],
        past=[row for row in rows if row.on_date < today_there],
        source_words=source_words,
        is_estimated=lambda row: ESTIMATED in row.name,
        # A year ahead has no cuti bersama until ministers decide on it: every deadline over those days is too early.
        lacks_leave=bool(rows) and not any(GOVERNMENT_DAY in row.name.lower() for row in rows),
        weekday=weekday,
    )


@bp.get("/tenggat/<int:agency_id>/jam")
@requires(Permission.MANAGE_CLOCKS)
def hours(agency_id: int) -> ResponseReturnValue:
    """Show the weekdays and hours of each unit, and where they come from."""
    agency = managed_agency(agency_id)
    return _hours_page(agency, _hours_form(agency, formdata=None))


@bp.post("/tenggat/<int:agency_id>/jam")
@requires(Permission.MANAGE_CLOCKS)
def new_hours(agency_id: int) -> ResponseReturnValue:
    """Give the agency or a unit other weekdays and hours from a day on."""
    agency = managed_agency(agency_id)
    form = HoursForm(units_here(agency))
    if not form.validate():
        return _hours_page(agency, form), 422
    change = Change(
        agency_id, gettext("Jam kerja baru mulai %(day)s.", day=day(form.starts_on.data)), ChangeCause.CALENDAR,
        url_for("clocks.hours", agency_id=agency_id),
    )  # fmt: skip
    return carry_out_form(
        change,
        lambda: _set_hours(agency, form),
        form,
        "starts_on",
        _hours_page,
    )


def _set_hours(agency: Agency, form: HoursForm) -> None:
    starts_on, opens, closes = form.starts_on.data, form.opens.data, form.closes.data
    assert starts_on and opens and closes  # noqa: S101, PT018 - `validate` has refused what is missing
    set_hours(
        db.session(), agency.id, form.chosen_unit, starts_on=starts_on, workdays=form.workdays.data or [],
        opens=opens, closes=closes, today=day_at(agency), actor=me(), now=clock.utcnow(),
    )  # fmt: skip


@bp.post("/tenggat/<int:agency_id>/jam/<int:hours_id>/hapus")
@requires(Permission.MANAGE_CLOCKS)
def take_back_hours(agency_id: int, hours_id: int) -> ResponseReturnValue:
    """Take back hours that are still to come."""
    agency = managed_agency(agency_id)
    back = url_for("clocks.hours", agency_id=agency_id)
    change = Change(agency_id, gettext("Jam kerja yang belum berlaku dihapus."), ChangeCause.CALENDAR, back)
    return carry_out_button(
        change,
        lambda: remove_hours(db.session(), agency_id, hours_id, today=day_at(agency), actor=me(), now=clock.utcnow()),
    )


def _hours_form(agency: Agency, **kwargs: Any) -> HoursForm:
    week = clocks_of(db.session(), agency.id).calendar.week_of(day_at(agency))
    return HoursForm(
        units_here(agency), data={
            "starts_on": day_at(agency) + timedelta(days=1), "workdays": sorted(week.workdays), "opens": week.opens,
            "closes": week.closes,
        }, **kwargs,
    )  # fmt: skip


def _hours_page(agency: Agency, form: HoursForm) -> str:
    session, units, today_there = db.session(), units_here(agency), day_at(agency)
    clocks, names = clocks_of(session, agency.id), {unit.id: unit.name for unit in units}
    return page(
        "clocks/hours.html",
        agency,
        "hours",
        form=form,
        rows=hours_rows(session, agency.id),
        lines=[_hours_line(clocks, unit, names, today_there, clock.utcnow()) for unit in units],
        of_agency=_in_words(clocks.calendar.week_of(today_there)),
        names=names,
        today=today_there,
        weekdays=weekday_names(),
        in_words=_in_words,
    )


def _in_words(week: Any) -> str:
    return f"{days_in_words(week.workdays)}, {hours_in_words(week.opens, week.closes)}"


def _hours_line(
    clocks: Clocks, unit: UnitCard, names: dict[int, str], day_there: date, now: datetime
) -> tuple[str, str, str | None]:
    """Return a unit, its hours of the day, and the unit they come from (None: the agency's)."""
    level = clocks.hours_level(unit.id, day_there)
    week = clocks.calendar_of(unit.id, now).week_of(day_there)
    return unit.name, _in_words(week), names.get(level, "–") if level else None
