"""Adding files to the report opened in this browser, and giving them out again."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app import clock
from feedback_app.blueprints import attachments as pages
from feedback_app.blueprints.headers import FILE_POLICY
from feedback_app.blueprints.uploads import MARGIN_BYTES
from feedback_app.handling.life import ask
from feedback_app.handling.models import Case
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.identity.rules import Role
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX
from feedback_app.intake.turns import BusyError
from feedback_app.storage import Disk, StorageUnavailableError
from tests.blueprints.office import Login, Office, new_office
from tests.file_places import files_in
from tests.intake import files

JPEG = files.written("JPEG")
PROGRAM = {"Accept": "application/json"}
TEXT = "Sudah tiga minggu berkas saya belum diproses."


@pytest.fixture(autouse=True)
def place(app: Flask, tmp_path: Path) -> Iterator[Disk]:
    with files_in(app, tmp_path / "files") as place:
        yield place


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def sender(client: FlaskClient, office: Office) -> FlaskClient:
    """A browser from which a report has just been sent."""
    data = {"kind": "complaint", "happened": TEXT, "occurred_on": "2026-11-02"}
    data["occurred_on"] = re.findall(r'value="(\d{4}-\d\d-\d\d)"', page(client, address(office)))[0]
    assert client.post(address(office), data=data).status_code == 303
    return client


def address(office: Office) -> str:
    return f"/lapor/{office.agency.code}/{office.unit.code}"


def page(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def send(client: FlaskClient, *named: tuple[bytes, str], **more: Any) -> TestResponse:
    data: dict[str, Any] = {"files": [(io.BytesIO(data), name) for data, name in named], **more.pop("fields", {})}
    return client.post("/lacak/lampiran", data=data, content_type="multipart/form-data", **more)


def stored(session: Session) -> list[Attachment]:
    session.expire_all()
    return list(session.scalars(sa.select(Attachment).order_by(Attachment.id)))


def flashed(client: FlaskClient) -> str:
    with client.session_transaction() as cookie:
        return " ".join(words for _, words in cookie.get("_flashes", []))


def test_files_are_attached_without_a_script(sender: FlaskClient, session: Session) -> None:
    answer = send(sender, (JPEG, "loket.jpg"), (files.PDF, "surat.pdf"))
    assert (answer.status_code, answer.location) == (303, "/lacak/status")
    assert [row.kind for row in stored(session)] == ["photo", "document"]
    assert flashed(sender) == "Terlampir: loket.jpg, surat.pdf."


def test_who_came_from_the_receipt_goes_back_to_it(sender: FlaskClient) -> None:
    assert send(sender, (JPEG, "a.jpg"), fields={"page": "receipt"}).location == "/diterima"


def test_what_cannot_be_kept_is_named_and_the_rest_is_kept(sender: FlaskClient, session: Session) -> None:
    send(sender, (b"<svg/>", "peta.svg"), (JPEG, "loket.jpg"), (JPEG[:200], "rusak.jpg"))
    assert len(stored(session)) == 1
    words = flashed(sender)
    assert "Terlampir: loket.jpg." in words
    assert "peta.svg tidak terlampir. Jenis berkas ini tidak diterima." in words
    assert "rusak.jpg tidak terlampir. Foto ini rusak" in words


def test_sixth_file_is_named_and_five_are_kept(sender: FlaskClient, session: Session) -> None:
    send(sender, *[(JPEG, f"{number}.jpg") for number in range(1, 6)])
    send(sender, (JPEG, "6.jpg"))
    assert len(stored(session)) == 5
    assert "6.jpg tidak terlampir. Laporan ini sudah memiliki 5 lampiran" in flashed(sender)


def test_form_without_a_file_says_what_to_do(sender: FlaskClient, session: Session) -> None:
    assert sender.post("/lacak/lampiran", data={"page": ""}).status_code == 303
    assert "Pilih dahulu" in flashed(sender)
    assert stored(session) == []


def test_long_names_are_shortened_in_the_message(sender: FlaskClient) -> None:
    send(sender, *[(b"x", f"{number}-{'n' * 300}.jpg") for number in range(5)])
    assert "n" * 50 not in flashed(sender)
    with sender.session_transaction() as cookie:
        assert len(cookie["_flashes"]) == 5


def test_script_is_told_by_the_status_what_became_of_its_file(sender: FlaskClient, session: Session) -> None:
    assert send(sender, (JPEG, "a.jpg"), headers=PROGRAM).status_code == 201
    wrong = send(sender, (b"GIF89a", "a.gif"), headers=PROGRAM)
    assert (wrong.status_code, wrong.mimetype) == (415, "application/problem+json")
    assert wrong.get_json(force=True)["title"].startswith("Jenis berkas ini tidak diterima.")
    assert send(sender, headers=PROGRAM).status_code == 422
    body = files.multipart(JPEG.ljust(ATTACHMENT_BYTES_MAX + 1, b"\0"))
    large = sender.post("/lacak/lampiran", data=body, content_type=files.MULTIPART, headers=PROGRAM)
    assert (large.status_code, large.get_json(force=True)["type"]) == (413, "urn:suara-layanan:error:file_too_large")
    assert len(stored(session)) == 1


@pytest.mark.parametrize("failure", [BusyError(), StorageUnavailableError("full")])
def test_busy_or_full_platform_asks_to_come_back(
    sender: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(_stream: object) -> None:
        raise failure

    monkeypatch.setattr(pages, "cleaned_upload", fail)
    answer = send(sender, (JPEG, "a.jpg"), headers=PROGRAM)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert send(sender, (JPEG, "a.jpg")).status_code == 303
    assert "Laporan Anda aman" in flashed(sender)
    assert stored(session) == []
    assert len(list(session.scalars(sa.select(Submission)))) == 1


@pytest.mark.parametrize("headers", [{}, PROGRAM])
def test_request_that_is_too_long_loses_nothing(sender: FlaskClient, session: Session, headers: dict[str, str]) -> None:
    too_long = 5 * ATTACHMENT_BYTES_MAX + MARGIN_BYTES + 1
    answer = sender.post(
        "/lacak/lampiran", content_type="multipart/form-data; boundary=x", headers=headers,
        environ_overrides={"CONTENT_LENGTH": str(too_long)}, input_stream=io.BytesIO(b"--x"),
    )  # fmt: skip
    if headers:
        assert answer.status_code == 413
        assert "Laporan Anda aman" in answer.get_json(force=True)["title"]
    else:
        assert (answer.status_code, answer.location) == (303, "/lacak/status")
        assert "Laporan Anda aman" in flashed(sender)
    assert session.scalars(sa.select(Submission)).one().text == TEXT


def test_files_are_refused_everywhere_else(client: FlaskClient, session: Session, office: Office) -> None:
    for path in (address(office), "/lacak", "/lacak/putusan", "/bahasa"):
        answer = client.post(path, data={"x": (io.BytesIO(JPEG), "a.jpg")}, content_type="multipart/form-data")
        assert answer.status_code == 415, path
        long = client.post(path, data={"x": "y" * 70_000})
        assert long.status_code == 413, path
    assert list(session.scalars(sa.select(Submission))) == []


def test_nothing_is_attached_where_no_report_is_opened(client: FlaskClient, session: Session) -> None:
    answer = send(client, (JPEG, "a.jpg"))
    assert (answer.status_code, answer.location) == (303, "/lacak")
    assert send(client, (JPEG, "a.jpg"), headers=PROGRAM).status_code == 404
    assert client.get("/lacak/berkas/1").location == "/lacak"
    assert stored(session) == []


def test_case_that_is_over_takes_no_files(sender: FlaskClient, session: Session, office: Office) -> None:
    office.drain()
    case = session.scalars(sa.select(Case)).one()
    respond(session, case, "Berkas Anda sudah selesai.", user_id=office.staff(Role.OFFICER).id, now=clock.utcnow())
    judge(session, case, Outcome.CONFIRMED, None, now=clock.utcnow())
    session.commit()
    assert case.status is CaseStatus.CLOSED
    answer = send(sender, (JPEG, "a.jpg"), headers=PROGRAM)
    assert answer.status_code == 409
    assert stored(session) == []


def test_photo_is_shown_and_document_is_saved(sender: FlaskClient, session: Session) -> None:
    send(sender, (JPEG, "<script>.jpg"), (files.PDF, "../../surat.pdf"))
    photo, document = stored(session)
    shown, saved = (sender.get(f"/lacak/berkas/{row.id}") for row in (photo, document))
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert shown.headers["Content-Disposition"] == 'inline; filename="lampiran-1.jpg"'
    assert shown.content_length == photo.size_bytes == len(shown.data)
    assert (saved.mimetype, saved.data) == ("application/pdf", files.PDF)
    assert saved.headers["Content-Disposition"] == 'attachment; filename="lampiran-2.pdf"'
    for answer in (shown, saved):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == FILE_POLICY
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_file_of_another_report_does_not_exist(
    sender: FlaskClient, session: Session, app: Flask, office: Office
) -> None:
    send(sender, (JPEG, "a.jpg"))
    [row] = stored(session)
    with app.test_client() as stranger:
        data = {"kind": "complaint", "happened": TEXT + " Lagi.", "occurred_on": session.scalars(
            sa.select(Submission.occurred_on)).one().isoformat()}  # fmt: skip
        assert stranger.post(address(office), data=data).status_code == 303
        assert stranger.get(f"/lacak/berkas/{row.id}").status_code == 404


def test_row_that_lost_its_file_is_said_to_be_missing(sender: FlaskClient, session: Session, place: Disk) -> None:
    send(sender, (JPEG, "a.jpg"))
    [row] = stored(session)
    place.delete(row.storage_key)
    assert sender.get(f"/lacak/berkas/{row.id}").status_code == 404


def test_officer_of_the_unit_sees_the_files_and_nobody_else_does(
    sender: FlaskClient, session: Session, office: Office, login: Login
) -> None:
    send(sender, (JPEG, "a.jpg"), (files.PDF, "b.pdf"))
    office.drain()
    photo, document = stored(session)
    case = session.scalars(sa.select(Case)).one()
    officer = login(office.staff(Role.OFFICER))
    html = page(officer, f"/petugas/kasus/{case.id}")
    assert f'<img src="/petugas/kasus/{case.id}/berkas/{photo.id}"' in html
    assert 'alt="Foto 1 dari pelapor"' in html
    assert officer.get(f"/petugas/kasus/{case.id}/berkas/{photo.id}").mimetype == "image/jpeg"
    saved = officer.get(f"/petugas/kasus/{case.id}/berkas/{document.id}")
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    other = office.report("Lampu di ruang tunggu mati.")
    assert officer.get(f"/petugas/kasus/{other.id}/berkas/{photo.id}").status_code == 404
    assert "/berkas/" not in page(officer, f"/petugas/kasus/{other.id}")
    officer.post("/keluar")
    stranger = login(new_office(session).staff(Role.OFFICER))
    assert stranger.get(f"/petugas/kasus/{case.id}/berkas/{photo.id}").status_code == 404


def test_files_of_a_confidential_case_are_for_who_may_read_it(
    client: FlaskClient, session: Session, office: Office, login: Login
) -> None:
    data = {"kind": "complaint", "happened": TEXT, "is_confidential": "y"}
    data["occurred_on"] = re.findall(r'value="(\d{4}-\d\d-\d\d)"', page(client, address(office)))[0]
    client.post(address(office), data=data)
    send(client, (JPEG, "a.jpg"))
    office.drain()
    [row] = stored(session)
    case = session.scalars(sa.select(Case)).one()
    path = f"/petugas/kasus/{case.id}/berkas/{row.id}"
    assert login(office.staff(Role.OFFICER, everywhere=True)).get(path).status_code == 404
    client.post("/keluar")
    assert login(office.staff(Role.OFFICER)).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/lacak/status", "/diterima"])
def test_page_of_the_report_lists_its_files_and_says_how_many_more(
    sender: FlaskClient, session: Session, path: str
) -> None:
    send(sender, (JPEG, "a.jpg"), (files.PDF, "b.pdf"))
    photo, document = stored(session)
    html = page(sender, path)
    assert f'href="/lacak/berkas/{photo.id}"' in html
    assert f'href="/lacak/berkas/{document.id}" download' in html
    assert "Masih dapat 3 berkas" in html
    assert 'enctype="multipart/form-data"' in html
    assert ('name="page" value="receipt"' in html) is (path == "/diterima")
    send(sender, *[(JPEG, f"{number}.jpg") for number in range(3)])
    assert "data-photos-form" not in page(sender, path)


def test_report_form_offers_files_that_never_travel_with_the_text(client: FlaskClient, office: Office) -> None:
    html = page(client, address(office))
    [chooser] = re.findall(r"<input[^>]*data-photos-input[^>]*>", html)
    assert " name=" not in chooser
    assert "enctype" not in html


def test_file_answers_the_question_a_case_waits_for(sender: FlaskClient, session: Session, office: Office) -> None:
    office.drain()
    case = session.scalars(sa.select(Case).where(Case.agency_id == office.agency.id)).one()
    officer = office.staff(Role.OFFICER)
    ask(session, case, "Mohon kirim foto berkasnya.", user_id=officer.id, now=clock.utcnow())
    session.commit()
    send(sender, (JPEG, "berkas.jpg"))
    assert office.fresh(case).status is CaseStatus.IN_PROGRESS
