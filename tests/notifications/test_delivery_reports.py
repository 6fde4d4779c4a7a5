"""What a gateway tells afterwards: who may tell it, and what becomes of the message."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.intake.contacts import Owner, keep_contact, read_address
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.vault import vault_of
from feedback_app.notifications.delivery import attempt_at
from feedback_app.notifications.delivery_reports import Arrival, note_arrival, read_number
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.operations import UnknownMessageError, claim, owe, retry, settle_sent
from feedback_app.notifications.signatures import UnsignedReportError, check_report, sign_report
from feedback_app.notifications.wording import Template
from tests import factories as make

SECRET, OTHER = "r" * 32, "o" * 32
NOW = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = b'{"id": "1.2.3", "status": "delivered"}'


def test_what_was_signed_with_the_secret_just_now_is_accepted() -> None:
    check_report(SECRET, STAMP, BODY, sign_report(SECRET, STAMP, BODY), now=NOW)


@pytest.mark.parametrize(
    ("secret", "stamp", "body", "given_signature"),
    [
        pytest.param(None, STAMP, BODY, sign_report(SECRET, STAMP, BODY), id="no secret is set"),
        pytest.param(SECRET, STAMP, BODY, sign_report(OTHER, STAMP, BODY), id="another secret"),
        pytest.param(SECRET, STAMP, BODY + b" ", sign_report(SECRET, STAMP, BODY), id="another body"),
        pytest.param(SECRET, str(int(STAMP) + 1), BODY, sign_report(SECRET, STAMP, BODY), id="another moment"),
        pytest.param(SECRET, STAMP, BODY, "", id="no signature"),
        pytest.param(SECRET, STAMP, BODY, sign_report(SECRET, STAMP, BODY).removeprefix("sha256="), id="no scheme"),
        pytest.param(SECRET, STAMP, BODY, "sha256=é", id="not even letters"),
        pytest.param(SECRET, "", BODY, sign_report(SECRET, "", BODY), id="no moment"),
        pytest.param(SECRET, "٣", BODY, sign_report(SECRET, "٣", BODY), id="digits of another script"),
        pytest.param(SECRET, "9" * 400, BODY, sign_report(SECRET, "9" * 400, BODY), id="a number without end"),
        pytest.param(SECRET, "-5", BODY, sign_report(SECRET, "-5", BODY), id="a negative number"),
    ],
)
def test_everything_else_is_refused(secret: str | None, stamp: str, body: bytes, given_signature: str) -> None:
    with pytest.raises(UnsignedReportError):
        check_report(secret, stamp, body, given_signature, now=NOW)


@pytest.mark.parametrize(("seconds", "accepted"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_signature_is_good_for_five_minutes_both_ways(seconds: int, accepted: bool) -> None:
    stamp = str(int(STAMP) + seconds)
    try:
        check_report(SECRET, stamp, BODY, sign_report(SECRET, stamp, BODY), now=NOW)
    except UnsignedReportError:
        assert not accepted
    else:
        assert accepted


@given(st.binary(max_size=60), st.text(max_size=20), st.text(max_size=80))
def test_no_odd_input_makes_the_check_stumble(body: bytes, stamp: str, signature: str) -> None:
    with pytest.raises(UnsignedReportError):
        check_report(SECRET, stamp, body, signature, now=NOW)


@pytest.mark.parametrize("number", ["1.2.3", "1.2.3@suara.kota.go.id", "1.2.3@localhost", "1.2.3@[::1]:8000"])
def test_a_number_is_read_as_it_was_handed_over(number: str) -> None:
    found = read_number(number)
    assert (found.agency_id, found.message_id, found.made_at) == (1, 2, 3)


@pytest.mark.parametrize(
    "number",
    ["", "1.2", "1.2.3.4", "a.2.3", "1.2.3@", "1.-2.3", "1.2.3@x y", f"1.{'9' * 19}.3", "١.2.3"],
)
def test_a_number_that_was_never_made_is_unknown(number: str) -> None:
    with pytest.raises(UnknownMessageError):
        read_number(number)


@pytest.fixture
def message(session: Session) -> Message:
    """A message to a citizen that the gateway took."""
    unit = make.unit(session, make.agency(session))
    sent = make.submission(session, unit)
    keep_contact(
        session, Owner(unit.agency_id, sent.id), read_address("0812 3456 7890"), vault=vault_of("s" * 40, ()),
        language="id", now=NOW,
    )  # fmt: skip
    contact = session.scalars(sa.select(Contact)).one()
    owe(
        session, agency_id=unit.agency_id, template=Template.REPLIED, params={}, dedupe_key="x", now=NOW,
        contact_id=contact.id,
    )  # fmt: skip
    found = claim(session, deliverable=sa.true(), now=NOW)
    assert found is not None
    settle_sent(session, attempt_at(found), now=NOW)
    session.expire_all()
    return found


def number_of(message: Message) -> str:
    return f"{message.agency_id}.{message.id}.{int(message.created_at.timestamp())}@suara.kota.go.id"


def told(session: Session, message: Message, *arrivals: str, reason: str | None = None) -> Message:
    for arrival in arrivals:
        note_arrival(session, read_number(number_of(message)), Arrival(arrival), reason=reason, now=NOW)
    session.expire_all()
    return message


def stands(message: Message) -> tuple[MessageState, bool, bool]:
    return message.state, message.sent_at is not None, message.delivered_at is not None


def test_a_message_that_arrived_is_noted_with_its_moment(session: Session, message: Message) -> None:
    assert stands(told(session, message, "delivered")) == (MessageState.SENT, True, True)


def test_a_message_that_failed_waits_among_those_given_up(session: Session, message: Message) -> None:
    assert stands(told(session, message, "failed", reason="not_on_whatsapp")) == (MessageState.DEAD, False, False)
    assert message.last_error == "gateway: not_on_whatsapp"


@pytest.mark.parametrize("reason", [None, "", "Nomor +6281234567890 tidak aktif", "x" * 41, "A"])
def test_of_a_reason_only_a_code_is_kept(session: Session, message: Message, reason: str | None) -> None:
    assert told(session, message, "failed", reason=reason).last_error == "gateway: failed"


@pytest.mark.parametrize("order", list(itertools.permutations(["delivered", "failed", "delivered"])))
def test_a_message_that_arrived_has_arrived_in_whatever_order_it_is_told(
    session: Session, message: Message, order: tuple[str, ...]
) -> None:
    assert stands(told(session, message, *order)) == (MessageState.SENT, True, True)
    assert message.last_error is None


def test_told_twice_it_comes_to_the_same(session: Session, message: Message) -> None:
    first = told(session, message, "delivered").delivered_at
    note_arrival(session, read_number(number_of(message)), Arrival.DELIVERED, now=NOW + timedelta(hours=1))
    session.expire_all()
    assert message.delivered_at == first


def test_a_report_of_the_attempt_before_does_not_stop_a_new_one(session: Session, message: Message) -> None:
    told(session, message, "failed")
    retry(session, message.id, actor=SYSTEM, now=NOW)
    assert told(session, message, "failed").state is MessageState.PENDING


def test_a_report_that_is_faster_than_our_own_note_stands(session: Session, message: Message) -> None:
    session.execute(sa.update(Message).values(state="pending", sent_at=None, attempts=1))
    session.expire_all()
    told(session, message, "delivered")
    settle_sent(session, attempt_at(message), now=NOW + timedelta(hours=1))
    session.expire_all()
    assert stands(message) == (MessageState.SENT, True, True)


def test_a_number_of_another_second_or_row_is_unknown(session: Session, message: Message) -> None:
    made_at = int(message.created_at.timestamp())
    for number in (
        f"{message.agency_id}.{message.id}.{made_at + 1}",
        f"{message.agency_id}.{message.id + 1}.{made_at}",
        f"{message.agency_id + 1}.{message.id}.{made_at}",
    ):
        with pytest.raises(UnknownMessageError):
            note_arrival(session, read_number(number), Arrival.FAILED, now=NOW)


def test_a_message_to_staff_is_none_of_the_gateways(session: Session, message: Message) -> None:
    officer = make.user(session)
    owe(
        session, agency_id=message.agency_id, template=Template.ASSIGNED, params={"case": 1}, dedupe_key="y", now=NOW,
        user_id=officer.id,
    )  # fmt: skip
    mail = session.scalars(sa.select(Message).where(Message.user_id == officer.id)).one()
    with pytest.raises(UnknownMessageError):
        note_arrival(session, read_number(number_of(mail)), Arrival.FAILED, now=NOW)
