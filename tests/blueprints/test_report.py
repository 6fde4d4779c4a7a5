"""Reporting, the receipt, and the small public pages."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from feedback_app.blueprints import carried
from feedback_app.blueprints.places import AgencyCard
from feedback_app.db import db
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import TEXT_MAX, SubmissionKind
from tests import factories

HAPPENED = "Sudah tiga minggu berkas saya belum diproses."


@pytest.fixture
def address(session: Session) -> str:
    agency = factories.agency(session)
    unit = factories.unit(session, agency, name="Kelurahan Oebufu")
    return f"/lapor/{agency.code}/{unit.code}"


def today() -> date:
    return AgencyCard(0, "", "", "Asia/Makassar").today()


def report(**changes: str) -> dict[str, str]:
    return {"kind": "complaint", "happened": HAPPENED, "occurred_on": today().isoformat(), **changes}


def stored(session: Session) -> list[Submission]:
    session.expire_all()
    return list(session.scalars(sa.select(Submission)))


def test_way_to_a_report_leads_over_agency_and_unit(client: FlaskClient, session: Session, address: str) -> None:
    first = client.get("/lapor")
    assert first.status_code == 302, "the only agency needs no choice"
    assert address in client.get(first.location).get_data(as_text=True)
    another = factories.agency(session)
    assert f"/lapor/{another.code}" in client.get("/lapor").get_data(as_text=True)


@pytest.mark.parametrize("kind", ["complaint", "aspiration", "information_request", "praise"])
def test_report_of_each_kind_is_stored_as_one_text(
    client: FlaskClient, session: Session, address: str, kind: str
) -> None:
    data = report(kind=kind, expected="Berkas selesai.", where="Loket 3", is_confidential="y")
    assert client.post(address, data=data).status_code == 303
    [row] = stored(session)
    assert row.kind is SubmissionKind(kind)
    assert row.text == f"{HAPPENED}\n\nYang diharapkan:\nBerkas selesai.\n\nTempat:\nLoket 3"
    assert (row.is_anonymous, row.is_confidential, row.rating) == (False, True, None)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        pytest.param("2026-05-12", date(2026, 5, 12), id="calendar control"),
        pytest.param("12-5-2026", date(2026, 5, 12), id="typed with dashes"),
        pytest.param("12/05/2026", date(2026, 5, 12), id="typed with strokes"),
    ],
)
def test_day_is_read_as_people_write_it(
    client: FlaskClient, session: Session, address: str, typed: str, wanted: date
) -> None:
    assert client.post(address, data=report(occurred_on=typed)).status_code == 303
    assert stored(session)[0].occurred_on == wanted


def test_form_proposes_today_at_the_agency(client: FlaskClient, address: str) -> None:
    assert f'value="{today().isoformat()}"' in client.get(address).get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        pytest.param({"kind": "", "reviewed": "1"}, "kind-0", "Pilih jenis laporan", id="no kind after the review"),
        pytest.param({"kind": "rating"}, "kind-0", "Pilih jenis laporan", id="kind of another form"),
        pytest.param({"happened": "lama"}, "happened", "paling sedikit 10 huruf", id="too short"),
        pytest.param({"kind": "praise", "happened": " "}, "happened", "Tulis pesan", id="praise of nothing"),
        pytest.param({"expected": "a" * TEXT_MAX}, "happened", "paling banyak 4000", id="together too long"),
        pytest.param({"where": "a" * 201}, "where", "paling banyak 200", id="place too long"),
        pytest.param({"occurred_on": "kemarin"}, "occurred_on", "seperti 12-5-2026", id="no day"),
        pytest.param({"occurred_on": ""}, "occurred_on", "seperti 12-5-2026", id="empty day"),
        pytest.param({"occurred_on": "2999-01-01"}, "occurred_on", "masa depan", id="a day to come"),
        pytest.param({"occurred_on": "0001-01-01"}, "occurred_on", "paling lama 5 tahun", id="a day of another age"),
        pytest.param({"service_id": "9" * 5000}, "service_id", "tidak diberikan oleh unit", id="endless service"),
        pytest.param({"service_id": "1"}, "service_id", "tidak diberikan oleh unit", id="service of nobody"),
    ],
)
def test_refused_report_names_the_field_and_keeps_what_was_typed(
    client: FlaskClient, session: Session, address: str, changes: dict[str, str], field: str, words: str
) -> None:
    answer = client.post(address, data=report(**{"where": "Loket 3", "is_anonymous": "y", **changes}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert re.search(rf'<a href="#{field}">[^<]*{words}', page)
    assert (changes.get("where") or "Loket 3") in page
    assert re.search(r'<input[^>]*checked[^>]*name="is_anonymous"', page)
    assert stored(session) == []


def test_tomorrow_at_the_agency_is_the_future(client: FlaskClient, address: str) -> None:
    assert client.post(address, data=report(occurred_on=(today() + timedelta(days=1)).isoformat())).status_code == 422


def once_of(page: str) -> str:
    found = re.search(r'<input[^>]*name="once"[^>]*value="([^"]+)"', page)
    assert found, page
    return found[1]


def code_of(client: FlaskClient) -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", client.get("/diterima").get_data(as_text=True))
    assert found
    return found[0]


def test_same_page_sent_twice_is_one_report_with_one_receipt(
    client: FlaskClient, session: Session, address: str
) -> None:
    once = once_of(client.get(address).get_data(as_text=True))
    client.post(address, data=report(once=once))
    code = code_of(client)
    client.post(address, data=report(once=once_of(client.get(address).get_data(as_text=True)), where="Loket 9"))
    assert code_of(client) != code
    again = client.post(address, data=report(once=once))
    assert (again.status_code, again.location) == (303, "/diterima")
    assert code_of(client) == code
    assert "Loket 9" not in client.get("/lacak/status").get_data(as_text=True)
    assert len(stored(session)) == 2


def test_other_words_from_the_same_page_are_another_report(client: FlaskClient, session: Session, address: str) -> None:
    once = once_of(client.get(address).get_data(as_text=True))
    client.post(address, data=report(once=once))
    client.post(address, data=report(once=once, happened="Hari ini loketnya tutup."))
    assert len(stored(session)) == 2


def test_the_same_words_from_a_new_page_are_another_report(client: FlaskClient, session: Session, address: str) -> None:
    pages = [client.get(address).get_data(as_text=True) for _ in range(2)]
    for page in pages:
        client.post(address, data=report(once=once_of(page)))
    assert len(stored(session)) == 2


def test_page_sent_again_after_its_receipt_is_gone_is_still_the_same_report(
    client: FlaskClient, session: Session, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(address, data=report(once="satu"))
    monkeypatch.setattr(carried, "RECEIPT_MINUTES", -1)
    client.post(address, data=report(once="satu"))
    assert len(stored(session)) == 1


def test_the_same_page_in_a_second_browser_is_one_report_with_one_code(
    app: Flask, session: Session, address: str
) -> None:
    codes = []
    for _ in range(2):
        browser = app.test_client()
        browser.post(address, data=report(once="satu"))
        codes.append(code_of(browser))
    assert codes[0] == codes[1]
    assert len(stored(session)) == 1


def test_refused_report_keeps_the_mark_of_its_page(client: FlaskClient, address: str) -> None:
    once = once_of(client.get(address).get_data(as_text=True))
    assert once_of(client.post(address, data=report(once=once, where="a" * 201)).get_data(as_text=True)) == once


def test_a_browser_remembers_the_last_few_reports(client: FlaskClient, session: Session, address: str) -> None:
    codes = []
    for number in range(6):
        client.post(address, data=report(once=str(number)))
        codes.append(code_of(client))
    for number in range(6 - carried.SENT_MOST, 6):
        client.post(address, data=report(once=str(number)))
        assert code_of(client) == codes[number]
    assert len(stored(session)) == 6


def test_praise_is_thanked_without_a_promise(client: FlaskClient, address: str) -> None:
    page = client.post(address, data=report(kind="praise"), follow_redirects=True).get_data(as_text=True)
    assert "pujian Anda sudah kami terima" in page
    assert "Dijawab paling lambat" not in page


def test_receipt_leads_to_the_status_without_typing_the_code(client: FlaskClient, address: str) -> None:
    client.post(address, data=report())
    assert HAPPENED in client.get("/lacak/status").get_data(as_text=True)


def test_receipt_disappears_from_a_shared_device(
    client: FlaskClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(address, data=report())
    assert "Kode pelacakan Anda" in client.get("/diterima").get_data(as_text=True)
    monkeypatch.setattr(carried, "RECEIPT_MINUTES", -1)
    page = client.get("/diterima").get_data(as_text=True)
    assert "Tanda terima tidak lagi ditampilkan" in page
    assert not re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)


def test_receipt_page_of_a_stranger_shows_nothing(client: FlaskClient) -> None:
    assert "Tanda terima tidak lagi ditampilkan" in client.get("/diterima").get_data(as_text=True)


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("/privasi", "/privasi"),
        ("/instansi/x?q=ktp&page=2", "/instansi/x?q=ktp&page=2"),
        ("https://jahat.example", "/"),
        ("//jahat.example", "/"),
        ("/\\jahat.example", "/"),
        ("/\t/jahat.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_language_switch_leads_back_inside_this_site_only(client: FlaskClient, target: str, wanted: str) -> None:
    answer = client.post("/bahasa", data={"language": "en", "next": target})
    assert (answer.status_code, answer.location) == (303, wanted)


def test_form_says_that_an_allegation_is_not_read_by_the_unit(client: FlaskClient, address: str) -> None:
    page = client.get(address).get_data(as_text=True)
    assert "Dugaan pungutan liar atau penyalahgunaan wewenang hanya dibaca Inspektorat, bukan unit itu." in page


def test_language_is_kept_and_unknown_ones_are_ignored(client: FlaskClient) -> None:
    assert '<html lang="id">' in client.get("/privasi").get_data(as_text=True)
    client.post("/bahasa", data={"language": "en"})
    client.post("/bahasa", data={"language": "xx"})
    page = client.get("/privasi").get_data(as_text=True)
    assert '<html lang="en">' in page
    assert "Your privacy" in page


def test_health_tells_whether_the_database_answers(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (client.get("/sehat").status_code, client.get("/sehat").json) == (200, {"status": "ok", "database": True})

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(db.session, "execute", refuse)
    answer = client.get("/sehat")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "database": False})


@pytest.mark.parametrize("page", ["/", "/lapor", "/lacak", "/privasi", "/diterima", "/masuk", "/tidak-ada"])
def test_every_public_page_is_small_and_holds_no_inline_script_or_style(client: FlaskClient, page: str) -> None:
    answer = client.get(page)
    text = answer.get_data(as_text=True)
    assert len(text.encode()) < 15_000
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert re.search(r"<title>[^<]+ – Suara Layanan</title>", text)


@pytest.mark.parametrize("path", ["/lacak", "/lacak/putusan"])
def test_form_without_its_token_is_refused(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = client.post(path, data={"language": "en"})
    assert answer.status_code == 400
    assert "terlalu lama terbuka" in answer.get_data(as_text=True)


def test_report_with_the_token_of_its_page_is_taken(
    app: Flask, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    page = client.get(address).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    assert client.post(address, data=report()).status_code == 400
    assert client.post(address, data=report(csrf_token=token[1])).status_code == 303
    assert len(stored(session)) == 1
