"""The inbox: the cases within somebody's reach, the one whose clock ends first on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.analysis.models import Labels
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.handing_on.duty import left_behind
from feedback_app.handling.inbox.conditions import Condition, in_group, narrowed, order_of
from feedback_app.handling.inbox.filters import Filters, Group
from feedback_app.handling.inbox.places import Asker, asker, near
from feedback_app.handling.models import Case
from feedback_app.handling.queries import version_on
from feedback_app.handling.rules import ENDED, CaseStatus, Classification, Outcome
from feedback_app.handling.visibility import may_see
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import SubmissionKind
from feedback_app.organisation.models import Agency, UnitVersion

PAGE_SIZE: Final = 50
# Nobody reads further than this; counting on would cost more than the page. One more means "and more".
COUNTED_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One case in a list."""

    id: int
    version: int
    unit_name: str
    status: CaseStatus
    outcome: Outcome | None
    classification: Classification
    kind: SubmissionKind
    clock: CaseClock | None
    due_at: datetime | None
    silence_ends_at: datetime | None
    held_until: datetime | None
    opened_at: datetime
    text: str | None
    aspect: str | None
    urgency: str | None
    reopened_count: int
    escalation_step: int
    assigned_to: int | None
    assigned_name: str | None
    duplicate_of: int | None
    duplicates: int
    is_confidential: bool
    time_zone: str
    is_maybe_automatic: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of cases and how many there are, at most `COUNTED_MAX` + 1.

    `counts` tells the same of every group; it is empty where the question narrows a group further.
    """

    rows: list[InboxRow]
    group: Group
    total: int
    counts: dict[Group, int]


def inbox(
    session: Session, user_id: int, *, day: date, now: datetime, asked: Filters | None = None, page: int = 1
) -> Inbox:
    """Return a page of what somebody asks of the cases within their reach."""
    asked, who = asked or Filters(), asker(session, user_id, day=day, now=now)
    mine = [may_see(user_id, Permission.READ_INBOX, day), *narrowed(asked, who, _left(session, asked, who))]
    group, groups = asked.shown_group, [asked.shown_group] if asked.is_narrowed else list(Group)
    counts = {name: counted(session, [*mine, *in_group(name, duplicates=asked.duplicates)]) for name in groups}
    total, order = counts[group], order_of(group)
    start = (page - 1) * PAGE_SIZE
    picked = _picked([*mine, *in_group(group, duplicates=asked.duplicates)], order, start, total)
    rows = _rows(session, picked, order, day) if start < total else []
    return Inbox(rows, group, total, {} if asked.is_narrowed else counts)


def _left(session: Session, asked: Filters, who: Asker) -> frozenset[int]:
    """Return the cases that wait under the name of somebody who has left, where nobody's cases are asked for."""
    if asked.assigned != "nobody":
        return frozenset()
    return left_behind(session, [near(who), Case.status.not_in(ENDED)], who.day)


def _picked(
    conditions: Sequence[Condition], order: list[sa.ColumnElement[Any]], start: int, total: int
) -> sa.Select[*tuple[Any, ...]]:
    """Return which cases stand on a page, picked before anything is joined.

    Of few cases all are collected and sorted. Of many, so it is left to the database, their order is walked until the
    page is full; it takes that way for few ones too, and then walks to the end of everything.
    """
    page = sa.select(Case.agency_id, Case.id).order_by(*order).limit(PAGE_SIZE).offset(start)
    if total > COUNTED_MAX:
        return page.where(*conditions)
    # A limit of its own keeps the database from walking the order all the same.
    few = sa.select(Case.agency_id, Case.id).where(*conditions).limit(COUNTED_MAX + 1).subquery("few")
    return page.join(few, sa.and_(few.c.agency_id == Case.agency_id, few.c.id == Case.id))


def rows_of(
    session: Session,
    user_id: int,
    case_ids: Sequence[int],
    *,
    day: date,
    permission: Permission = Permission.READ_INBOX,
) -> list[InboxRow]:
    """Return chosen cases as lines of a list, by their number; those that somebody may not see are left out."""
    picked = sa.select(Case.agency_id, Case.id).where(Case.id.in_(case_ids), may_see(user_id, permission, day))
    return _rows(session, picked, [Case.id.asc()], day)


def counted(session: Session, conditions: Sequence[Condition]) -> int:
    """Return how many cases meet all conditions, counted to `COUNTED_MAX` + 1."""
    first = sa.select(sa.literal(1)).select_from(Case).where(*conditions).limit(COUNTED_MAX + 1).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(first)) or 0


def _rows(
    session: Session, picked: sa.Select[*tuple[Any, ...]], order: list[sa.ColumnElement[Any]], day: date
) -> list[InboxRow]:
    page = picked.subquery("picked")
    query = (
        _columns()
        .join(page, sa.and_(page.c.agency_id == Case.agency_id, page.c.id == Case.id))
        .join(Agency, Agency.id == Case.agency_id)
        .join(Submission, sa.and_(Submission.agency_id == Case.agency_id, Submission.id == Case.submission_id))
        .join(Labels, sa.and_(Labels.agency_id == Case.agency_id, Labels.submission_id == Case.submission_id))
        .outerjoin(UnitVersion, version_on(Case.agency_id, Case.unit_id, day))
        .outerjoin(User, User.id == Case.assigned_to)
        .order_by(*order)
    )
    return [InboxRow(*row) for row in session.execute(query)]


def _columns() -> sa.Select[*tuple[Any, ...]]:
    copy = aliased(Case)
    copies = (
        sa.select(sa.func.count())
        .where(copy.agency_id == Case.agency_id, copy.duplicate_of == Case.id)
        .correlate(Case)
        .scalar_subquery()
    )
    return sa.select(
        Case.id, Case.version, sa.func.coalesce(UnitVersion.name, "–"), Case.status, Case.outcome,
        Case.classification, Submission.kind, Case.clock, Case.due_at, Case.silence_ends_at, Case.held_until,
        Case.opened_at, Labels.redacted_text, Labels.aspect, Labels.urgency, Case.reopened_count,
        Case.escalation_step, Case.assigned_to, User.name, Case.duplicate_of, copies, Case.is_confidential,
        Agency.time_zone, sa.func.cardinality(Submission.signals) > 0,
    )  # fmt: skip
