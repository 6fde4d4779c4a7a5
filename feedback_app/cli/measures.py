"""`feedback measures`: the daily figures."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.cli.context import database

if TYPE_CHECKING:
    from feedback_app.measures.release_models import Anomaly


@click.group("measures")
def measures_group() -> None:
    """The daily figures that pages and scores are made of."""


@measures_group.command("recount", short_help="Count the daily figures again and print what differs.")
@click.option("--repair", is_flag=True, help="Replace figures that differ by the counted ones.")
@click.option("--show", default=20, show_default=True, help="How many differences to print.")
def recount_command(*, repair: bool, show: int) -> None:
    """Count every daily figure again from the raw rows and print what differs.

    Exit code 0 if nothing differs, 1 if something does (also when --repair has put it right).
    """
    from feedback_app.measures.models import DailyMeasure, DailyTopic
    from feedback_app.measures.operations import recount

    with database() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        cells = sum(session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in (DailyMeasure, DailyTopic))
        differences = recount(session, repair=repair)
        session.commit()
    for found in differences[:show]:
        click.echo(f"{found.table} {found.cell}: stored {found.stored}, counted {found.counted}")
    if len(differences) > show:
        click.echo(f"… and {len(differences) - show} more")
    click.echo(f"{cells} figures, {len(differences)} differences{', repaired' if repair and differences else ''}")
    sys.exit(1 if differences else 0)


@measures_group.group("releases", short_help="The figures shown to everybody.")
def releases_group() -> None:
    """The figures shown to everybody: released in epochs, and recounted exactly."""


@releases_group.command("run", short_help="Release every figure that has enough new answers.")
def releases_run_command() -> None:
    """Release every figure that has enough new answers, as the platform does by itself every ten minutes."""
    from feedback_app import clock
    from feedback_app.measures.releases import release_all

    with database() as session:
        made = release_all(session, now=clock.utcnow())
        session.commit()
    click.echo(f"{len(made)} figures released")


@releases_group.command("list", short_help="List the figures shown at present.")
def releases_list_command() -> None:
    """List the figures shown at present: agency, unit, year, subject, number of answers, counted up to."""
    from feedback_app.measures.releases import newest

    with database() as session:
        names = _codes(session)
        for release in newest(session):
            agency, unit = names[release.agency_id, release.unit_id]
            click.echo(
                f"{agency} {unit} {release.year} {release.subject.value} n={release.n} "
                f"{release.as_of:%Y-%m-%d %H:%M} UTC"
            )


@releases_group.command("verify", short_help="Count every release again and print what differs.")
def releases_verify_command() -> None:
    """Count every release ever made again from the raw rows and print what differs.

    Exit code 0 if nothing differs, 1 if something does.
    """
    from feedback_app.measures.releases import verify

    with database() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        count, differences = verify(session)
        names = _codes(session)
    for found in differences:
        cell = found.cell
        agency, unit = names[cell.agency_id, cell.unit_id]
        what = f"release {found.release_id}, {agency} {unit} {cell.year} {cell.subject}"
        click.echo(f"{what}: stored {found.stored}, counted {found.counted}")
    click.echo(f"{count} releases, {len(differences)} differences")
    sys.exit(1 if differences else 0)


@measures_group.command("anomalies")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, for other programs.")
@click.option("--all", "with_cleared", is_flag=True, help="Also those that a person has put back.")
def anomalies_command(*, as_json: bool, with_cleared: bool) -> None:
    """Look for odd runs of ratings now, and print what is set aside.

    Exit code 0 if nothing is set aside, 1 if something is.
    """
    from feedback_app import clock
    from feedback_app.measures.anomalies import detect
    from feedback_app.measures.anomaly_runs import is_newest
    from feedback_app.measures.operations import record_goes_on
    from feedback_app.measures.release_models import Anomaly, AnomalyState

    with database() as session:
        record_goes_on(session)
        detect(session, now=clock.utcnow())
        session.commit()
        query = sa.select(Anomaly).where(is_newest()).order_by(Anomaly.starts_at.desc(), Anomaly.id.desc())
        found = session.scalars(
            query if with_cleared else query.where(Anomaly.state == AnomalyState.QUARANTINED)
        ).all()  # fmt: skip
        names = _codes(session)
        rows = [_anomaly(anomaly, *names[anomaly.agency_id, anomaly.unit_id]) for anomaly in found]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        for row in rows:
            click.echo("  ".join(f"{name} {value}" for name, value in row.items()))
        click.echo(f"{len(rows)} runs of ratings")
    sys.exit(1 if any(row["state"] == AnomalyState.QUARANTINED.value for row in rows) else 0)


def _codes(session: Session) -> dict[tuple[int, int], tuple[str, str]]:
    """Return the codes of agency and unit by their numbers, of units that were dissolved too."""
    from feedback_app.organisation.models import Agency, Unit

    query = sa.select(Agency.id, Unit.id, Agency.code, Unit.code).join(Unit, Unit.agency_id == Agency.id)
    rows = session.execute(query)
    return {(agency_id, unit_id): (agency, unit) for agency_id, unit_id, agency, unit in rows}


def _anomaly(anomaly: Anomaly, agency: str, unit: str) -> dict[str, object]:
    return {
        "id": anomaly.id, "agency": agency, "unit": unit,
        "channel": anomaly.channel.value, "kind": anomaly.kind.value, "state": anomaly.state.value,
        "starts_at": anomaly.starts_at.isoformat(), "ends_at": anomaly.ends_at.isoformat(), "n": anomaly.n,
        "expected": round(anomaly.expected, 2), "detected_at": anomaly.detected_at.isoformat(),
    }  # fmt: skip
