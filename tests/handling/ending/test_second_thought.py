"""Calling a closed case unsolved after all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.handling.ending.verdicts import DISPUTE_DAYS_AFTER_SILENCE, DISPUTE_DAYS_AFTER_VERDICT, TooLateError
from feedback_app.handling.models import Case
from feedback_app.handling.operations import close_silent, judge, respond
from feedback_app.handling.rules import CaseStatus, NotAnsweredError, Outcome
from tests import factories as make
from tests.blueprints.office import Office, new_office

MISSING = "Loket tutup sepanjang hari."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def answered(session: Session, office: Office) -> Case:
    case = office.report(at=make.NOW)
    respond(session, case, "Silakan ambil besok pagi.", user_id=make.user(session).id, now=make.NOW)
    return case


def test_silence_is_answered_within_a_month_and_reopens_to_the_same_officer(session: Session, answered: Case) -> None:
    officer = answered.assigned_to
    closed_at = make.NOW + timedelta(days=30)
    close_silent(session, now=closed_at)
    assert answered.outcome is Outcome.SILENT
    judge(session, answered, Outcome.DISPUTED, MISSING, now=closed_at + timedelta(days=DISPUTE_DAYS_AFTER_SILENCE))
    now_stands = (answered.status.value, answered.reopened_count)
    assert now_stands == ("in_progress", 1)
    assert answered.assigned_to == officer
    assert answered.reply_due_at > closed_at


def test_after_a_month_silence_stays_silence(session: Session, answered: Case) -> None:
    closed_at = make.NOW + timedelta(days=30)
    close_silent(session, now=closed_at)
    late = closed_at + timedelta(days=DISPUTE_DAYS_AFTER_SILENCE, seconds=1)
    with pytest.raises(TooLateError):
        judge(session, answered, Outcome.DISPUTED, MISSING, now=late)


@pytest.mark.parametrize("said", [Outcome.CONFIRMED, Outcome.PARTLY])
def test_a_mistaken_word_is_undone_within_a_week_and_not_later(session: Session, answered: Case, said: Outcome) -> None:
    judge(session, answered, said, None, now=make.NOW)
    limit = make.NOW + timedelta(days=DISPUTE_DAYS_AFTER_VERDICT)
    with pytest.raises(TooLateError):
        judge(session, answered, Outcome.DISPUTED, MISSING, now=limit + timedelta(seconds=1))
    judge(session, answered, Outcome.DISPUTED, MISSING, now=limit)
    assert answered.status is CaseStatus.IN_PROGRESS


def test_a_closed_case_takes_no_other_word(session: Session, answered: Case) -> None:
    judge(session, answered, Outcome.CONFIRMED, None, now=make.NOW)
    with pytest.raises(NotAnsweredError):
        judge(session, answered, Outcome.PARTLY, None, now=make.NOW)
