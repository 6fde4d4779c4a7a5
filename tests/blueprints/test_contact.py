"""Where a citizen wants to be told: on the receipt, on the tracking page, and never on a page of staff."""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from feedback_app.intake.contacts import SAME_ADDRESS_A_DAY
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import open_sealed
from feedback_app.notifications.unsubscribe import sign
from tests.blueprints.office import Login
from tests.blueprints.reporter import Reporter, new_reporter

ADDRESS = "maria.kenari@contoh.id"


@pytest.fixture
def reporter(app: Flask, client: FlaskClient, session: Session) -> Reporter:
    return new_reporter(app, client, session)


def contact(session: Session, reporter: Reporter) -> Contact | None:
    query = sa.select(Contact).where(Contact.agency_id == reporter.office.agency.id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def test_a_contact_is_kept_changed_and_removed_from_the_tracking_page(
    app: Flask, session: Session, reporter: Reporter
) -> None:
    reporter.report()
    reporter.look()
    page = reporter.post("/lacak/kontak", {"address": ADDRESS}, follow=True).get_data(as_text=True)
    assert "Kontak Anda disimpan tersegel" in page
    assert "lewat Surel yang Anda berikan" in page
    assert ADDRESS not in page
    reporter.post("/lacak/kontak", {"address": "0812 3456 7890"})
    kept = contact(session, reporter)
    assert kept is not None
    assert (kept.kind, open_sealed(app.config["VAULT"], kept.sealed)) == (ContactKind.WHATSAPP, "+6281234567890")
    reporter.post("/lacak/kontak/hapus")
    assert contact(session, reporter) is None


def test_what_is_no_address_is_said_at_its_field_and_kept(session: Session, reporter: Reporter) -> None:
    reporter.report()
    reporter.look()
    answer = reporter.post("/lacak/kontak", {"address": "maria@"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert re.search(r'<a href="#address">[^<]*surel', page)
    assert 'value="maria@"' in page
    assert contact(session, reporter) is None


def test_the_receipt_takes_a_contact_and_leads_back_to_itself(
    client: FlaskClient, session: Session, reporter: Reporter
) -> None:
    agency, unit = reporter.office.agency, reporter.office.unit
    client.post(
        f"/nilai/{agency.code}/{unit.code}", data={"rating": "1", "text": "Loketnya tutup.", "wants_reply": "y"}
    )
    receipt = client.get("/diterima").get_data(as_text=True)
    seal = re.search(r'name="report" value="([0-9a-f]+)"', receipt)
    assert seal
    answer = client.post("/lacak/kontak", data={"report": seal[1], "from": "receipt", "address": "x"})
    assert answer.status_code == 422
    assert "Kode pelacakan Anda" in answer.get_data(as_text=True)
    answer = client.post("/lacak/kontak", data={"report": seal[1], "from": "receipt", "address": ADDRESS})
    assert (answer.status_code, answer.location) == (303, "/diterima")
    assert contact(session, reporter) is not None


def test_a_form_of_another_report_keeps_no_contact(session: Session, reporter: Reporter) -> None:
    reporter.report()
    reporter.look()
    answer = reporter.client.post("/lacak/kontak", data={"report": "0" * 32, "address": ADDRESS})
    assert answer.status_code == 409
    assert contact(session, reporter) is None


def test_no_page_of_staff_and_no_file_holds_the_contact(
    app: Flask, session: Session, reporter: Reporter, login: Login
) -> None:
    case = reporter.report()
    reporter.look()
    reporter.post("/lacak/kontak", {"address": ADDRESS})
    kept = contact(session, reporter)
    assert kept is not None
    held = reporter.post("/lacak/data", {"format": "json"}).get_data(as_text=True)
    assert json.loads(held)["contact"]["kind"] == "email"
    client = login(reporter.office.staff(Role.UNIT_HEAD))
    pages = [held]
    for path in (f"/petugas/kasus/{case.id}", "/petugas/kotak-masuk", "/petugas/masukan", "/petugas/"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        pages.append(answer.get_data(as_text=True))
    telling = (ADDRESS, "kenari", kept.sealed.decode(), kept.fingerprint.hex())
    assert [word for word in telling for page in pages if word in page] == []


def test_the_link_in_a_mail_stops_messages_by_its_button_alone(
    app: Flask, session: Session, reporter: Reporter
) -> None:
    reporter.report()
    reporter.look()
    reporter.post("/lacak/kontak", {"address": ADDRESS})
    kept = contact(session, reporter)
    assert kept is not None
    path = f"/berhenti/{sign(app.config['UNSUBSCRIBE_KEY'], kept.agency_id, kept.id)}"
    with app.test_client() as stranger:
        asked = stranger.get(path)
        assert session.scalar(sa.select(Contact.unsubscribed_at).where(Contact.id == kept.id)) is None
        assert asked.headers["Referrer-Policy"] == "no-referrer"
        assert asked.headers["Cache-Control"] == "no-store"
        done = stranger.post(path, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    stopped = contact(session, reporter)
    assert stopped is not None
    assert stopped.unsubscribed_at is not None
    assert "sudah Anda hentikan" in reporter.look()


@pytest.mark.parametrize("token", ["x", "A" * 43, "é"])
def test_a_link_that_was_not_signed_here_stops_nothing(client: FlaskClient, token: str) -> None:
    assert client.post(f"/berhenti/{token}").status_code == 400


def test_one_click_needs_no_cookie_and_no_token_of_a_form(app: Flask, session: Session, reporter: Reporter) -> None:
    reporter.report()
    reporter.look()
    reporter.post("/lacak/kontak", {"address": ADDRESS})
    kept = contact(session, reporter)
    assert kept is not None
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        with app.test_client() as mailer:
            path = f"/berhenti/{sign(app.config['UNSUBSCRIBE_KEY'], kept.agency_id, kept.id)}"
            assert mailer.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_an_address_named_too_often_says_from_when_it_is_taken_again(session: Session, reporter: Reporter) -> None:
    for _ in range(SAME_ADDRESS_A_DAY):
        reporter.report()
        reporter.look()
        assert reporter.post("/lacak/kontak", {"address": ADDRESS}).status_code == 303
    reporter.report()
    reporter.look()
    answer = reporter.post("/lacak/kontak", {"address": ADDRESS})
    assert answer.status_code == 422
    assert re.search(r"Coba lagi mulai \d+ \w+ 20\d\d \d\d\.\d\d WITA\.", answer.get_data(as_text=True))
