"""What the receipt says: who reads it, until when it is answered, and nothing that could betray an allegation."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.blueprints.places import AgencyCard
from feedback_app.handling.clocks.sla import SlaRule
from feedback_app.handling.clocks.sla_editing import add_rule
from feedback_app.handling.rules import Classification
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make
from tests.blueprints.reporter import new_reporter

LEVY = "Kemarin petugas loket meminta uang pelicin 200 ribu agar KTP cepat jadi."
LATE = "Sudah tiga minggu berkas saya belum diproses."
DUE = "Dijawab paling lambat"
ACCUSED = "Dinas Kependudukan"
READS_ANSWER = "jawaban dapat dibaca"


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def office(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, code="dukcapil", name=ACCUSED)


def receipt(client: FlaskClient, agency: Agency, unit: str, **changes: str) -> str:
    """Send a report and return the main part of its receipt."""
    today = AgencyCard(0, "", "", "Asia/Makassar").today()
    data = {"kind": "complaint", "happened": LATE, "occurred_on": today.isoformat(), "reviewed": "1", **changes}
    assert client.post(f"/lapor/{agency.code}/{unit}", data=data).status_code == 303
    return shown(client)


def shown(client: FlaskClient) -> str:
    page = client.get("/diterima").get_data(as_text=True)
    return page[page.index("<main") : page.index("</main")]


def test_complaint_names_its_unit_and_the_day_of_the_answer(client: FlaskClient, agency: Agency, office: Unit) -> None:
    page = receipt(client, agency, office.code)
    assert ACCUSED in page
    assert DUE in page
    assert READS_ANSWER in page


def day_of_answer(page: str) -> str:
    found = re.search(DUE + r" <strong[^>]*>([^<]+)</strong>", page)
    assert found, page
    return found[1]


def test_day_of_the_answer_is_that_of_the_clocks_of_the_unit(
    client: FlaskClient, session: Session, agency: Agency, office: Unit
) -> None:
    other = make.unit(session, agency, code="pajak")
    rule = SlaRule(
        Classification.NO_OVERSIGHT, date(2026, 1, 1), office.id, reply_working_days=40, resolve_working_days=40,
        source="Maklumat pelayanan 2026",
    )  # fmt: skip
    add_rule(session, agency.id, rule, today=make.TODAY, actor=SYSTEM, now=make.NOW)
    slow = day_of_answer(receipt(client, agency, office.code))
    client.delete_cookie("session")
    assert day_of_answer(receipt(client, agency, other.code, happened="Loket pajak tutup siang ini.")) != slow


def test_allegation_names_the_inspectorate_and_never_the_accused_unit(
    client: FlaskClient, session: Session, agency: Agency, office: Unit
) -> None:
    make.unit(session, agency, name="Inspektorat Kota", kind=UnitKind.INSPECTORATE)
    page = receipt(client, agency, office.code, happened=LEVY)
    assert "Dibaca Inspektorat Kota, bukan unit yang diadukan." in page
    assert ACCUSED not in page
    assert DUE in page
    with client.session_transaction() as carried:
        assert ACCUSED not in str(carried["receipt"]), "the cookie can be read on the device"


def test_allegation_where_no_inspectorate_is_names_neither_the_unit_nor_the_one_above(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    above = make.unit(session, agency, name="Dinas Kesehatan")
    make.unit(session, agency, code="puskesmas", name="Puskesmas Oebobo", parent=above)
    page = receipt(client, agency, "puskesmas", happened=LEVY)
    assert "Dibaca pejabat di atasnya, bukan unit yang diadukan." in page
    assert "Puskesmas Oebobo" not in page
    assert "Dinas Kesehatan" not in page


def test_allegation_of_the_only_unit_is_read_by_the_agency(client: FlaskClient, agency: Agency, office: Unit) -> None:
    page = receipt(client, agency, office.code, happened=LEVY)
    assert "Dibaca pengelola pemerintah daerah" in page
    assert ACCUSED not in page


@pytest.mark.parametrize("kind", ["complaint", "praise"])
def test_allegation_is_answered_whatever_it_was_sent_as(
    client: FlaskClient, agency: Agency, office: Unit, kind: str
) -> None:
    page = receipt(client, agency, office.code, happened=LEVY, kind=kind)
    assert DUE in page
    assert "tidak ada jawaban" not in page


def test_rating_that_alleges_is_kept_from_the_unit_as_well(
    client: FlaskClient, session: Session, agency: Agency, office: Unit
) -> None:
    make.unit(session, agency, name="Inspektorat Kota", kind=UnitKind.INSPECTORATE)
    client.post(f"/nilai/{agency.code}/{office.code}", data={"rating": "1", "text": LEVY})
    page = shown(client)
    assert "Dibaca Inspektorat Kota" in page
    assert ACCUSED not in page
    assert DUE in page


def test_praise_promises_no_answer_and_asks_for_no_contact(client: FlaskClient, agency: Agency, office: Unit) -> None:
    page = receipt(client, agency, office.code, kind="praise", happened="Petugasnya ramah.")
    assert "Terima kasih, pujian Anda sudah kami terima" in page
    assert "Pujian disampaikan kepada unit; tidak ada jawaban." in page
    assert READS_ANSWER not in page
    assert "Ingin diberi kabar?" not in page


def test_report_without_a_unit_says_who_passes_it_on(
    client: FlaskClient, session: Session, agency: Agency, office: Unit
) -> None:
    agency.reception_unit_id = make.unit(session, agency, name="Bagian Umum").id
    session.flush()
    page = receipt(client, agency, "tidak-tahu", where="Loket 3")
    assert "Bagian Umum membaca dan meneruskannya kepada unit yang tepat." in page


def test_plain_rating_waits_for_nothing(client: FlaskClient, agency: Agency, office: Unit) -> None:
    client.post(f"/nilai/{agency.code}/{office.code}", data={"rating": "4"})
    page = shown(client)
    assert "Penilaian Anda sudah masuk. Tidak ada jawaban yang dikirim." in page
    assert READS_ANSWER not in page


def test_who_joined_is_told_where_to_look_until_a_contact_is_given(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    reporter = new_reporter(app, client, session)
    reporter.report()
    client.post(f"/ikut/{reporter.office.agency.code}/{reporter.publish().id}", data={})
    page = shown(client)
    assert "Buka /lacak dengan kode ini untuk melihat tanggapannya." in page
    seal = re.search(r'name="report" value="([0-9a-f]+)"', page)
    assert seal
    client.post("/lacak/kontak", data={"report": seal[1], "from": "receipt", "address": "warga@example.org"})
    page = shown(client)
    assert "Kami memberi kabar bila laporan ini ditanggapi." in page
    assert "Buka /lacak" not in page
