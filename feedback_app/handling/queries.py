"""What can be asked about cases. What somebody may not see does not exist for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.errors import NotFoundError
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.handling.rules import CaseStatus, classify_case
from feedback_app.handling.visibility import may_see
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import KINDS_WITH_CASE, SubmissionKind
from feedback_app.organisation.models import Agency, UnitVersion
from feedback_app.organisation.queries import valid_on

OPEN_STATUSES = (CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS, CaseStatus.ON_HOLD)


class UnknownCaseError(NotFoundError):
    """No such case, or none that this account may see."""

    code = "unknown_case"


def version_on(agency_id: Any, unit_id: Any, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that picks what a unit was called on a day."""
    return sa.and_(
        UnitVersion.agency_id == agency_id,
        UnitVersion.unit_id == unit_id,
        valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
    )


def case_for(
    session: Session, user_id: int, case_id: int, *, permission: Permission, day: date, for_update: bool = False
) -> Case:
    """Return a case within somebody's reach; with `for_update` it is locked, and what is merged into it.

    Raises
    ------
    UnknownCaseError
        Also where the case exists and this account may not see it.
    """
    if for_update:
        cases = cases_for(session, user_id, [case_id], permission=permission, day=day)
        case = cases[0] if cases else None
    else:
        case = session.scalar(sa.select(Case).where(Case.id == case_id, may_see(user_id, permission, day)))
    if case is None:
        raise UnknownCaseError("Kasus ini tidak ada di unit Anda.")
    return case


def cases_for(
    session: Session, user_id: int, case_ids: Iterable[int], *, permission: Permission, day: date
) -> Sequence[Case]:
    """Return those of some cases that lie within somebody's reach, by their numbers, locked with what is merged."""
    within = sa.and_(Case.id.in_(set(case_ids)), may_see(user_id, permission, day))
    return locked_where(session, within)


def locked_where(
    session: Session,
    condition: sa.ColumnElement[bool],
    *,
    first: sa.SQLColumnExpression[Any] = Case.id,
    limit: int | None = None,
) -> Sequence[Case]:
    """Return the cases that meet a condition, in an order, locked with what is merged into them."""
    wanted = session.scalars(sa.select(Case.id).where(condition).order_by(first).limit(limit)).all()
    lock_with_copies(session, wanted)
    # What was read before the lock may have changed while one waited for it.
    fresh = sa.select(Case).where(Case.id.in_(wanted), condition).order_by(first)
    return session.scalars(fresh.execution_options(populate_existing=True)).all()


def lock_with_copies(session: Session, case_ids: Iterable[int]) -> None:
    """Lock cases and what is merged into them, all in the order of their numbers.

    Everybody takes them in this order, so that no two wait for each other: an answer begins at the main case and a list
    at the lowest number, and the copies may stand on either side.
    """
    wanted = set(case_ids)
    whole = sa.select(Case.id).where(sa.or_(Case.id.in_(wanted), Case.duplicate_of.in_(wanted))).order_by(Case.id)
    is_whole = not wanted
    while not is_whole:
        attempt = session.begin_nested()
        locked = set(session.scalars(whole.with_for_update()))
        # Something may have been merged while one waited; its number may be lower, so all begins again.
        is_whole = locked.issuperset(session.scalars(whole))
        if is_whole:
            attempt.commit()
        else:
            attempt.rollback()


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything an officer needs to answer one case."""

    case: Case
    unit_name: str
    agency_name: str
    time_zone: str
    submission: Submission
    labels: Labels
    events: Sequence[CaseEvent]
    replies: Sequence[Reply]


def case_file(session: Session, case: Case, *, day: date) -> CaseFile:
    """Return a case with its submission, labels, timeline and replies."""
    agency = session.get_one(Agency, case.agency_id)
    name = session.scalar(sa.select(UnitVersion.name).where(version_on(case.agency_id, case.unit_id, day)))
    return CaseFile(
        case=case,
        unit_name=name or "–",
        agency_name=agency.name,
        time_zone=agency.time_zone,
        submission=session.get_one(Submission, (case.agency_id, case.submission_id)),
        labels=session.get_one(Labels, (case.agency_id, case.submission_id)),
        events=events_of(session, case.agency_id, case.id),
        replies=replies_of(session, case.agency_id, case.id),
    )


def events_of(session: Session, agency_id: int, case_id: int) -> Sequence[CaseEvent]:
    """Return the moves of a case, first one first."""
    query = sa.select(CaseEvent).where(CaseEvent.agency_id == agency_id, CaseEvent.case_id == case_id)
    return session.scalars(query.order_by(CaseEvent.at, CaseEvent.id)).all()


def replies_of(session: Session, agency_id: int, case_id: int) -> Sequence[Reply]:
    """Return the answers on a case, first one first."""
    query = sa.select(Reply).where(Reply.agency_id == agency_id, Reply.case_id == case_id)
    return session.scalars(query.order_by(Reply.sent_at, Reply.id)).all()


def case_of_submission(session: Session, agency_id: int, submission_id: int) -> Case:
    """Return the case of a submission, locked with what is merged into it.

    Raises
    ------
    UnknownCaseError
    """
    case = case_if_any(session, agency_id, submission_id)
    if case is None:
        raise UnknownCaseError("Masukan ini tidak memerlukan tanggapan, jadi belum ada yang dapat dinilai.")
    return case


def case_if_any(session: Session, agency_id: int, submission_id: int) -> Case | None:
    """Return the case of a submission, locked with what is merged into it; None where it became none."""
    found = locked_where(session, sa.and_(Case.agency_id == agency_id, Case.submission_id == submission_id), limit=1)
    return found[0] if found else None


def promise(
    session: Session,
    agency_id: int,
    kind: SubmissionKind,
    *,
    wants_reply: bool,
    now: datetime,
    unit_id: int | None = None,
) -> datetime | None:
    """Return until when a unit answers a submission of this kind, or None where nothing was asked."""
    if kind not in KINDS_WITH_CASE and not wants_reply:
        return None
    classification = classify_case(kind.value, integrity=False)
    return clocks_of(session, agency_id).deadlines(classification, now, unit_id).reply_due_at


def silence_is_over(session: Session, *, now: datetime) -> bool:
    """Tell whether any answered case has waited for the citizen to the end of the window."""
    return session.scalar(sa.select(sa.literal(1)).where(silence_ended(now)).limit(1)) is not None


def silence_ended(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that an answered case has waited for the citizen to the end of the window."""
    return sa.and_(Case.status == CaseStatus.ANSWERED, Case.silence_ends_at <= now)
