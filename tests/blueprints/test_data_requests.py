"""Having data corrected or restricted: in a reporter's browser, and as an officer answers it."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.handling.citizens.models import RequestOutcome, SubjectRequest
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.restrictions import standing
from tests.blueprints.office import SECRET_NUMBER, Login
from tests.blueprints.reporter import COMPLAINT, Reporter, new_reporter

WRONG, RIGHT = "Tanggal 3 Mei di loket 2.", f"Tanggal 4 Mei di loket 3, hubungi {SECRET_NUMBER}."
BOTH = {"wrong": WRONG, "should_be": RIGHT}


@pytest.fixture
def reporter(app: Flask, client: FlaskClient, session: Session) -> Reporter:
    return new_reporter(app, client, session)


@pytest.fixture
def officer(reporter: Reporter) -> User:
    return reporter.office.staff(Role.OFFICER)


def request(session: Session, reporter: Reporter) -> SubjectRequest:
    query = sa.select(SubjectRequest).where(SubjectRequest.submission_id == reporter.submission.id)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def settle(client: FlaskClient, number: int, **data: str) -> str:
    answer = client.post(f"/petugas/permintaan/{number}", data=data, follow_redirects=True)
    return html.unescape(answer.get_data(as_text=True))


def read(client: FlaskClient, address: str) -> str:
    return html.unescape(client.get(address).get_data(as_text=True))


def test_a_correction_is_asked_for_counted_down_settled_and_stands_beside(
    session: Session, reporter: Reporter, client: FlaskClient, officer: User, login: Login
) -> None:
    case = reporter.report()
    page = reporter.look()
    assert 'href="/lacak/perbaiki"' in page
    assert "Tulisan aslinya tidak diganti" in read(client, "/lacak/perbaiki")
    page = html.unescape(reporter.post("/lacak/perbaiki", BOTH, follow=True).get_data(as_text=True))
    assert "dijawab paling lambat" in page
    assert WRONG in page
    assert 'href="/lacak/perbaiki"' not in page
    login(officer)
    before = read(client, f"/petugas/kasus/{case.id}")
    assert WRONG in before
    assert SECRET_NUMBER not in before
    assert "Perbaikan dari pelapor" not in before
    after = settle(client, request(session, reporter).id, outcome="done")
    assert "Perbaikan dari pelapor" in after
    assert COMPLAINT in after
    page = html.unescape(reporter.look())
    assert "Sudah dipenuhi" in page
    assert SECRET_NUMBER in page
    assert reporter.submission.text == COMPLAINT


@pytest.mark.parametrize("missing", ["wrong", "should_be"])
def test_half_a_correction_is_refused_and_nothing_typed_is_lost(
    session: Session, reporter: Reporter, client: FlaskClient, missing: str
) -> None:
    reporter.report()
    reporter.look()
    answer = reporter.post("/lacak/perbaiki", {**BOTH, missing: " "})
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert BOTH["should_be" if missing == "wrong" else "wrong"] in page
    assert session.scalar(sa.select(sa.func.count()).select_from(SubjectRequest)) == 0
    assert client


def test_a_second_correction_waits_for_the_first_with_its_words_kept(reporter: Reporter) -> None:
    reporter.report()
    reporter.look()
    reporter.post("/lacak/perbaiki", BOTH)
    answer = reporter.post("/lacak/perbaiki", BOTH)
    page = html.unescape(answer.get_data(as_text=True))
    assert (answer.status_code, WRONG in page) == (422, True)
    assert "masih menunggu jawaban" in page


def test_a_refusal_needs_a_reason_and_the_reporter_reads_it(
    session: Session, reporter: Reporter, client: FlaskClient, officer: User, login: Login
) -> None:
    reporter.report()
    reporter.look()
    reporter.post("/lacak/perbaiki", BOTH)
    login(officer)
    number = request(session, reporter).id
    assert "Tuliskan alasan penolakan" in settle(client, number, outcome="refused", reason="")
    assert request(session, reporter).outcome is None
    # What was typed is still there.
    for typed in ({"outcome": "refused", "reason": "Dua kata"}, {"reason": "Tanpa memilih tombolnya."}):
        again = client.post(f"/petugas/permintaan/{number}", data=typed)
        assert again.status_code == 422
        assert re.search(rf'<textarea[^>]*name="reason"[^>]*>\s*{typed["reason"]}</textarea>', again.text)
        assert request(session, reporter).outcome is None
    settle(client, number, outcome="refused", reason="Tanggalnya sesuai dengan tiket antrean.")
    assert request(session, reporter).outcome is RequestOutcome.REFUSED
    assert "Tanggalnya sesuai dengan tiket antrean." in html.unescape(reporter.look())
    # A colleague was first: there is no box for it any more, and the words are given back to be copied.
    late = client.post(f"/petugas/permintaan/{number}", data={"outcome": "refused", "reason": "Alasan yang terlambat."})
    assert late.status_code in {404, 409}
    assert "Alasan yang terlambat.</textarea>" in late.text


def test_a_restriction_is_granted_marked_and_lifted_by_its_reporter(
    session: Session, reporter: Reporter, client: FlaskClient, officer: User, login: Login
) -> None:
    case = reporter.report()
    published = reporter.publish()
    reporter.look()
    assert "Laporan Anda tetap ditangani" in read(client, "/lacak/batasi")
    reporter.post("/lacak/batasi", {"why": "Tetangga saya mengenali saya."})
    login(officer)
    assert "Tetangga saya mengenali saya." in read(client, f"/petugas/kasus/{case.id}")
    after = settle(client, request(session, reporter).id, outcome="done")
    assert "Pemakaian laporan ini dibatasi" in after
    session.refresh(published)
    assert published.withdrawn_at is not None
    page = html.unescape(reporter.look())
    assert "Akhiri pembatasan" in page
    assert 'href="/lacak/batasi"' not in page
    page = html.unescape(reporter.post("/lacak/batasi/akhiri", follow=True).get_data(as_text=True))
    assert "dipakai lagi seperti biasa" in page
    assert standing(session, case.agency_id, case.submission_id) is None
    assert "tidak sedang dibatasi" in html.unescape(
        reporter.post("/lacak/batasi/akhiri", follow=True).get_data(as_text=True)
    )


def test_an_officer_lifts_it_with_a_reason_that_its_reporter_reads(
    session: Session, reporter: Reporter, client: FlaskClient, officer: User, login: Login
) -> None:
    case = reporter.report()
    reporter.look()
    reporter.post("/lacak/batasi", {})
    login(officer)
    settle(client, request(session, reporter).id, outcome="done")
    address = f"/petugas/kasus/{case.id}/pembatasan/akhiri"
    client.post(address, data={"reason": ""})
    assert standing(session, case.agency_id, case.submission_id) is not None
    client.post(address, data={"reason": "Pengadilan memintanya sebagai bukti."})
    assert standing(session, case.agency_id, case.submission_id) is None
    assert "Pengadilan memintanya sebagai bukti." in html.unescape(reporter.look())


def test_everything_held_tells_of_requests_and_restrictions(reporter: Reporter) -> None:
    reporter.send("Antre di loket lama sekali.", kind="rating", rating=2)
    reporter.office.drain()
    reporter.look()
    reporter.post("/lacak/perbaiki", BOTH)
    reporter.post("/lacak/batasi", {"why": "Cukup sekian."})
    page = html.unescape(reporter.post("/lacak/data", follow=True).get_data(as_text=True))
    for said in (WRONG, RIGHT, "Cukup sekian.", "Pembatasan pemakaian", "Perbaiki data"):
        assert said in page, said


def test_without_an_opened_report_every_page_leads_to_the_code(client: FlaskClient) -> None:
    for address in ("/lacak/perbaiki", "/lacak/batasi"):
        assert client.get(address).location == "/lacak"
        assert client.post(address, data=BOTH).location == "/lacak"
    assert client.post("/lacak/batasi/akhiri").location == "/lacak"


def test_a_form_of_another_report_changes_nothing(session: Session, reporter: Reporter, client: FlaskClient) -> None:
    reporter.report()
    reporter.look()
    for address in ("/lacak/perbaiki", "/lacak/batasi", "/lacak/batasi/akhiri"):
        assert client.post(address, data={**BOTH, "report": "0" * 32}).status_code == 409
    assert session.scalar(sa.select(sa.func.count()).select_from(SubjectRequest)) == 0
