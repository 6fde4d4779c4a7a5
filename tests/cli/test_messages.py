"""`feedback messages`: what an operator sees of the outbox."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.operations import owe
from feedback_app.notifications.wording import Template
from tests import factories as make
from tests.conftest import Live

MAIL = {"SMTP_URL": "smtp://localhost:25", "MAIL_FROM": "kabar@kota.go.id", "PUBLIC_URL": "https://suara.kota.go.id"}


def call(live: Live, *arguments: str, **environ: str) -> Result:
    runner = CliRunner()
    wanted = {**live.environ, **environ}
    return runner.invoke(main, ["messages", *arguments], env=wanted)


@pytest.fixture
def number(live: Live) -> int:
    with live.app.app_context():
        session: Session = db.session()
        agency, officer = make.agency(session), make.user(session, email="petugas@kota.go.id")
        owe(
            session, agency_id=agency.id, template=Template.REOPENED, params={"case": 7}, dedupe_key="x", now=make.NOW,
            user_id=officer.id,
        )  # fmt: skip
        session.commit()
        found = session.query(Message).one().id
        db.session.remove()
    return found


def given_up(live: Live) -> None:
    with live.app.app_context():
        message = db.session.query(Message).one()
        message.state, message.last_error, message.attempts = MessageState.DEAD, "SMTP 550", 1
        db.session.commit()
        db.session.remove()


def test_an_unset_mail_server_is_said_as_such(live: Live, number: int) -> None:
    shown = call(live, "list")
    assert shown.exit_code == 0, shown.output
    assert f"{number}  2026-05-12 03:00  reopened to staff  waiting, its way is not configured" in shown.output
    assert "messages waiting: 1, given up: 0; of those waiting 1 for a way that is not configured" in shown.output


def test_a_list_that_stops_says_how_many_are_left(live: Live, number: int) -> None:
    with live.app.app_context():
        session: Session = db.session()
        first = session.query(Message).one()
        owe(
            session, agency_id=first.agency_id, template=Template.REOPENED, params={"case": 8}, dedupe_key="y",
            now=make.NOW, user_id=first.user_id,
        )  # fmt: skip
        session.commit()
        db.session.remove()
    assert "... and 1 more; see --limit\n" in call(live, "list", "--limit", "1").output
    assert "more; see" not in call(live, "list", "--limit", "2").output


def test_with_a_mail_server_it_waits_for_its_turn(live: Live, number: int) -> None:
    shown = call(live, "list", **MAIL)
    assert "next try 2026-05-12 03:00 UTC, attempts 0" in shown.output
    assert "messages waiting: 1, given up: 0\n" in shown.output
    assert "petugas@kota.go.id" not in shown.output


def test_what_was_given_up_is_listed_with_its_reason_and_tried_once_more(live: Live, number: int) -> None:
    given_up(live)
    shown = call(live, "list", "--dead", **MAIL)
    assert shown.exit_code == 1
    assert "given up after 1 attempts: SMTP 550" in shown.output
    assert call(live, "retry", str(number)).exit_code == 0
    shown = call(live, "list", "--dead", **MAIL)
    assert (shown.exit_code, shown.output) == (0, "messages waiting: 1, given up: 0\n")


def test_what_was_not_given_up_is_not_retried(live: Live, number: int) -> None:
    for wanted, words in ((number, "was not given up"), (number + 1, "There is no message")):
        refused = call(live, "retry", str(wanted))
        assert (refused.exit_code, words in refused.output) == (1, True)
