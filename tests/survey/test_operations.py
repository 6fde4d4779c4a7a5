"""What a filled questionnaire leaves behind, and what it never does."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.intake.visits import issue_visit_tokens
from feedback_app.organisation.models import Agency
from feedback_app.survey.elements import OFFICIAL_QUESTIONS
from feedback_app.survey.models import Period, Response, VisitUse
from feedback_app.survey.operations import (
    Filled,
    Respondent,
    SurveyClosedError,
    SurveyVisitUsedError,
    UnusableAnswersError,
    answer,
    visit_of,
)
from feedback_app.survey.queries import NotSurveyedError
from feedback_app.survey.rules import AgeBand, HourBand, PeriodState, Sex, SurveyChannel
from tests import factories as make
from tests.survey import makers

ALL_GOOD = {question.element: 3 for question in OFFICIAL_QUESTIONS}
KEY = b"k" * 32
WEB = SurveyChannel.WEB


def stored(session: Session) -> list[Response]:
    return list(session.scalars(sa.select(Response)))


def test_a_response_keeps_a_day_and_bands_and_nothing_that_leads_to_anybody(session: Session) -> None:
    unit = make.unit(session, make.agency(session))
    period = makers.open_period(session, session.get_one(Agency, unit.agency_id), [unit])
    who = Respondent(Sex.FEMALE, AgeBand.FROM_30)
    filled = Filled(unit.id, None, makers.DAY, {**ALL_GOOD, "waktu": 1}, WEB, HourBand.MORNING, who)
    assert answer(session, period, filled)
    (row,) = stored(session)
    assert row.answers == [3, 3, 1, 3, 3, 3, 3, 3, 3]
    assert (row.answered_on, row.hours, row.sex, row.age) == (makers.DAY, HourBand.MORNING, Sex.FEMALE, AgeBand.FROM_30)
    personal = {"user_id", "submission_id", "contact_id", "text", "received_at", "created_at", "visit_token_hash"}
    assert not personal & {column.name for column in Response.__table__.columns}
    moments = [c.name for c in Response.__table__.columns if isinstance(c.type, sa.DateTime)]
    assert moments == []


def test_the_numbers_of_responses_do_not_tell_their_order(session: Session) -> None:
    unit = make.unit(session, make.agency(session))
    period = makers.open_period(session, session.get_one(Agency, unit.agency_id), [unit])
    for _ in range(20):
        answer(session, period, Filled(unit.id, None, makers.DAY, ALL_GOOD, WEB))
    numbers = [row.id for row in session.scalars(sa.select(Response).order_by(sa.text("ctid")))]
    assert len(set(numbers)) == 20
    assert numbers != sorted(numbers)


def test_a_questionnaire_sent_twice_counts_once(session: Session) -> None:
    unit = make.unit(session, make.agency(session))
    period = makers.open_period(session, session.get_one(Agency, unit.agency_id), [unit])
    filled = Filled(unit.id, None, makers.DAY, ALL_GOOD, WEB, entry_key=secrets.token_bytes(16))
    assert answer(session, period, filled)
    assert not answer(session, period, filled)
    assert len(stored(session)) == 1


@pytest.mark.parametrize("state", [PeriodState.DRAFT, PeriodState.CLOSED])
def test_a_period_that_is_not_open_takes_nothing(session: Session, state: PeriodState) -> None:
    unit = make.unit(session, make.agency(session))
    period = makers.open_period(session, session.get_one(Agency, unit.agency_id), [unit])
    makers.unguard(session, Period)
    period.state, period.closed_at = state, make.NOW
    session.flush()
    with pytest.raises(SurveyClosedError):
        answer(session, period, Filled(unit.id, None, makers.DAY, ALL_GOOD, WEB))
    assert stored(session) == []


@pytest.mark.parametrize("day", [makers.FIRST - timedelta(days=1), makers.LAST + timedelta(days=1)])
def test_a_day_outside_the_period_is_refused(session: Session, day: date) -> None:
    unit = make.unit(session, make.agency(session))
    period = makers.open_period(session, session.get_one(Agency, unit.agency_id), [unit])
    with pytest.raises(SurveyClosedError):
        answer(session, period, Filled(unit.id, None, day, ALL_GOOD, WEB))


@pytest.mark.parametrize(
    "answers", [{}, {"waktu": 0}, {"waktu": 5}, {"waktu": -1}, {**ALL_GOOD, "keadilan": 3}], ids=str
)
def test_answers_that_are_no_answers_are_refused(session: Session, answers: dict[str, int]) -> None:
    unit = make.unit(session, make.agency(session))
    period = makers.open_period(session, session.get_one(Agency, unit.agency_id), [unit])
    with pytest.raises(UnusableAnswersError):
        answer(session, period, Filled(unit.id, None, makers.DAY, answers, WEB))
    assert stored(session) == []


def test_a_unit_that_is_not_surveyed_takes_nothing(session: Session) -> None:
    agency = make.agency(session)
    surveyed, other = make.unit(session, agency), make.unit(session, agency)
    period = makers.open_period(session, agency, [surveyed])
    with pytest.raises(NotSurveyedError):
        answer(session, period, Filled(other.id, None, makers.DAY, ALL_GOOD, WEB))


def test_a_visit_proves_itself_once_and_is_not_tied_to_the_response(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = makers.open_period(session, agency, [unit])
    (token,) = issue_visit_tokens(
        session, agency_id=agency.id, unit_id=unit.id, service_id=None, visited_on=makers.DAY, count=1,
        issued_by=None, key=KEY, now=make.NOW,
    )  # fmt: skip
    visit = visit_of(session, token, key=KEY, now=make.NOW)
    assert visit is not None
    assert visit[:2] == (agency.id, unit.id)
    filled = Filled(unit.id, None, makers.DAY, ALL_GOOD, SurveyChannel.COUNTER, visit_hash=visit[3])
    assert answer(session, period, filled)
    assert stored(session)[0].is_visit
    assert session.scalars(sa.select(VisitUse.token_hash)).all() == [visit[3]]
    with pytest.raises(SurveyVisitUsedError):
        answer(session, period, filled)


def test_a_code_that_proves_nothing_or_is_too_old_is_no_visit(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    (token,) = issue_visit_tokens(
        session, agency_id=agency.id, unit_id=unit.id, service_id=None, visited_on=makers.DAY, count=1,
        issued_by=None, key=KEY, now=make.NOW,
    )  # fmt: skip
    assert visit_of(session, "bukan kode", key=KEY, now=make.NOW) is None
    assert visit_of(session, token, key=b"x" * 32, now=make.NOW) is None
    assert visit_of(session, token, key=KEY, now=make.NOW + timedelta(days=15)) is None


def test_the_database_itself_refuses_two_open_periods_of_one_time(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    makers.open_period(session, agency, [unit])
    with pytest.raises(IntegrityError, match="ex_skm_periods_one_at_a_time"):
        makers.open_period(session, agency, [unit])
