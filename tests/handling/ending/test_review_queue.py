"""A disputed answer waits on the list of those who may review it, and of nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from feedback_app.handling.ending.dispute_reviews import send_back
from feedback_app.handling.ending.review_queue import cases_to_review, count_to_review
from feedback_app.handling.operations import respond
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import new_office
from tests.handling.lives import ANSWER, LATER, Life, new_life


@pytest.fixture
def at(session: Session) -> Life:
    return new_life(session)


def waiting(session: Session, user_id: int) -> list[int]:
    rows = cases_to_review(session, user_id, day=make.TODAY)
    assert count_to_review(session, user_id, day=make.TODAY) == len(rows)
    return [row.id for row in rows]


def test_a_dispute_waits_for_the_head_until_it_is_decided(session: Session, at: Life) -> None:
    at.dispute()
    assert waiting(session, at.head.id) == [at.case.id]
    send_back(session, at.case, "Cek lagi di loket: KTP pelapor belum dicetak.", user_id=at.head.id, now=LATER)
    assert waiting(session, at.head.id) == []


def test_officers_and_other_units_have_nothing_to_review(session: Session, at: Life) -> None:
    at.dispute()
    stranger = new_office(session).staff(Role.UNIT_HEAD)
    sibling = make.user(session)
    make.grant(session, sibling, Role.UNIT_HEAD, at.office.agency, make.unit(session, at.office.agency))
    for who in (at.officer, at.colleague, stranger, sibling):
        assert waiting(session, who.id) == []


def test_nobody_is_asked_to_review_an_answer_of_their_own(session: Session, at: Life) -> None:
    respond(session, at.case, ANSWER, user_id=at.head.id, now=LATER)
    at.dispute()
    assert waiting(session, at.head.id) == []
    assert waiting(session, at.inspector.id) == [at.case.id], "where there is nobody else"


def test_a_confidential_dispute_is_counted_only_by_who_may_see_it(session: Session, at: Life) -> None:
    everywhere = at.office.staff(Role.UNIT_HEAD, everywhere=True)
    at.dispute()
    assert waiting(session, everywhere.id) == [at.case.id]
    at.case.is_confidential = True
    session.flush()
    assert waiting(session, everywhere.id) == []
    assert waiting(session, at.head.id) == [at.case.id]


def test_the_longest_wait_comes_first(session: Session, at: Life) -> None:
    first = at.dispute()
    second = Life(session, at.office, at.officer, at.colleague, at.head, at.inspector, at.office.report(at=make.NOW))
    second.dispute(LATER.replace(minute=LATER.minute + 5 if LATER.minute < 50 else LATER.minute))
    assert waiting(session, at.head.id) == [first.id, second.case.id]


def test_a_new_answer_takes_the_case_off_the_list(session: Session, at: Life) -> None:
    at.dispute()
    respond(session, at.case, ANSWER, user_id=at.colleague.id, now=LATER)
    assert waiting(session, at.head.id) == []
