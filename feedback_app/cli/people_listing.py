"""`feedback people list`: who holds which post, on a day and as known at a moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_unit_id, today_of
from feedback_app.organisation.models import Agency, Assignment, Employee, PublicService, Unit
from feedback_app.organisation.queries import valid_on
from feedback_app.organisation.rules import mask_nip

DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.command("list", short_help="Show posts of a day, with their numbers.")
@click.argument("agency")
@click.option("--unit", help="Code of one unit.")
@click.option("--on", "on", type=DAY, help="The day asked about; today if unset.")
@click.option("--known-at", type=MOMENT, help="As it was known at this moment (UTC); now if unset.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(agency: str, unit: str | None, on: datetime | None, known_at: datetime | None, as_json: bool) -> None:
    """Show who holds which post in AGENCY; the number in front is that of `end`, `correct` and `cancel`."""
    with database() as session:
        owner = find_agency(session, agency)
        day = on.date() if on else today_of(owner, clock.utcnow())
        unit_id = find_unit_id(session, owner, unit) if unit else None
        moment = known_at.replace(tzinfo=UTC) if known_at else None
        for row in _rows(session, owner, unit_id, day, moment):
            click.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(row))


def _rows(
    session: Session, owner: Agency, unit_id: int | None, day: date, known_at: datetime | None
) -> Iterator[dict[str, object]]:
    from feedback_app.organisation.people.post_edits import as_known_at

    query = (
        sa.select(Assignment, Employee, Unit.code, PublicService.code)
        .join(Employee, sa.and_(Employee.agency_id == Assignment.agency_id, Employee.id == Assignment.employee_id))
        .join(Unit, sa.and_(Unit.agency_id == Assignment.agency_id, Unit.id == Assignment.unit_id))
        .outerjoin(
            PublicService,
            sa.and_(PublicService.agency_id == Assignment.agency_id, PublicService.id == Assignment.service_id),
        )
        .where(
            Assignment.agency_id == owner.id, as_known_at(known_at),
            valid_on(Assignment.starts_on, Assignment.ends_on, day),
        )
        .order_by(Unit.code, Employee.name, Assignment.id)
    )  # fmt: skip
    for post, who, unit, service in session.execute(
        query if unit_id is None else query.where(Assignment.unit_id == unit_id)
    ):
        yield {
            "post": post.id, "name": who.name, "nip": mask_nip(who.nip), "unit": unit, "service": service,
            "position": post.position, "kind": post.kind.value, "head": post.is_head, "share": float(post.share),
            "decree": post.decree_number, "from": post.starts_on.isoformat(),
            "to": post.ends_on.isoformat() if post.ends_on else None, "recorded_at": post.recorded_at.isoformat(),
        }  # fmt: skip


def _line(row: dict[str, object]) -> str:
    place = f"{row['unit']}/{row['service']}" if row["service"] else row["unit"]
    days = f"from {row['from']} to {row['to'] or 'now on'}"
    held = f"{row['position']}  {row['kind']}, {row['share']:g}"
    return f"{row['post']}  {row['name']} ({row['nip']})  {place}  {held}  {days}"
