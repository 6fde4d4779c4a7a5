"""Name who decides a contest, and decide it: what is upheld is left out or put right, and everybody can read why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.errors import ConflictError, ForbiddenError, InvalidInputError
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.conflicts import candidates, subjects
from feedback_app.evaluation.replies.contests import ContestEndedError
from feedback_app.evaluation.replies.corrections import OF_PERSONNEL, is_put_right
from feedback_app.evaluation.replies.leaving_out import leave_out
from feedback_app.evaluation.replies.models import WORDS_MAX, Contest
from feedback_app.evaluation.replies.rules import (
    OPEN_STATES,
    OUTCOMES_FOR,
    ContestOutcome,
    ContestState,
    Correction,
    corrections_for,
    leaves_ratings_out,
)
from feedback_app.evaluation.replies.telling import tell_employee, tell_reviewer
from feedback_app.evaluation.rules import CycleStatus

EXPLANATION_MIN: Final = 10
# Contests are decided while the figures may still be worked out anew.
_UNDER_REVIEW: Final = (CycleStatus.COMPUTED, CycleStatus.RIGHT_OF_REPLY)


class ReviewerConflictError(ForbiddenError):
    """This account may not decide this contest."""

    code = "reviewer_conflict"


class AssignerConflictError(ForbiddenError):
    """Whoever a contest is about does not choose who decides it, nor says that it has been put right."""

    code = "assigner_conflict"


class ReviewerChangedError(ConflictError):
    """Somebody else named a reviewer meanwhile."""

    code = "reviewer_changed"


class ExplanationLengthError(InvalidInputError):
    """A decision has no explanation, or one that is too long."""

    code = "explanation_length"


class OutcomeError(InvalidInputError):
    """The outcome, or what is to be put right, does not go with what is contested."""

    code = "contest_outcome"


class CycleClosedError(ConflictError):
    """The cycle has gone on; its contests stand as they are."""

    code = "cycle_closed_to_contests"


class NothingChangedError(ConflictError):
    """Nothing of the person's posts or duty days changed since the decision, so nothing has been put right."""

    code = "nothing_changed"


class ComputedMeanwhileError(ConflictError):
    """The figures are as new as this decision or newer, and would not hold it though it seems to come first."""

    code = "computed_meanwhile"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer found, why, and what others have to put right because of it."""

    outcome: ContestOutcome
    explanation: str
    correction: Correction | None = None


def assign(
    session: Session, cycle: Cycle, contest: Contest, reviewer_id: int, *, seen: int | None, user_id: int,
    today: date, now: datetime,
) -> None:  # fmt: skip
    """Name who decides a contest, and tell them; another one may be named until it is decided.

    `seen` is the reviewer whom the evaluator's page showed, if any.

    Raises
    ------
    AssignerConflictError, ReviewerConflictError, ReviewerChangedError, ContestEndedError, CycleClosedError
    """
    _lock(session, cycle, contest)
    if contest.state not in OPEN_STATES:
        raise ContestEndedError("Sanggahan ini sudah diputus atau ditarik, jadi penelaahnya tidak dapat diganti.")
    if contest.reviewer_id != seen:
        raise ReviewerChangedError("Penelaah sanggahan ini baru saja diganti orang lain. Periksa dahulu, lalu pilih.")
    _refuse_subject(session, cycle, contest, user_id)
    check_reviewer(session, cycle, contest, reviewer_id, today=today)
    contest.state, contest.reviewer_id = ContestState.ASSIGNED, reviewer_id
    contest.assigned_by, contest.assigned_at = user_id, now
    session.flush()
    _note(session, contest, "evaluation.assign_contest", user_id, now, reviewer_id=reviewer_id)
    tell_reviewer(session, contest, now=now)


def check_reviewer(session: Session, cycle: Cycle, contest: Contest, reviewer_id: int, *, today: date) -> None:
    """Refuse an account that does not review contests, or stands too near to this one.

    Raises
    ------
    ReviewerConflictError
    """
    for candidate in candidates(session, cycle, contest, today=today):
        if candidate.user_id == reviewer_id and candidate.conflict is None:
            return
    raise ReviewerConflictError(
        "Akun ini tidak dapat menelaah sanggahan ini: bukan penelaah di unit itu, atau terlalu dekat dengan "
        "perkaranya. Pilih penelaah lain."
    )


def decide(
    session: Session, cycle: Cycle, contest: Contest, found: Decision, *, user_id: int, today: date, now: datetime
) -> int:
    """Decide a contest, by its reviewer alone; return how many ratings are left out of the cycle because of it.

    Raises
    ------
    ExplanationLengthError, OutcomeError, ContestEndedError, ReviewerConflictError, CycleClosedError
    ComputedMeanwhileError
    """
    explanation = _checked(contest, found)
    _lock(session, cycle, contest)
    _check_newer(cycle, now)
    if contest.state is not ContestState.ASSIGNED or contest.reviewer_id != user_id:
        raise ContestEndedError("Sanggahan ini sudah diputus, ditarik, atau diberikan kepada penelaah lain.")
    check_reviewer(session, cycle, contest, user_id, today=today)
    contest.state, contest.outcome = ContestState.DECIDED, found.outcome
    contest.explanation, contest.correction, contest.decided_at = explanation, found.correction, now
    session.flush()
    left_out = 0
    if leaves_ratings_out(contest.kind, found.outcome):
        left_out = leave_out(session, cycle, contest, user_id, now)
    _note(
        session, contest, "evaluation.decide_contest", user_id, now, outcome=found.outcome.value, left_out=left_out,
        correction=found.correction.value if found.correction else None,
    )  # fmt: skip
    tell_employee(session, contest, now=now)
    return left_out


def mark_corrected(session: Session, cycle: Cycle, contest: Contest, *, user_id: int, now: datetime) -> None:
    """Note that what a decision asked others to put right has been.

    Raises
    ------
    AssignerConflictError, ContestEndedError, CycleClosedError, ComputedMeanwhileError
    NothingChangedError
        Personnel has not put the posts or the roster right yet, or a second person has not agreed to it.
    """
    _lock(session, cycle, contest)
    _check_newer(cycle, now)
    if contest.correction is None or contest.corrected_at is not None:
        raise ContestEndedError("Tidak ada perbaikan yang masih menunggu untuk sanggahan ini.")
    _refuse_subject(session, cycle, contest, user_id)
    if contest.correction in OF_PERSONNEL and not is_put_right(session, contest):
        raise NothingChangedError(
            "Penugasan dan daftar jaga pegawai ini dalam masa siklus belum berubah sejak putusan. Bagian kepegawaian "
            "membetulkannya di menu Pegawai, orang kedua menyetujuinya; sesudah itu catat sebagai sudah diperbaiki."
        )
    contest.corrected_at, contest.corrected_by = now, user_id
    session.flush()
    _note(session, contest, "evaluation.correct_contest", user_id, now, correction=contest.correction.value)


def _checked(contest: Contest, found: Decision) -> str:
    explanation = found.explanation.strip()
    if not EXPLANATION_MIN <= len(explanation) <= WORDS_MAX:
        raise ExplanationLengthError(
            f"Penjelasan harus {EXPLANATION_MIN} sampai {WORDS_MAX} huruf; ini {len(explanation)} huruf."
        )
    if found.outcome not in OUTCOMES_FOR[contest.kind]:
        raise OutcomeError("Putusan itu tidak berlaku untuk hal yang disanggah. Pilih putusan dari daftar.")
    known = corrections_for(contest.kind, found.outcome)
    if (found.correction in known) != bool(known):
        raise OutcomeError("Pilih apa yang harus diperbaiki akibat putusan ini.")
    return explanation


def _lock(session: Session, cycle: Cycle, contest: Contest) -> None:
    session.refresh(cycle, with_for_update={"read": True})
    session.refresh(contest, with_for_update=True)
    if cycle.status not in _UNDER_REVIEW:
        raise CycleClosedError("Siklus ini sudah ditutup bagi sanggahan.")


def _check_newer(cycle: Cycle, now: datetime) -> None:
    """Refuse a moment that the figures already claim to know; the edge's `record_goes_on` keeps it from happening."""
    if cycle.computed_at is not None and now <= cycle.computed_at:
        raise ComputedMeanwhileError("Siklus ini baru saja dihitung ulang. Kirim sekali lagi.")


def _refuse_subject(session: Session, cycle: Cycle, contest: Contest, user_id: int) -> None:
    if user_id == contest.filed_by or user_id in subjects(session, cycle, contest):
        raise AssignerConflictError("Sanggahan ini tentang diri Anda; mintalah pejabat lain mengurusnya.")


def _note(
    session: Session, contest: Contest, action: str, user_id: int, now: datetime, **detail: int | str | None
) -> None:
    record(
        session, agency_id=contest.agency_id, actor=person(user_id), action=action, subject_type="contest",
        subject_id=contest.id, now=now, cycle_id=contest.cycle_id, employee_id=contest.employee_id, **detail,
    )  # fmt: skip
