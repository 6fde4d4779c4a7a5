"""Which civil servants and posts an account looks after, and what one of them looked like at some moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import NotFoundError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency, Assignment, Employee, PublicService, UnitVersion
from feedback_app.organisation.nip import NIP_LENGTH
from feedback_app.organisation.people.post_edits import as_known_at
from feedback_app.organisation.people.posts import UnknownPostError
from feedback_app.organisation.queries import reach, valid_between, valid_on, within
from feedback_app.organisation.whole_agencies import over_all_of
from feedback_app.organisation.within_reach import ReachedUnit, units_within_reach

SEARCH_MAX: Final = 80
NIP_END_MIN: Final = 2


class UnknownPersonError(NotFoundError):
    """The agency has no such civil servant, or not for this account."""

    code = "unknown_person"


@dataclass(frozen=True, slots=True)
class PeopleAsked:
    """Which people: by name or the end of their number, of a unit, without a post, without an account."""

    words: str = ""
    unit_id: int | None = None
    without_post: bool = False
    without_account: bool = False


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post with the names of its unit and service."""

    post: Assignment
    unit_name: str
    service_name: str | None


def agencies_looked_after(session: Session, user_id: int, permission: Permission, day: date) -> Sequence[Agency]:
    """Return the agencies in which somebody has a permission over at least one unit, by name."""
    area = reach(user_id, permission, day)
    query = sa.select(Agency).where(Agency.id.in_(sa.select(area.c.agency_id))).order_by(Agency.name)
    return session.scalars(query).all()


def units_looked_after(session: Session, user_id: int, agency_id: int, day: date) -> list[ReachedUnit]:
    """Return the units of an agency whose people somebody looks after, by name."""
    found = units_within_reach(session, user_id, Permission.MANAGE_PEOPLE, day)
    return [unit for unit in found if unit.agency_id == agency_id]


def looks_after_all(session: Session, user_id: int, agency_id: int, day: date) -> bool:
    """Tell whether somebody looks after the people of a whole agency."""
    condition = over_all_of(Agency.id, user_id, Permission.MANAGE_PEOPLE, day)
    return bool(session.scalar(sa.select(condition).where(Agency.id == agency_id)))


def people_found(
    session: Session, user_id: int, agency_id: int, asked: PeopleAsked, *, day: date, skip: int, most: int
) -> tuple[Sequence[Employee], int]:
    """Return one page of the people somebody looks after, by name, and how many there are."""
    query = sa.select(Employee).where(
        Employee.agency_id == agency_id, _looked_after(user_id, agency_id, day), *_asked(asked, agency_id, day)
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(Employee.name, Employee.id).offset(skip).limit(most)).all()
    return rows, total


def person_for(session: Session, user_id: int, agency_id: int, employee_id: int, day: date) -> Employee:
    """Return a civil servant whom somebody looks after: one with any post in their units, or any of a whole agency.

    Raises
    ------
    UnknownPersonError
    """
    query = sa.select(Employee).where(
        Employee.agency_id == agency_id, Employee.id == employee_id, _looked_after(user_id, agency_id, day)
    )
    found = session.scalar(query)
    if found is None:
        raise UnknownPersonError("Pegawai itu tidak ada. Pilih dari daftar.")
    return found


def person_by_nip(session: Session, agency_id: int, digits: str) -> Employee | None:
    """Return the civil servant of a number in its one form, or None."""
    return session.scalar(sa.select(Employee).where(Employee.agency_id == agency_id, Employee.nip == digits))


def people_by_nip(session: Session, agency_id: int, numbers: Collection[str]) -> dict[str, int]:
    """Return the ids of civil servants by number, of those of some numbers that the agency knows."""
    query = sa.select(Employee.nip, Employee.id).where(Employee.agency_id == agency_id, Employee.nip.in_(numbers))
    return {row.nip: row.id for row in session.execute(query)}


def names_of_people(session: Session, agency_id: int, employee_ids: Collection[int]) -> dict[int, str]:
    """Return the names of some civil servants by id."""
    query = sa.select(Employee.id, Employee.name).where(Employee.agency_id == agency_id, Employee.id.in_(employee_ids))
    return {row.id: row.name for row in session.execute(query)}


def post_for(
    session: Session, user_id: int, agency_id: int, assignment_id: int, day: date, *, superseded_too: bool = False
) -> Assignment:
    """Return a post in a unit whose people somebody looks after; one that stands, or any if asked for.

    Raises
    ------
    feedback_app.organisation.people.posts.UnknownPostError
        Also where the post was superseded, unless such are asked for.
    """
    area = reach(user_id, Permission.MANAGE_PEOPLE, day)
    query = sa.select(Assignment).where(
        Assignment.agency_id == agency_id, Assignment.id == assignment_id,
        within(area, Assignment.agency_id, Assignment.unit_id),
    )  # fmt: skip
    if not superseded_too:
        query = query.where(as_known_at())
    found = session.scalar(query)
    if found is None:
        raise UnknownPostError("Jabatan itu tidak ada atau sudah diubah. Buka lagi halaman pegawainya.")
    return found


def posts_of_people(
    session: Session, agency_id: int, employee_ids: Collection[int], *, on: date | None = None,
    known_at: datetime | None = None,
) -> dict[int, list[PostLine]]:  # fmt: skip
    """Return the posts of some people as known at a moment (None: now), the latest first; all, or those of a day."""
    query = _lines().where(
        Assignment.agency_id == agency_id, Assignment.employee_id.in_(employee_ids), as_known_at(known_at)
    )
    if on is not None:
        query = query.where(valid_on(Assignment.starts_on, Assignment.ends_on, on))
    found: dict[int, list[PostLine]] = {}
    for post, unit_name, service_name in session.execute(query.order_by(Assignment.starts_on.desc(), Assignment.id)):
        found.setdefault(post.employee_id, []).append(PostLine(post, unit_name, service_name))
    return found


def posts_in_unit(session: Session, agency_id: int, unit_id: int, first: date, last: date) -> list[PostLine]:
    """Return the standing posts of a unit that hold on any of some days, by the name of their holders."""
    query = (
        _lines()
        .join(Employee, sa.and_(Employee.agency_id == Assignment.agency_id, Employee.id == Assignment.employee_id))
        .where(
            Assignment.agency_id == agency_id, Assignment.unit_id == unit_id, as_known_at(),
            valid_between(Assignment.starts_on, Assignment.ends_on, first, last),
        )
        .order_by(Employee.name, Assignment.starts_on)
    )  # fmt: skip
    return [PostLine(*row) for row in session.execute(query)]


def superseded_posts(session: Session, agency_id: int, employee_id: int) -> list[PostLine]:
    """Return the rows of one person that were corrected, ended otherwise or cancelled, the latest change first."""
    query = _lines().where(
        Assignment.agency_id == agency_id, Assignment.employee_id == employee_id, Assignment.superseded_at.is_not(None)
    )
    rows = session.execute(query.order_by(Assignment.superseded_at.desc(), Assignment.id.desc()))
    return [PostLine(*row) for row in rows]


def _lines() -> sa.Select[Assignment, str, str | None]:
    """Return posts with the name their unit had on the first of their days that it had any on."""
    name = (
        sa.select(UnitVersion.name)
        .where(UnitVersion.agency_id == Assignment.agency_id, UnitVersion.unit_id == Assignment.unit_id)
        .order_by(
            sa.func.coalesce(UnitVersion.ends_on, sa.literal(date.max)) < Assignment.starts_on, UnitVersion.starts_on
        )
        .limit(1)
        .scalar_subquery()
    )
    served = sa.and_(
        PublicService.agency_id == Assignment.agency_id, PublicService.unit_id == Assignment.unit_id,
        PublicService.id == Assignment.service_id,
    )  # fmt: skip
    return sa.select(Assignment, name.label("unit_name"), PublicService.name).outerjoin(PublicService, served)


def _looked_after(user_id: int, agency_id: int, day: date) -> sa.ColumnElement[bool]:
    area = reach(user_id, Permission.MANAGE_PEOPLE, day)
    here = (
        sa.select(Assignment.employee_id)
        .where(Assignment.agency_id == agency_id, as_known_at())
        .where(within(area, Assignment.agency_id, Assignment.unit_id))
    )
    return sa.or_(over_all_of(agency_id, user_id, Permission.MANAGE_PEOPLE, day), Employee.id.in_(here))


def _asked(asked: PeopleAsked, agency_id: int, day: date) -> list[sa.ColumnElement[bool]]:
    today = sa.select(Assignment.employee_id).where(
        Assignment.agency_id == agency_id, as_known_at(), valid_on(Assignment.starts_on, Assignment.ends_on, day)
    )
    found: list[sa.ColumnElement[bool]] = [_named(word) for word in asked.words[:SEARCH_MAX].split()]
    digits = asked.words.replace(" ", "")
    if digits.isascii() and digits.isdigit() and NIP_END_MIN <= len(digits) <= NIP_LENGTH:
        found = [Employee.nip.endswith(digits)]
    if asked.unit_id is not None:
        found.append(Employee.id.in_(today.where(Assignment.unit_id == asked.unit_id)))
    if asked.without_post:
        found += [Employee.id.not_in(today), sa.or_(Employee.left_on.is_(None), Employee.left_on >= day)]
    if asked.without_account:
        found.append(Employee.user_id.is_(None))
    return found


def _named(word: str) -> sa.ColumnElement[bool]:
    return Employee.name.icontains(word, autoescape=True)
