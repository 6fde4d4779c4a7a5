"""The cases that come of what people say about texts, and taking such a case back while nobody has touched it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import LabelReview
from feedback_app.audit.operations import person
from feedback_app.clock import office_day
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.inbox.models import CaseWords
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.moves import move
from feedback_app.handling.operations import NewCase, open_cases
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import opens_case
from feedback_app.nlp.labels import Kind, Urgency
from feedback_app.organisation.oversight import overseers

_CANNOT_WAIT = frozenset({Urgency.HIGH, Urgency.CRITICAL})


def cannot_wait(kind: str, urgency: str) -> bool:
    """Tell whether somebody should look at a text soon: a complaint that a person calls urgent.

    What is not urgent opens no case weeks after it was written; it counts in the figures, as it did.
    """
    return kind == Kind.COMPLAINT and urgency in _CANNOT_WAIT


def hand_over(session: Session, case: Case, *, user_id: int, now: datetime) -> None:
    """Send a case past the unit, for a person sees an allegation in its text; what the office put away is taken up."""
    if case.classification is Classification.OVERSIGHT:
        return
    send_past_the_unit(session, case, now=now)
    # What its own reporter took back stays where it is; whoever examines it sees it there.
    if case.status is CaseStatus.ARCHIVED and case.archive_reason is not ArchiveReason.WITHDRAWN:
        move(session, case, CaseStatus.NEW, actor=person(user_id), now=now, action="handling.take_up_allegation")
        session.flush()


def open_for_examiner(session: Session, review: LabelReview, *, now: datetime) -> None:
    """Open a case for whoever examines allegations, of a text that had none.

    Also where its sender wanted no answer: the drain opens none for what a machine suspects in history that nobody
    waits for, but what a person says is an allegation has to be examined by somebody.
    """
    sent = _sent(session, review)
    over = overseers(session, [sent.agency_id], office_day(now))
    named = not sent.unit_is_unknown
    unit_id = over.unit_for(sent.agency_id, sent.unit_id) if named else over.inspectorates.get(sent.agency_id)
    _open(session, sent, unit_id, Classification.OVERSIGHT, now)


def open_urgent(session: Session, review: LabelReview, *, now: datetime) -> bool:
    """Open the case an urgent complaint would have become; tell whether the drain's rules allow one.

    The citizen's own word decides, as there: who wanted no answer, or praised, gets no case.
    """
    sent = _sent(session, review)
    if not opens_case(sent.kind, wants_reply=sent.wants_reply, predicted_kind=Kind.COMPLAINT.value, has_text=True):
        return False
    _open(session, sent, sent.unit_id, Classification.NO_OVERSIGHT, now)
    return True


def opened_by(case: Case, review: LabelReview) -> bool:
    """Tell whether a case was opened by an answer: at the very moment it was given."""
    return case.opened_at == review.judged_at


def is_untouched(case: Case) -> bool:
    """Tell whether nobody has done anything with a case since it was opened."""
    return case.version == 1 and case.status is CaseStatus.NEW and case.assigned_to is None


def take_case_back(session: Session, case: Case) -> bool:
    """Delete a case that nobody has touched; tell whether that was so."""
    if not is_untouched(case):
        return False
    same = {"agency_id": case.agency_id, "case_id": case.id}
    if session.scalar(sa.select(sa.func.count()).select_from(CaseEvent).filter_by(**same)) != 1:
        return False
    try:
        with session.begin_nested():
            session.execute(sa.delete(CaseWords).filter_by(**same))
            session.execute(sa.delete(CaseEvent).filter_by(**same))
            session.delete(case)
            session.flush()
    except IntegrityError:
        # Something refers to it: a note, a message, a request.
        return False
    return True


def _sent(session: Session, review: LabelReview) -> Submission:
    return session.get_one(Submission, (review.agency_id, review.submission_id))


def _open(
    session: Session, sent: Submission, unit_id: int | None, classification: Classification, now: datetime
) -> None:
    is_alleged = classification is Classification.OVERSIGHT
    case = NewCase(
        sent.agency_id, sent.id, unit_id, classification,
        is_confidential=is_alleged or sent.is_confidential, clock_starts_at=now,
    )  # fmt: skip
    open_cases(session, [case], now=now)
