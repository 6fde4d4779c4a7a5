"""A program that fills in every field, or is faster than anybody, is stored and answered; its rating waits aside."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from itsdangerous import URLSafeTimedSerializer as Stamp
from sqlalchemy.orm import Session

from feedback_app.blueprints import signals
from feedback_app.blueprints.networks import client_key, network_mark
from feedback_app.blueprints.signals import TRAP_FIELD
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.intake.operations import Draft
from feedback_app.intake.rules import SubmissionKind
from feedback_app.measures.set_aside import is_set_aside
from tests.blueprints.office import Office, new_office

MONDAY, TUESDAY = date(2026, 5, 11), date(2026, 5, 12)


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def _page(office: Office) -> str:
    return f"/nilai/{office.agency.code}/{office.unit.code}"


def _stored(office: Office) -> Submission:
    return office.session.scalars(
        sa.select(Submission).where(Submission.unit_id == office.unit.id).order_by(Submission.id.desc()).limit(1)
    ).one()


def test_a_filled_trap_is_noted_and_the_sender_sees_nothing_of_it(office: Office, client: FlaskClient) -> None:
    answer = client.post(_page(office), data={"rating": "1", TRAP_FIELD: "https://beli.example"})
    assert answer.status_code == 303
    assert _stored(office).signals == ["honeypot"]
    shown = sa.select(sa.func.count()).where(Submission.unit_id == office.unit.id, ~is_set_aside())
    assert office.session.scalar(shown) == 0


def test_the_trap_is_in_the_page_and_left_empty_by_people(office: Office, client: FlaskClient) -> None:
    page = client.get(_page(office)).get_data(as_text=True)
    (field,) = re.findall(rf'<input[^>]*name="{TRAP_FIELD}"[^>]*>', page)
    assert 'tabindex="-1"' in field
    assert 'autocomplete="off"' in field
    client.post(_page(office), data={"rating": "4", TRAP_FIELD: ""})
    assert _stored(office).signals == []


def test_a_case_with_signals_opens_and_says_so_to_the_officer(
    office: Office, client: FlaskClient, login: Callable[[object], FlaskClient]
) -> None:
    case = office.report(signals=("too_fast",))
    page = login(office.staff(Role.OFFICER)).get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert "Mungkin otomatis" in page
    assert "Formulir terkirim lebih cepat" in page
    other = office.report("Lampu di ruang tunggu mati.")
    assert "Mungkin otomatis" not in client.get(f"/petugas/kasus/{other.id}").get_data(as_text=True)


def _sent(app: Flask, seconds_ago: int, draft: Draft, **fields: str) -> tuple[str, ...]:
    """What is noticed of a form whose page was made so many seconds ago."""
    stamped = Stamp(app.config["SECRET_KEY"], salt="wtf-csrf-token", signer=signer_of(seconds_ago))
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        data = {"csrf_token": stamped.dumps("mark-of-the-session"), **fields}
        with app.test_request_context("/", method="POST", data=data) as context:
            context.session["csrf_token"] = "mark-of-the-session"
            return signals.noticed(request, draft)
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def signer_of(seconds_ago: int) -> type[TimestampSigner]:
    """A signer whose clock is behind."""

    class Behind(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - seconds_ago

    return Behind


def _draft(**values: object) -> Draft:
    given = {"agency_id": 1, "unit_id": 1, "kind": SubmissionKind.RATING, "occurred_on": MONDAY, "rating": 4, **values}
    return Draft(**given)  # type: ignore[arg-type]


def test_a_rating_is_too_fast_below_a_second_and_a_report_below_two(app: Flask) -> None:
    report = _draft(kind=SubmissionKind.COMPLAINT, rating=None, text="Antrean sangat panjang.")
    # The stamp is in whole seconds, so the next second is the first that may be counted as one.
    assert _sent(app, -1, _draft()) == ("too_fast",)
    assert _sent(app, 2, _draft()) == ()
    assert _sent(app, 0, report) == ("too_fast",)
    assert _sent(app, 3, report) == ()


def test_haste_is_no_sign_at_a_kiosk(app: Flask) -> None:
    assert _sent(app, 0, _draft(at_kiosk=True)) == ()


def test_no_field_of_the_form_excuses_haste(app: Flask) -> None:
    report = _draft(kind=SubmissionKind.COMPLAINT, rating=None, text="Antrean sangat panjang.")
    assert _sent(app, 0, report, reviewed="1") == ("too_fast",)


def _mark(app: Flask, address: str, day: date) -> bytes | None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        return network_mark(day)


def _key(app: Flask, address: str) -> str:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        return client_key()


def test_a_network_mark_joins_neighbours_on_a_day_and_nobody_over_two(app: Flask) -> None:
    mark = _mark(app, "203.0.113.7", MONDAY)
    assert mark is not None
    assert len(mark) == 16
    assert _mark(app, "203.0.113.200", MONDAY) == mark
    assert _mark(app, "203.0.114.7", MONDAY) != mark
    assert _mark(app, "203.0.113.7", TUESDAY) != mark
    assert _mark(app, "::ffff:203.0.113.7", MONDAY) == mark
    assert _mark(app, "2001:db8:1:2::1", MONDAY) == _mark(app, "2001:db8:1:ffff::9", MONDAY)
    assert _mark(app, "127.0.0.1", MONDAY) is None
    assert _mark(app, "", MONDAY) is None


def test_budgets_are_of_an_address_and_of_a_whole_64_in_ipv6(app: Flask) -> None:
    assert _key(app, "203.0.113.7") != _key(app, "203.0.113.8")
    assert _key(app, "2001:db8::1") == _key(app, "2001:db8::ffff:1")
    assert _key(app, "2001:db8::1") != _key(app, "2001:db8:0:1::1")


def test_reports_and_confidential_words_leave_no_mark_of_a_network(app: Flask) -> None:
    with app.test_request_context("/", method="POST", environ_base={"REMOTE_ADDR": "203.0.113.7"}):
        assert signals.marked(_draft(), day=MONDAY).network_mark is not None
        assert signals.marked(_draft(is_confidential=True), day=MONDAY).network_mark is None
        report = _draft(kind=SubmissionKind.COMPLAINT, rating=None, text="Antrean sangat panjang.")
        assert signals.marked(report, day=MONDAY).network_mark is None
