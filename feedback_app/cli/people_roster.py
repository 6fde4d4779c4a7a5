"""`feedback people roster`: who stands at which counter, shown or read from a file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, TextIO

import click
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_unit_id, today_of
from feedback_app.cli.people_acting import actor_of, as_account
from feedback_app.organisation.models import Agency

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("roster", short_help="Show a week of a unit's counters, or read one from a file.")
@click.argument("agency")
@click.argument("unit")
@click.option("--week", type=DAY, help="Any day of the week to show; this week if unset.")
@click.option("--file", "rows", type=click.File(encoding="utf-8-sig"), help="CSV: tanggal, loket, nip.")
@click.option("--reason", default="", help="Why; needed where days gone by change.")
@as_account
def roster_command(
    agency: str, unit: str, week: datetime | None, rows: TextIO | None, reason: str, **asked: Any
) -> None:
    """Show who stands at the counters of UNIT; with --file, let the rows of a file stand in their place first."""
    from feedback_app.organisation.people.roster_queries import week_of

    with database() as session:
        owner = find_agency(session, agency)
        unit_id = find_unit_id(session, owner, unit)
        monday = week_of(week.date() if week else today_of(owner, clock.utcnow()))
        if rows is not None:
            _read(session, owner, unit_id, rows.read(), reason, asked)
        else:
            _show(session, owner, unit_id, monday)


def _read(session: Session, owner: Agency, unit_id: int, text: str, reason: str, asked: dict[str, Any]) -> None:
    from feedback_app.blueprints.people_roster_rows import read_rows
    from feedback_app.intake.first_feedback import office_moment
    from feedback_app.measures.operations import record_goes_on
    from feedback_app.organisation.people.rosters import replace_duty

    record_goes_on(session)
    read = read_rows(session, owner.id, unit_id, text)
    for number, sentence in read.problems:
        click.echo(f"row {number}: {sentence}", err=True)
    if read.problems:
        raise click.exceptions.Exit(1)
    done = replace_duty(
        session, owner.id, unit_id, read.wanted, actor=actor_of(session, owner, asked["by"], asked["password"]),
        at=office_moment(session, owner, clock.utcnow()), reason=reason,
    )  # fmt: skip
    waits = f"; change {done.waiting.id} waits for a second person" if done.waiting else ""
    session.commit()
    click.echo(f"{done.added} entries added, {done.removed} taken out{waits}.")


def _show(session: Session, owner: Agency, unit_id: int, monday: date) -> None:
    from feedback_app.organisation.people.counters import counters_of
    from feedback_app.organisation.people.queries import names_of_people
    from feedback_app.organisation.people.roster_queries import duty_between

    entries = duty_between(session, owner.id, unit_id, monday, monday + timedelta(days=6))
    names = names_of_people(session, owner.id, {entry.employee_id for entry in entries})
    codes = {row.id: row.code for row in counters_of(session, owner.id, unit_id, closed_too=True)}
    for entry in entries:
        click.echo(f"{entry.on_date}  {codes[entry.counter_id]}  {names[entry.employee_id]}")
    if not entries:
        click.echo("Nobody is on the roster of that week.")
