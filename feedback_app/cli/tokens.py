"""`feedback tokens`: visit tokens for a counter to hand out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.counter_keys import key_group
from feedback_app.cli.lookup import find_agency, find_counter_id, find_service_id, find_unit, today_of
from feedback_app.config import Settings
from feedback_app.intake.rules import VISIT_DAYS_BACK

USUAL_ADDRESS: Final = "http://127.0.0.1:8000"


@click.group("tokens")
def tokens_group() -> None:
    """Visit tokens: proof that a rating comes from a real visit."""


tokens_group.add_command(key_group)


@tokens_group.command("issue")
@click.argument("agency")
@click.argument("unit")
@click.option("--service", help="Code of the service.")
@click.option("--counter", help="Code of the counter, where the visits were to one of the unit's.")
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the visits, at most 7 days ago (today if unset)."
)
@click.option("--count", type=click.IntRange(1, 1000), default=1, show_default=True)
@click.option("--base-url", help="Address of the public pages (PUBLIC_URL, or where `feedback up` runs, if unset).")
def issue_command(
    agency: str,
    unit: str,
    *,
    service: str | None,
    counter: str | None,
    day: datetime | None,
    count: int,
    base_url: str | None,
) -> None:
    """Print the addresses of fresh one-time tokens. They are shown this once; only their hashes are kept."""
    from flask import current_app

    from feedback_app.audit.operations import record
    from feedback_app.intake.visits import issue_visit_tokens

    now = clock.utcnow()
    with database() as session:
        address = (base_url or _public_address(current_app.extensions["suara_settings"])).rstrip("/")
        owner = find_agency(session, agency)
        visited_on = _visit_day(day, today_of(owner, now))
        unit_id = find_unit(session, owner, unit, visited_on).id
        tokens = issue_visit_tokens(
            session,
            agency_id=owner.id,
            unit_id=unit_id,
            service_id=find_service_id(session, owner, unit, unit_id, service) if service else None,
            counter_id=find_counter_id(session, owner, unit, unit_id, counter) if counter else None,
            visited_on=visited_on,
            count=count,
            issued_by=None,
            key=current_app.config["TRACKING_KEY"],
            now=now,
        )
        record(
            session, agency_id=owner.id, actor=SYSTEM, action="intake.issue_visit_tokens", subject_type="unit",
            subject_id=unit_id, now=now, count=count, visited_on=visited_on.isoformat(),
        )  # fmt: skip
        session.commit()
    for token in tokens:
        click.echo(f"{address}/k/{token}")


def _visit_day(asked: datetime | None, today: date) -> date:
    if asked is None:
        return today
    first, day = today - timedelta(days=VISIT_DAYS_BACK), asked.date()
    if not first <= day <= today:
        raise click.UsageError(f"--day takes a day from {first} to {today} (today at the agency), not {day}.")
    return day


def _public_address(settings: Settings) -> str:
    from feedback_app import supervisor

    named: str | None = getattr(settings, "public_url", None)
    if named:
        return named
    running = supervisor.status(settings)
    return running.address if running.running and running.address else USUAL_ADDRESS
