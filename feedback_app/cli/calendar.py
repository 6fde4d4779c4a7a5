"""`feedback calendar`: free days, hours and rules of an agency, as an administrator sets them on the pages."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Final

import click
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_unit_id, today_of
from feedback_app.organisation.models import Agency

if TYPE_CHECKING:
    from feedback_app.handling.clocks.models import ChangeCause

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY: Final = click.DateTime(["%Y-%m-%d"])
YEAR: Final = click.IntRange(2010, 2100)


@click.group("calendar", short_help="Holidays, hours and deadlines of an agency.")
def calendar_group() -> None:
    """Holidays, hours and rules of an agency. Every change recomputes its open deadlines; the old ones are kept."""


@calendar_group.command("holidays")
@click.argument("agency")
@click.argument("year", type=YEAR, required=False)
def holidays_command(agency: str, year: int | None) -> None:
    """List the free days of AGENCY in a YEAR, this year if unset."""
    from feedback_app.organisation.calendar import holidays_in

    with database() as session:
        owner = find_agency(session, agency)
        rows = holidays_in(session, owner.id, year or today_of(owner, clock.utcnow()).year)
        for row in rows:
            struck = "  struck off" if row.is_struck else ""
            click.echo(f"{row.on_date} {WEEKDAYS[row.on_date.weekday()]}  {row.name}  ({row.source}){struck}")
    if not rows:
        click.echo(f"none; see: feedback calendar import {agency} --help")


@calendar_group.command("add")
@click.argument("agency")
@click.argument("day", type=DAY, metavar="DAY")
@click.option("--name", required=True)
@click.option("--source", required=True, help="What it rests on, such as a decree.")
def add_command(agency: str, day: datetime, name: str, source: str) -> None:
    """Make DAY (2026-11-30) free in AGENCY."""
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.handling.clocks.models import ChangeCause
    from feedback_app.organisation.calendar import add_holiday

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        add_holiday(session, owner.id, day.date(), name, source, actor=SYSTEM, now=now)
        _keep(session, owner, ChangeCause.CALENDAR, now, f"{day.date()} is free")


@calendar_group.command("strike")
@click.argument("agency")
@click.argument("day", type=DAY, metavar="DAY")
@click.option("--back", is_flag=True, help="Bring it back.")
def strike_command(agency: str, day: datetime, *, back: bool) -> None:
    """Strike DAY (2026-11-30) off the free days of AGENCY.

    It stays in the list, so that no import brings it back.
    """
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.handling.clocks.models import ChangeCause
    from feedback_app.organisation.calendar import set_struck

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        set_struck(session, owner.id, day.date(), is_struck=not back, actor=SYSTEM, now=now)
        _keep(session, owner, ChangeCause.CALENDAR, now, f"{day.date()} is {'free again' if back else 'worked on'}")


@calendar_group.command("import")
@click.argument("agency")
@click.argument("year", type=YEAR)
def import_command(agency: str, year: int) -> None:
    """Take over the national free days of a YEAR.

    Holidays and cuti bersama; what an officer decided stays.
    """
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.handling.clocks.models import ChangeCause
    from feedback_app.organisation.calendar import import_year

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        done = import_year(session, owner.id, year, actor=SYSTEM, now=now)
        said = f"{done.added} days added, {done.fixed} estimates fixed, {done.struck} struck off"
        _keep(session, owner, ChangeCause.CALENDAR, now, said)


@calendar_group.command("hours")
@click.argument("agency")
@click.option("--unit", help="Code of a unit; the whole agency if unset.")
@click.option("--from", "starts_on", type=DAY, metavar="DAY", help="First day; without it, list those in force.")
@click.option("--days", default="mon,tue,wed,thu,fri", show_default=True, help="Weekdays, by commas.")
@click.option("--opens", type=click.DateTime(["%H:%M"]), metavar="HH:MM", default="07:30", show_default=True)
@click.option("--closes", type=click.DateTime(["%H:%M"]), metavar="HH:MM", default="16:00", show_default=True)
def hours_command(
    agency: str, unit: str | None, starts_on: datetime | None, days: str, opens: datetime, closes: datetime
) -> None:
    """Show the weekdays and hours of AGENCY, or set them.

    They are set for the agency, or for a unit and those below it, from a day on.
    """
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.handling.clocks.models import ChangeCause
    from feedback_app.organisation.hours import set_hours

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        if starts_on is None:
            _list_hours(session, owner)
            return
        unit_id = find_unit_id(session, owner, unit) if unit else None
        set_hours(
            session, owner.id, unit_id, starts_on=starts_on.date(), workdays=_weekdays(days), opens=opens.time(),
            closes=closes.time(), today=today_of(owner, now), actor=SYSTEM, now=now,
        )  # fmt: skip
        _keep(session, owner, ChangeCause.CALENDAR, now, f"hours of {unit or agency} set from {starts_on.date()}")


def _weekdays(listed: str) -> list[int]:
    names = [name.strip().lower() for name in listed.split(",") if name.strip()]
    if unknown := sorted(set(names) - set(WEEKDAYS)):
        raise click.UsageError(f"No such weekday: {', '.join(unknown)}. Write {','.join(WEEKDAYS)}.")
    return [WEEKDAYS.index(name) for name in names]


def _list_hours(session: Session, owner: Agency) -> None:
    from feedback_app.organisation.hours import hours_rows

    click.echo(f"{owner.code}  at first  {_week(owner.workdays, owner.opens, owner.closes)}")
    codes = _unit_codes(session, owner)
    for row in reversed(hours_rows(session, owner.id)):
        whose = codes[row.unit_id] if row.unit_id else owner.code
        click.echo(f"{whose}  from {row.starts_on}  {_week(row.workdays, row.opens, row.closes)}")


def _week(workdays: list[int], opens: time, closes: time) -> str:
    return f"{','.join(WEEKDAYS[day] for day in workdays)}  {opens:%H:%M}-{closes:%H:%M}"


def _unit_codes(session: Session, owner: Agency) -> dict[int, str]:
    import sqlalchemy as sa

    from feedback_app.organisation.models import Unit

    rows = session.execute(sa.select(Unit.id, Unit.code).where(Unit.agency_id == owner.id))
    return {row.id: row.code for row in rows}


@calendar_group.command("rules")
@click.argument("agency")
def rules_command(agency: str) -> None:
    """List the dated rules of AGENCY and its units, in working days."""
    from feedback_app.handling.clocks.sla_editing import rule_rows

    with database() as session:
        owner = find_agency(session, agency)
        codes = _unit_codes(session, owner)
        for row in rule_rows(session, owner.id):
            whose = codes[row.unit_id] if row.unit_id else owner.code
            days = (
                f"verify {row.verify_working_days}, reply {row.reply_working_days}, "
                f"resolve {row.resolve_working_days or 'no limit'}, silence {row.close_after_silence_working_days}"
            )
            click.echo(f"{whose}  {row.classification.value}  from {row.effective_from}  {days}  ({row.source})")


def _keep(session: Session, owner: Agency, cause: ChangeCause, now: datetime, said: str) -> None:
    """Recompute the open deadlines of the agency, and keep the change with it."""
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.handling.clocks.deadline_rounds import run_round

    moved = run_round(session, owner.id, cause, actor=SYSTEM, now=now, commit=session.commit)
    click.echo(f"{said}; deadlines of {moved} open cases moved")
