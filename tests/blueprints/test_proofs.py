"""Proof on the pages: officers add it, reporters see it, strangers see pictures of published cases alone."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app import clock
from feedback_app.blueprints import proofs as pages
from feedback_app.blueprints.uploads import MARGIN_BYTES
from feedback_app.handling import operations
from feedback_app.handling.answers.models import Proof
from feedback_app.handling.citizens.models import CaseFollower
from feedback_app.handling.handing_on.referrals import refer_outside
from feedback_app.handling.models import Case
from feedback_app.handling.publication import publishing
from feedback_app.handling.rules import Outcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.attachments import add
from feedback_app.intake.models import Submission
from feedback_app.intake.pictures import cleaned
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX
from feedback_app.intake.turns import BusyError
from feedback_app.storage import Disk
from tests.blueprints.office import Login, Office, new_office
from tests.file_places import files_in
from tests.intake import files

JPEG = files.written("JPEG")
FOLLOWER_HASH = b"f" * 32
WHY = "Listrik adalah wewenang perusahaan listrik negara."


@pytest.fixture(autouse=True)
def place(app: Flask, tmp_path: Path) -> Iterator[Disk]:
    with files_in(app, tmp_path / "files") as place:
        yield place


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


@pytest.fixture
def browser(officer: User, login: Login) -> FlaskClient:
    return login(officer)


def send(browser: FlaskClient, case: Case, *named: tuple[bytes, str], caption: str = "") -> TestResponse:
    data = {"files": [(io.BytesIO(raw), name) for raw, name in named], "caption": caption}
    return browser.post(f"/petugas/kasus/{case.id}/bukti", data=data, content_type="multipart/form-data")


def stored(session: Session, case: Case) -> list[Proof]:
    session.expire_all()
    return list(session.scalars(sa.select(Proof).where(Proof.case_id == case.id).order_by(Proof.id)))


def open_code(client: FlaskClient, tracking_hash: bytes | None) -> str:
    assert tracking_hash
    with client.session_transaction() as cookie:
        cookie["tracked"] = {"hash": tracking_hash.hex(), "at": clock.utcnow().isoformat()}
    return client.get("/lacak/status").get_data(as_text=True)


def reporter_hash(session: Session, case: Case) -> bytes | None:
    return session.get_one(Submission, (case.agency_id, case.submission_id)).tracking_hash


def test_officer_adds_a_picture_and_sees_it_on_the_case(office: Office, session: Session, browser: FlaskClient) -> None:
    case = office.report()
    answer = send(browser, case, (JPEG, "loket.jpg"), caption="Kursi roda di loket 2")
    assert (answer.status_code, answer.location) == (303, f"/petugas/kasus/{case.id}#bukti")
    (row,) = stored(session, case)
    page = browser.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert f'src="/petugas/kasus/{case.id}/bukti/{row.id}"' in page
    assert 'alt="Kursi roda di loket 2"' in page
    file = browser.get(f"/petugas/kasus/{case.id}/bukti/{row.id}")
    assert (file.status_code, file.mimetype, file.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert file.headers["Content-Disposition"] == 'inline; filename="bukti-1.jpg"'


def test_each_file_is_taken_or_refused_for_itself_and_the_line_is_shown_again(
    office: Office, session: Session, browser: FlaskClient
) -> None:
    case = office.report()
    answer = send(browser, case, (JPEG, "a.jpg"), (b"MZ not a picture", "b.jpg"), caption="Loket baru")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Jenis berkas ini tidak diterima" in page
    assert "Bukti ditambahkan" in page
    assert 'value="Loket baru"' in page
    assert len(stored(session, case)) == 1


@pytest.mark.parametrize(
    ("named", "caption", "words"),
    [
        pytest.param([], "Loket baru", "Pilih dahulu satu foto atau PDF", id="no file"),
        pytest.param([(JPEG, "a.jpg")], "a" * 201, "Keterangan paling banyak 200 huruf", id="a long line"),
    ],
)
def test_form_that_is_not_whole_stores_nothing(
    office: Office,
    session: Session,
    browser: FlaskClient,
    named: list[tuple[bytes, str]],
    caption: str,
    words: str,
) -> None:
    case = office.report()
    answer = send(browser, case, *named, caption=caption)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert stored(session, case) == []


def test_officer_whose_file_had_to_wait_too_long_is_told(
    office: Office, session: Session, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_stream: object) -> None:
        raise BusyError

    monkeypatch.setattr(pages, "cleaned_upload", busy)
    case = office.report()
    answer = send(browser, case, (JPEG, "a.jpg"))
    assert (answer.status_code, stored(session, case)) == (422, [])
    assert "Sedang banyak berkas" in answer.get_data(as_text=True)


def test_request_that_is_too_long_leads_back_with_a_sentence_about_files(office: Office, browser: FlaskClient) -> None:
    case = office.report()
    answer = browser.post(
        f"/petugas/kasus/{case.id}/bukti", content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(5 * ATTACHMENT_BYTES_MAX + MARGIN_BYTES + 1)},
        input_stream=io.BytesIO(b"--x"),
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (303, f"/petugas/kasus/{case.id}/bukti")
    answer = browser.get(answer.location)
    assert "Kiriman berkas terlalu besar" in answer.get_data(as_text=True)


def test_wrong_picture_is_taken_away(office: Office, session: Session, browser: FlaskClient, place: Disk) -> None:
    case = office.report()
    send(browser, case, (JPEG, "a.jpg"))
    (row,) = stored(session, case)
    key = row.storage_key
    answer = browser.post(f"/petugas/kasus/{case.id}/bukti/{row.id}/hapus", follow_redirects=True)
    assert "Bukti itu sudah dihapus" in answer.get_data(as_text=True)
    assert stored(session, case) == []
    assert not place.exists(key)


def test_after_the_end_the_page_says_why_no_more_may_come(office: Office, browser: FlaskClient, officer: User) -> None:
    case = office.report()
    operations.respond(office.session, case, "Sudah kami cetak.", user_id=officer.id, now=clock.utcnow())
    operations.judge(office.session, case, Outcome.CONFIRMED, None, now=clock.utcnow())
    office.session.commit()
    assert "Kasus ini sudah berakhir" in browser.get(f"/petugas/kasus/{case.id}/bukti").get_data(as_text=True)
    answer = send(browser, case, (JPEG, "a.jpg"))
    assert answer.status_code == 422
    assert "bukti tidak dapat ditambahkan lagi" in answer.get_data(as_text=True)


def test_proof_of_a_foreign_case_does_not_exist(session: Session, office: Office, browser: FlaskClient) -> None:
    elsewhere = new_office(session)
    foreign, own = elsewhere.report(), office.report()
    send(browser, own, (JPEG, "a.jpg"))
    (row,) = stored(session, own)
    assert send(browser, foreign, (JPEG, "a.jpg")).status_code == 404
    for path in (f"{foreign.id}/bukti", f"{foreign.id}/bukti/{row.id}"):
        assert browser.get(f"/petugas/kasus/{path}").status_code == 404
    assert browser.post(f"/petugas/kasus/{foreign.id}/bukti/{row.id}/hapus").status_code == 404
    assert len(stored(session, own)) == 1


def test_reporter_sees_every_proof_and_those_of_nobody_else(
    office: Office, session: Session, browser: FlaskClient
) -> None:
    case, other = office.report(), office.report("Antrean di loket sangat panjang.")
    send(browser, case, (JPEG, "a.jpg"), (files.PDF, "b.pdf"), caption="Loket baru")
    photo, paper = stored(session, case)
    page = open_code(browser, reporter_hash(session, case))
    assert re.findall(r'href="/lacak/bukti/(\d+)"', page) == [str(photo.id), str(paper.id)]
    assert "Loket baru" in page
    assert browser.get(f"/lacak/bukti/{photo.id}").mimetype == "image/jpeg"
    assert browser.get(f"/lacak/bukti/{paper.id}").headers["Content-Disposition"].startswith("attachment")
    assert "/lacak/bukti/" not in open_code(browser, reporter_hash(session, other))
    assert browser.get(f"/lacak/bukti/{photo.id}").status_code == 404


def test_who_joined_sees_pictures_only_while_the_case_is_published(
    office: Office, session: Session, browser: FlaskClient, officer: User
) -> None:
    case = office.report()
    send(browser, case, (JPEG, "a.jpg"), (files.PDF, "b.pdf"))
    photo, paper = stored(session, case)
    session.add(
        CaseFollower(agency_id=case.agency_id, case_id=case.id, tracking_hash=FOLLOWER_HASH, joined_at=clock.utcnow())
    )
    operations.take(session, office.fresh(case), user_id=officer.id, now=clock.utcnow())
    session.commit()
    assert "/lacak/bukti/" not in open_code(browser, FOLLOWER_HASH)
    assert browser.get(f"/lacak/bukti/{photo.id}").status_code == 404
    publishing.publish(session, office.fresh(case), "KTP belum jadi.", None, user_id=officer.id, now=clock.utcnow())
    session.commit()
    assert re.findall(r'href="/lacak/bukti/(\d+)"', open_code(browser, FOLLOWER_HASH)) == [str(photo.id)]
    assert browser.get(f"/lacak/bukti/{paper.id}").status_code == 404
    publishing.withdraw(session, case, user_id=officer.id, now=clock.utcnow())
    session.commit()
    assert browser.get(f"/lacak/bukti/{photo.id}").status_code == 404


def test_without_an_opened_report_a_proof_leads_to_the_lookup(client: FlaskClient) -> None:
    answer = client.get("/lacak/bukti/1")
    assert (answer.status_code, answer.location) == (303, "/lacak")


def test_officer_who_prepares_a_publication_sees_which_pictures_come_with_it(
    office: Office, session: Session, browser: FlaskClient, officer: User
) -> None:
    case = office.report()
    send(browser, case, (JPEG, "a.jpg"), (files.PDF, "b.pdf"))
    photo, paper = stored(session, case)
    operations.take(session, office.fresh(case), user_id=officer.id, now=clock.utcnow())
    session.commit()
    page = browser.get(f"/petugas/kasus/{case.id}/terbitkan").get_data(as_text=True)
    assert f"/bukti/{photo.id}" in page
    assert f"/bukti/{paper.id}" not in page


def test_looking_at_a_citizens_photo_is_noted_once_a_day_for_each_person(
    office: Office, session: Session, browser: FlaskClient, place: Disk, officer: User
) -> None:
    case = office.report()
    file = add(session, place, case.agency_id, case.submission_id, cleaned(JPEG), now=clock.utcnow())
    session.commit()
    for _ in range(2):
        assert browser.get(f"/petugas/kasus/{case.id}/berkas/{file.id}").status_code == 200
    (act,) = office.acts("handling.read_attachment")
    assert (act.actor_id, act.subject_id, act.detail["attachment_id"]) == (officer.id, case.id, file.id)


def test_reporter_reads_of_proof_and_referral_in_everything_held(
    office: Office, session: Session, browser: FlaskClient, officer: User
) -> None:
    case = office.report()
    send(browser, case, (JPEG, "a.jpg"), caption="Loket baru")
    case = office.fresh(case)
    refer_outside(session, case, "PLN Kupang", "Telepon 123", WHY, user_id=officer.id, now=clock.utcnow())
    session.commit()
    page = open_code(browser, reporter_hash(session, case))
    (seal, *_) = re.findall(r'name="report" value="([0-9a-f]+)"', page)
    held = browser.post("/lacak/data", data={"report": seal, "format": "json"}).get_json(force=True)["case"]
    assert [(proof["kind"], proof["caption"]) for proof in held["proofs"]] == [("photo", "Loket baru")]
    assert [(one["side"], one["name"]) for one in held["referrals"]] == [("to", "PLN Kupang")]
    page = browser.get("/lacak/data").get_data(as_text=True)
    assert "Bukti penanganan dari unit" in page
    assert "Dirujuk ke PLN Kupang" in page
