"""`feedback evaluation`: cycles, from the command line."""

from __future__ import annotations

import sys
from datetime import date, datetime

import click
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleKind


@click.group("evaluation")
def evaluation_group() -> None:
    """Evaluation cycles: open, compute, list, verify."""


def _cycle(session: Session, agency_code: str, name: str) -> Cycle:
    import sqlalchemy as sa

    agency = find_agency(session, agency_code)
    names = {cycle.name: cycle for cycle in session.scalars(sa.select(Cycle).where(Cycle.agency_id == agency.id))}
    if name not in names:
        known = ", ".join(sorted(names)) or "none yet; see `feedback evaluation open --help`"
        raise click.UsageError(f"{agency.name} has no cycle {name!r}. Cycles: {known}.")
    return names[name]


def _day(moment: datetime) -> date:
    return moment.date()


@evaluation_group.command("open")
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--name", required=True, help='Name of the cycle, such as "Triwulan II 2026".')
@click.option("--kind", type=click.Choice([kind.value for kind in CycleKind]), default="quarterly", show_default=True)
@click.option("--from", "starts", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day of service.")
@click.option("--to", "ends", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day of service.")
def open_command(agency: str, name: str, kind: str, starts: datetime, ends: datetime) -> None:
    """Open a cycle."""
    from feedback_app.evaluation.cycles.computing import open_cycle

    with database() as session:
        open_cycle(
            session,
            agency_id=find_agency(session, agency).id,
            name=name,
            kind=CycleKind(kind),
            starts_on=_day(starts),
            ends_on=_day(ends),
            actor=SYSTEM,
            now=clock.utcnow(),
        )
        session.commit()
    click.echo(f"Opened {name}. Compute it with: feedback evaluation compute --agency {agency} --name {name!r}")


@evaluation_group.command("list")
def list_command() -> None:
    """List all cycles."""
    import sqlalchemy as sa

    from feedback_app.organisation.models import Agency

    with database() as session:
        rows = session.execute(
            sa.select(Agency.code, Cycle)
            .join(Agency, Agency.id == Cycle.agency_id)
            .order_by(Agency.code, Cycle.starts_on)
        ).all()
        for code, cycle in rows:
            click.echo(f"{code}  {cycle.name}  {cycle.starts_on} to {cycle.ends_on}  {cycle.status.value}")
    if not rows:
        click.echo("No cycles yet; see `feedback evaluation open --help`.")


@evaluation_group.command("compute", short_help="Compute a cycle.")
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--name", required=True, help="Name of the cycle.")
def compute_command(agency: str, name: str) -> None:
    """Compute a cycle: who answered for which ratings, and how sure the figures are."""
    from feedback_app.evaluation.cycles.computing import compute

    with database() as session:
        done = compute(session, _cycle(session, agency, name), actor=SYSTEM, now=clock.utcnow())
        session.commit()
    click.echo(f"{done.people} people, {done.with_band} with enough evidence for a band")
    click.echo(
        f"{done.ratings} ratings counted, {done.ratings_beside} stand beside (no proof of visit), "
        f"{done.ratings_nobody} on days and services for which nobody was responsible"
    )
    click.echo(f"input sha256 {done.input_hash}")


@evaluation_group.command("verify", short_help="Compute a cycle again and compare.")
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--name", required=True, help="Name of the cycle.")
def verify_command(agency: str, name: str) -> None:
    """Compute a cycle again from the raw ratings and compare every figure. Exit code 1 if any differs."""
    from feedback_app.evaluation.cycles.verification import newer_ratings, verify

    with database() as session:
        cycle = _cycle(session, agency, name)
        if cycle.computed_at is None:
            raise click.UsageError(
                f"{name} is not computed yet: feedback evaluation compute --agency {agency} --name {name!r}"
            )
        found, newer = verify(session, cycle), newer_ratings(session, cycle)
    for one in found:
        click.echo(f"employee {one.employee_id} {one.figure}: stored {one.stored}, from raw rows {one.recomputed}")
    if newer:
        click.echo(f"{newer} ratings came in after the computation and were left out; compute again to include them")
    click.echo(f"{len(found)} differences")
    sys.exit(1 if found else 0)
