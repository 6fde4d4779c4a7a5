"""The outbox as rows: owed once, claimed by one, settled, given up, asked for once more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app import queue
from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.models import User
from feedback_app.notifications.delivery import attempt_at
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.operations import (
    CUT_SHORT,
    LEASE,
    STALE,
    Failure,
    MessageNotDeadError,
    UnknownMessageError,
    claim,
    owe,
    postpone,
    retry,
    settle_dead,
    settle_failed,
    settle_sent,
)
from feedback_app.notifications.queries import MessageCounts, any_due, counts, unsent
from feedback_app.notifications.rules import MAX_ATTEMPTS, NEWS_FOR, WAITS
from feedback_app.notifications.wording import Template
from feedback_app.organisation.models import Agency
from tests import factories as make
from tests.conftest import Live

ALL, NONE = sa.true(), sa.false()
LATER = Failure("SMTP 451", timedelta(0))


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def officer(session: Session) -> User:
    return make.user(session)


def owed(session: Session, agency: Agency, to: User, key: str = "reopened:1", *, now: datetime = make.NOW) -> Message:
    owe(
        session, agency_id=agency.id, template=Template.REOPENED, params={"case": 7}, dedupe_key=key, now=now,
        user_id=to.id,
    )  # fmt: skip
    return session.scalars(sa.select(Message).where(Message.dedupe_key == key)).one()


def fresh(session: Session, message: Message) -> Message:
    session.refresh(message)
    return message


def test_the_same_event_is_owed_once(session: Session, agency: Agency, officer: User) -> None:
    first = owed(session, agency, officer)
    assert owed(session, agency, officer).id == first.id
    assert queue._WISHES in session.info


def test_a_message_for_staff_goes_to_no_citizen_and_none_to_nobody(
    session: Session, agency: Agency, officer: User
) -> None:
    for template, user_id in ((Template.REPLIED, officer.id), (Template.REOPENED, None)):
        with pytest.raises(ValueError, match="not for this kind of reader"):
            owe(
                session, agency_id=agency.id, template=template, params={}, dedupe_key="x", now=make.NOW,
                user_id=user_id,
            )  # fmt: skip
    with pytest.raises(IntegrityError, match="to_one_of_both"), session.begin_nested():
        owe(session, agency_id=agency.id, template=Template.NEWS, params={}, dedupe_key="x", now=make.NOW)


def test_a_template_nobody_wrote_cannot_be_owed(session: Session, agency: Agency, officer: User) -> None:
    with pytest.raises(ValueError, match="is not a valid Template"):
        owe(
            session, agency_id=agency.id, template="rahasia", params={}, dedupe_key="x", now=make.NOW,
            user_id=officer.id,
        )  # fmt: skip


def test_a_claimed_message_is_noted_and_left_alone_while_its_lease_runs(
    session: Session, agency: Agency, officer: User
) -> None:
    message = owed(session, agency, officer)
    assert claim(session, deliverable=ALL, now=make.NOW) is message
    assert (message.attempts, message.next_try_at) == (1, make.NOW + LEASE)
    assert claim(session, deliverable=ALL, now=make.NOW + LEASE - timedelta(seconds=1)) is None
    assert claim(session, deliverable=ALL, now=make.NOW + LEASE) is message


def test_the_longest_waiting_goes_first(session: Session, agency: Agency, officer: User) -> None:
    owed(session, agency, officer, "new", now=make.NOW)
    old = owed(session, agency, officer, "old", now=make.NOW - timedelta(hours=1))
    assert claim(session, deliverable=ALL, now=make.NOW) is old


def test_a_message_without_a_way_uses_up_no_attempt(session: Session, agency: Agency, officer: User) -> None:
    message = owed(session, agency, officer)
    assert claim(session, deliverable=NONE, now=make.NOW) is None
    assert not any_due(session, deliverable=NONE, now=make.NOW)
    assert (fresh(session, message).attempts, message.state) == (0, MessageState.PENDING)
    assert counts(session, deliverable=NONE) == MessageCounts(waiting=0, without_way=1, dead=0)


def test_failures_wait_longer_and_longer_until_the_last(session: Session, agency: Agency, officer: User) -> None:
    message, now = owed(session, agency, officer), make.NOW
    for wait in WAITS:
        assert claim(session, deliverable=ALL, now=now) is message
        settle_failed(session, attempt_at(message), LATER, jitter=0.0, now=now)
        assert fresh(session, message).next_try_at == now + wait
        now += wait
    claim(session, deliverable=ALL, now=now)
    settle_failed(session, attempt_at(message), LATER, jitter=0.0, now=now)
    assert (fresh(session, message).state, message.attempts) == (MessageState.DEAD, MAX_ATTEMPTS)
    assert message.last_error == "SMTP 451"
    assert claim(session, deliverable=ALL, now=now + timedelta(days=9)) is None


def test_a_final_refusal_ends_it_at_once(session: Session, agency: Agency, officer: User) -> None:
    message = owed(session, agency, officer)
    claim(session, deliverable=ALL, now=make.NOW)
    settle_failed(session, attempt_at(message), Failure("SMTP 550", None), jitter=0.0, now=make.NOW)
    assert (fresh(session, message).state, message.attempts) == (MessageState.DEAD, 1)


def test_a_message_that_ends_every_worker_is_given_up(session: Session, agency: Agency, officer: User) -> None:
    message, now = owed(session, agency, officer), make.NOW
    for _ in range(MAX_ATTEMPTS):
        assert claim(session, deliverable=ALL, now=now) is message
        now += LEASE
    assert claim(session, deliverable=ALL, now=now) is None
    assert (fresh(session, message).state, message.last_error) == (MessageState.DEAD, CUT_SHORT)


def test_what_waited_for_a_way_until_it_is_no_news_is_not_sent_unless_a_person_wants_it(
    session: Session, agency: Agency, officer: User
) -> None:
    message, now = owed(session, agency, officer), make.NOW + NEWS_FOR
    assert claim(session, deliverable=NONE, now=now) is None
    assert claim(session, deliverable=ALL, now=now + timedelta(seconds=1)) is None
    assert (fresh(session, message).state, message.last_error) == (MessageState.DEAD, STALE)
    retry(session, message.id, actor=SYSTEM, now=now)
    assert claim(session, deliverable=ALL, now=now + timedelta(days=1)) is message


def test_what_is_just_news_still_is_sent(session: Session, agency: Agency, officer: User) -> None:
    message = owed(session, agency, officer)
    assert claim(session, deliverable=ALL, now=make.NOW + NEWS_FOR) is message


def test_while_the_way_is_down_the_others_wait_without_using_attempts(
    session: Session, agency: Agency, officer: User
) -> None:
    owed(session, agency, officer, "one")
    other = owed(session, agency, officer, "two")
    postpone(session, deliverable=ALL, wait=None, now=make.NOW)
    assert (fresh(session, other).attempts, other.next_try_at) == (0, make.NOW + WAITS[0])
    assert not any_due(session, deliverable=ALL, now=make.NOW)


def test_a_message_deleted_on_its_way_is_not_missed(session: Session, agency: Agency, officer: User) -> None:
    message = owed(session, agency, officer)
    claim(session, deliverable=ALL, now=make.NOW)
    attempt = attempt_at(message)
    session.execute(sa.delete(Message))
    settle_sent(session, attempt, now=make.NOW)
    settle_failed(session, attempt, LATER, jitter=0.0, now=make.NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_a_sent_message_stays_sent(session: Session, agency: Agency, officer: User) -> None:
    message = owed(session, agency, officer)
    claim(session, deliverable=ALL, now=make.NOW)
    settle_sent(session, attempt_at(message), now=make.NOW)
    settle_dead(session, attempt_at(message), "late word of another worker")
    assert (fresh(session, message).state, message.sent_at) == (MessageState.SENT, make.NOW)
    assert unsent(session, deliverable=ALL, dead_only=False, limit=9) == []


def test_a_person_may_ask_once_more_and_it_is_noted(session: Session, agency: Agency, officer: User) -> None:
    message = owed(session, agency, officer)
    with pytest.raises(MessageNotDeadError):
        retry(session, message.id, actor=SYSTEM, now=make.NOW)
    settle_dead(session, attempt_at(message), "SMTP 550")
    assert [row.last_error for row in unsent(session, deliverable=ALL, dead_only=True, limit=9)] == ["SMTP 550"]
    session.refresh(message)
    retry(session, message.id, actor=SYSTEM, now=make.NOW)
    assert (message.state, message.attempts) == (MessageState.PENDING, 0)
    assert session.scalars(sa.select(AuditEvent.action)).all() == ["notifications.retry"]
    with pytest.raises(UnknownMessageError):
        retry(session, message.id + 1, actor=SYSTEM, now=make.NOW)


def test_two_workers_never_hold_the_same_message(live: Live) -> None:
    engine = sa.create_engine(live.app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
    with Session(engine) as one, Session(engine) as other:
        agency, officer = make.agency(one), make.user(one)
        for key in ("a", "b"):
            owed(one, agency, officer, key)
        one.commit()
        first = claim(one, deliverable=ALL, now=make.NOW)
        second = claim(other, deliverable=ALL, now=make.NOW)
        assert first is not None
        assert second is not None
        assert first.id != second.id
        assert claim(other, deliverable=ALL, now=make.NOW) is None
