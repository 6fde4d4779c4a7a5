"""Who answers for a case whose officer has left."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling import life
from feedback_app.handling.citizens.words import add_message
from feedback_app.handling.handing_on.colleagues import holder_of, workers_of
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.identity.models import RoleGrant
from feedback_app.notifications.models import Message
from feedback_app.notifications.wording import Template
from tests import factories as make
from tests.handling.lives import ANSWER, LATER, QUESTION, STILL, Life, new_life


@pytest.fixture
def at(session: Session) -> Life:
    return new_life(session)


def leave(at: Life, way: str) -> None:
    if way == "grant ended":
        ended = sa.update(RoleGrant).where(RoleGrant.user_id == at.officer.id)
        at.session.execute(ended.values(ends_on=make.TODAY - timedelta(days=1)))
    else:
        at.officer.active = False
    at.session.flush()


def told(at: Life, template: Template) -> list[int | None]:
    query = sa.select(Message.user_id).where(Message.agency_id == at.case.agency_id, Message.template == template)
    return list(at.session.scalars(query.order_by(Message.user_id)))


def test_case_is_in_the_hands_of_whom_it_is_assigned_to(session: Session, at: Life) -> None:
    at.lead_to(CaseStatus.IN_PROGRESS)
    assert holder_of(session, at.case, make.TODAY) == at.officer.id
    assert workers_of(session, at.case, make.TODAY) == [at.officer.id]


@pytest.mark.parametrize("way", ["grant ended", "account closed"])
def test_case_of_somebody_who_has_left_is_its_units(session: Session, at: Life, way: str) -> None:
    at.lead_to(CaseStatus.ON_HOLD)
    leave(at, way)
    assert holder_of(session, at.case, make.TODAY) is None
    add_message(session, at.case, "Di kelurahan Oebobo.", now=LATER + timedelta(hours=1))
    assert told(at, Template.CASE_RESUMED) == [at.colleague.id]


@pytest.mark.parametrize("way", ["grant ended", "account closed"])
def test_colleague_who_answers_it_has_it_from_then_on(session: Session, at: Life, way: str) -> None:
    at.lead_to(CaseStatus.IN_PROGRESS)
    leave(at, way)
    respond(session, at.case, ANSWER, user_id=at.colleague.id, now=LATER)
    assert at.case.assigned_to == at.colleague.id


def test_colleague_who_helps_out_with_an_answer_takes_the_case_from_nobody(session: Session, at: Life) -> None:
    at.lead_to(CaseStatus.IN_PROGRESS)
    respond(session, at.case, ANSWER, user_id=at.colleague.id, now=LATER)
    assert at.case.assigned_to == at.officer.id


def test_who_wrote_the_answer_is_told_that_it_did_not_do_and_not_who_took_the_case(session: Session, at: Life) -> None:
    at.lead_to(CaseStatus.IN_PROGRESS)
    respond(session, at.case, ANSWER, user_id=at.colleague.id, now=LATER)
    judge(session, at.case, Outcome.DISPUTED, STILL, now=LATER)
    assert at.colleague.id in told(at, Template.REOPENED)
    assert at.officer.id not in told(at, Template.REOPENED)


def test_question_of_a_head_leaves_the_case_with_its_officer(session: Session, at: Life) -> None:
    at.lead_to(CaseStatus.IN_PROGRESS)
    life.ask(session, at.case, QUESTION, user_id=at.head.id, now=LATER)
    assert workers_of(session, at.case, make.TODAY) == [at.officer.id]
