"""Wishes for follow-up work: sent after the commit, never before, and never in the way."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import queue
from tests.conftest import Live


class Listener(queue.Reminder):
    """Writes down what it is asked to send."""

    def __init__(self) -> None:
        super().__init__("redis://127.0.0.1:1/0", pause_seconds=0.01)
        self.heard: list[str] = []

    def want(self, name: str) -> None:
        self.heard.append(name)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    found = Listener()
    monkeypatch.setattr(queue, "_reminder", found)
    return found


@pytest.fixture
def committing(live: Live) -> sa.Engine:
    return sa.create_engine(live.app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)


def test_a_wish_leaves_after_the_commit_and_once(committing: sa.Engine, listener: Listener) -> None:
    with Session(committing) as session:
        session.execute(sa.text("SELECT 1"))
        queue.ask(session, "drain")
        queue.ask(session, "drain")
        assert listener.heard == []
        session.commit()
        assert listener.heard == ["drain"]
        session.execute(sa.text("SELECT 1"))
        session.commit()
    assert listener.heard == ["drain"]


def test_a_released_savepoint_is_not_a_commit(committing: sa.Engine, listener: Listener) -> None:
    with Session(committing) as session:
        with session.begin_nested():
            queue.ask(session, "drain")
            session.execute(sa.text("SELECT 1"))
        assert listener.heard == []
        session.commit()
    assert listener.heard == ["drain"]


def test_a_wish_of_a_rolled_back_transaction_is_forgotten(committing: sa.Engine, listener: Listener) -> None:
    with Session(committing) as session:
        session.execute(sa.text("SELECT 1"))
        queue.ask(session, "drain")
        session.rollback()
        session.execute(sa.text("SELECT 1"))
        session.commit()
    assert listener.heard == []


def test_a_job_nobody_knows_cannot_be_asked_for(session: Session) -> None:
    with pytest.raises(KeyError):
        queue.ask(session, "hapus_semua")


def test_a_wish_never_waits_for_redis() -> None:
    slow = threading.Event()

    class Slow(queue.Reminder):
        def send(self, names: set[str]) -> None:  # noqa: ARG002
            slow.wait(5)

    reminder = Slow("redis://127.0.0.1:1/0")
    started = time.monotonic()
    for _ in range(100):
        reminder.want("drain")
    assert time.monotonic() - started < 1
    slow.set()


def test_a_redis_that_is_away_is_noted_and_forgiven(caplog: pytest.LogCaptureFixture) -> None:
    queue.Reminder("redis://127.0.0.1:1/0").send({"drain"})
    assert "the sweep will" in caplog.text
