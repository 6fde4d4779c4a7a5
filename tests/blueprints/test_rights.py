"""Taking one's data out, having it erased, taking a report back: in a browser, and as an officer sees it."""

from __future__ import annotations

import html
import json
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.analysis.models import Labels
from feedback_app.handling.citizens.erasure import ERASED
from feedback_app.handling.citizens.models import RequestOutcome, SubjectRequest
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.rules import AttachmentKind
from feedback_app.nlp.reading import Label
from feedback_app.organisation.models import UnitKind
from feedback_app.storage import new_key
from tests import factories as make
from tests.blueprints.office import Login
from tests.blueprints.reporter import ANSWER, COMPLAINT, Reporter, new_reporter

LEVY = "Petugas loket minta uang pelicin Rp200.000 supaya KTP cepat jadi."


@pytest.fixture
def reporter(app: Flask, client: FlaskClient, session: Session) -> Reporter:
    return new_reporter(app, client, session)


@pytest.fixture
def examiner(session: Session, reporter: Reporter) -> User:
    inspectorate = make.unit(session, reporter.office.agency, kind=UnitKind.INSPECTORATE)
    who = make.user(session)
    make.grant(session, who, Role.OFFICER, reporter.office.agency, inspectorate)
    return who


def examined(reporter: Reporter) -> None:
    """A report that its sender called a levy in a further message."""
    reporter.report()
    reporter.look()
    reporter.post("/lacak/pesan", {"message": LEVY})


def request(session: Session, reporter: Reporter) -> SubjectRequest:
    query = sa.select(SubjectRequest).where(SubjectRequest.submission_id == reporter.submission.id)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def test_everything_held_comes_as_a_file(session: Session, reporter: Reporter) -> None:
    reporter.report()
    reporter.answer()
    reporter.look()
    reporter.post("/lacak/pesan", {"message": "Terima kasih, saya cek dulu."})
    answer = reporter.post("/lacak/data", {"format": "json"})
    held = json.loads(answer.get_data())
    assert answer.headers["Content-Disposition"] == 'attachment; filename="data-saya.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert held["submission"]["text"] == COMPLAINT
    assert held["labels"]["aspect"] == "delay"
    assert held["case"]["replies"][0]["text"] == ANSWER
    assert held["case"]["messages"][0]["text"] == "Terima kasih, saya cek dulu."
    assert request(session, reporter).outcome is RequestOutcome.DONE
    assert reporter.code not in answer.get_data(as_text=True)
    assert (reporter.submission.tracking_hash or b"").hex() not in answer.get_data(as_text=True)


def test_everything_held_is_a_page_in_words_by_the_clock_of_the_agency(session: Session, reporter: Reporter) -> None:
    reporter.report()
    reporter.answer()
    reporter.look()
    reporter.post("/lacak/pesan", {"message": "Terima kasih, saya cek dulu."})
    reporter.post("/lacak/kontak", {"address": "maria.kenari@contoh.id"})
    answer = reporter.post("/lacak/data")
    assert (answer.status_code, answer.location) == (303, "/lacak/data")
    assert request(session, reporter).outcome is RequestOutcome.DONE
    page = reporter.client.get("/lacak/data")
    words = html.unescape(page.get_data(as_text=True))
    assert page.headers["Cache-Control"] == "no-store"
    for held in (COMPLAINT, ANSWER, "Terima kasih, saya cek dulu.", "Dugaan sistem", "Penundaan berlarut (keyakinan"):
        assert held in words, held
    for held in ("Surel", "Baru → Sudah ditanggapi", "Permintaan Anda tentang data", "WITA", "JSON"):
        assert held in words, held
    assert "maria.kenari" not in words
    assert re.findall(r"20\d\d-\d\d-\d\dT|>(?:complaint|delay|answered|access|email)<", words) == []


def test_the_page_of_everything_held_tells_the_language_a_second_subject_and_insults(
    session: Session, reporter: Reporter
) -> None:
    reporter.office.reader.further = {"language": Label("id-informal", 0.9), "aspect2": "facilities", "abusive": True}
    reporter.report()
    reporter.look()
    page = html.unescape(reporter.post("/lacak/data", follow=True).get_data(as_text=True))
    told = dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd[^>]*>([^<]+)</dd>", page))
    assert told["Ragam bahasa"] == "Bahasa Indonesia sehari-hari"
    assert told["Pokok kedua"] == "Sarana dan prasarana"
    assert told["Memuat kata kasar"] == "Ya"


def test_the_page_of_everything_held_links_what_is_attached_and_shows_masked_and_withdrawn_words(
    session: Session, reporter: Reporter
) -> None:
    case = reporter.report("Hubungi saya di 081234567890, KTP belum jadi.")
    published = reporter.publish()
    photo = Attachment(
        agency_id=case.agency_id, submission_id=case.submission_id, kind=AttachmentKind.PHOTO, width=40, height=30,
        media_type="image/jpeg", size_bytes=1_480_000, sha256=b"s" * 32, storage_key=new_key(), added_at=clock.utcnow(),
    )  # fmt: skip
    session.add(photo)
    session.flush()
    reporter.look()
    words = reporter.post("/lacak/data", follow=True).get_data(as_text=True)
    assert f'href="/lacak/berkas/{photo.id}"' in words
    assert "Foto 1 (1,5 MB)" in words
    masked = session.scalars(sa.select(Labels.redacted_text).where(Labels.submission_id == case.submission_id)).one()
    assert masked
    assert words.count(masked) == 1 + (masked == reporter.submission.text)
    assert published.text in words


def test_the_page_of_everything_held_opens_by_its_button_alone(client: FlaskClient, reporter: Reporter) -> None:
    assert client.get("/lacak/data").location == "/lacak"
    reporter.report()
    reporter.look()
    assert client.get("/lacak/data").location == "/lacak/status"


def test_after_an_end_no_news_is_promised(reporter: Reporter) -> None:
    reporter.report()
    reporter.look()
    assert "Ingin diberi kabar?" in reporter.look()
    page = reporter.post("/lacak/kontak", {"address": "maria.kenari@contoh.id"}, follow=True).get_data(as_text=True)
    assert "Kami memberi kabar lewat Surel" in page
    page = reporter.post("/lacak/tarik", {}, follow=True).get_data(as_text=True)
    assert "Kami memberi kabar" not in page
    assert "Ganti kontak" not in page
    assert "kecuali laporan ini kembali ditangani" in page
    page = reporter.post("/lacak/kontak/hapus", follow=True).get_data(as_text=True)
    assert 'id="kontak"' not in page


def test_erasing_needs_the_tick_and_then_says_what_went_and_when(session: Session, reporter: Reporter) -> None:
    reporter.report()
    reporter.answer()
    reporter.look()
    assert "tidak dapat dibatalkan" in reporter.client.get("/lacak/hapus").get_data(as_text=True)
    assert reporter.post("/lacak/hapus").status_code == 422
    assert reporter.submission.text == COMPLAINT
    page = reporter.post("/lacak/hapus", {"understood": "y"}, follow=True).get_data(as_text=True)
    assert "Tulisan, lampiran, dan kontak Anda sudah dihapus." in page
    assert reporter.submission.text == ERASED
    again = reporter.look()
    assert "Atas permintaan Anda" in again
    assert COMPLAINT not in again
    assert ANSWER in again
    assert "Hapus data saya" not in again
    assert "Batalkan penarikan" not in again


def test_of_an_allegation_the_examiner_answers_and_the_reporter_reads_why(
    session: Session, reporter: Reporter, examiner: User, login: Login
) -> None:
    examined(reporter)
    page = reporter.post("/lacak/hapus", {"understood": "y"}, follow=True).get_data(as_text=True)
    assert "Inspektorat menjawabnya paling lambat" in page
    asked, case = request(session, reporter), reporter.case
    staff = login(examiner)
    assert "Permintaan pelapor tentang datanya menunggu Anda" in staff.get("/petugas/").get_data(as_text=True)
    assert "menunggu Anda" in staff.get("/petugas/kotak-masuk").get_data(as_text=True)
    assert "Hapus data pelapor" in staff.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    path = f"/petugas/permintaan/{asked.id}"
    too_short = staff.post(path, data={"outcome": "refused", "reason": "tidak"}, follow_redirects=True)
    assert "Tuliskan alasan penolakan" in too_short.get_data(as_text=True)
    assert request(session, reporter).outcome is None
    staff.post(path, data={"outcome": "refused", "reason": "Tulisan ini masih menjadi bukti."})
    assert request(session, reporter).outcome is RequestOutcome.REFUSED
    assert "Tulisan ini masih menjadi bukti." in reporter.look()


def test_an_examiner_who_agrees_erases_the_words_and_keeps_the_case(
    session: Session, reporter: Reporter, examiner: User, login: Login
) -> None:
    examined(reporter)
    reporter.post("/lacak/hapus", {"understood": "y"})
    login(examiner).post(f"/petugas/permintaan/{request(session, reporter).id}", data={"outcome": "done"})
    assert request(session, reporter).outcome is RequestOutcome.DONE
    assert reporter.submission.text == ERASED
    assert reporter.case.status is CaseStatus.NEW


def test_the_unit_an_allegation_speaks_of_settles_no_request(
    session: Session, reporter: Reporter, examiner: User, login: Login
) -> None:
    examined(reporter)
    reporter.post("/lacak/hapus", {"understood": "y"})
    accused = login(reporter.office.staff(Role.UNIT_HEAD))
    path = f"/petugas/permintaan/{request(session, reporter).id}"
    assert accused.post(path, data={"outcome": "done"}).status_code == 404
    assert "menunggu Anda</h2>" not in accused.get("/petugas/kotak-masuk").get_data(as_text=True)
    assert request(session, reporter).outcome is None


def test_a_report_is_taken_back_and_brought_back(reporter: Reporter) -> None:
    reporter.report()
    reporter.look()
    assert "Tarik laporan ini?" in reporter.client.get("/lacak/tarik").get_data(as_text=True)
    page = reporter.post("/lacak/tarik", {"reason": "Sudah beres."}, follow=True).get_data(as_text=True)
    assert "Anda menarik laporan ini" in page
    assert reporter.case.status.value == "archived"
    page = reporter.post("/lacak/tarik/batal", follow=True).get_data(as_text=True)
    assert "Anda membatalkan penarikan" in page
    assert reporter.case.status.value == "new"


def test_an_allegation_is_not_dropped_by_pressing_its_reporter(reporter: Reporter, examiner: User) -> None:
    examined(reporter)
    assert "Inspektorat memutuskan" in reporter.client.get("/lacak/tarik").get_data(as_text=True)
    page = reporter.post("/lacak/tarik", {}, follow=True).get_data(as_text=True)
    assert "Keinginan Anda sudah dicatat" in page
    assert "Saya ingin menarik laporan ini." in page
    assert reporter.case.status is CaseStatus.NEW


@pytest.mark.parametrize(
    "path", ["/lacak/pesan", "/lacak/data", "/lacak/tarik/batal", "/lacak/kontak", "/lacak/keluar"]
)
def test_without_an_opened_report_nothing_is_done(client: FlaskClient, path: str) -> None:
    assert client.post(path).location == "/lacak"


def test_a_form_of_another_report_erases_and_takes_out_nothing(reporter: Reporter) -> None:
    reporter.report()
    reporter.look()
    for path in ("/lacak/hapus", "/lacak/data", "/lacak/tarik", "/lacak/pesan"):
        data = {"report": "0" * 32, "understood": "y", "message": "Halo halo"}
        assert reporter.client.post(path, data=data).status_code == 409, path
    assert reporter.submission.erased_at is None


def test_privacy_page_tells_of_rights_and_their_clock(client: FlaskClient) -> None:
    page = client.get("/privasi").get_data(as_text=True)
    assert "3 × 24 jam" in page
    assert "30 hari" in page
