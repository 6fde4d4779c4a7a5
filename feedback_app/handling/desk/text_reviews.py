"""What people say about texts that were drawn for them.

What somebody says becomes the label of the text, by the way every correction goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from feedback_app.analysis.learning.models import LabelReview, ReviewState
from feedback_app.analysis.models import HEADS, Labels
from feedback_app.audit.operations import person, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.desk.corrections import LABELS, Relabelled, correct, correct_text, is_allegation
from feedback_app.handling.desk.text_cases import cannot_wait, hand_over, open_for_examiner, open_urgent
from feedback_app.handling.desk.text_queue import UnknownReviewError
from feedback_app.handling.models import Case
from feedback_app.handling.queries import cases_for
from feedback_app.identity.rules import Permission
from feedback_app.nlp.labels import Aspect


class ReviewJudgedError(ConflictError):
    """A colleague was faster."""

    code = "review_judged"


class SameAspectError(InvalidInputError):
    """The second aspect is the first one."""

    code = "same_aspect"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person says about a text: a label for every head, perhaps a second aspect, whether it insults."""

    labels: Mapping[str, str]
    aspect2: str | None = None
    abusive: bool = False

    @property
    def alleges(self) -> bool:
        """Tell whether either aspect says that the text alleges levy or abuse of an office."""
        return any(is_allegation("aspect", said) for said in (self.labels.get("aspect"), self.aspect2) if said)


@dataclass
class Said:
    """What came of an answer: changes of topics for the figures to follow, and what became of the text.

    `is_passed_on`: whoever examines allegations has it. `is_opened`: it became a case of its unit.
    `stays_without_case`: it is urgent, and its sender's own word says that it becomes none.
    """

    relabelled: list[Relabelled] = field(default_factory=list)
    is_passed_on: bool = False
    is_opened: bool = False
    stays_without_case: bool = False


def judge(session: Session, review: LabelReview, answers: Answers, *, user_id: int, day: date, now: datetime) -> Said:
    """Store what a person says about a text, and put its labels right where they differ.

    Raises
    ------
    feedback_app.handling.desk.corrections.UnknownLabelError
    feedback_app.handling.desk.text_queue.UnknownReviewError
        The text has a case that this account may not see.
    SameAspectError
    ReviewJudgedError
    """
    # The case first, as whoever works on one does, or two would wait for each other.
    case = _locked_case(session, review, user_id, day)
    _lock_waiting(session, review)
    if answers.aspect2 is not None and answers.aspect2 == answers.labels.get("aspect"):
        raise SameAspectError("Pokok kedua sama dengan yang pertama. Pilih yang lain, atau kosongkan.")
    if case is not None and answers.alleges:
        hand_over(session, case, user_id=user_id, now=now)
    said = Said(_relabel(session, review, case, answers, user_id, now), is_passed_on=answers.alleges)
    _keep_beside(session, review, case, answers)
    for head in HEADS:
        setattr(review, head, LABELS[head](answers.labels[head]))
    review.aspect2 = Aspect(answers.aspect2) if answers.aspect2 else None
    review.abusive = answers.abusive
    _settle(session, review, ReviewState.DONE, user_id, now)
    if case is None:
        _open_case(session, review, answers, said, now)
    return said


def skip(session: Session, review: LabelReview, *, user_id: int, now: datetime) -> None:
    """Leave a text out: not even a person can tell.

    Raises
    ------
    ReviewJudgedError
    """
    _lock_waiting(session, review)
    _settle(session, review, ReviewState.SKIPPED, user_id, now)


def note_review(session: Session, review: LabelReview, action: str, user_id: int, now: datetime) -> None:
    """Record what somebody did with a text that was drawn."""
    record(
        session, agency_id=review.agency_id, actor=person(user_id), action=action, subject_type="submission",
        subject_id=review.submission_id, now=now, review_id=review.id, reason=review.reason.value,
    )  # fmt: skip


def _locked_case(session: Session, review: LabelReview, user_id: int, day: date) -> Case | None:
    case_id = session.scalar(
        sa.select(Case.id).where(Case.agency_id == review.agency_id, Case.submission_id == review.submission_id)
    )
    if case_id is None:
        return None
    # A case may have been handed on since the text was shown.
    found = cases_for(session, user_id, [case_id], permission=Permission.READ_INBOX, day=day)
    if not found:
        raise UnknownReviewError("Tulisan itu tidak ada di antara yang menunggu Anda.")
    return found[0]


def _lock_waiting(session: Session, review: LabelReview) -> None:
    session.refresh(review, with_for_update=True)
    if review.state is not ReviewState.WAITING:
        raise ReviewJudgedError("Rekan Anda baru saja membaca tulisan ini. Lanjutkan ke tulisan berikutnya.")


def _relabel(
    session: Session, review: LabelReview, case: Case | None, answers: Answers, user_id: int, now: datetime
) -> list[Relabelled]:
    agency_id, submission_id = review.agency_id, review.submission_id
    found = []
    for head in HEADS:
        value = answers.labels.get(head, "")
        if case is None:
            changed = correct_text(session, agency_id, submission_id, head, value, user_id=user_id, now=now)
        else:
            changed = correct(session, case, head, value, user_id=user_id, now=now)
        if changed is not None:
            found.append(changed)
    return found


def _keep_beside(session: Session, review: LabelReview, case: Case | None, answers: Answers) -> None:
    """Store the second aspect and whether it insults; what stood before is kept for taking the answer back."""
    labels = session.get_one(
        Labels, (review.agency_id, review.submission_id), with_for_update=True, populate_existing=True
    )
    aspect2 = Aspect(answers.aspect2) if answers.aspect2 else None
    review.machine = {
        **review.machine, "aspect2": labels.aspect2.value if labels.aspect2 else None, "abusive": labels.abusive,
    }  # fmt: skip
    is_other = (labels.aspect2, labels.abusive) != (aspect2, answers.abusive)
    labels.aspect2, labels.abusive = aspect2, answers.abusive
    # What is called an allegation, as its first or second aspect, is kept from the unit it speaks of from now on.
    labels.integrity = labels.integrity or answers.alleges
    if case is not None and is_other:
        flag_modified(case, "status")
    session.flush()


def _open_case(session: Session, review: LabelReview, answers: Answers, said: Said, now: datetime) -> None:
    if answers.alleges:
        open_for_examiner(session, review, now=now)
    elif cannot_wait(answers.labels["kind"], answers.labels["urgency"]):
        said.is_opened = open_urgent(session, review, now=now)
        said.stays_without_case = not said.is_opened


def _settle(session: Session, review: LabelReview, state: ReviewState, user_id: int, now: datetime) -> None:
    review.state, review.judged_by, review.judged_at = state, user_id, now
    session.flush()
    note_review(session, review, f"handling.text_review_{state.value}", user_id, now)
