"""Everything held under a report includes what was read in it, and what people said about that."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import LabelReview, ReviewReason, ReviewState
from feedback_app.analysis.models import Labels
from feedback_app.handling.citizens.own_data import everything_held
from feedback_app.handling.desk.corrections import correct
from feedback_app.identity.rules import Role
from feedback_app.nlp.labels import Aspect, Kind, Sentiment, Urgency
from tests import factories as make
from tests.blueprints.office import Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def test_what_people_said_about_a_text_is_held_and_named_without_their_names(session: Session, office: Office) -> None:
    case, officer = office.report(at=make.NOW), office.staff(Role.OFFICER)
    correct(session, case, "aspect", "information", user_id=officer.id, now=make.NOW)
    session.add(
        LabelReview(
            agency_id=case.agency_id, submission_id=case.submission_id, reason=ReviewReason.DRIFT, machine={},
            model_version="uji-1", drawn_at=make.NOW, state=ReviewState.DONE, kind=Kind.COMPLAINT, aspect=Aspect.DELAY,
            sentiment=Sentiment.NEGATIVE, urgency=Urgency.NORMAL, abusive=False, judged_by=officer.id,
            judged_at=make.NOW,
        )
    )  # fmt: skip
    session.flush()
    held = everything_held(session, case.agency_id, case.submission_id)["labels"]
    (correction,), (review,) = held["corrections"], held["reviews"]
    assert (correction["head"], correction["person_says"]) == ("aspect", "information")
    assert correction["corrected_at"] == make.NOW.isoformat()
    assert (review["aspect"], review["state"], review["judged_at"]) == ("delay", "done", make.NOW.isoformat())
    told = json.dumps([correction, review])
    assert officer.name not in told
    assert not {"corrected_by", "judged_by"} & {*correction, *review}


def test_the_numbers_made_of_rare_words_are_named_as_long_as_they_are_held(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    labels = session.get_one(Labels, (case.agency_id, case.submission_id))
    labels.rare_grams, labels.language_confidence = [1, 2, 3], 0.75
    session.flush()
    held = everything_held(session, case.agency_id, case.submission_id)["labels"]
    assert held["rare_grams"] == "kept as numbers made of the words"
    assert held["language_confidence"] == 0.75
    assert (held["corrections"], held["reviews"]) == ([], [])
    labels.rare_grams = None
    session.flush()
    assert everything_held(session, case.agency_id, case.submission_id)["labels"]["rare_grams"] is None
