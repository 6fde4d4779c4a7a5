"""A second pair of eyes on an answer the citizen calls unsolved; never those of whoever wrote it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from feedback_app.audit.operations import person, record
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.answers.saying import say
from feedback_app.handling.ending.models import REVIEW_MAX, REVIEW_MIN, DisputeReview, ReviewVerdict
from feedback_app.handling.ending.reviewers import ask_for_review
from feedback_app.handling.handing_on.colleagues import workers_of
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.moves import move
from feedback_app.handling.rules import CaseStatus, Outcome, ReplyKind, check_stands
from feedback_app.handling.telling.news import tell_ended
from feedback_app.handling.telling.staff import tell_staff
from feedback_app.nlp.personal.redact import redact
from feedback_app.notifications.wording import Template


class NoReviewError(ConflictError):
    """No disputed answer of this case waits for a review."""

    code = "no_review"


class OwnAnswerError(ConflictError):
    """Nobody reviews an answer of their own."""

    code = "own_answer"


class ReviewLengthError(InvalidInputError):
    """A decision about an answer says why."""

    code = "review_length"


def open_review(session: Session, case: Case, *, now: datetime) -> list[int]:
    """Ask for a second pair of eyes on the answer just disputed, and return whom.

    Nobody is asked where nobody is known to have written it. Where neither the unit nor those above it have a head
    besides whoever answered, the Inspektorat reads the case.
    """
    if case.answered_by is None:
        return []
    lapse(session, case, now=now)
    review = DisputeReview(agency_id=case.agency_id, case_id=case.id, answered_by=case.answered_by, opened_at=now)
    session.add(review)
    session.flush()
    return ask_for_review(
        session, case, Template.REVIEW_WANTED, without=_writers(session, case), event=f"review:{review.id}", now=now
    )


def ask_again(session: Session, case: Case, *, now: datetime) -> list[int]:
    """Ask the heads of the unit that has a disputed case now, and return whom; nobody where no review is open."""
    review = open_review_of(session, case)
    if review is None:
        return []
    event = f"review:{review.id}:{case.version}"
    return ask_for_review(
        session, case, Template.REVIEW_WANTED, without=_writers(session, case), event=event, now=now
    )  # fmt: skip


def lapse(session: Session, case: Case, *, now: datetime) -> None:
    """Let an open review rest: there is a newer answer, or nothing left to decide."""
    session.execute(
        sa.update(DisputeReview)
        .where(
            DisputeReview.agency_id == case.agency_id,
            DisputeReview.case_id == case.id,
            DisputeReview.verdict.is_(None),
            DisputeReview.lapsed_at.is_(None),
        )
        .values(lapsed_at=now)
    )


def open_review_of(session: Session, case: Case) -> DisputeReview | None:
    """Return the review a case waits for, if any."""
    return session.scalar(
        sa.select(DisputeReview).where(
            DisputeReview.agency_id == case.agency_id,
            DisputeReview.case_id == case.id,
            DisputeReview.verdict.is_(None),
            DisputeReview.lapsed_at.is_(None),
        )
    )


def reviews_of(session: Session, case: Case) -> list[DisputeReview]:
    """Return what reviewers decided about the answers of a case, first one first."""
    query = sa.select(DisputeReview).where(
        DisputeReview.agency_id == case.agency_id,
        DisputeReview.case_id == case.id,
        DisputeReview.verdict.is_not(None),
    )
    return list(session.scalars(query.order_by(DisputeReview.decided_at, DisputeReview.id)))


def wrote_an_answer(session: Session, case: Case, user_id: int) -> bool:
    """Tell whether somebody wrote any answer of a case."""
    return user_id in _writers(session, case)


def send_back(session: Session, case: Case, words: str, *, user_id: int, now: datetime) -> DisputeReview:
    """Decide that the unit has to do more; the officer reads `words`, the citizen does not.

    Raises
    ------
    ReviewLengthError
    NoReviewError
    OwnAnswerError
    """
    review = _decide(session, case, ReviewVerdict.SENT_BACK, words, user_id, now)
    # The case stays where it is, and is a newer one to whoever has its page open.
    flag_modified(case, "status")
    session.flush()
    told = workers_of(session, case, office_day(now))
    tell_staff(session, case, Template.SENT_BACK, told, event=f"sent-back:{review.id}", now=now)
    return review


def let_stand(session: Session, case: Case, words: str, *, user_id: int, now: datetime) -> DisputeReview:
    """Decide that the answer stands: the reporter reads why, and the case ends as one they call unsolved.

    Raises
    ------
    ReviewLengthError
    NoReviewError
    OwnAnswerError
    feedback_app.handling.rules.MoveNotAllowedError
        Nobody works on the case at the moment: it waits for the citizen, or for a colleague.
    """
    check_stands(case.status, CaseStatus.IN_PROGRESS)
    review = _decide(session, case, ReviewVerdict.STANDS, words, user_id, now)
    move(
        session, case, CaseStatus.CLOSED, actor=person(user_id), now=now, action="handling.let_stand",
        outcome=Outcome.DISPUTED,
    )  # fmt: skip
    say(session, case, ReplyKind.EXPLANATION, words, user_id=user_id, now=now)
    tell_ended(session, [case], by_silence=False, now=now)
    return review


def _decide(
    session: Session, case: Case, verdict: ReviewVerdict, words: str, user_id: int, now: datetime
) -> DisputeReview:
    said = words.strip()
    if not REVIEW_MIN <= len(said) <= REVIEW_MAX:
        raise ReviewLengthError(f"Tulis alasannya, {REVIEW_MIN} sampai {REVIEW_MAX} huruf; ini {len(said)} huruf.")
    review = open_review_of(session, case)
    if review is None:
        raise NoReviewError("Tidak ada tanggapan yang menunggu peninjauan pada kasus ini; muat ulang halaman.")
    if user_id == review.answered_by or wrote_an_answer(session, case, user_id):
        raise OwnAnswerError("Anda ikut menulis tanggapan pada kasus ini, jadi peninjaunya harus orang lain.")
    review.reviewer_id, review.verdict, review.decided_at = user_id, verdict, now
    review.words = redact(said).text if verdict is ReviewVerdict.SENT_BACK else said
    session.flush()
    record(
        session, agency_id=case.agency_id, actor=person(user_id), action="handling.review", subject_type="case",
        subject_id=case.id, now=now, review_id=review.id, verdict=verdict.value,
    )  # fmt: skip
    return review


def _writers(session: Session, case: Case) -> frozenset[int]:
    query = sa.select(Reply.author_id).where(
        Reply.agency_id == case.agency_id, Reply.case_id == case.id, Reply.kind == ReplyKind.ANSWER
    )
    return frozenset({*session.scalars(query), *({case.answered_by} if case.answered_by else ())})
