"""Role and agency hold for one transaction: nothing of them is left on a connection, whatever ended it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask, g
from sqlalchemy.orm import Session

from feedback_app.blueprints import agency_scope
from feedback_app.db import db
from feedback_app.db_wall.roles import WEB_ROLE, Lookup
from feedback_app.db_wall.scope import Scope, across, enter, enter_by, scope_of, whole_account
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.organisation.models import Agency
from tests import factories as make
from tests.conftest import Live

NOW = sa.text(
    "SELECT current_user = session_user AS is_owner, current_user AS me, "
    "coalesce(current_setting('suara.agency', true), '') AS agency, "
    "coalesce(current_setting('suara.user', true), '') AS account"
)


@dataclass
class Two:
    """Two agencies with a report each, in an application whose commits are real and that has one connection."""

    app: Flask
    first: int
    second: int
    account: int


@pytest.fixture
def two(live: Live) -> Two:
    with live.app.app_context():
        session = db.session()
        sent = [make.submission(session, make.unit(session, make.agency(session)), tracking_hash=bytes([n]) * 32)
                for n in (1, 2)]  # fmt: skip
        who = make.user(session)
        for one in sent:
            make.grant(session, who, Role.OFFICER, session.get_one(Agency, one.agency_id))
        made = Two(live.app, sent[0].agency_id, sent[1].agency_id, who.id)
        session.commit()
        db.session.remove()
    return made


def seen(session: Session) -> set[int]:
    return set(session.scalars(sa.select(Submission.agency_id)))


@pytest.fixture
def web(two: Two) -> Iterator[tuple[Session, Scope]]:
    """A session of a request of its own, as the web has it."""
    with two.app.app_context():
        g.scope = Scope()
        yield db.session(), g.scope
        db.session.remove()


def test_a_request_sees_the_agency_it_entered_and_no_other(two: Two, web: tuple[Session, Scope]) -> None:
    session, scope = web
    assert seen(session) == set()
    enter(session, scope, two.first, two.account)
    assert seen(session) == {two.first}
    assert session.execute(NOW).one() == (False, WEB_ROLE, str(two.first), str(two.account))
    enter(session, scope, two.second)
    assert seen(session) == {two.second}


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_the_next_transaction_of_a_request_is_in_its_agency_again(
    two: Two, web: tuple[Session, Scope], end: str
) -> None:
    session, scope = web
    enter(session, scope, two.first)
    seen(session)
    getattr(session, end)()
    assert seen(session) == {two.first}


@pytest.mark.parametrize("end", ["commit", "rollback", "error", "savepoint"])
def test_nothing_is_left_on_the_connection_for_whoever_has_it_next(two: Two, end: str) -> None:
    with two.app.app_context():
        g.scope = Scope()
        session = db.session()
        enter(session, g.scope, two.first, two.account)
        assert seen(session) == {two.first}
        link = session.connection().connection.driver_connection
        if end == "error":
            with pytest.raises(sa.exc.DBAPIError):
                session.execute(sa.text("SELECT 1 / 0"))
        elif end == "savepoint":
            with session.begin_nested():
                seen(session)
        elif end == "commit":
            session.commit()
        else:
            session.rollback()
        db.session.remove()
    with two.app.app_context():
        # The worker, on the very same connection: the owner, in front of the wall.
        session = db.session()
        assert session.connection().connection.driver_connection is link
        assert session.execute(NOW).one()[0] is True
        assert session.execute(NOW).one()[2:] == ("", "")
        assert seen(session) == {two.first, two.second}
        db.session.remove()
    with two.app.app_context():
        # And another request, before it entered anything.
        g.scope = Scope()
        assert db.session().connection().connection.driver_connection is link
        assert seen(db.session()) == set()
        db.session.remove()


def test_a_code_leads_to_its_agency_and_a_wrong_one_to_none(two: Two, web: tuple[Session, Scope]) -> None:
    session, scope = web
    enter_by(session, Lookup.TRACKING_CODE, bytes([2]) * 32)
    assert (scope.agency_id, seen(session)) == (two.second, {two.second})
    enter_by(session, Lookup.TRACKING_CODE, bytes([9]) * 32)
    assert (scope.agency_id, seen(session)) == (None, set())


def test_across_comes_back_also_after_an_error(two: Two, web: tuple[Session, Scope]) -> None:
    session, scope = web
    enter(session, scope, two.first)
    with across(session, two.second):
        assert seen(session) == {two.second}
    assert seen(session) == {two.first}
    with pytest.raises(KeyError), across(session, two.second):
        raise KeyError
    assert seen(session) == {two.first}
    with pytest.raises(sa.exc.DBAPIError), across(session, two.second):
        session.execute(sa.text("SELECT 1 / 0"))
    session.rollback()
    assert seen(session) == {two.first}


def test_across_within_a_savepoint_and_a_savepoint_within_across(two: Two, web: tuple[Session, Scope]) -> None:
    session, scope = web
    enter(session, scope, two.first)
    with pytest.raises(KeyError), session.begin_nested(), across(session, two.second):
        raise KeyError
    assert seen(session) == {two.first}
    with across(session, two.second):
        with pytest.raises(KeyError), session.begin_nested():
            raise KeyError
        assert seen(session) == {two.second}
    assert seen(session) == {two.first}


def test_an_agency_is_not_entered_within_a_savepoint(two: Two, web: tuple[Session, Scope]) -> None:
    session, scope = web
    with pytest.raises(RuntimeError, match="before a savepoint"), session.begin_nested():
        enter(session, scope, two.first)


def test_the_roles_of_an_account_are_seen_whole_and_nothing_else_of_its_agencies(
    two: Two, web: tuple[Session, Scope]
) -> None:
    session, scope = web
    held = sa.select(RoleGrant.agency_id).order_by(RoleGrant.agency_id)
    enter(session, scope, two.first, two.account)
    assert list(session.scalars(held)) == [two.first]
    with whole_account(session, two.account):
        assert list(session.scalars(held)) == [two.first, two.second]
        assert seen(session) == set()
    with whole_account(session, two.account + 1):
        assert list(session.scalars(held)) == []
    assert list(session.scalars(held)) == [two.first]


def test_worker_and_commands_stand_in_front_of_the_wall(two: Two) -> None:
    with two.app.app_context():
        session = db.session()
        assert seen(session) == {two.first, two.second}
        assert scope_of(session) is None
        with across(session, two.first), whole_account(session, two.account):
            assert seen(session) == {two.first, two.second}
        enter_by(session, Lookup.TRACKING_CODE, bytes([1]) * 32)
        assert seen(session) == {two.first, two.second}
        db.session.remove()


def test_in_the_web_server_even_what_answers_no_request_is_behind_the_wall(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(two.app.extensions, agency_scope._ALWAYS, True)
    with two.app.app_context():
        assert seen(db.session()) == set()
        assert db.session.execute(NOW).one().me == WEB_ROLE
        db.session.remove()


def test_requests_of_two_agencies_on_one_connection_see_each_their_own(two: Two) -> None:
    client = two.app.test_client()
    with two.app.app_context():
        codes = {row.id: row.code for row in db.session.execute(sa.select(Agency.id, Agency.code))}
        db.session.remove()
    told = {}
    for agency_id in (two.first, two.second, two.first):
        page = client.get(f"/instansi/{codes[agency_id]}")
        assert page.status_code == 200
        told[agency_id] = page.text
    assert told[two.first] != told[two.second]
    with two.app.app_context():
        assert db.engine.pool.checkedin() == 1  # type: ignore[attr-defined]
