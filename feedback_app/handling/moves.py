"""The one way in which a case changes its status: by the table of moves, onto the timeline and into the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind
from feedback_app.audit.operations import SYSTEM, Actor, record
from feedback_app.handling.clocks.models import CasePause, ChangeCause
from feedback_app.handling.clocks.running import recompute, restart, wind
from feedback_app.handling.inbox.search import refresh_words
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.rules import (
    ENDED,
    ArchiveReason,
    CaseStatus,
    Classification,
    EventKind,
    Mover,
    Outcome,
    check_move,
    is_reopening,
)

MOVERS: Final = {ActorKind.USER: Mover.OFFICER, ActorKind.CITIZEN: Mover.CITIZEN, ActorKind.SYSTEM: Mover.SYSTEM}
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
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
    if reason is not None and actor.kind is ActorKind.CITIZEN:
        refresh_words(session, case.agency_id, [case.id])
    _part_copies(session, case, before, now)


def _part_copies(session: Session, case: Case, before: CaseStatus, now: datetime) -> None:
    """Keep no case out of sight behind one that nobody will answer, or whose answer did not do for its reporter."""
    if case.duplicate_of is not None and (
        is_reopening(before, case.status) or before is CaseStatus.ARCHIVED or _goes_on_alone(session, case, before)
    ):
        part_from_main(session, case, actor=SYSTEM, now=now)
    if case.status in ENDED | {CaseStatus.ON_HOLD}:
        pass_on_copies(session, case, now=now, stays=case.status is CaseStatus.ON_HOLD)


def _goes_on_alone(session: Session, case: Case, before: CaseStatus) -> bool:
    """Tell whether a merged case is worked on again while its main case still waits for its own reporter."""
    if before is not CaseStatus.ON_HOLD or case.status in ENDED:
        return False
    main = sa.select(Case.status).where(Case.agency_id == case.agency_id, Case.id == case.duplicate_of)
    return session.scalar(main) is CaseStatus.ON_HOLD


def shares_answer(case: Case, main: Case) -> bool:
    """Tell whether the answer to one case may go to the reporter of another: both plain, of one kind, in one unit."""
    is_plain = not (case.is_confidential or main.is_confidential or case.classification is Classification.OVERSIGHT)
    return is_plain and (case.unit_id, case.classification) == (main.unit_id, main.classification)


def answered_with(session: Session, case: Case, *, now: datetime) -> list[Case]:
    """Return the open cases merged into one to whose reporters its answer may go; any other stands alone from now on.

    However it came to be tied here: the answer to an allegation, or that of a unit which does not have the report, must
    not reach another citizen.
    """
    found = []
    for copy in open_copies(session, case):
        if shares_answer(copy, case):
            found.append(copy)
        else:
            part_from_main(session, copy, actor=SYSTEM, now=now)
    return found


def open_copies(session: Session, case: Case) -> Sequence[Case]:
    """Return the cases merged into one that still wait for its answer, locked for a change."""
    session.flush()
    return session.scalars(_merged_into(case).where(Case.status.not_in([*ENDED, CaseStatus.ANSWERED]))).all()


def _merged_into(case: Case) -> sa.Select[Case]:
    """Select the cases merged into one, to be locked for a change."""
    merged = sa.select(Case).where(Case.agency_id == case.agency_id, Case.duplicate_of == case.id)
    return merged.order_by(Case.id).with_for_update().execution_options(populate_existing=True)


def leave_others(session: Session, case: Case, *, now: datetime) -> None:
    """Take a case out of those it is answered with: it is another matter now."""
    if case.duplicate_of is not None:
        part_from_main(session, case, actor=SYSTEM, now=now)
    pass_on_copies(session, case, now=now)
    # Where none was open, those that have their answer are still tied here, to what is another matter now.
    first = session.scalars(_merged_into(case).limit(1)).first()
    if first is not None:
        part_from_main(session, first, actor=SYSTEM, now=now)
        _count_with(session, case, first)


def pass_on_copies(session: Session, case: Case, *, now: datetime, stays: bool = False) -> None:
    """Let what was merged into a case wait for the one of them that is due first: its own answer will not come.

    With `stays` the case waits with them, for its citizen was asked; those of the others were not.
    """
    copies = open_copies(session, case)
    running = [copy for copy in copies if copy.status is not CaseStatus.ON_HOLD]
    if not copies or (stays and not running):
        return
    main = due_first(running or copies)
    part_from_main(session, main, actor=SYSTEM, now=now)
    for copy in [*copies, *([case] if stays else [])]:
        if copy is main:
            continue
        if shares_answer(copy, main):
            copy.duplicate_of = main.id
            note_act(session, copy, EventKind.MERGED, actor=SYSTEM, now=now, action="handling.merge", main_id=main.id)
        elif copy.duplicate_of is not None:
            part_from_main(session, copy, actor=SYSTEM, now=now)
    # Those that have ended are still counted with the others.
    _count_with(session, case, main)


def _count_with(session: Session, case: Case, main: Case) -> None:
    """Tie what is merged into a case to another one, without a word to anybody: nobody waits for its answer."""
    session.execute(
        sa.update(Case)
        .where(Case.agency_id == case.agency_id, Case.duplicate_of == case.id)
        .values(duplicate_of=main.id)
    )


def due_first(cases: Iterable[Case]) -> Case:
    """Return the case into which others are merged: the one due first, so that no earlier deadline is hidden."""
    return min(cases, key=lambda case: (case.due_at or _NEVER, case.id))


def part_from_main(session: Session, case: Case, *, actor: Actor, now: datetime) -> None:
    """Let a merged case stand on its own again."""
    main_id, case.duplicate_of = case.duplicate_of, None
    note_act(session, case, EventKind.UNMERGED, actor=actor, now=now, action="handling.unmerge", main_id=main_id)


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
            from_status=before, to_status=case.status, outcome=outcome, reason=reason, detail=_why_archived(case),
        )
    )  # fmt: skip
    record(
        session, agency_id=case.agency_id, actor=actor, action=action, subject_type="case", subject_id=case.id,
        now=now, from_status=before.value, to_status=case.status.value, outcome=outcome.value if outcome else None,
        **_why_archived(case),
    )  # fmt: skip


def _why_archived(case: Case) -> dict[str, str]:
    return {"archive_reason": case.archive_reason.value} if case.archive_reason else {}


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
