"""`feedback evaluation`: cycles, from the command line."""

from __future__ import annotations

import sys
from datetime import date, datetime

import click
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.evaluation_export import explain_command, export_command, talent_command
from feedback_app.cli.evaluation_life import COMMANDS as LIFE_COMMANDS
from feedback_app.cli.evaluation_people import of_cycle
from feedback_app.cli.evaluation_simulate import simulate_command
from feedback_app.cli.evaluation_state import step_of
from feedback_app.cli.lookup import find_agency
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleKind


@click.group("evaluation")
def evaluation_group() -> None:
    """Evaluation cycles: open, compute, list, verify."""


def _cycle(session: Session, agency_code: str, name: str, version: int | None = None) -> Cycle:
    import sqlalchemy as sa

    agency = find_agency(session, agency_code)
    # Of several versions the last one, unless one is asked for.
    rows = session.scalars(sa.select(Cycle).where(Cycle.agency_id == agency.id).order_by(Cycle.version))
    names = {cycle.name: cycle for cycle in rows}
    if name not in names:
        known = ", ".join(sorted(names)) or "none yet; see `feedback evaluation open --help`"
        raise click.UsageError(f"{agency.name} has no cycle {name!r}. Cycles: {known}.")
    if version is None or version == names[name].version:
        return names[name]
    asked = session.scalar(
        sa.select(Cycle).where(Cycle.agency_id == agency.id, Cycle.name == name, Cycle.version == version)
    )
    if asked is None:
        raise click.UsageError(f"{name} has no version {version}; the last one is {names[name].version}.")
    return asked


def _day(moment: datetime) -> date:
    return moment.date()


@evaluation_group.command("open", short_help="Open a cycle over a period of the calendar.")
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--name", required=True, help='Name of the cycle, such as "Triwulan II 2026".')
@click.option("--kind", type=click.Choice([kind.value for kind in CycleKind]), default="quarterly", show_default=True)
@click.option("--from", "starts", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day of service.")
@click.option("--to", "ends", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day of service.")
@click.option("--method", help="Method of the score; the newest unless given.")
def open_command(agency: str, name: str, kind: str, starts: datetime, ends: datetime, method: str | None) -> None:
    """Open a cycle over a whole month, quarter, semester or year of the calendar."""
    from feedback_app.evaluation.cycles.opening import known_methods, open_cycle

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
            method=method or known_methods()[0],
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
            .order_by(Agency.code, Cycle.starts_on, Cycle.name, Cycle.version)
        ).all()
        for code, cycle in rows:
            name = f"{cycle.name} v{cycle.version}" if cycle.version > 1 else cycle.name
            click.echo(f"{code}  {name}  {cycle.starts_on} to {cycle.ends_on}  {cycle.status.value}")
    if not rows:
        click.echo("No cycles yet; see `feedback evaluation open --help`.")


@evaluation_group.command("compute", short_help="Compute a cycle.")
@of_cycle
def compute_command(agency: str, name: str, version: int | None) -> None:
    """Compute a cycle: who answered for which ratings, and how sure the figures are."""
    from feedback_app.evaluation.cycles.computing import compute
    from feedback_app.evaluation.cycles.cut_off import hold_still
    from feedback_app.evaluation.cycles.life import check_corrected

    with database() as session:
        cycle = _cycle(session, agency, name, version)
        now = hold_still(session, clock.utcnow)
        check_corrected(session, cycle)
        with step_of(cycle, agency):
            done = compute(session, cycle, actor=SYSTEM, now=now)
        session.commit()
    click.echo(f"{done.people} people, {done.with_band} with enough evidence for a band")
    click.echo(
        f"{done.ratings} ratings counted, {done.ratings_beside} stand beside (no proof of visit), "
        f"{done.ratings_nobody} on days and services for which nobody was responsible"
    )
    if done.ratings_excluded:
        click.echo(f"{done.ratings_excluded} left out after a contest")
    click.echo(f"input sha256 {done.input_hash}")
    click.echo(f"output sha256 {done.output_hash}")


@evaluation_group.command("verify", short_help="Compute a cycle again and compare.")
@of_cycle
def verify_command(agency: str, name: str, version: int | None) -> None:
    """Compute a cycle again from the raw ratings and compare every figure and both hashes. Exit code 1 if any differs.

    It is computed as of its own time: ratings read later, posts put right and anomalies cleared since change nothing.
    """
    from feedback_app.evaluation.cycles.verification import newer_ratings, verify

    with database() as session:
        cycle = _cycle(session, agency, name, version)
        if cycle.computed_at is None:
            raise click.UsageError(
                f"{name} is not computed yet: feedback evaluation compute --agency {agency} --name {name!r}"
            )
        found, newer = verify(session, cycle), newer_ratings(session, cycle)
    for one in found:
        subject = one.of if one.subject_id is None else f"{one.of} {one.subject_id}"
        click.echo(f"{subject} {one.figure}: stored {one.stored}, from raw rows {one.recomputed}")
    if newer:
        click.echo(f"{newer} ratings of its days were read after its cut-off and never come in")
    click.echo(f"{len(found)} differences")
    sys.exit(1 if found else 0)


evaluation_group.add_command(simulate_command)
for _command in (explain_command, export_command, talent_command, *LIFE_COMMANDS):
    evaluation_group.add_command(_command)
