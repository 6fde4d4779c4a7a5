"""`feedback people gaps`: on which working days nobody was responsible for what."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_unit_id
from feedback_app.organisation.models import Agency

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("gaps", short_help="Show days without anybody responsible.")
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--from", "first", type=DAY, required=True, help="First day.")
@click.option("--to", "last", type=DAY, required=True, help="Last day.")
@click.option("--unit", help="Code of one unit.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def gaps_command(agency: str, first: datetime, last: datetime, unit: str | None, as_json: bool) -> None:
    """Show what is missing or does not fit between two days, on the working days of each unit.

    Ends with 1 where nobody is responsible for something.
    """
    from feedback_app.organisation.people.gaps import GapKind

    with database() as session:
        owner = find_agency(session, agency)
        rows = _rows(session, owner, find_unit_id(session, owner, unit) if unit else None, first, last)
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(row))
        if not rows and not as_json:
            click.echo("No gaps.")
    if any(row["kind"] in {GapKind.NOBODY, GapKind.NOBODY_AT_COUNTER} for row in rows):
        raise click.exceptions.Exit(1)


def _rows(
    session: Session, owner: Agency, unit_id: int | None, first: datetime, last: datetime
) -> list[dict[str, Any]]:
    from feedback_app.handling.clocks.in_force import clocks_of
    from feedback_app.handling.clocks.unit_days import working_days_of
    from feedback_app.organisation.people.gap_search import find_gaps
    from feedback_app.organisation.people.models import Counter
    from feedback_app.organisation.people.queries import names_of_people
    from feedback_app.organisation.queries import services_by_unit, units_of

    clocks = clocks_of(session, owner.id)
    units = {card.id: card.code for card in units_of(session, owner.id, last.date())}
    found = find_gaps(
        session, owner, first.date(), last.date(), unit_ids=[unit_id] if unit_id else list(units),
        people_too=unit_id is None, working_days=lambda unit, begin, end: working_days_of(clocks, unit, begin, end),
    )  # fmt: skip
    services = {card.id: card.code for cards in services_by_unit(session, owner.id).values() for card in cards}
    people = names_of_people(session, owner.id, {gap.employee_id for gap in found if gap.employee_id})
    counters = {i: session.get_one(Counter, (owner.id, i)).code for i in {g.counter_id for g in found if g.counter_id}}
    return [
        {
            "kind": gap.kind.value, "first": gap.first.isoformat(), "last": gap.last.isoformat(), "days": gap.days,
            "unit": units.get(gap.unit_id or 0), "service": services.get(gap.service_id or 0),
            "counter": counters.get(gap.counter_id or 0), "person": people.get(gap.employee_id or 0),
            "total": float(gap.total) if gap.total is not None else None,
        }
        for gap in found
    ]  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    about = "/".join(row[part] for part in ("unit", "service", "counter", "person") if row[part])
    days = row["first"] if row["first"] == row["last"] else f"{row['first']} to {row['last']} ({row['days']} days)"
    total = f", shares add up to {row['total']:g}" if row["total"] is not None else ""
    return f"{row['kind']}  {about}  {days}{total}"
