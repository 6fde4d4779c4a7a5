"""Taking in what citizens send: one row, one visit once, nothing half."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.intake.codes import code_hash
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.operations import Draft, IncompleteSubmissionError, submit
from feedback_app.intake.rules import Channel, SubmissionKind, earliest_day
from feedback_app.intake.visits import UnknownVisitTokenError, UsedVisitTokenError, issue_visit_tokens, open_visit
from tests import factories as make
from tests.conftest import Live

KEY = b"k" * 32


@pytest.fixture
def draft(session: Session) -> Draft:
    unit = make.unit(session, make.agency(session))
    return Draft(
        agency_id=unit.agency_id, unit_id=unit.id, kind=SubmissionKind.RATING, occurred_on=make.TODAY, rating=4
    )


def token_for(session: Session, draft: Draft) -> str:
    return issue_visit_tokens(
        session, agency_id=draft.agency_id, unit_id=draft.unit_id, service_id=None, visited_on=make.TODAY, count=1,
        issued_by=None, key=KEY, now=make.NOW,
    )[0]  # fmt: skip


def test_a_submission_is_one_pending_row_found_by_the_hash_of_its_code(session: Session, draft: Draft) -> None:
    receipt = submit(session, draft, key=KEY, now=make.NOW, today=make.TODAY)
    row = session.scalars(sa.select(Submission)).one()
    assert (row.rating, row.channel, row.analysis.value) == (4, Channel.OPEN, "pending")
    assert row.tracking_hash == code_hash(receipt.code, KEY)
    assert receipt.code.encode() not in bytes(row.tracking_hash or b"")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"rating": None}, "Pilih dahulu nilai", id="rating without a rating"),
        pytest.param({"rating": 5}, "1 sampai 4", id="rating of five"),
        pytest.param({"rating": 0}, "1 sampai 4", id="rating of zero"),
        pytest.param({"reasons": ("slow",)}, "tidak sesuai", id="bad reason for a good rating"),
        pytest.param({"reasons": ("x",)}, "tidak sesuai", id="unknown reason"),
        pytest.param({"text": "x" * 4001}, "4001 huruf", id="too long"),
        pytest.param({"kind": SubmissionKind.COMPLAINT, "text": "pendek"}, "paling sedikit", id="short complaint"),
        pytest.param({"wants_reply": True}, "paling sedikit", id="a reply to nothing"),
        pytest.param({"kind": SubmissionKind.PRAISE, "rating": None}, "Tulis pesan", id="praise without a word"),
        pytest.param({"occurred_on": make.TODAY + timedelta(days=1)}, "masa depan", id="tomorrow"),
        pytest.param(
            {"occurred_on": earliest_day(make.TODAY) - timedelta(days=1)}, "paling lama 5 tahun", id="too old"
        ),
    ],
)
def test_an_incomplete_draft_is_refused_with_a_sentence(
    session: Session, draft: Draft, change: dict[str, object], says: str
) -> None:
    with pytest.raises(IncompleteSubmissionError, match=says):
        submit(session, replace(draft, **change), key=KEY, now=make.NOW, today=make.TODAY)  # type: ignore[arg-type]
    assert session.scalars(sa.select(Submission)).all() == []


def test_a_rating_with_a_token_counts_as_a_visit(session: Session, draft: Draft) -> None:
    token = token_for(session, draft)
    visit = open_visit(session, token, key=KEY, now=make.NOW)
    assert (visit.unit_id, visit.visited_on) == (draft.unit_id, make.TODAY)
    submit(session, replace(draft, visit_token=token), key=KEY, now=make.NOW, today=make.TODAY)
    assert session.scalars(sa.select(Submission.channel)).one() is Channel.TOKEN


def test_only_the_hash_of_a_token_is_stored(session: Session, draft: Draft) -> None:
    token = token_for(session, draft)
    stored = session.scalars(sa.select(VisitToken.token_hash)).one()
    assert len(stored) == 32
    assert token.encode() not in stored


def test_a_used_an_expired_and_an_invented_token_are_refused(session: Session, draft: Draft) -> None:
    used, old = token_for(session, draft), token_for(session, draft)
    submit(session, replace(draft, visit_token=used), key=KEY, now=make.NOW, today=make.TODAY)
    with pytest.raises(UsedVisitTokenError):
        open_visit(session, used, key=KEY, now=make.NOW)
    with pytest.raises(UnknownVisitTokenError):
        open_visit(session, old, key=KEY, now=make.NOW + timedelta(days=15))
    for invented in ("0" * 26, "bukan token", ""):
        with pytest.raises(UnknownVisitTokenError):
            open_visit(session, invented, key=KEY, now=make.NOW)


def test_a_token_of_another_unit_is_refused_by_the_database(session: Session, draft: Draft) -> None:
    token = token_for(session, draft)
    other = make.unit(session, make.agency(session))
    with pytest.raises(IntegrityError):
        submit(
            session, replace(draft, agency_id=other.agency_id, unit_id=other.id, visit_token=token), key=KEY,
            now=make.NOW, today=make.TODAY,
        )  # fmt: skip


def test_one_token_used_a_hundred_times_at_once_counts_once(live: Live) -> None:
    engine = sa.create_engine(live.app.config["SQLALCHEMY_DATABASE_URI"], pool_size=16, max_overflow=0)
    with Session(engine) as session:
        unit = make.unit(session, make.agency(session))
        draft = Draft(unit.agency_id, unit.id, SubmissionKind.RATING, make.TODAY, rating=4)
        draft = replace(draft, visit_token=token_for(session, draft))
        session.commit()

    def try_once(_: int) -> str:
        with Session(engine) as session:
            try:
                submit(session, draft, key=KEY, now=make.NOW, today=make.TODAY)
                session.commit()
            except UsedVisitTokenError:
                return "used"
            return "counted"

    with ThreadPoolExecutor(16) as pool:
        results = Counter(pool.map(try_once, range(100)))
    assert results == {"counted": 1, "used": 99}
    with Session(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1
    engine.dispose()


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"rating": 5}, id="rating of five"),
        pytest.param({"rating": None}, id="says nothing"),
        pytest.param({"kind": "complaint", "text": "pendek"}, id="complaint of six characters"),
        pytest.param({"channel": "token"}, id="token channel without a token"),
        pytest.param({"reasons": ["x"]}, id="unknown reason"),
        pytest.param({"channel": "imported"}, id="imported from nowhere"),
        pytest.param({"analysis": "quarantined"}, id="set aside without a reason"),
    ],
)
def test_the_database_refuses_a_submission_that_cannot_be(session: Session, broken: dict[str, object]) -> None:
    row = make.submission(session, make.unit(session, make.agency(session)))
    with pytest.raises(IntegrityError):
        session.execute(sa.update(Submission).where(Submission.id == row.id).values(broken))
