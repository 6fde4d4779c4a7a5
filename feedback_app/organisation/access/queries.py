"""Who holds which roles where, who gave them and why; also as it was on a day gone by."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.identity.grant_models import GrantRequest
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission, RequestOutcome, Role
from feedback_app.organisation.models import UnitVersion
from feedback_app.organisation.queries import reach, valid_on, within
from feedback_app.organisation.whole_agencies import over_all_of

# What ends within these days is shown to whoever can renew it: two weeks hold a holiday and a second person.
SOON: Final = timedelta(days=14)


class State(enum.StrEnum):
    """Which roles are asked for."""

    HELD = "held"
    SOON = "soon"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for among the roles of an agency."""

    words: str = ""
    role: Role | None = None
    unit_id: int | None = None
    state: State = State.HELD


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One role of one person, with the names of whoever had a part in it."""

    grant: RoleGrant
    user: User
    unit_name: str | None
    giver: str | None
    approver: str | None
    ender: str | None

    def ends_soon(self, today: date) -> bool:
        """Tell whether it ends by itself within `SOON`."""
        ends_on = self.grant.ends_on
        return self.grant.ended_at is None and ends_on is not None and today <= ends_on <= today + SOON

    def is_held(self, today: date) -> bool:
        """Tell whether it is held on a day, or will be."""
        return self.grant.ends_on is None or self.grant.ends_on >= max(today, self.grant.starts_on)


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A role that waits, or waited, for a second person."""

    request: GrantRequest
    user: User
    unit_name: str | None
    asker: str
    decider: str | None


def seen_by(user_id: int, day: date, permission: Permission = Permission.READ_GRANTS) -> sa.ColumnElement[bool]:
    """Return the condition that somebody sees a grant: over a unit within their reach, or all of them over the whole.

    A role over the whole agency is seen by whoever looks after the whole agency alone.
    """
    named = sa.and_(
        RoleGrant.unit_id.is_not(None),
        within(reach(user_id, permission, day), RoleGrant.agency_id, RoleGrant.unit_id),
    )
    return sa.or_(over_all_of(RoleGrant.agency_id, user_id, permission, day), named)


def grants_in(session: Session, agency_id: int, user_id: int, asked: Asked, *, today: date) -> list[GrantLine]:
    """Return the roles of an agency that somebody sees and asks for, by name of the holder."""
    query = _lines(today).where(RoleGrant.agency_id == agency_id, seen_by(user_id, today), _in_state(asked, today))
    if asked.words:
        # Each word somewhere in the name or the address; the signs of LIKE are letters here.
        for word in asked.words.split():
            like = f"%{word.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
            query = query.where(sa.or_(User.name.ilike(like, escape="!"), User.email.ilike(like, escape="!")))
    if asked.role is not None:
        query = query.where(RoleGrant.role == asked.role)
    if asked.unit_id is not None:
        query = query.where(RoleGrant.unit_id == asked.unit_id)
    return _read(session, query.order_by(sa.func.lower(User.name), User.id, RoleGrant.starts_on.desc(), RoleGrant.id))


def grants_of(session: Session, agency_id: int, holder_id: int, reader_id: int, *, today: date) -> list[GrantLine]:
    """Return every role one person holds, held or is to hold in an agency, as far as somebody sees it, newest first."""
    query = _lines(today).where(
        RoleGrant.agency_id == agency_id, RoleGrant.user_id == holder_id, seen_by(reader_id, today)
    )
    return _read(session, query.order_by(RoleGrant.starts_on.desc(), RoleGrant.id.desc()))


def grant_seen(session: Session, agency_id: int, grant_id: int, reader_id: int, *, today: date) -> GrantLine | None:
    """Return one role, if somebody may end or renew it."""
    query = _lines(today).where(
        RoleGrant.agency_id == agency_id, RoleGrant.id == grant_id,
        seen_by(reader_id, today, Permission.MANAGE_GRANTS),
    )  # fmt: skip
    return next(iter(_read(session, query)), None)


def ending_soon(session: Session, agency_id: int, user_id: int, *, today: date) -> int:
    """Return how many roles within somebody's reach end by themselves within `SOON`."""
    query = sa.select(sa.func.count()).where(
        RoleGrant.agency_id == agency_id, seen_by(user_id, today, Permission.MANAGE_GRANTS),
        _in_state(Asked(state=State.SOON), today),
    )  # fmt: skip
    return session.scalar(query) or 0


def review_on(session: Session, agency_id: int, day: date, *, reader_id: int | None, today: date) -> list[GrantLine]:
    """Return who held which role on a day, also one gone by; as far as a reader sees it, all of it without one.

    A role that was ended early counts up to the day before it was ended, as it did when it was asked.
    """
    held = sa.and_(valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day), RoleGrant.agency_id == agency_id)
    query = _lines(day).where(held)
    if reader_id is not None:
        query = query.where(seen_by(reader_id, today))
    return _read(session, query.order_by(sa.func.lower(User.name), User.id, RoleGrant.role, RoleGrant.id))


def waiting_requests(session: Session, agency_id: int, reader_id: int | None, *, today: date) -> list[RequestLine]:
    """Return the roles that wait for a second person, the oldest first; within a reader's reach, or all."""
    return _requests(session, agency_id, reader_id, today, GrantRequest.outcome.is_(None), GrantRequest.id)


def refused_requests(
    session: Session, agency_id: int, holder_id: int, reader_id: int, today: date
) -> list[RequestLine]:
    """Return what was asked for one person and refused, the newest first."""
    condition = sa.and_(GrantRequest.outcome == RequestOutcome.REFUSED, GrantRequest.user_id == holder_id)
    return _requests(session, agency_id, reader_id, today, condition, GrantRequest.id.desc())


def count_waiting(session: Session, user_id: int, today: date) -> int:
    """Return how many requests wait that somebody may decide: of others, for others, within their reach."""
    area = reach(user_id, Permission.MANAGE_GRANTS, today)
    query = sa.select(sa.func.count()).where(
        GrantRequest.outcome.is_(None), GrantRequest.asked_by != user_id, GrantRequest.user_id != user_id,
        sa.or_(
            over_all_of(GrantRequest.agency_id, user_id, Permission.MANAGE_GRANTS, today),
            within(area, GrantRequest.agency_id, GrantRequest.unit_id),
        ),
    )  # fmt: skip
    return session.scalar(query) or 0


def _requests(
    session: Session, agency_id: int, reader_id: int | None, today: date, condition: sa.ColumnElement[bool],
    order: sa.SQLColumnExpression[int],
) -> list[RequestLine]:  # fmt: skip
    asker, decider = aliased(User), aliased(User)
    query = (
        sa.select(GrantRequest, User, UnitVersion.name, asker.name, decider.name)
        .join(User, User.id == GrantRequest.user_id)
        .join(asker, asker.id == GrantRequest.asked_by)
        .outerjoin(decider, decider.id == GrantRequest.decided_by)
        .outerjoin(UnitVersion, _named(GrantRequest, today))
        .where(GrantRequest.agency_id == agency_id, condition)
        .order_by(order)
    )
    if reader_id is not None:
        area = reach(reader_id, Permission.READ_GRANTS, today)
        query = query.where(
            sa.or_(
                over_all_of(GrantRequest.agency_id, reader_id, Permission.READ_GRANTS, today),
                within(area, GrantRequest.agency_id, GrantRequest.unit_id),
            )
        )
    return [RequestLine(*row) for row in session.execute(query)]


def _lines(day: date) -> Any:  # a Select of six columns, which its stubs do not agree about
    giver, approver, ender = aliased(User), aliased(User), aliased(User)
    return (
        sa.select(RoleGrant, User, UnitVersion.name, giver.name, approver.name, ender.name)
        .join(User, User.id == RoleGrant.user_id)
        .outerjoin(giver, giver.id == RoleGrant.granted_by)
        .outerjoin(approver, approver.id == RoleGrant.approved_by)
        .outerjoin(ender, ender.id == RoleGrant.ended_by)
        .outerjoin(UnitVersion, _named(RoleGrant, day))
    )


def _named(of: type[RoleGrant] | type[GrantRequest], day: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        UnitVersion.agency_id == of.agency_id, UnitVersion.unit_id == of.unit_id,
        valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
    )  # fmt: skip


def _in_state(asked: Asked, today: date) -> sa.ColumnElement[bool]:
    goes_on = sa.or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= sa.func.greatest(RoleGrant.starts_on, today))
    if asked.state is State.ENDED:
        return sa.not_(goes_on)
    if asked.state is State.SOON:
        return sa.and_(goes_on, RoleGrant.ended_at.is_(None), RoleGrant.ends_on <= today + SOON)
    return goes_on


def _read(session: Session, query: sa.Select[Any]) -> list[GrantLine]:
    return [GrantLine(*row) for row in session.execute(query)]


def agencies_with(session: Session, user_id: int, permissions: Sequence[Permission], day: date) -> list[int]:
    """Return the agencies in which somebody holds one of some permissions, over whatever."""
    found: set[int] = set()
    for permission in permissions:
        area = reach(user_id, permission, day)
        found.update(session.scalars(sa.select(area.c.agency_id).distinct()))
    return sorted(found)


def administrators_over(session: Session, agency_id: int, day: date) -> list[int]:
    """Return the active accounts that look after the roles of a whole agency."""
    query = sa.select(User.id).where(User.active, over_all_of(agency_id, User.id, Permission.MANAGE_GRANTS, day))
    return list(session.scalars(query.order_by(User.id)))


def all_grants(session: Session, agency_id: int, state: State, *, today: date) -> list[GrantLine]:
    """Return every role of an agency in a state, by name of the holder; for whoever runs the server."""
    query = _lines(today).where(RoleGrant.agency_id == agency_id, _in_state(Asked(state=state), today))
    return _read(session, query.order_by(sa.func.lower(User.name), User.id, RoleGrant.id))
