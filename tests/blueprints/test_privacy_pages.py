"""The pages of whoever manages personal data: times of keeping, requests that wait, breaches."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling.citizens.models import RequestKind
from feedback_app.handling.citizens.subject_requests import ask_for
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.privacy.models import Breach, BreachNotice, RetentionRule, RetentionRun
from feedback_app.privacy.retention.rules import RetentionKind
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office

BREACH = {
    "categories": ["words", "contacts"], "how": "Lembar Excel terkirim ke alamat surel yang salah.",
    "remedies": "Penerima menghapusnya; cara kerja diubah.", "advice": "Waspadai pesan yang mengatasnamakan kami.",
    "ask_whom": "Dinas Kominfo, surel kominfo@contoh.go.id.", "unit_id": "", "estimate": "",
}  # fmt: skip


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def first(office: Office) -> User:
    return office.staff(Role.ADMINISTRATOR, everywhere=True)


@pytest.fixture
def second(office: Office) -> User:
    return office.staff(Role.ADMINISTRATOR, everywhere=True)


def read(client: FlaskClient, address: str) -> str:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200, address
    return html.unescape(answer.get_data(as_text=True))


def breach_form(**other: object) -> dict[str, object]:
    today = clock.utcnow().date()
    found = clock.utcnow() - timedelta(hours=2)
    return {
        **BREACH, "found_at": f"{found + timedelta(hours=8):%Y-%m-%dT%H:%M}", "happened_from": today.isoformat(),
        "happened_until": today.isoformat(), "reached_from": (today - timedelta(days=30)).isoformat(),
        "reached_until": (today + timedelta(days=1)).isoformat(), **other,
    }  # fmt: skip


def test_rules_in_force_are_shown_with_their_ground_and_a_new_one_can_be_taken_back(
    session: Session, client: FlaskClient, office: Office, first: User, login: Login
) -> None:
    login(first)
    page = read(client, "/petugas/privasi")
    assert "Surel atau nomor WhatsApp pelapor" in page
    assert "UU 27/2022 Ps 42" in page
    here = f"/petugas/privasi/{office.agency.id}"
    tomorrow = clock.utcnow().date() + timedelta(days=3)
    said = {"kind": "contacts", "days": "60", "starts_on": tomorrow.isoformat(), "basis": "Perwali 12 Tahun 2026"}
    client.post(here, data=said)
    rule = session.scalars(sa.select(RetentionRule)).one()
    assert (rule.kind, rule.days, rule.set_by) == (RetentionKind.CONTACTS, 60, first.id)
    assert "Perwali 12 Tahun 2026" in read(client, here)
    client.post(f"{here}/aturan/{rule.id}/batal")
    assert session.scalar(sa.select(sa.func.count()).select_from(RetentionRule)) == 0


@pytest.mark.parametrize(
    "wrong", [{"days": "3"}, {"days": "x"}, {"basis": ""}, {"starts_on": "2020-01-01"}, {"kind": "x"}]
)
def test_a_rule_that_is_none_is_refused_and_nothing_typed_is_lost(
    session: Session, client: FlaskClient, office: Office, first: User, login: Login, wrong: dict[str, str]
) -> None:
    login(first)
    tomorrow = clock.utcnow().date() + timedelta(days=3)
    said = {"kind": "contacts", "days": "60", "starts_on": tomorrow.isoformat(), "basis": "Perwali 12", **wrong}
    answer = client.post(f"/petugas/privasi/{office.agency.id}", data=said)
    assert answer.status_code == 422
    page = html.unescape(answer.get_data(as_text=True))
    assert "Ada yang perlu diperbaiki" in page
    assert said["basis"] in page
    assert session.scalar(sa.select(sa.func.count()).select_from(RetentionRule)) == 0


def test_counting_takes_nothing_and_stands_among_the_runs(
    session: Session, client: FlaskClient, office: Office, first: User, login: Login
) -> None:
    office.rate(2, make.TODAY, text="Antre lama di loket.")
    office.drain()
    session.execute(sa.update(Submission).values(received_at=make.NOW - timedelta(days=9000)))
    session.commit()
    login(first)
    client.post(f"/petugas/privasi/{office.agency.id}/hitung")
    made = session.scalars(sa.select(RetentionRun)).one()
    assert (made.is_dry, made.run_by, made.counts["words"]) == (True, first.id, 1)
    page = read(client, f"/petugas/privasi/{office.agency.id}")
    assert "hitungan saja" in page
    assert "Tulisan pelapor: 1" in page
    assert session.scalars(sa.select(Submission.text)).all() == ["Antre lama di loket."]


def test_open_requests_stand_with_their_clock_and_nothing_of_a_confidential_one(
    session: Session, client: FlaskClient, office: Office, first: User, login: Login
) -> None:
    now = clock.utcnow()
    plain, secret = office.report(at=now), office.report("Laporan rahasia loket.", at=now, is_confidential=True)
    for case, hours in ((plain, 80), (secret, 10)):
        ask_for(session, case.agency_id, case.submission_id, RequestKind.RESTRICTION, now=now - timedelta(hours=hours))
    session.commit()
    login(first)
    page = read(client, "/petugas/permintaan")
    assert f"Kasus {plain.id}" in page
    assert "Terlambat" in page
    assert "petugas laporan rahasia" in page
    assert f"Kasus {secret.id}" not in page
    assert "Laporan rahasia loket" not in page


def test_empty_pages_say_what_will_stand_there(client: FlaskClient, first: User, login: Login) -> None:
    login(first)
    assert "Tidak ada permintaan yang menunggu" in read(client, "/petugas/permintaan")
    assert "Belum ada kejadian" in read(client, "/petugas/privasi/kejadian")


def test_a_breach_goes_from_a_note_to_notices_by_two_people(
    session: Session, client: FlaskClient, office: Office, first: User, second: User, login: Login
) -> None:
    office.report(at=clock.utcnow())
    session.commit()
    login(first)
    made = client.post(f"/petugas/privasi/{office.agency.id}/kejadian/baru", data=breach_form())
    assert made.status_code == 303, html.unescape(made.get_data(as_text=True))
    breach = session.scalars(sa.select(Breach)).one()
    here = f"/petugas/privasi/kejadian/{breach.id}"
    page = read(client, here)
    assert "mintalah rekan" in page
    assert f"{here}/sahkan" not in page
    client.post(f"{here}/sahkan")
    session.refresh(breach)
    assert breach.confirmed_at is None
    assert client.get(f"/privasi/kejadian/{office.agency.id}/{breach.id}").status_code == 404
    client.post("/keluar")
    login(second)
    assert f"{here}/sahkan" in read(client, here)
    client.post(f"{here}/sahkan")
    session.refresh(breach)
    assert (breach.written_by, breach.confirmed_by) == (first.id, second.id)
    assert session.scalar(sa.select(sa.func.count()).select_from(BreachNotice)) == 1
    public = read(client, f"/privasi/kejadian/{office.agency.id}/{breach.id}")
    for said in (BREACH["how"], BREACH["remedies"], BREACH["advice"], "Tulisan warga"):
        assert str(said) in public
    too_early = client.post(f"{here}/selesai", data={"ending": "Ditulis sebelum waktunya."})
    assert too_early.status_code == 409
    assert "Ditulis sebelum waktunya.</textarea>" in too_early.text
    assert "Catat dahulu bahwa lembaga sudah diberi tahu" in too_early.text
    refused = client.post(f"{here}/lembaga", data={"told_at": "", "receipt": "Surat 12"})
    assert refused.status_code == 422
    told = clock.utcnow() + timedelta(hours=8) - timedelta(minutes=1)
    client.post(f"{here}/lembaga", data={"told_at": f"{told:%Y-%m-%dT%H:%M}", "receipt": "Surat 12"})
    client.post(f"{here}/selesai", data={"ending": "Lembar tidak lagi dikirim lewat surel."})
    session.refresh(breach)
    assert breach.state == "closed"
    late = client.post(f"{here}/bukan", data={"ending": "Ditulis sesudah ditutup."})
    assert late.status_code == 409
    assert "Ditulis sesudah ditutup.</textarea>" in late.text
    assert "Surat 12" not in public


def test_a_breach_with_missing_words_is_refused_and_nothing_typed_is_lost(
    session: Session, client: FlaskClient, office: Office, first: User, login: Login
) -> None:
    login(first)
    form = breach_form(how="", reached_until="2020-01-01")
    answer = client.post(f"/petugas/privasi/{office.agency.id}/kejadian/baru", data=form)
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert str(BREACH["remedies"]) in page
    assert 'value="words" checked' in page
    assert session.scalar(sa.select(sa.func.count()).select_from(Breach)) == 0


def test_the_notice_comes_as_pdf_text_and_a_list_of_numbers_without_an_address(
    session: Session, client: FlaskClient, office: Office, first: User, login: Login
) -> None:
    case = office.report(at=clock.utcnow())
    session.commit()
    login(first)
    client.post(f"/petugas/privasi/{office.agency.id}/kejadian/baru", data=breach_form())
    breach = session.scalars(sa.select(Breach)).one()
    here = f"/petugas/privasi/kejadian/{breach.id}/berkas"
    for to in ("lembaga", "warga"):
        assert client.get(f"{here}/{to}.pdf").get_data().startswith(b"%PDF-")
        assert str(BREACH["how"]) in client.get(f"{here}/{to}.txt").get_data(as_text=True)
    rows = client.get(f"{here}/terkena.csv").get_data(as_text=True).splitlines()
    assert rows[0] == "kiriman,diterima,ada_alamat"
    assert rows[1].startswith(f"{case.submission_id},")
    assert client.get(f"{here}/lembaga.exe").status_code == 404


def test_a_draft_is_changed_until_it_is_confirmed(
    session: Session, client: FlaskClient, office: Office, first: User, login: Login
) -> None:
    login(first)
    client.post(f"/petugas/privasi/{office.agency.id}/kejadian/baru", data=breach_form())
    breach = session.scalars(sa.select(Breach)).one()
    here = f"/petugas/privasi/kejadian/{breach.id}"
    assert str(BREACH["how"]) in read(client, f"{here}/ubah")
    client.post(f"{here}/ubah", data=breach_form(how="Laptop petugas hilang di kendaraan."))
    session.refresh(breach)
    assert breach.how == "Laptop petugas hilang di kendaraan."
    client.post(f"{here}/bukan", data={"ending": "Laptop ditemukan, terkunci dan tersandi."})
    session.refresh(breach)
    assert breach.state == "dismissed"
    assert client.get(f"{here}/ubah").status_code == 303


def test_what_everybody_may_read_names_kinds_purposes_and_days(client: FlaskClient) -> None:
    page = read(client, "/privasi/data")
    for said in ("Tulisan warga", "Surel atau nomor WhatsApp", "Disimpan 90 hari"):
        assert said in page
    assert "/privasi/data" in read(client, "/privasi")
    english = client.post("/bahasa", data={"language": "en", "next": "/privasi/data"}, follow_redirects=True)
    assert english.status_code == 200


def test_another_agencys_pages_do_not_exist(
    session: Session, client: FlaskClient, office: Office, first: User, login: Login
) -> None:
    other = new_office(session)
    theirs = other.staff(Role.ADMINISTRATOR, everywhere=True)
    login(theirs)
    client.post(f"/petugas/privasi/{other.agency.id}/kejadian/baru", data=breach_form())
    breach = session.scalars(sa.select(Breach)).one()
    client.post("/keluar")
    login(first)
    for address in (
        f"/petugas/privasi/{other.agency.id}", f"/petugas/privasi/kejadian/{breach.id}",
        f"/petugas/privasi/kejadian/{breach.id}/ubah", f"/petugas/privasi/kejadian/{breach.id}/berkas/warga.txt",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    assert client.post(f"/petugas/privasi/kejadian/{breach.id}/sahkan").status_code == 404
    assert client.post(f"/petugas/privasi/{other.agency.id}/hitung").status_code == 404
