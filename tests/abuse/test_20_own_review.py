"""Abuse case 20: whoever answered reviews the dispute about the answer. The page refuses, and so does the database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling.ending.models import DisputeReview, ReviewVerdict
from feedback_app.handling.models import Case
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests.blueprints.office import Login, Office, new_office

ANSWER = "Kami mohon maaf; berkas Anda sudah selesai dan dapat diambil di loket 3."
GROUNDS = "Tanggapan itu sudah memuat semua yang diminta pelapor."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def author(office: Office) -> User:
    return office.staff(Role.UNIT_HEAD)


@pytest.fixture
def disputed(office: Office, author: User) -> Case:
    case = office.report()
    respond(office.session, case, ANSWER, user_id=author.id, now=clock.utcnow())
    judge(office.session, case, Outcome.DISPUTED, "Loket 3 tutup sepanjang hari.", now=clock.utcnow())
    office.session.flush()
    return case


def review_of(session: Session, case: Case) -> DisputeReview:
    query = sa.select(DisputeReview).where(DisputeReview.case_id == case.id)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def decide(client: FlaskClient, case: Case, verdict: ReviewVerdict) -> tuple[int, str]:
    form = {"decision": verdict.value, "grounds": GROUNDS, "version": str(case.version)}
    answer = client.post(f"/petugas/kasus/{case.id}/tinjauan", data=form)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("verdict", ReviewVerdict)
def test_whoever_answered_decides_nothing_about_the_answer(
    session: Session, office: Office, author: User, disputed: Case, login: Login, verdict: ReviewVerdict
) -> None:
    status, page = decide(login(author), disputed, verdict)
    assert status in {403, 404, 409}
    assert GROUNDS in page or status == 404
    assert review_of(session, disputed).verdict is None
    assert office.fresh(disputed).status is CaseStatus.IN_PROGRESS


@pytest.mark.parametrize("verdict", ReviewVerdict)
def test_another_head_decides(
    session: Session, office: Office, disputed: Case, login: Login, verdict: ReviewVerdict
) -> None:
    reviewer = office.staff(Role.UNIT_HEAD)
    assert decide(login(reviewer), disputed, verdict)[0] == 303
    review = review_of(session, disputed)
    assert (review.verdict, review.reviewer_id) == (verdict, reviewer.id)


def test_the_author_is_shown_no_form_for_a_review(author: User, disputed: Case, login: Login) -> None:
    page = login(author).get(f"/petugas/kasus/{disputed.id}").get_data(as_text=True)
    assert "/tinjauan" not in page


def test_the_database_refuses_a_review_by_the_author(session: Session, author: User, disputed: Case) -> None:
    written = sa.text(
        "UPDATE dispute_reviews SET reviewer_id = :who, verdict = 'stands', words = :words, decided_at = now() "
        "WHERE case_id = :case"
    )
    values = {"who": author.id, "words": GROUNDS, "case": disputed.id}
    with pytest.raises(sa.exc.IntegrityError, match="not_by_who_answered"), session.begin_nested():
        session.execute(written, values)


def test_the_database_refuses_a_decision_without_a_reviewer(session: Session, disputed: Case) -> None:
    written = sa.text("UPDATE dispute_reviews SET verdict = 'stands', words = :words, decided_at = now()")
    with pytest.raises(sa.exc.IntegrityError, match="decided_has_reviewer"), session.begin_nested():
        session.execute(written, {"words": GROUNDS})
