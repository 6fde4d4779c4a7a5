"""The audit trail of an agency as it is shown: newest first, a page at a time, with the seal of each event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind, AuditEvent
from feedback_app.audit.seal_models import AuditLeaf, AuditSeal, AuditSection
from feedback_app.handling.models import Case
from feedback_app.handling.trail.held_back import held_back, open_cases
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission, Role
from feedback_app.organisation.models import Agency, UnitKind, UnitVersion
from feedback_app.organisation.queries import valid_on
from feedback_app.organisation.whole_agencies import over_all_of

PAGE_SIZE: Final = 50
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after this event, which was the last of the page before."""

    at: datetime
    id: int

    def written(self) -> str:
        """Return the place as it stands in an address.

        >>> Place(datetime(2026, 5, 12, tzinfo=UTC), 7).written()
        '1778544000000000-7'
        """
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.id}"


def read_place(raw: str | None) -> Place | None:
    """Return the place that an address names, or None where it names none.

    >>> read_place("1778544000000000-7").id, read_place("x-7"), read_place("99999999999999999999-1")
    (7, None, None)
    """
    moment, _, number = (raw or "").partition("-")
    if not all(one.isascii() and one.isdigit() and len(one) <= 18 for one in (moment, number)):
        return None
    try:
        return Place(_EPOCH + timedelta(microseconds=int(moment)), int(number))
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the trail, from the first moment on and before the second. `act` may be a room and a dot."""

    agency_id: int
    since: datetime | None = None
    before: datetime | None = None
    actor: int | ActorKind | None = None
    act: str | None = None
    subject_type: str | None = None
    subject_id: int | None = None


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One event. Of what is held back from the reader there is neither subject nor detail."""

    id: int
    at: datetime
    actor_kind: ActorKind
    actor_id: int | None
    actor_name: str | None
    action: str
    subject_type: str
    subject_id: int | None
    subject_name: str | None
    detail: dict[str, Any]
    seal_number: int | None
    is_held_back: bool
    may_open: bool


def may_read_trail(session: Session, user_id: int, agency_id: int, day: date) -> bool:
    """Tell whether somebody may read the trail of an agency: over the whole of it, or in its Inspektorat."""
    inspectorate = sa.select(UnitVersion.unit_id).where(
        UnitVersion.agency_id == agency_id,
        UnitVersion.kind == UnitKind.INSPECTORATE,
        valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
    )
    inspects = sa.exists().where(
        RoleGrant.agency_id == agency_id,
        RoleGrant.user_id == user_id,
        RoleGrant.role == Role.INSPECTOR,
        RoleGrant.unit_id.in_(inspectorate),
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
    )
    whole = over_all_of(sa.literal(agency_id), user_id, Permission.READ_AUDIT, day)
    return bool(session.scalar(sa.select(sa.or_(whole, inspects))))


def trail(
    session: Session, asked: Asked, *, user_id: int, day: date, after: Place | None = None, limit: int = PAGE_SIZE
) -> list[TrailRow]:
    """Return events, the newest first, from a place on; what `user_id` may not see of them is held back.

    Whoever asks for a subject that is held back from them finds nothing.
    """
    query = (
        sa.select(*_COLUMNS, User.name, AuditLeaf.seal_number)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .outerjoin(AuditLeaf, sa.and_(AuditLeaf.agency_id == AuditEvent.agency_id, AuditLeaf.event_id == AuditEvent.id))
        .where(*_conditions(session, asked))
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(sa.tuple_(AuditEvent.at, AuditEvent.id) < (after.at, after.id))
    rows = session.execute(query).all()
    hidden = held_back(session, asked.agency_id, [row[:8] for row in rows], user_id=user_id, day=day)
    if asked.subject_id is not None:
        rows = [row for row in rows if row.id not in hidden]
    names = _names(session, rows)
    cases = {row.subject_id for row in rows if row.subject_type == "case"}
    opened = open_cases(session, asked.agency_id, cases, user_id=user_id, day=day)
    return [_shown(row, hidden, names, opened) for row in rows]


_COLUMNS: Final = (
    AuditEvent.id, AuditEvent.at, AuditEvent.actor_kind, AuditEvent.actor_id, AuditEvent.action,
    AuditEvent.subject_type, AuditEvent.subject_id, AuditEvent.detail,
)  # fmt: skip


def _conditions(session: Session, asked: Asked) -> list[sa.ColumnElement[bool]]:
    found = [AuditEvent.agency_id == asked.agency_id]
    if asked.since is not None:
        found.append(AuditEvent.at >= asked.since)
    if asked.before is not None:
        found.append(AuditEvent.at < asked.before)
    if isinstance(asked.actor, ActorKind):
        found.append(AuditEvent.actor_kind == asked.actor)
    elif asked.actor is not None:
        found.append(AuditEvent.actor_id == asked.actor)
    if asked.act is not None:
        whole = asked.act.endswith(".")
        found.append(AuditEvent.action.startswith(asked.act) if whole else AuditEvent.action == asked.act)
    if asked.subject_type is not None:
        found.append(_subject(session, asked))
    return found


def _subject(session: Session, asked: Asked) -> sa.ColumnElement[bool]:
    mine = AuditEvent.subject_type == asked.subject_type
    if asked.subject_id is None:
        return mine
    mine = sa.and_(mine, AuditEvent.subject_id == asked.subject_id)
    if asked.subject_type != "case":
        return mine
    # What was done to the report before it was a case belongs to the case.
    report = session.scalar(
        sa.select(Case.submission_id).where(Case.agency_id == asked.agency_id, Case.id == asked.subject_id)
    )
    if report is None:
        # Compared with nothing, it would find the acts upon many reports, which name none.
        return mine
    return sa.or_(mine, sa.and_(AuditEvent.subject_type == "submission", AuditEvent.subject_id == report))


def _names(session: Session, rows: Sequence[sa.Row[Any]]) -> dict[int, str]:
    accounts = {row.subject_id for row in rows if row.subject_type == "user" and row.subject_id is not None}
    if not accounts:
        return {}
    found = session.execute(sa.select(User.id, User.name).where(User.id.in_(accounts)))
    return {row.id: row.name for row in found}


def _shown(row: sa.Row[Any], hidden: frozenset[int], names: dict[int, str], opened: frozenset[int]) -> TrailRow:
    is_held_back = row.id in hidden
    return TrailRow(
        id=row.id, at=row.at, actor_kind=row.actor_kind, actor_id=row.actor_id, actor_name=row.name,
        action=row.action, subject_type="" if is_held_back else row.subject_type,
        subject_id=None if is_held_back else row.subject_id,
        subject_name=names.get(row.subject_id) if row.subject_type == "user" and not is_held_back else None,
        detail={} if is_held_back else row.detail, seal_number=row.seal_number, is_held_back=is_held_back,
        may_open=row.subject_type == "case" and row.subject_id in opened,
    )  # fmt: skip


def staff_of(session: Session, agency_id: int, limit: int = 1000) -> Sequence[tuple[int, str]]:
    """Return everybody who has or had a role in an agency, by name."""
    mine = sa.select(RoleGrant.user_id).where(RoleGrant.agency_id == agency_id)
    query = sa.select(User.id, User.name).where(User.id.in_(mine)).order_by(User.name, User.id).limit(limit)
    return [(user_id, name) for user_id, name in session.execute(query)]


@dataclass(frozen=True, slots=True)
class SealShown:
    """A seal, and how many events of the agency are in it."""

    seal: AuditSeal
    size: int
    first_at: datetime
    last_at: datetime


def seal_of_agency(session: Session, agency_id: int, number: int) -> SealShown | None:
    """Return a seal that holds events of an agency, or None."""
    row = session.execute(
        sa.select(AuditSeal, AuditSection.size, AuditSection.first_at, AuditSection.last_at)
        .join(AuditSection, AuditSection.seal_number == AuditSeal.number)
        .where(AuditSection.agency_id == agency_id, AuditSeal.number == number)
    ).first()
    return SealShown(*row) if row else None


def agency_named(session: Session, agency_id: int) -> Agency:
    """Return an agency."""
    return session.get_one(Agency, agency_id)
