"""The one way in which a case changes its status: by the table of moves, onto the timeline and into the audit trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.handling.clocks import clocks_of
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.rules import CaseStatus, Outcome, check_move, is_reopening


def move(
    session: Session,
    case: Case,
    wanted: CaseStatus,
    *,
    actor: Actor,
    now: datetime,
    action: str,
    outcome: Outcome | None = None,
    reason: str | None = None,
    silence_ends_at: datetime | None = None,
) -> None:
    """Move a case, note it on the timeline and in the audit trail."""
    before = case.status
    check_move(before, wanted)
    if is_reopening(before, wanted):
        # Read before the case is touched: the database checks a case whole, whenever it is written.
        due = clocks_of(session, case.agency_id).deadlines(case.classification, now)
        case.reopened_count += 1
        case.reply_due_at = due.reply_due_at
    case.status = wanted
    case.silence_ends_at = silence_ends_at
    ended = wanted is CaseStatus.CLOSED
    case.closed_at = now if ended else None
    case.outcome = outcome if ended else None
    note_status(session, case, before, actor=actor, now=now, action=action, outcome=outcome, reason=reason)


def note_status(
    session: Session,
    case: Case,
    before: CaseStatus,
    *,
    actor: Actor,
    now: datetime,
    action: str,
    outcome: Outcome | None = None,
    reason: str | None = None,
) -> None:
    """Note on the timeline and in the audit trail that a case came from one status to the one it has now."""
    session.add(
        CaseEvent(
            agency_id=case.agency_id, case_id=case.id, at=now, actor_kind=actor.kind, actor_id=actor.user_id,
            from_status=before, to_status=case.status, outcome=outcome, reason=reason,
        )
    )  # fmt: skip
    record(
        session, agency_id=case.agency_id, actor=actor, action=action, subject_type="case", subject_id=case.id,
        now=now, from_status=before.value, to_status=case.status.value, outcome=outcome.value if outcome else None,
    )  # fmt: skip
