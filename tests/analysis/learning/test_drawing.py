"""A day's texts are drawn once, and none that is anybody's secret."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.drawing import day_of, draw
from feedback_app.analysis.learning.drawing_rules import ABSTAINED_A_DAY, AFTER_ALARM, lot
from feedback_app.analysis.learning.models import LabelReview, ReaderDay, ReviewReason
from feedback_app.analysis.learning.reader_days import any_day_due, make_days
from feedback_app.analysis.models import LabelCorrection
from feedback_app.handling.visibility import text_is_open
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import Agency, Unit
from tests import factories as make
from tests.analysis.learning.makers import read_text

YESTERDAY = make.NOW - timedelta(days=1)


@pytest.fixture
def unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session))


def _draw(session: Session, unit: Unit) -> int:
    day = day_of(YESTERDAY.date(), "Asia/Makassar")
    return draw(session, unit.agency_id, day, open_texts=text_is_open(), now=make.NOW)


def _drawn(session: Session, unit: Unit) -> dict[int, LabelReview]:
    rows = session.scalars(sa.select(LabelReview).where(LabelReview.agency_id == unit.agency_id))
    return {row.submission_id: row for row in rows}


def test_of_sure_texts_those_are_drawn_whose_lot_it_is(session: Session, unit: Unit) -> None:
    texts = [read_text(session, unit, at=YESTERDAY) for _ in range(400)]
    assert _draw(session, unit) > 0
    drawn = _drawn(session, unit)
    assert set(drawn) == {one.submission_id for one in texts if lot(unit.agency_id, one.submission_id) < 0.03}
    assert {row.reason for row in drawn.values()} == {ReviewReason.AUDIT}
    assert {round(row.chance or 0, 4) for row in drawn.values()} == {0.03}


def test_a_second_draw_of_a_day_adds_nothing(session: Session, unit: Unit) -> None:
    for number in range(60):
        read_text(session, unit, at=YESTERDAY, aspect=None, aspect_confidence=number / 100)
    first = _draw(session, unit)
    before = set(_drawn(session, unit))
    assert first >= ABSTAINED_A_DAY
    assert _draw(session, unit) == 0
    assert set(_drawn(session, unit)) == before


def test_texts_of_other_days_are_not_drawn(session: Session, unit: Unit) -> None:
    for days in (0, 2, 3):
        read_text(session, unit, at=make.NOW - timedelta(days=days), kind=None)
    assert _draw(session, unit) == 0


def test_nothing_confidential_alleged_or_erased_is_drawn(session: Session, unit: Unit) -> None:
    read_text(session, unit, at=YESTERDAY, kind=None, is_confidential=True)
    read_text(session, unit, at=YESTERDAY, kind=None, integrity=True)
    read_text(session, unit, at=YESTERDAY, kind=None, erased_at=make.NOW)
    hidden = read_text(session, unit, at=YESTERDAY, kind=None)
    submission = session.get_one(Submission, (hidden.agency_id, hidden.submission_id))
    make.case(session, submission, is_confidential=True)
    assert _draw(session, unit) == 0


def test_what_an_officer_put_right_is_drawn_as_what_the_machine_had_said(session: Session, unit: Unit) -> None:
    who = make.user(session)
    for _ in range(400):
        labels = read_text(session, unit, at=YESTERDAY, kind="praise")
        session.add(
            LabelCorrection(
                agency_id=unit.agency_id, submission_id=labels.submission_id, head="kind", machine_said="complaint",
                machine_confidence=0.97, person_says="praise", model_version="test", corrected_by=who.id,
                corrected_at=make.NOW,
            )
        )  # fmt: skip
    session.flush()
    assert _draw(session, unit) > 0
    assert {row.machine["kind"] for row in _drawn(session, unit).values()} == {"complaint"}


def test_a_day_is_made_once_and_days_without_a_run_are_caught_up(session: Session, unit: Unit) -> None:
    read_text(session, unit, at=YESTERDAY, kind=None)
    assert any_day_due(session, now=make.NOW)
    assert make_days(session, unit.agency_id, open_texts=text_is_open(), now=make.NOW) == 1
    assert not any_day_due(session, now=make.NOW)
    assert make_days(session, unit.agency_id, open_texts=text_is_open(), now=make.NOW) == 0
    read_text(session, unit, at=make.NOW + timedelta(days=1), kind=None)
    assert make_days(session, unit.agency_id, open_texts=text_is_open(), now=make.NOW + timedelta(days=4)) == 1
    days = session.scalars(sa.select(ReaderDay.on_date).where(ReaderDay.agency_id == unit.agency_id)).all()
    assert len(days) == 5


def test_an_alarm_is_told_to_whoever_looks_after_the_whole_agency_in_numbers(session: Session, unit: Unit) -> None:
    agency = session.get_one(Agency, unit.agency_id)
    everywhere, here = make.user(session), make.user(session)
    make.grant(session, everywhere, Role.ADMINISTRATOR, agency)
    make.grant(session, here, Role.ADMINISTRATOR, agency, unit)
    for number in range(320):
        read_text(session, unit, at=make.NOW - timedelta(days=10 + number % 30))
    for number in range(110):
        read_text(session, unit, at=make.NOW - timedelta(days=1 + number % 5), kind=None, kind_confidence=0.4)
    make_days(session, agency.id, open_texts=text_is_open(), now=make.NOW)
    after = [row for row in _drawn(session, unit).values() if row.reason is ReviewReason.DRIFT]
    assert len(after) == AFTER_ALARM
    told = session.scalars(sa.select(Message).where(Message.agency_id == agency.id)).all()
    assert [(row.user_id, row.params) for row in told] == [(everywhere.id, {"alarms": 1})]
    make_days(session, agency.id, open_texts=text_is_open(), now=make.NOW + timedelta(days=1))
    assert session.scalar(sa.select(sa.func.count()).where(Message.agency_id == agency.id)) == 1
