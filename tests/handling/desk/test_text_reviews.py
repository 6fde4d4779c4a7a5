"""What a person says about a text: stored only by those who may see its case at that moment."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import LabelReview, ReviewReason, ReviewState
from feedback_app.clock import office_day
from feedback_app.handling.desk.text_queue import UnknownReviewError
from feedback_app.handling.desk.text_reviews import Answers, judge
from feedback_app.handling.handing_on.disposition import dispose
from tests import factories as make
from tests.handling.lives import LATER, WHY, new_life

SAYS = {"kind": "aspiration", "sentiment": "neutral", "aspect": "facilities", "urgency": "normal"}


def test_an_answer_is_refused_where_the_case_was_handed_on_meanwhile(session: Session) -> None:
    at = new_life(session)
    review = LabelReview(
        agency_id=at.case.agency_id, submission_id=at.case.submission_id, reason=ReviewReason.ABSTAINED,
        machine={}, model_version="uji-1", drawn_at=LATER,
    )  # fmt: skip
    session.add(review)
    session.flush()
    dispose(session, at.case, make.unit(session, at.office.agency).id, WHY, at.officer.id, LATER)
    session.flush()
    with pytest.raises(UnknownReviewError):
        judge(session, review, Answers(SAYS), user_id=at.officer.id, day=office_day(LATER), now=LATER)
    assert review.state is ReviewState.WAITING
