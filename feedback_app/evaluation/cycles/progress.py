"""How far a cycle is: how many people, bands, contests and signatures, and so which step comes next."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.cycles.rules import SIGNATURES_NEEDED, book_closed_from
from feedback_app.evaluation.models import Cycle, CycleSignature
from feedback_app.evaluation.replies.models import Contest, Objection
from feedback_app.evaluation.replies.rules import OPEN_STATES, ContestOutcome, ContestState
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import Band, CycleStatus
from feedback_app.intake.counter_queries import DAYS_UNTIL_CLOSED
from feedback_app.organisation.models import Employee


class Step(enum.StrEnum):
    """What comes next in a cycle."""

    WAIT_FOR_BOOK = "wait_for_book"
    COMPUTE = "compute"
    OPEN_REPLIES = "open_replies"
    WAIT_FOR_REPLIES = "wait_for_replies"
    DECIDE_CONTESTS = "decide_contests"
    CORRECT = "correct"
    RECOMPUTE = "recompute"
    FINISH_REVIEW = "finish_review"
    SIGN = "sign"
    FREEZE = "freeze"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class WaitingReplies:
    """What of the employees' contests is not settled: decided by nobody, not put right yet, not in the figures yet."""

    undecided: int = 0
    uncorrected: int = 0
    newer_than_figures: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one cycle is."""

    people: int
    with_band: int
    contests: int
    waiting: WaitingReplies
    signatures: int
    objections_waiting: int
    without_account: int


def waiting_replies(session: Session, cycle: Cycle) -> WaitingReplies:
    """Return what of the contests of one cycle is not settled."""
    return progress_of(session, [cycle])[cycle.id].waiting


def progress_of(session: Session, cycles: Collection[Cycle]) -> dict[int, Progress]:
    """Return how far each of some cycles is, by its id."""
    wanted = [(cycle.agency_id, cycle.id) for cycle in cycles]
    people = _by_cycle(session, _people(), Score, wanted)
    contests = _by_cycle(session, _contests(), Contest, wanted)
    signatures = _by_cycle(session, (sa.func.count(),), CycleSignature, wanted)
    objections = _by_cycle(session, (sa.func.count().filter(Objection.outcome.is_(None)),), Objection, wanted)
    found = {}
    for cycle in cycles:
        n_people, with_band, without_account = people.get(cycle.id, (0, 0, 0))
        n_contests, undecided, uncorrected, newer = contests.get(cycle.id, (0, 0, 0, 0))
        found[cycle.id] = Progress(
            people=n_people,
            with_band=with_band,
            contests=n_contests,
            waiting=WaitingReplies(undecided, uncorrected, newer),
            signatures=signatures.get(cycle.id, (0,))[0],
            objections_waiting=objections.get(cycle.id, (0,))[0],
            without_account=without_account,
        )
    return found


def next_step(cycle: Cycle, progress: Progress, today: date) -> Step:
    """Return what comes next; the order in which a page names it where several things wait."""
    if cycle.status is CycleStatus.DRAFT:
        return Step.COMPUTE if today >= computable_from(cycle) else Step.WAIT_FOR_BOOK
    if cycle.status is CycleStatus.RIGHT_OF_REPLY:
        return _next_in_replies(cycle, progress.waiting, today)
    return {
        CycleStatus.COMPUTED: Step.OPEN_REPLIES,
        CycleStatus.REVIEWED: Step.SIGN,
        CycleStatus.SIGNED: Step.FREEZE,
        CycleStatus.FROZEN: Step.NOTHING,
    }[cycle.status]


def _next_in_replies(cycle: Cycle, waiting: WaitingReplies, today: date) -> Step:
    if waiting.undecided:
        return Step.DECIDE_CONTESTS
    if waiting.uncorrected:
        return Step.CORRECT
    if waiting.newer_than_figures:
        return Step.RECOMPUTE
    is_over = cycle.reply_until is not None and today > cycle.reply_until
    return Step.FINISH_REVIEW if is_over else Step.WAIT_FOR_REPLIES


def computable_from(cycle: Cycle) -> date:
    """Return the first day on which a cycle may be computed: no visit token of its days can be used any more."""
    return book_closed_from(cycle.ends_on, DAYS_UNTIL_CLOSED)


def signatures_missing(progress: Progress) -> int:
    """Return how many signatures a cycle still needs."""
    return max(0, SIGNATURES_NEEDED - progress.signatures)


def _by_cycle(
    session: Session, columns: Collection[sa.ColumnElement[int]], table: type, wanted: Collection[tuple[int, int]]
) -> dict[int, tuple[int, ...]]:
    rows = session.execute(
        sa.select(table.cycle_id, *columns)  # type: ignore[attr-defined]
        .where(sa.tuple_(table.agency_id, table.cycle_id).in_(wanted))  # type: ignore[attr-defined]
        .group_by(table.cycle_id)  # type: ignore[attr-defined]
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def _people() -> tuple[sa.ColumnElement[int], ...]:
    has_account = sa.exists().where(
        Employee.agency_id == Score.agency_id, Employee.id == Score.employee_id, Employee.user_id.is_not(None)
    )
    return (
        sa.func.count(),
        sa.func.count().filter(Score.band != Band.INSUFFICIENT),
        sa.func.count().filter(~has_account),
    )


def _contests() -> tuple[sa.ColumnElement[int], ...]:
    upheld = Contest.outcome.in_([ContestOutcome.UPHELD, ContestOutcome.PARTLY])
    computed_at = (
        sa.select(Cycle.computed_at)
        .where(Cycle.agency_id == Contest.agency_id, Cycle.id == Contest.cycle_id)
        .correlate(Contest)
        .scalar_subquery()
    )
    settled_at = sa.func.coalesce(Contest.corrected_at, Contest.decided_at)
    return (
        sa.func.count().filter(Contest.state != ContestState.WITHDRAWN),
        sa.func.count().filter(Contest.state.in_(OPEN_STATES)),
        sa.func.count().filter(Contest.correction.is_not(None), Contest.corrected_at.is_(None)),
        sa.func.count().filter(upheld, settled_at > computed_at),
    )
