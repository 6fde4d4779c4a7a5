"""Take an act on many cases back, where nobody has touched the case since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person, record
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.handling.bulk_items import REFUSED
from feedback_app.handling.models import Case
from feedback_app.handling.moves import move, note_act
from feedback_app.handling.officer_models import BulkAct, BulkItem, BulkKind, ChangeCause
from feedback_app.handling.rules import CaseStatus, EventKind
from feedback_app.handling.running import recompute
from feedback_app.organisation.queries import unit_by_id

# Long enough to see a slip, too short for a colleague to have built on it.
UNDO_FOR: Final = timedelta(minutes=15)


class UnknownActError(NotFoundError):
    """No such act, or one of another account."""

    code = "unknown_act"


class TooLateToUndoError(ConflictError):
    """The act is too old, undone already, or has told citizens something."""

    code = "too_late_to_undo"


@dataclass(frozen=True, slots=True)
class ActItem:
    """One case of an act: refused with a reason, done, or done and taken back."""

    case_id: int
    refused: str | None
    undone: bool


@dataclass(frozen=True, slots=True)
class ActFile:
    """An act with its cases."""

    act: BulkAct
    items: list[ActItem]

    def can_undo(self, now: datetime) -> bool:
        """Tell whether there is something left that may be taken back."""
        return may_undo(self.act, now) and any(item.refused is None for item in self.items)


def may_undo(act: BulkAct, now: datetime) -> bool:
    """Tell whether an act may still be taken back."""
    return act.kind is not BulkKind.REPLY and act.undone_at is None and now < act.at + UNDO_FOR


def act_file(session: Session, user_id: int, act_id: int) -> ActFile:
    """Return an act of somebody's own with its cases.

    Raises
    ------
    UnknownActError
    """
    act = _act(session, user_id, act_id)
    items = [ActItem(row.case_id, row.before.get(REFUSED), row.undone) for row in _items(session, act)]
    return ActFile(act, items)


def undo(session: Session, user_id: int, act_id: int, *, now: datetime) -> tuple[int, int]:
    """Put every case of an act back as it stood, except those touched since; return how many were and were not.

    Raises
    ------
    UnknownActError, TooLateToUndoError
    """
    act = _act(session, user_id, act_id, for_update=True)
    if not may_undo(act, now):
        minutes = int(UNDO_FOR.total_seconds() // 60)
        raise TooLateToUndoError(
            f"Tindakan ini tidak dapat dibatalkan lagi: sudah dibatalkan, atau lewat {minutes} menit."
        )
    done = touched = 0
    for item in _items(session, act):
        if REFUSED in item.before:
            continue
        case = session.get_one(Case, (act.agency_id, item.case_id), with_for_update=True, populate_existing=True)
        if case.version != item.version_after:
            touched += 1
            continue
        _put_back(session, case, item.before, person(user_id), now)
        item.undone = True
        done += 1
    act.undone_at = now
    session.flush()
    record(
        session, agency_id=act.agency_id, actor=person(user_id), action="handling.undo_bulk", subject_type="bulk_act",
        subject_id=act.id, now=now, undone=done, touched=touched,
    )  # fmt: skip
    return done, touched


def _act(session: Session, user_id: int, act_id: int, *, for_update: bool = False) -> BulkAct:
    query = sa.select(BulkAct).where(BulkAct.id == act_id, BulkAct.user_id == user_id)
    if for_update:
        query = query.with_for_update()
    found = session.scalar(query)
    if found is None:
        raise UnknownActError("Tindakan itu tidak ada di akun Anda.")
    return found


def _items(session: Session, act: BulkAct) -> list[BulkItem]:
    query = sa.select(BulkItem).where(BulkItem.agency_id == act.agency_id, BulkItem.act_id == act.id)
    return list(session.scalars(query.order_by(BulkItem.case_id)))


def _put_back(session: Session, case: Case, before: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Undo what differs; each step stands on the timeline like the one it takes back."""
    if case.duplicate_of != before["duplicate_of"]:
        _part(session, case, before["duplicate_of"], actor, now)
    if case.unit_id != before["unit_id"]:
        _send_back(session, case, before["unit_id"], actor, now)
    if case.assigned_to != before["assigned_to"]:
        _give_back(session, case, before["assigned_to"], actor, now)
    if case.status.value != before["status"]:
        move(session, case, CaseStatus(before["status"]), actor=actor, now=now, action="handling.undo_verify")
    case.verified_at = _moment(before["verified_at"])
    # The same clock runs to the same end as before, so the rungs it had reached are reached.
    case.escalation_step, case.escalate_at = before["escalation_step"], _moment(before["escalate_at"])
    session.flush()


def _part(session: Session, case: Case, main_id: int | None, actor: Actor, now: datetime) -> None:
    before, case.duplicate_of = case.duplicate_of, main_id
    kind = EventKind.UNMERGED if main_id is None else EventKind.MERGED
    note_act(session, case, kind, actor=actor, now=now, action="handling.undo_merge", main_id=main_id or before)


def _send_back(session: Session, case: Case, unit_id: int | None, actor: Actor, now: datetime) -> None:
    left, case.unit_id = case.unit_id, unit_id
    recompute(session, case, ChangeCause.DISPOSED, actor=actor, now=now)
    name = "–" if unit_id is None else unit_by_id(session, case.agency_id, unit_id, office_day(now)).name
    note_act(
        session, case, EventKind.DISPOSED, actor=actor, now=now, action="handling.undo_dispose",
        reason=f"{name}\nPenerusan dibatalkan oleh pengirimnya.", from_unit_id=left, to_unit_id=unit_id,
    )  # fmt: skip


def _give_back(session: Session, case: Case, user_id: int | None, actor: Actor, now: datetime) -> None:
    left, case.assigned_to = case.assigned_to, user_id
    note_act(
        session, case, EventKind.ASSIGNED, actor=actor, now=now, action="handling.undo_assign",
        from_user_id=left, to_user_id=user_id,
    )  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
