"""`feedback skm periods`: the survey periods of an agency, from a terminal."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, today_of
from feedback_app.organisation.models import Agency
from feedback_app.survey.models import Period

AGENCY = click.option("--agency", required=True, metavar="CODE")
PERIOD = click.option("--period", "code", required=True, metavar="CODE")


@click.group("periods", short_help="List, show, open and close survey periods.")
def periods_group() -> None:
    """The survey periods of an agency: list them, see what is missing, open one, close one and compute it."""


@periods_group.command("list", short_help="List the periods of an agency.")
@AGENCY
def list_command(agency: str) -> None:
    """List the periods of an agency, the newest first."""
    from feedback_app.survey.queries import periods_of

    with database() as session:
        rows = periods_of(session, find_agency(session, agency).id)
        for row in rows:
            click.echo(f"{row.code}  {row.starts_on} to {row.ends_on}  {row.state.value}  {row.name}")
    if not rows:
        click.echo("none yet; an administrator makes them on the page of surveys")


@periods_group.command("show", short_help="Show how a period computes and how far it is.")
@AGENCY
@PERIOD
def show_command(agency: str, code: str) -> None:
    """Show a period: how it computes, whom it surveys, how far it is, and what is missing before it can open."""
    from feedback_app.survey.opening import obstacles
    from feedback_app.survey.queries import period_by_code
    from feedback_app.survey.rules import PeriodState

    with database() as session:
        owner = find_agency(session, agency)
        period = period_by_code(session, owner.id, code)
        click.echo(f"{period.code}  {period.name}  {period.starts_on} to {period.ends_on}  {period.state.value}")
        averaging = f"services {period.unit_averaging.value}, units {period.agency_averaging.value}"
        click.echo(f"weight {period.weight.value}, averaging: {averaging}, missing answers: {period.missing.value}")
        _show_units(session, owner, period)
        if period.state is PeriodState.DRAFT:
            for one in obstacles(session, period, today=today_of(owner, clock.utcnow())):
                click.echo(f"missing: {one.sentence}")


@periods_group.command("open", short_help="Open a draft, so that answers come in.")
@AGENCY
@PERIOD
def open_command(agency: str, code: str) -> None:
    """Open a draft: answers come in, its questionnaires and rules are fixed."""
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.survey.period_life import open_survey

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        period = _locked(session, owner, code)
        open_survey(session, period, today=today_of(owner, now), actor=SYSTEM, now=now)
        session.commit()
        click.echo(f"{code} is open until {period.ends_on}")


@periods_group.command("close", short_help="Close a period and store its results.")
@AGENCY
@PERIOD
def close_command(agency: str, code: str) -> None:
    """Close a period and store its results; they are published on the page of the period."""
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.survey.period_life import close_survey
    from feedback_app.survey.results import store_period

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        period = _locked(session, owner, code)
        close_survey(session, period, today=today_of(owner, now), actor=SYSTEM, now=now)
        version = store_period(session, period, now=now, actor=SYSTEM)
        session.commit()
        stored = f"results stored as version {version}" if version else "no answers, so no results"
        click.echo(f"{code} is closed; {stored}")


def _locked(session: Session, owner: Agency, code: str) -> Period:
    from feedback_app.survey.queries import period_by_code, period_by_id

    return period_by_id(session, owner.id, period_by_code(session, owner.id, code).id, for_update=True)


def _show_units(session: Session, owner: Agency, period: Period) -> None:
    from feedback_app.organisation.queries import units_of
    from feedback_app.survey.progress import by_unit

    codes = {unit.id: unit.code for unit in units_of(session, owner.id, today_of(owner, clock.utcnow()))}
    for unit in by_unit(session, period):
        asked = unit.need.by_table if unit.need.by_table is not None else "unknown"
        places = "place" if len(unit.targets) == 1 else "places"
        name = codes.get(unit.unit_id, str(unit.unit_id))
        click.echo(f"  {name}  {len(unit.targets)} {places}, {unit.received} received, needed by the table: {asked}")
