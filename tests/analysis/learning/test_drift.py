"""An alarm opens once and closes itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.drift import can_be_told, look, open_alarms
from feedback_app.analysis.learning.drift_rules import DriftMeasure
from feedback_app.analysis.learning.models import DriftAlarm
from feedback_app.analysis.models import LabelCorrection
from feedback_app.intake.models import Import, Submission
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import Unit
from tests import factories as make
from tests.analysis.learning.makers import read_text, reviewed


@pytest.fixture
def unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session))


def _weeks(session: Session, unit: Unit, *, silent_now: int) -> None:
    for number in range(400):
        read_text(session, unit, at=make.NOW - timedelta(days=8 + number % 50))
    for number in range(120):
        kind: dict[str, Any] = {"kind": None, "kind_confidence": 0.4} if number < silent_now else {}
        read_text(session, unit, at=make.NOW - timedelta(days=1 + number % 6), **kind)


def test_an_alarm_opens_once_and_closes_when_all_is_as_before(session: Session, unit: Unit) -> None:
    _weeks(session, unit, silent_now=40)
    opened = look(session, unit.agency_id, now=make.NOW)
    assert [(alarm.head, alarm.measure) for alarm in opened] == [("kind", DriftMeasure.ABSTENTION)]
    assert opened[0].seen == pytest.approx(1 / 3)
    assert look(session, unit.agency_id, now=make.NOW) == []
    assert len(open_alarms(session, [unit.agency_id])) == 1
    for _ in range(150):
        read_text(session, unit, at=make.NOW + timedelta(days=7))
    assert look(session, unit.agency_id, now=make.NOW + timedelta(days=8)) == []
    assert open_alarms(session, [unit.agency_id]) == []
    closed = session.get_one(DriftAlarm, (unit.agency_id, opened[0].id))
    assert closed.closed_at == make.NOW + timedelta(days=8)


def test_texts_that_are_as_ever_raise_no_alarm(session: Session, unit: Unit) -> None:
    _weeks(session, unit, silent_now=2)
    assert look(session, unit.agency_id, now=make.NOW) == []


def test_what_people_answered_since_does_not_make_the_past_look_surer(session: Session, unit: Unit) -> None:
    who = make.user(session)
    for number in range(400):
        labels = read_text(session, unit, at=make.NOW - timedelta(days=8 + number % 50), kind="praise")
        if number % 3 == 0:
            session.add(
                LabelCorrection(
                    agency_id=unit.agency_id, submission_id=labels.submission_id, head="kind", machine_said=None,
                    machine_confidence=0.4, person_says="praise", model_version="test", corrected_by=who.id,
                    corrected_at=make.NOW,
                )
            )  # fmt: skip
    for number in range(120):
        kind: dict[str, Any] = {"kind": None} if number % 3 == 0 else {"kind": "praise"}
        read_text(session, unit, at=make.NOW - timedelta(days=2), **kind)
    assert look(session, unit.agency_id, now=make.NOW) == []


def test_audits_that_leave_no_doubt_are_an_alarm(session: Session, unit: Unit) -> None:
    who = make.user(session)
    for number in range(60):
        labels = read_text(session, unit, at=make.NOW - timedelta(days=3))
        says: dict[str, Any] = {"kind": "praise"} if number < 12 else {}
        reviewed(session, labels, who, at=make.NOW - timedelta(days=2), **says)
    opened = look(session, unit.agency_id, now=make.NOW)
    assert [(alarm.head, alarm.measure) for alarm in opened] == [("kind", DriftMeasure.ACCURACY)]
    assert opened[0].seen == pytest.approx(0.8)


def test_another_model_that_answers_otherwise_is_no_drift(session: Session, unit: Unit) -> None:
    for number in range(400):
        read_text(session, unit, at=make.NOW - timedelta(days=8 + number % 50))
    for number in range(120):
        at = make.NOW - timedelta(days=1 + number % 6)
        read_text(session, unit, at=at, model_version="uji-2", kind=None, kind_confidence=0.4)
    assert look(session, unit.agency_id, now=make.NOW) == []
    assert not can_be_told(session, unit.agency_id, now=make.NOW)


def test_whether_drift_can_be_told_hangs_on_how_many_texts_came(session: Session, unit: Unit) -> None:
    assert not can_be_told(session, unit.agency_id, now=make.NOW)
    _weeks(session, unit, silent_now=0)
    assert can_be_told(session, unit.agency_id, now=make.NOW)
    assert not can_be_told(session, unit.agency_id, now=make.NOW + timedelta(days=5))


def _import(session: Session, unit: Unit) -> Import:
    row = Import(
        agency_id=unit.agency_id, source="lama", file_name="lama.csv", file_sha256="a", options={},
        options_sha256="b", started_at=make.NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def test_a_file_of_old_texts_that_was_imported_is_no_drift(session: Session, unit: Unit) -> None:
    _weeks(session, unit, silent_now=0)
    row = _import(session, unit)
    for number in range(120):
        silent = read_text(
            session, unit, at=make.NOW - timedelta(days=1, minutes=number), kind=None, kind_confidence=0.4
        )
        of = session.get_one(Submission, (silent.agency_id, silent.submission_id))
        of.channel, of.import_id, of.source, of.external_id = Channel.IMPORTED, row.id, row.source, str(number)
    session.flush()
    assert look(session, unit.agency_id, now=make.NOW) == []


def test_audits_of_the_version_before_say_nothing_of_the_one_that_reads_now(session: Session, unit: Unit) -> None:
    who = make.user(session)
    for number in range(60):
        labels = read_text(session, unit, at=make.NOW - timedelta(days=9), model_version="uji-1")
        says: dict[str, Any] = {"kind": "praise"} if number < 12 else {}
        reviewed(session, labels, who, at=make.NOW - timedelta(days=8), **says)
    for _ in range(30):
        labels = read_text(session, unit, at=make.NOW - timedelta(days=3), model_version="uji-2")
        reviewed(session, labels, who, at=make.NOW - timedelta(days=2))
    assert look(session, unit.agency_id, now=make.NOW) == []
