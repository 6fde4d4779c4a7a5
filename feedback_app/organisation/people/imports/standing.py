"""Read what is known at present of an agency: its people, their standing posts, its units and what they are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.models import User
from feedback_app.organisation.models import Assignment, Employee, PublicService, Unit, UnitVersion
from feedback_app.organisation.people.imports.directory import Directory
from feedback_app.organisation.people.imports.folding import folded
from feedback_app.organisation.people.imports.terms import Known, Person
from feedback_app.organisation.people.post_rules import PostFields


def known(session: Session, agency_id: int, emails: Collection[str] = ()) -> Known:
    """Return the people of an agency with their standing posts, and the accounts of some addresses."""
    people = {
        row.nip: Person(*row)
        for row in session.execute(
            sa.select(
                Employee.id, Employee.nip, Employee.name, Employee.rank, Employee.left_on, Employee.user_id
            ).where(Employee.agency_id == agency_id)
        )
    }
    accounts = {}
    if emails:
        address = sa.func.lower(User.email)
        found = session.execute(sa.select(address, User.id).where(address.in_(emails), User.active))
        accounts = {row[0]: row[1] for row in found}
    linked = frozenset(person.user_id for person in people.values() if person.user_id is not None)
    return Known(people, _posts(session, agency_id), accounts, linked)


def directory(session: Session, agency_id: int, chosen: Mapping[str, int]) -> Directory:
    """Return what codes and names of units and services stand for, with what somebody said other names mean."""
    bearing: dict[str, set[int]] = defaultdict(set)
    names: dict[int, str] = {}
    parents: dict[int, set[int]] = defaultdict(set)
    for row in _units(session, agency_id):
        bearing[folded(row.code)].add(row.id)
        bearing[folded(row.name)].add(row.id)
        names[row.id] = row.name
        if row.parent_id is not None:
            parents[row.id].add(row.parent_id)
    services = session.execute(
        sa.select(PublicService.unit_id, PublicService.code, PublicService.name, PublicService.id).where(
            PublicService.agency_id == agency_id, PublicService.is_active
        )
    ).all()
    return Directory(
        units={name: frozenset(units) for name, units in bearing.items()}, names=names,
        parents={unit: frozenset(above) for unit, above in parents.items()},
        services={(row.unit_id, folded(word)): row.id for row in services for word in (row.name, row.code)},
        service_names={row.id: row.name for row in services}, chosen=chosen,
    )  # fmt: skip


def _units(session: Session, agency_id: int) -> Iterable[sa.Row[tuple[int, str, str, int | None]]]:
    """Return every name that units of an agency ever had; the latest of each comes last."""
    return session.execute(
        sa.select(Unit.id, Unit.code, UnitVersion.name, UnitVersion.parent_id)
        .join(UnitVersion, sa.and_(UnitVersion.agency_id == Unit.agency_id, UnitVersion.unit_id == Unit.id))
        .where(Unit.agency_id == agency_id)
        .order_by(UnitVersion.starts_on)
    )


def _posts(session: Session, agency_id: int) -> dict[int, tuple[tuple[int, PostFields], ...]]:
    rows = session.execute(
        sa.select(
            Assignment.id, Assignment.employee_id, Assignment.unit_id, Assignment.position, Assignment.kind,
            Assignment.decree_number, Assignment.starts_on, Assignment.ends_on, Assignment.service_id,
            Assignment.is_head, Assignment.share,
        )
        .where(Assignment.agency_id == agency_id, Assignment.superseded_at.is_(None))
        .order_by(Assignment.employee_id, Assignment.starts_on, Assignment.id)
    )  # fmt: skip
    found: dict[int, list[tuple[int, PostFields]]] = defaultdict(list)
    for row_id, *fields in rows:
        found[fields[0]].append((row_id, PostFields(*fields)))
    return {employee_id: tuple(posts) for employee_id, posts in found.items()}
