"""The one way in which a case changes its status: by the table of moves, onto the timeline and into the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind
from feedback_app.audit.operations import Actor, record
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.officer_models import CasePause, ChangeCause
from feedback_app.handling.rules import (
    ENDED,
    ArchiveReason,
    CaseStatus,
    EventKind,
    Mover,
    Outcome,
    check_move,
    is_reopening,
)
from feedback_app.handling.running import recompute, restart, wind

MOVERS: Final = {ActorKind.USER: Mover.OFFICER, ActorKind.CITIZEN: Mover.CITIZEN, ActorKind.SYSTEM: Mover.SYSTEM}
# Whoever brings a case here has read it.
_READ: Final = frozenset({CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS, CaseStatus.ON_HOLD, CaseStatus.ANSWERED})


def move(
    session: Session,
    case: Case,
    wanted: CaseStatus,
    *,
    actor: Actor,
    now: datetime,
    action: str,
    by: Mover | None = None,
    outcome: Outcome | None = None,
    reason: str | None = None,
    silence_ends_at: datetime | None = None,
    held_until: datetime | None = None,
    archive_reason: ArchiveReason | None = None,
) -> None:
    """Move a case, wind its clocks, note it on the timeline and in the audit trail.

    `by` is given where somebody acts for another: an officer who carries out a citizen's wish.
    """
    before = case.status
    check_move(before, wanted, by or MOVERS[actor.kind])
    with session.no_autoflush:
        # The database checks a case whole, whenever it is written: no query may write it half-changed.
        _pause(session, case, wanted, now)
        case.status, case.outcome = wanted, outcome if wanted is CaseStatus.CLOSED else None
        case.silence_ends_at, case.held_until, case.archive_reason = silence_ends_at, held_until, archive_reason
        case.closed_at = now if wanted in ENDED else None
        if wanted in _READ:
            case.verified_at = case.verified_at or now
        _run_clocks(session, case, before, actor, now)
    note_status(session, case, before, actor=actor, now=now, action=action, outcome=outcome, reason=reason)


def _pause(session: Session, case: Case, wanted: CaseStatus, now: datetime) -> None:
    if case.status is CaseStatus.ON_HOLD:
        session.execute(
            sa.update(CasePause)
            .where(
                CasePause.agency_id == case.agency_id, CasePause.case_id == case.id, CasePause.ends_at.is_(None)
            )
            .values(ends_at=now)
        )  # fmt: skip
    if wanted is CaseStatus.ON_HOLD:
        session.add(CasePause(agency_id=case.agency_id, case_id=case.id, starts_at=now, ends_at=None))


def _run_clocks(session: Session, case: Case, before: CaseStatus, actor: Actor, now: datetime) -> None:
    if is_reopening(before, case.status):
        case.reopened_count += 1
        restart(session, case, ChangeCause.REOPENED, actor=actor, now=now)
    elif before is CaseStatus.ARCHIVED:
        restart(session, case, ChangeCause.RESTORED, actor=actor, now=now)
    elif before is CaseStatus.ON_HOLD and case.status not in ENDED:
        recompute(session, case, ChangeCause.RESUMED, actor=actor, now=now)
    else:
        wind(session, case)


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


def note_act(
    session: Session,
    case: Case,
    kind: EventKind,
    *,
    actor: Actor,
    now: datetime,
    action: str,
    reason: str | None = None,
    **detail: int | str | None,
) -> None:
    """Note an act that leaves a case where it stands; `detail` holds ids and codes, never words."""
    session.add(
        CaseEvent(
            agency_id=case.agency_id, case_id=case.id, at=now, actor_kind=actor.kind, actor_id=actor.user_id,
            from_status=case.status, to_status=case.status, outcome=None, reason=reason, kind=kind, detail=detail,
        )
    )  # fmt: skip
    session.flush()
    record(
        session, agency_id=case.agency_id, actor=actor, action=action, subject_type="case", subject_id=case.id,
        now=now, status=case.status.value, **detail,
    )  # fmt: skip
