"""Following a report with its code, and judging the answer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app.blueprints import carried
from feedback_app.blueprints.receipt_page import tracking_address
from feedback_app.handling.citizens.words import redacted_words
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.operations import NewCase, close_silent, open_cases, respond, take
from feedback_app.handling.rules import CaseStatus, Classification, Outcome
from feedback_app.intake.codes import code_hash, new_code
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState, SubmissionKind
from tests import factories

COMPLAINT = "Sudah tiga minggu KTP saya belum jadi."
ANSWER = "KTP Anda sudah dicetak dan dapat diambil di loket 3."
MISSING = "Loket 3 tutup sepanjang hari."


@dataclass
class Report:
    """A complaint of three days ago and the code its sender holds."""

    code: str
    submission: Submission
    unit_name: str


@pytest.fixture
def report(app: Flask, session: Session) -> Report:
    agency = factories.agency(session)
    unit = factories.unit(session, agency, name="Dinas Kependudukan")
    code = new_code(secrets.token_bytes)
    submission = factories.submission(
        session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text=COMPLAINT,
        received_at=datetime.now(UTC) - timedelta(days=3), tracking_hash=code_hash(code, app.config["TRACKING_KEY"]),
    )  # fmt: skip
    return Report(code, submission, "Dinas Kependudukan")


def opened(session: Session, report: Report) -> Case:
    """The case of the report, as the drain opens it."""
    sent = report.submission
    sent.analysis = AnalysisState.DONE
    new = NewCase(
        agency_id=sent.agency_id, submission_id=sent.id, unit_id=sent.unit_id,
        classification=Classification.NO_OVERSIGHT, is_confidential=False, clock_starts_at=sent.received_at,
    )  # fmt: skip
    open_cases(session, [new], now=sent.received_at)
    return session.scalars(sa.select(Case).where(Case.submission_id == sent.id)).one()


@pytest.fixture
def answered(session: Session, report: Report) -> Case:
    case, officer = opened(session, report), factories.user(session)
    take(session, case, user_id=officer.id, now=case.opened_at + timedelta(hours=1))
    respond(session, case, ANSWER, user_id=officer.id, now=case.opened_at + timedelta(hours=2))
    session.flush()
    return case


def look_up(client: FlaskClient, code: str) -> str:
    return client.post("/lacak", data={"code": code}, follow_redirects=True).get_data(as_text=True)


def judged(client: FlaskClient, status_page: str, data: dict[str, str], *, follow: bool = False) -> TestResponse:
    """Send the verdict form of a page, hidden field and all."""
    report = re.search(r'name="report" value="([0-9a-f]+)"', status_page)
    assert report, status_page
    return client.post("/lacak/putusan", data={"report": report[1], **data}, follow_redirects=follow)


@pytest.mark.parametrize(
    "spelling", [str, str.lower, lambda code: code.replace("-", " "), lambda code: f"  {code.replace('-', '')} "]
)
def test_code_opens_its_report_however_it_is_typed(
    client: FlaskClient, report: Report, spelling: Callable[[str], str]
) -> None:
    answer = client.post("/lacak", data={"code": spelling(report.code)})
    assert (answer.status_code, answer.location) == (303, "/lacak/status")
    page = client.get("/lacak/status")
    assert COMPLAINT in page.get_data(as_text=True)
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("", "Tulis kode pelacakan", id="nothing"),
        pytest.param("7KQ2", "yang ditulis 4", id="too short"),
        pytest.param("UUUU-UUUU-UUUU", "tanpa U", id="a letter no code has"),
        pytest.param("0001-0001-0001", "salah ketik", id="a wrong check character"),
        pytest.param("0001-0001-000X", "tidak dikenal", id="well formed, given to nobody"),
    ],
)
def test_code_that_opens_nothing_is_told_kindly_and_kept(client: FlaskClient, typed: str, words: str) -> None:
    answer = client.post("/lacak", data={"code": typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert re.search(rf'<a href="#code">[^<]*{words}', page)
    assert f'value="{typed}"' in page
    assert client.get("/lacak/status").location == "/lacak"


def test_status_needs_a_code(client: FlaskClient) -> None:
    assert client.get("/lacak/status").location == "/lacak"
    assert client.post("/lacak/putusan", data={"outcome": "confirmed"}).location == "/lacak"


def test_opened_report_is_forgotten_after_a_while(
    client: FlaskClient, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up(client, report.code)
    monkeypatch.setattr(carried, "TRACKED_MINUTES", -1)
    assert client.get("/lacak/status").location == "/lacak"


def test_unread_report_shows_what_comes_next(client: FlaskClient, report: Report) -> None:
    page = look_up(client, report.code)
    assert "Sedang dibaca dan dikelompokkan" in page
    assert 'aria-current="step"' in page
    assert "Apakah masalah Anda sudah selesai?" not in page


def test_case_in_work_shows_the_unit_and_the_day_of_the_answer(
    client: FlaskClient, session: Session, report: Report
) -> None:
    opened(session, report)
    page = look_up(client, report.code)
    assert f"Ditangani {report.unit_name}" in page
    assert re.search(r"Paling lambat \d{1,2} \w+ 20\d\d\.", page)


def test_answer_is_shown_and_asks_for_the_verdict(client: FlaskClient, report: Report, answered: Case) -> None:
    page = look_up(client, report.code)
    assert ANSWER in page
    assert "Apakah masalah Anda sudah selesai?" in page
    assert page.count('name="outcome"') == 3
    assert page.count('class="btn btn-outline-primary" type="submit" name="outcome"') == 3
    assert 'name="words"' not in page
    assert "Penilaian Anda atas tanggapan" in page
    assert "putusan anda" not in page.lower()


@pytest.mark.parametrize(
    ("outcome", "words", "status", "shown"),
    [
        (Outcome.CONFIRMED, "", CaseStatus.CLOSED, "Anda menyatakan sudah selesai"),
        (Outcome.PARTLY, "", CaseStatus.CLOSED, "Anda menyatakan selesai sebagian"),
        (Outcome.DISPUTED, MISSING, CaseStatus.IN_PROGRESS, "Anda menyatakan belum selesai"),
    ],
)
def test_verdict_moves_the_case_and_is_thanked(
    client: FlaskClient, session: Session, report: Report, answered: Case,
    outcome: Outcome, words: str, status: CaseStatus, shown: str,
) -> None:  # fmt: skip
    shown_page = look_up(client, report.code)
    answer = judged(client, shown_page, {"outcome": outcome.value, "words": words}, follow=True)
    page = answer.get_data(as_text=True)
    assert "Penilaian Anda sudah dicatat" in page
    assert shown in page
    session.refresh(answered)
    assert answered.status is status
    newest = session.scalars(sa.select(CaseEvent).order_by(CaseEvent.id.desc())).first()
    assert newest is not None
    assert (newest.outcome, newest.reason) == (outcome, words or None)


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        pytest.param({"outcome": "disputed"}, "words", "paling sedikit 10 huruf", id="not solved, without a word"),
        pytest.param({"outcome": "disputed", "words": "belum"}, "words", "paling sedikit 10", id="too short"),
        pytest.param({"outcome": "confirmed", "words": "a" * 2001}, "words", "paling banyak 2000", id="too long"),
        pytest.param({"outcome": "silent"}, "outcome", "Pilih selesai", id="silence is nobody's word"),
        pytest.param({}, "outcome", "Pilih selesai", id="nothing chosen"),
    ],
)
def test_refused_verdict_names_the_field_and_changes_nothing(
    client: FlaskClient, session: Session, report: Report, answered: Case, data: dict[str, str], field: str, words: str
) -> None:
    answer = judged(client, look_up(client, report.code), data)
    assert answer.status_code == 422
    assert re.search(rf'<a href="#{field}">[^<]*{words}', answer.get_data(as_text=True))
    session.refresh(answered)
    assert answered.status is CaseStatus.ANSWERED


def test_verdict_from_the_page_of_another_report_changes_neither(
    app: Flask, client: FlaskClient, session: Session, report: Report, answered: Case
) -> None:
    code = new_code(secrets.token_bytes)
    unit = factories.unit(session, factories.agency(session))
    factories.submission(session, unit, tracking_hash=code_hash(code, app.config["TRACKING_KEY"]))
    first_tab = look_up(client, report.code)
    look_up(client, code)
    answer = judged(client, first_tab, {"outcome": "confirmed"})
    assert answer.status_code == 409
    assert "kiriman Anda belum dicatat" in answer.get_data(as_text=True)
    session.refresh(answered)
    assert answered.status is CaseStatus.ANSWERED
    assert judged(client, look_up(client, report.code), {"outcome": "confirmed"}).status_code == 303


@pytest.mark.parametrize("mark", [{}, {"report": ""}, {"report": "é" * 32}], ids=["none", "empty", "strange"])
def test_verdict_that_names_no_report_changes_nothing(
    client: FlaskClient, session: Session, report: Report, answered: Case, mark: dict[str, str]
) -> None:
    look_up(client, report.code)
    assert client.post("/lacak/putusan", data={"outcome": "confirmed", **mark}).status_code == 409
    session.refresh(answered)
    assert answered.status is CaseStatus.ANSWERED


def test_status_page_tells_neither_code_nor_hash(client: FlaskClient, report: Report, answered: Case) -> None:
    page = look_up(client, report.code)
    assert report.code not in page
    assert bytes(report.submission.tracking_hash or b"").hex() not in page


def test_second_verdict_is_told_where_the_case_stands(client: FlaskClient, report: Report, answered: Case) -> None:
    status_page = look_up(client, report.code)
    judged(client, status_page, {"outcome": "confirmed"})
    page = judged(client, status_page, {"outcome": "partly"}, follow=True).get_data(as_text=True)
    assert "Yang masih dapat Anda sampaikan hanya “belum selesai”" in page
    assert "Anda menyatakan sudah selesai" in page


def test_rating_without_a_case_says_that_no_answer_was_asked_for(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    unit = factories.unit(session, factories.agency(session))
    code = new_code(secrets.token_bytes)
    factories.submission(
        session, unit, analysis=AnalysisState.DONE, tracking_hash=code_hash(code, app.config["TRACKING_KEY"])
    )
    assert "tidak meminta balasan" in look_up(client, code)


def test_words_of_a_report_are_shown_as_words(app: Flask, client: FlaskClient, session: Session) -> None:
    unit = factories.unit(session, factories.agency(session))
    code = new_code(secrets.token_bytes)
    factories.submission(
        session, unit, text="<script>alert(1)</script>", tracking_hash=code_hash(code, app.config["TRACKING_KEY"])
    )
    page = look_up(client, code)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_picture_on_the_receipt_holds_the_code_behind_the_part_no_browser_sends(app: Flask) -> None:
    with app.test_request_context():
        assert tracking_address("7KQ2-M4XD-9TRB") == "http://localhost/lacak#7KQ2-M4XD-9TRB"


def test_rating_without_a_reply_gets_thanks_first_and_its_code_folded_away(
    client: FlaskClient, session: Session
) -> None:
    unit = factories.unit(session, factories.agency(session))
    code = session.scalar(sa.text("SELECT code FROM agencies WHERE id = :id"), {"id": unit.agency_id})
    client.post(f"/nilai/{code}/{unit.code}", data={"rating": "4"})
    page = client.get("/diterima").get_data(as_text=True)
    assert page.index("<h1>") < page.index("<details>") < page.index('id="kode"') < page.index("</details>")
    assert "data-draft-sent" in page
    assert 'name="address"' not in page


def test_silence_can_be_answered_from_the_page_for_a_month(
    client: FlaskClient, session: Session, report: Report, answered: Case
) -> None:
    close_silent(session, now=answered.silence_ends_at or datetime.now(UTC))
    page = look_up(client, report.code)
    assert "Dicatat sebagai tanpa kabar. Ini tidak berarti masalahnya selesai." in page
    assert page.count('name="outcome"') == 1
    reopened = judged(client, page, {"outcome": "disputed", "words": MISSING}, follow=True).get_data(as_text=True)
    assert "atasannya ikut melihatnya" in reopened
    assert MISSING in reopened
    session.refresh(answered)
    assert (answered.status, answered.reopened_count) == (CaseStatus.IN_PROGRESS, 1)


def test_message_is_added_shown_and_read_masked_by_the_officer(
    client: FlaskClient, session: Session, report: Report, answered: Case
) -> None:
    page = look_up(client, report.code)
    seal = re.search(r'name="report" value="([0-9a-f]+)"', page)
    assert seal
    sent = {"report": seal[1], "message": "Hubungi saya di 081234567890."}
    assert "081234567890" in client.post("/lacak/pesan", data=sent, follow_redirects=True).get_data(as_text=True)
    refused = client.post("/lacak/pesan", data={"report": seal[1], "message": " "})
    assert refused.status_code == 422
    assert '<a href="#message">' in refused.get_data(as_text=True)
    session.refresh(answered)
    assert answered.status is CaseStatus.ANSWERED
    assert redacted_words(session, answered)[0][1] == "Hubungi saya di [TELEPON]."


def test_closing_forgets_the_report_on_this_device(client: FlaskClient, report: Report) -> None:
    look_up(client, report.code)
    assert client.post("/lacak/tutup").location == "/lacak"
    assert client.get("/lacak/status").location == "/lacak"


def test_a_tap_on_not_solved_is_remembered_and_asks_for_words_in_a_focused_box(
    client: FlaskClient, session: Session, report: Report, answered: Case
) -> None:
    asked = judged(client, look_up(client, report.code), {"outcome": "disputed"})
    page = asked.get_data(as_text=True)
    assert asked.status_code == 422
    assert re.search(r'<textarea[^>]* id="words"[^>]* autofocus>', page)
    assert page.count("autofocus") == 1
    assert re.findall(r'name="outcome" value="([a-z]+)"', page) == ["disputed"]
    done = judged(client, page, {"outcome": "disputed", "words": MISSING}, follow=True).get_data(as_text=True)
    assert MISSING in done
    session.refresh(answered)
    assert answered.status is CaseStatus.IN_PROGRESS


def test_a_message_is_said_to_lengthen_the_wait_only_while_an_answer_waits(
    client: FlaskClient, session: Session, report: Report
) -> None:
    case = opened(session, report)
    sentence = "Selama tanggapan menunggu penilaian Anda"
    assert sentence not in look_up(client, report.code)
    respond(session, case, ANSWER, user_id=factories.user(session).id, now=case.opened_at + timedelta(hours=2))
    session.flush()
    assert sentence in look_up(client, report.code)


def test_status_without_a_report_says_why_the_code_is_asked_for(client: FlaskClient, report: Report) -> None:
    sentence = "Laporan ditutup di perangkat ini; masukkan kodenya lagi."
    page = client.get("/lacak/status", follow_redirects=True).get_data(as_text=True)
    assert sentence in page
    look_up(client, report.code)
    seal = re.search(r'name="report" value="([0-9a-f]+)"', client.get("/lacak/status").get_data(as_text=True))
    assert seal
    closed = client.post("/lacak/tutup", data={"report": seal[1]}, follow_redirects=True).get_data(as_text=True)
    assert sentence not in closed


def test_an_unknown_unit_leads_to_the_list_of_its_agency(client: FlaskClient, session: Session) -> None:
    agency = factories.agency(session)
    answer = client.get(f"/nilai/{agency.code}/tidak-ada")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert re.search(rf'href="[^"]*/{agency.code}">Lihat daftar unit', page)
    assert "Lihat daftar unit" not in client.get("/nilai/tidak-ada/tidak-ada").get_data(as_text=True)
