"""`feedback audit verify` and `cut`: whether the trail is what was sealed, and the end of its keeping."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click
import sqlalchemy as sa

from feedback_app import clock
from feedback_app.audit.findings import Verdict
from feedback_app.audit.operations import SYSTEM
from feedback_app.audit.publishing import check_copy, publish, read_roots
from feedback_app.audit.sealing_key import KeyFiles, known_keys
from feedback_app.audit.upkeep import cut, ready_key
from feedback_app.audit.verifying import verify
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency
from feedback_app.jobs import settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
# Seals are set each minute; a tail so old means that no worker runs.
STALE: Final = timedelta(minutes=15)
# What is younger may be needed for an objection, a dispute or an audit of the year before.
KEEP_AT_LEAST: Final = timedelta(days=2 * 365)


@click.command("verify", short_help="Tell whether the trail is what was sealed.")
@click.option("--agency", help="Only the events of this agency; the chain is checked whole.")
@click.option("--roots", "roots_file", type=_FILE, help="Published roots kept elsewhere [default: AUDIT_ROOTS_FILE].")
@click.option("--public-key", "key_file", type=_FILE, help="Public keys, in PEM [default: those beside the key].")
@click.option("--show", type=click.IntRange(1, 100), default=20, show_default=True, help="How many findings to name.")
def verify_command(*, agency: str | None, roots_file: Path | None, key_file: Path | None, show: int) -> None:
    """Compute every hash again and name the first event that was edited, deleted, put in or moved.

    Exit code 0 if the trail is what was sealed, 1 if not. Changes nothing.
    """
    with database() as session:
        session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        only = find_agency(session, agency).id if agency else None
        roots = roots_file or settings().audit_roots
        verdict = verify(
            session,
            trusted=known_keys(key_file or KeyFiles(settings().audit_key).known),
            roots=read_roots(roots) if roots.exists() else None,
            only=only,
        )
        _say_what_was_seen(verdict, roots, clock.utcnow())
    _say_findings(verdict, show)
    sys.exit(0 if verdict.holds else 1)


def _say_what_was_seen(verdict: Verdict, roots: Path, now: datetime) -> None:
    click.echo(f"{verdict.seals} seals and {verdict.events} events checked")
    if verdict.compared is None:
        click.echo(f"not compared with published roots (no {roots}): an end that was removed would not be seen")
    else:
        click.echo(f"{verdict.compared} seals compared with published roots ({roots})")
    if verdict.last_sealed_at is None:
        click.echo("no seal yet: the worker sets the first one")
    if verdict.lost_seals:
        click.echo(f"{verdict.lost_seals} seals were declared lost when an older copy was put back")
    if verdict.cut_events:
        click.echo(f"{verdict.cut_events} events were cut, as their time was over")
    if verdict.oldest_unsealed is not None:
        age = now - verdict.oldest_unsealed
        late = ": is the worker running?" if age > STALE else ""
        click.echo(f"{verdict.unsealed} events wait for their seal, the oldest for {int(age.total_seconds())} s{late}")
    if verdict.first_late is not None:
        click.echo(f"{verdict.late} events say they are more than a day older than their seal, first:")
        click.echo(f"  {verdict.first_late.text().partition(':')[0]} ({verdict.first_late.note})")


def _say_findings(verdict: Verdict, show: int) -> None:
    if verdict.holds:
        click.echo("The trail is what was sealed.")
        return
    for place, finding in enumerate(verdict.findings[:show]):
        click.echo(f"{'FIRST ' if place == 0 else '      '}{finding.text()}")
    counts = ", ".join(f"{count} {wrong.value}" for wrong, count in sorted(verdict.counts.items()))
    click.echo(f"The trail is not what was sealed: {counts}")


@click.command("cut", short_help="Remove events whose time of keeping is over.")
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Events sealed before this day (UTC).")
@click.confirmation_option(prompt="The events are removed for good; their seals stay. Is there a backup? Go on?")
def cut_command(*, before: datetime) -> None:
    """Remove events up to the last seal before a day, and set a seal that says so; the last two years stay."""
    day = before.replace(tzinfo=UTC)
    if day > clock.utcnow() - KEEP_AT_LEAST:
        raise click.UsageError("--before must be a day at least two years ago.")
    with database() as session:
        roots = settings().audit_roots
        check_copy(session, roots)
        key = ready_key(session, KeyFiles(settings().audit_key))
        seal = cut(session, key, before=day, actor=SYSTEM, now=clock.utcnow())
        session.commit()
        publish(session, roots)
        session.commit()
        click.echo(f"Events up to seal {seal.refers_to} are gone; seal {seal.number} says so.")
