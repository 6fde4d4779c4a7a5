"""`feedback setup list`: what has been set up for an agency."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, today_of
from feedback_app.identity.models import RoleGrant, User
from feedback_app.organisation.models import Agency, Assignment, Employee, PublicService, Unit, UnitVersion
from feedback_app.organisation.rules import mask_nip


@click.command("list", short_help="Show units, services, people and accounts.")
@click.argument("agency")
def list_command(agency: str) -> None:
    """Show units, services, people with their posts, and accounts of AGENCY; what has ended is left out."""
    with database() as session:
        owner = find_agency(session, agency)
        today = today_of(owner, clock.utcnow())
        click.echo(f"{owner.code}  {owner.name}  region {owner.region_code}  {owner.time_zone}")
        for title, lines in (
            ("Units and services", _units(session, owner, today)),
            ("People and posts", _people(session, owner, today)),
            ("Accounts and roles", _accounts(session, owner, today)),
        ):
            click.echo(f"\n{title}")
            for line in [*lines] or ["none yet"]:
                click.echo(f"  {line}")


def _units(session: Session, owner: Agency, today: date) -> Iterator[str]:
    above = sa.orm.aliased(Unit)
    rows = session.execute(
        sa.select(Unit.id, Unit.code, UnitVersion.name, UnitVersion.kind, UnitVersion.starts_on, above.code)
        .join(UnitVersion, sa.and_(UnitVersion.agency_id == Unit.agency_id, UnitVersion.unit_id == Unit.id))
        .outerjoin(above, sa.and_(above.agency_id == UnitVersion.agency_id, above.id == UnitVersion.parent_id))
        .where(Unit.agency_id == owner.id, _not_over(UnitVersion.ends_on, today))
        .order_by(Unit.code, UnitVersion.starts_on)
    )
    services: dict[int, list[PublicService]] = {}
    given = sa.select(PublicService).where(PublicService.agency_id == owner.id, PublicService.is_active)
    for service in session.scalars(given.order_by(PublicService.code)):
        services.setdefault(service.unit_id, []).append(service)
    for unit_id, code, name, kind, starts_on, parent in rows:
        since = f", from {starts_on}" if starts_on > today else ""
        yield f"{code}  {name}  ({kind.value}{f', under {parent}' if parent else ''}{since})"
        for service in services.pop(unit_id, []):
            yield f"  {service.code}  {service.name}  ({service.sector})"


def _people(session: Session, owner: Agency, today: date) -> Iterator[str]:
    rows = session.execute(
        sa.select(Employee, Assignment, Unit.code, PublicService.code)
        .outerjoin(
            Assignment,
            sa.and_(
                Assignment.agency_id == Employee.agency_id, Assignment.employee_id == Employee.id,
                _not_over(Assignment.ends_on, today),
            ),
        )
        .outerjoin(Unit, sa.and_(Unit.agency_id == Assignment.agency_id, Unit.id == Assignment.unit_id))
        .outerjoin(
            PublicService,
            sa.and_(PublicService.agency_id == Assignment.agency_id, PublicService.id == Assignment.service_id),
        )
        .where(Employee.agency_id == owner.id)
        .order_by(Employee.name, Employee.id, Assignment.starts_on)
    )  # fmt: skip
    for employee, posts in groupby(rows, key=lambda row: row[0]):
        yield f"{mask_nip(employee.nip)}  {employee.name}"
        for _, post, unit, service in posts:
            yield f"  {_post_line(post, unit, service)}" if post else "  no post"


def _post_line(post: Assignment, unit: str, service: str | None) -> str:
    head = ", head" if post.is_head else ""
    share = f", share {post.share.normalize():f}" if post.share != 1 else ""
    days = f"from {post.starts_on} to {post.ends_on or 'now on'}"
    place = f"{unit}/{service}" if service else unit
    return f"{place}  {post.position}  ({post.kind.value}{head}{share})  {days}  {post.decree_number}"


def _accounts(session: Session, owner: Agency, today: date) -> Iterator[str]:
    rows = session.execute(
        sa.select(User.email, User.name, User.active, RoleGrant.role, Unit.code)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .outerjoin(Unit, sa.and_(Unit.agency_id == RoleGrant.agency_id, Unit.id == RoleGrant.unit_id))
        .where(RoleGrant.agency_id == owner.id, _not_over(RoleGrant.ends_on, today))
        .order_by(User.email, RoleGrant.role)
    )
    for (email, name, active), grants in groupby(rows, key=lambda row: (row[0], row[1], row[2])):
        roles = ", ".join(f"{role.value} of {unit or 'the whole agency'}" for *_, role, unit in grants)
        yield f"{email}  {name}  {roles}{'' if active else '  (closed)'}"


def _not_over(ends_on: sa.orm.InstrumentedAttribute[date | None], today: date) -> sa.ColumnElement[bool]:
    return sa.or_(ends_on.is_(None), ends_on >= today)
