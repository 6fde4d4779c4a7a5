"""Take an act on many cases back, where nobody has touched the case since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person, record
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError, DomainError, NotFoundError
from feedback_app.handling.bulk.items import KEPT, REFUSED
from feedback_app.handling.bulk.merging import tie_again
from feedback_app.handling.bulk.models import BulkAct, BulkItem, BulkKind
from feedback_app.handling.clocks.models import ChangeCause
from feedback_app.handling.clocks.running import recompute
from feedback_app.handling.models import Case
from feedback_app.handling.moves import move, note_act
from feedback_app.handling.queries import lock_with_copies
from feedback_app.handling.rules import CaseStatus, EventKind
from feedback_app.organisation.queries import UnknownUnitError, unit_by_id

# Long enough to see a slip, too short for a colleague to have built on it.
UNDO_FOR: Final = timedelta(minutes=15)


class UnknownActError(NotFoundError):
    """No such act, or one of another account."""

    code = "unknown_act"


class TooLateToUndoError(ConflictError):
    """The act is too old, undone already, or has told citizens something."""

    code = "too_late_to_undo"


class SourceUnitEndedError(ConflictError):
    """There is no unit any more to which a case could go back."""

    code = "source_unit_ended"


@dataclass(frozen=True, slots=True)
class ActItem:
    """One case of an act: refused with a reason, done, or done and taken back; `kept` says why it could not be."""

    case_id: int
    refused: str | None
    undone: bool
    kept: str | None = None


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
    items = [
        ActItem(row.case_id, row.before.get(REFUSED), row.undone, row.before.get(KEPT)) for row in _items(session, act)
    ]
    return ActFile(act, items)


def undo(session: Session, user_id: int, act_id: int, *, now: datetime) -> tuple[int, int]:
    """Put every case of an act back as it stood; return how many were and were not.

    Not those touched since, nor those whose unit has ended. What is no match any more for the case into which it was
    merged stands alone.

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
    items = [item for item in _items(session, act) if REFUSED not in item.before]
    cases = _locked(session, act, items)
    # All versions are read first: to put one case back may touch another.
    untouched = [item for item in items if cases[item.case_id].version == item.version_after]
    for item in untouched:
        item.undone = _put_back(session, cases[item.case_id], item, person(user_id), now)
    back = [item for item in untouched if item.undone]
    tie_again(session, [(cases[item.case_id], item.before["duplicate_of"]) for item in back], person(user_id), now)
    done, touched = len(back), len(items) - len(back)
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


def _locked(session: Session, act: BulkAct, items: Sequence[BulkItem]) -> dict[int, Case]:
    """Return the cases of an act, locked with all that may be tied to them again."""
    numbers = {item.case_id for item in items}
    lock_with_copies(session, numbers | {item.before["duplicate_of"] or item.case_id for item in items})
    query = sa.select(Case).where(Case.agency_id == act.agency_id, Case.id.in_(numbers))
    return {case.id: case for case in session.scalars(query.execution_options(populate_existing=True))}


def _put_back(session: Session, case: Case, item: BulkItem, actor: Actor, now: datetime) -> bool:
    """Undo what differs, if it can be undone; each step stands on the timeline like the one it takes back."""
    before = item.before
    try:
        with session.begin_nested():
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
    except DomainError as error:
        item.before = {**before, KEPT: error.message}
        return False
    return True


def _send_back(session: Session, case: Case, unit_id: int | None, actor: Actor, now: datetime) -> None:
    left, case.unit_id = case.unit_id, unit_id
    recompute(session, case, ChangeCause.DISPOSED, actor=actor, now=now)
    name = "–" if unit_id is None else _name_of(session, case.agency_id, unit_id, now)
    note_act(
        session, case, EventKind.DISPOSED, actor=actor, now=now, action="handling.undo_dispose",
        reason=f"{name}\nPenerusan dibatalkan oleh pengirimnya.", from_unit_id=left, to_unit_id=unit_id,
    )  # fmt: skip


def _name_of(session: Session, agency_id: int, unit_id: int, now: datetime) -> str:
    try:
        return unit_by_id(session, agency_id, unit_id, office_day(now)).name
    except UnknownUnitError:
        raise SourceUnitEndedError("Unit asalnya sudah ditutup, jadi kasus ini tetap di unit sekarang.") from None


def _give_back(session: Session, case: Case, user_id: int | None, actor: Actor, now: datetime) -> None:
    left, case.assigned_to = case.assigned_to, user_id
    note_act(
        session, case, EventKind.ASSIGNED, actor=actor, now=now, action="handling.undo_assign",
        from_user_id=left, to_user_id=user_id,
    )  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
