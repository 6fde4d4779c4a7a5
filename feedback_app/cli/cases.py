"""`feedback cases`: what an operator asks about cases; further commands hang themselves onto this group."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.cli.cases_report import buckets_command, figures_command
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency
from feedback_app.organisation.models import Agency

if TYPE_CHECKING:
    from feedback_app.handling.clocks.open_deadlines import Difference


@click.group("cases", short_help="Cases: deadlines and figures.")
def cases_group() -> None:
    """Cases: deadlines and figures, counted from raw rows."""


@cases_group.command("deadlines", short_help="Recompute the deadlines of open cases.")
@click.option("--check", "way", flag_value="check", help="Compare every open case with its raw rows; change nothing.")
@click.option("--repair", "way", flag_value="repair", help="Store what the raw rows give; the old deadlines are kept.")
@click.option("--agency", help="Only this agency (its code).")
def deadlines_command(*, way: str | None, agency: str | None) -> None:
    """Recompute the deadlines of open cases from raw rows. With --check, exit code 1 if any differs."""
    if way is None:
        raise click.UsageError("Say what to do: --check to compare, --repair to store.")
    with database() as session:
        owners = [find_agency(session, agency)] if agency else session.scalars(sa.select(Agency)).all()
        if way == "repair":
            moved = sum(_repair(session, owner.id) for owner in owners)
            click.echo(f"deadlines of {moved} cases stored anew")
            return
        reports = [_report(session, owner) for owner in owners]
    compared, found = (sum(counts) for counts in zip((0, 0), *reports, strict=True))
    click.echo(f"open cases compared: {compared}, differences: {found}")
    sys.exit(1 if found else 0)


def _report(session: Session, owner: Agency) -> tuple[int, int]:
    """Print what differs; return how many open cases were compared, and how many differences there are."""
    from feedback_app.handling.clocks.in_force import clocks_of
    from feedback_app.handling.clocks.open_deadlines import differences_of, lines

    clocks, compared, found = clocks_of(session, owner.id), 0, 0
    for line in lines(session, owner.id, clocks):
        compared += 1
        for difference in differences_of(line, clocks):
            click.echo(f"{owner.code} case {difference.case_id} {_told(difference)}")
            found += 1
    return compared, found


def _told(difference: Difference) -> str:
    return f"{difference.what}: stored {_moment(difference.stored)}, by its rows {_moment(difference.computed)}"


def _moment(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S%z}" if isinstance(value, datetime) else str(value or "none")


def _repair(session: Session, agency_id: int) -> int:
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.handling.clocks.deadline_rounds import run_round
    from feedback_app.handling.clocks.models import ChangeCause

    return run_round(session, agency_id, ChangeCause.CALENDAR, actor=SYSTEM, now=clock.utcnow(), commit=session.commit)


cases_group.add_command(buckets_command)
cases_group.add_command(figures_command)
