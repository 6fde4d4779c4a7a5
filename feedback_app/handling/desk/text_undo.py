"""Taking the last answer about a text back: the text waits again and has the labels it had."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from feedback_app.analysis.learning.models import LabelReview, ReviewState
from feedback_app.analysis.models import HEADS, LabelCorrection, Labels
from feedback_app.errors import ConflictError
from feedback_app.handling.desk.corrections import LABELS, Relabelled, is_allegation, topic_change, topic_of
from feedback_app.handling.desk.text_cases import is_untouched, opened_by, take_case_back
from feedback_app.handling.desk.text_queue import is_shown
from feedback_app.handling.desk.text_reviews import note_review
from feedback_app.handling.models import Case
from feedback_app.handling.queries import case_if_any
from feedback_app.nlp.labels import Aspect

UNDO_WINDOW: Final = timedelta(minutes=30)


class NothingToUndoError(ConflictError):
    """There is no answer of this account that is young enough."""

    code = "nothing_to_undo"


class AnswerInUseError(ConflictError):
    """Others work by now with the case that the answer opened or handed over."""

    code = "answer_in_use"


def can_undo(session: Session, user_id: int, day: date, *, now: datetime) -> bool:
    """Tell whether an account has an answer to take back."""
    review = session.scalar(_last(user_id, now))
    if review is None:
        return False
    same = (Case.agency_id == review.agency_id, Case.submission_id == review.submission_id)
    case = session.scalar(sa.select(Case).where(*same))
    if case is not None and opened_by(case, review):
        return is_untouched(case)
    return is_shown(session, user_id, review.id, day)


def undo_last(session: Session, user_id: int, day: date, *, now: datetime) -> tuple[LabelReview, list[Relabelled]]:
    """Take back the newest answer of an account: the text waits again and has the labels it had.

    A case that the answer opened goes with it, as long as nobody has touched it. What others put right since stays.

    Raises
    ------
    NothingToUndoError
    AnswerInUseError
    """
    review = session.scalar(_last(user_id, now))
    if review is None:
        raise _nothing()
    case = case_if_any(session, review.agency_id, review.submission_id)
    given_at = review.judged_at
    session.refresh(review, with_for_update=True)
    if (review.judged_by, review.judged_at) != (user_id, given_at):
        raise _nothing()
    case = _without_its_own_case(session, review, case)
    changed = _put_back(session, review, case)
    for name in (*HEADS, "aspect2", "abusive", "judged_by", "judged_at"):
        setattr(review, name, None)
    review.state = ReviewState.WAITING
    session.flush()
    if not is_shown(session, user_id, review.id, day):
        raise _nothing()
    note_review(session, review, "handling.undo_text_review", user_id, now)
    return review, changed


def _last(user_id: int, now: datetime) -> sa.Select[LabelReview]:
    return (
        sa.select(LabelReview)
        .where(LabelReview.judged_by == user_id, LabelReview.judged_at >= now - UNDO_WINDOW)
        .order_by(LabelReview.judged_at.desc(), LabelReview.id.desc())
        .limit(1)
    )


def _nothing() -> NothingToUndoError:
    return NothingToUndoError("Tidak ada jawaban Anda dalam 30 menit terakhir yang dapat dibatalkan.")


def _without_its_own_case(session: Session, review: LabelReview, case: Case | None) -> Case | None:
    """Return the case the text had before the answer; one that the answer opened is taken back."""
    if case is not None and opened_by(case, review):
        if not take_case_back(session, case):
            raise AnswerInUseError(
                "Jawaban itu tidak dapat dibatalkan lagi: kasus yang dibukanya sudah ditangani orang lain."
            )
        return None
    if _alleged(review):
        raise AnswerInUseError(
            "Jawaban itu tidak dapat dibatalkan: kasusnya sudah diserahkan kepada yang memeriksa dugaan pelanggaran. "
            "Bila itu keliru, pemeriksa dapat mengubah jenis penanganannya."
        )
    return case


def _alleged(review: LabelReview) -> bool:
    return any(said is not None and is_allegation("aspect", said) for said in (review.aspect, review.aspect2))


def _put_back(session: Session, review: LabelReview, case: Case | None) -> list[Relabelled]:
    """Delete the corrections this answer made, the newest first, and restore what stood before each.

    Where somebody has put the same label right since, theirs stands, and the figures with it.
    """
    labels = session.get_one(
        Labels, (review.agency_id, review.submission_id), with_for_update=True, populate_existing=True
    )
    changed = []
    for correction in session.scalars(_corrections_of(review)).all():
        before = topic_of(labels)
        if not session.scalar(_is_overruled(correction)):
            _restore(session, review, labels, correction)
        session.delete(correction)
        session.flush()
        change = topic_change(session, labels, before)
        changed += [change] if change else []
    _restore_beside(review, labels)
    if case is not None and review.state is ReviewState.DONE:
        flag_modified(case, "status")
    session.flush()
    return changed


def _restore(session: Session, review: LabelReview, labels: Labels, correction: LabelCorrection) -> None:
    earlier = session.scalar(_earlier_than(correction))
    stood = earlier or correction.machine_said
    setattr(labels, correction.head, LABELS[correction.head](stood) if stood else None)
    if correction.head == "urgency" and earlier is None:
        labels.urgency_source = str(review.machine.get("urgency_source", "model"))


def _restore_beside(review: LabelReview, labels: Labels) -> None:
    if _alleged(review):
        # Only texts that alleged nothing are read, and the case that this answer opened is gone.
        labels.integrity = False
    if "abusive" not in review.machine or (labels.aspect2, labels.abusive) != (review.aspect2, review.abusive):
        return
    aspect2 = review.machine.get("aspect2")
    labels.aspect2, labels.abusive = Aspect(aspect2) if aspect2 else None, bool(review.machine["abusive"])


def _corrections_of(review: LabelReview) -> sa.Select[LabelCorrection]:
    return (
        sa.select(LabelCorrection)
        .where(
            LabelCorrection.agency_id == review.agency_id,
            LabelCorrection.submission_id == review.submission_id,
            LabelCorrection.corrected_by == review.judged_by,
            LabelCorrection.corrected_at == review.judged_at,
        )
        .order_by(LabelCorrection.id.desc())
    )


def _same_label(correction: LabelCorrection) -> sa.ColumnElement[bool]:
    return sa.and_(
        LabelCorrection.agency_id == correction.agency_id,
        LabelCorrection.submission_id == correction.submission_id,
        LabelCorrection.head == correction.head,
    )


def _is_overruled(correction: LabelCorrection) -> sa.Select[bool]:
    return sa.select(sa.exists().where(_same_label(correction), LabelCorrection.id > correction.id))


def _earlier_than(correction: LabelCorrection) -> sa.Select[str]:
    return (
        sa.select(LabelCorrection.person_says)
        .where(_same_label(correction), LabelCorrection.id < correction.id)
        .order_by(LabelCorrection.id.desc())
        .limit(1)
    )
