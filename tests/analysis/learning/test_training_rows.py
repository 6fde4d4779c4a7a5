"""What people said, as rows to learn from."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import ReviewReason
from feedback_app.analysis.learning.training_rows import CORRECTED, REVIEWED, PersonRow, person_rows
from feedback_app.analysis.models import LabelCorrection, Labels
from feedback_app.handling.visibility import text_is_open
from feedback_app.identity.models import User
from feedback_app.organisation.models import Agency, Unit
from tests import factories as make
from tests.analysis.learning.makers import read_text, reviewed


@pytest.fixture
def unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session))


@pytest.fixture
def who(session: Session) -> User:
    return make.user(session)


def _correct(session: Session, labels: Labels, who: User, head: str, says: str, at: datetime = make.NOW) -> None:
    session.add(
        LabelCorrection(
            agency_id=labels.agency_id, submission_id=labels.submission_id, head=head, machine_said=None,
            machine_confidence=0.4, person_says=says, model_version="test", corrected_by=who.id, corrected_at=at,
        )
    )  # fmt: skip
    session.flush()


def _rows(session: Session, unit: Unit) -> list[PersonRow]:
    found = person_rows(session, open_texts=text_is_open())
    return [row for row in found if row.row.id.startswith(f"s{unit.agency_id}-")]


def test_a_row_holds_the_latest_word_of_a_person_for_each_head(session: Session, unit: Unit, who: User) -> None:
    labels = read_text(session, unit, at=make.NOW, language="id-informal")
    _correct(session, labels, who, "kind", "praise")
    _correct(session, labels, who, "kind", "aspiration", make.NOW + timedelta(hours=1))
    _correct(session, labels, who, "urgency", "high")
    [found] = _rows(session, unit)
    assert found.row.labels == {"kind": "aspiration", "urgency": "high"}
    assert found.row.id == f"s{unit.agency_id}-{labels.submission_id}"
    assert (found.row.source, found.row.language, found.row.text) == (CORRECTED, "id-informal", labels.redacted_text)
    assert found.judged_at == make.NOW + timedelta(hours=1)


def test_a_review_says_something_of_every_head_and_a_later_correction_more(
    session: Session, unit: Unit, who: User
) -> None:
    labels = read_text(session, unit, at=make.NOW)
    _correct(session, labels, who, "kind", "praise", make.NOW - timedelta(hours=1))
    reviewed(session, labels, who, at=make.NOW, reason=ReviewReason.ABSTAINED, kind="spam", aspect2="fee")
    _correct(session, labels, who, "sentiment", "neutral", make.NOW + timedelta(hours=1))
    [found] = _rows(session, unit)
    assert found.row.labels == {"kind": "spam", "sentiment": "neutral", "aspect": "delay", "urgency": "normal"}
    assert (found.row.aspect2, found.row.source, found.is_reviewed) == ("fee", REVIEWED, True)


def test_erased_confidential_and_alleging_texts_teach_nothing(session: Session, unit: Unit, who: User) -> None:
    for hidden in (
        {"erased_at": make.NOW}, {"is_confidential": True}, {"integrity": True}, {"redacted_text": None},
    ):  # fmt: skip
        _correct(session, read_text(session, unit, at=make.NOW, **hidden), who, "kind", "praise")
    assert _rows(session, unit) == []


def test_an_agency_may_keep_its_texts_to_itself(session: Session, unit: Unit, who: User) -> None:
    _correct(session, read_text(session, unit, at=make.NOW), who, "kind", "praise")
    assert len(_rows(session, unit)) == 1
    session.get_one(Agency, unit.agency_id).texts_may_teach = False
    session.flush()
    assert _rows(session, unit) == []
