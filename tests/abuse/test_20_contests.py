"""Abuse case 20: whoever is too near to a contest decides it, named on the page or written into the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.models import RatingExclusion
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.rules import ContestState
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login
from tests.evaluation.replies.people import BAD_WORDS, Replies, open_for_replies
from tests.file_places import files_in


def _subject(replies: Replies) -> User:
    return replies.account


def _head_by_decree(replies: Replies) -> User:
    who = make.user(replies.session)
    head = make.employee(replies.session, replies.office.agency, user_id=who.id)
    make.assignment(replies.session, head, replies.office.unit, is_head=True)
    return who


def _head_above_by_role(replies: Replies) -> User:
    who = make.user(replies.session)
    make.grant(replies.session, who, Role.UNIT_HEAD, replies.office.agency, replies.above)
    return who


NEAR: dict[str, Callable[[Replies], User]] = {
    "the employee": _subject,
    "the head of the unit": _head_by_decree,
    "the head above": _head_above_by_role,
}


@pytest.fixture
def replies(app: Flask, session: Session, tmp_path: Path) -> Iterator[Replies]:
    with files_in(app, tmp_path / "files"):
        yield open_for_replies(session, tmp_path / "files", [(1, BAD_WORDS)])


@pytest.mark.parametrize("near", NEAR)
def test_whoever_is_too_near_neither_is_named_nor_decides(
    replies: Replies, client: FlaskClient, login: Login, near: str
) -> None:
    contest, who = replies.file(), NEAR[near](replies)
    make.grant(replies.session, who, Role.REVIEWER, replies.office.agency)
    replies.session.commit()
    path = f"/petugas/evaluasi/{replies.cycle.id}/sanggahan/{contest.id}/penelaah"
    answer = login(replies.evaluator).post(path, data={"reviewer_id": str(who.id), "seen": ""})
    assert answer.status_code == 403
    # As if somebody had got past the page: the database asks for the whole line (migration 0015).
    by_hand = {"state": ContestState.ASSIGNED, "reviewer_id": who.id, "assigned_by": replies.evaluator.id}
    changing = sa.update(Contest).where(Contest.id == contest.id).values(**by_hand)
    with pytest.raises(IntegrityError, match="nobody reviews"), replies.session.begin_nested():
        replies.session.execute(changing)


def test_whoever_comes_to_lead_the_line_after_being_named_decides_no_more(
    replies: Replies, client: FlaskClient, login: Login
) -> None:
    contest, who = replies.file(), make.user(replies.session)
    make.grant(replies.session, who, Role.REVIEWER, replies.office.agency)
    by_hand = {"state": ContestState.ASSIGNED, "reviewer_id": who.id, "assigned_by": replies.evaluator.id}
    replies.session.execute(sa.update(Contest).where(Contest.id == contest.id).values(**by_hand))
    make.grant(replies.session, who, Role.UNIT_HEAD, replies.office.agency, replies.above)
    replies.session.commit()
    client.post("/keluar")
    decision = {"outcome": "upheld", "explanation": "Saya membela bawahan saya sendiri."}
    assert login(who).post(f"/petugas/penelaahan/{contest.id}", data=decision).status_code == 403
    assert replies.session.scalars(sa.select(RatingExclusion)).all() == []
