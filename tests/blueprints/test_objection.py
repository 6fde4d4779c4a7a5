"""What the reporter reads and does while a case waits for them, was put away, or was reviewed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling.ending.archiving import archive, archive_incomplete, restore
from feedback_app.handling.ending.dispute_reviews import let_stand
from feedback_app.handling.life import ask, report_progress
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Outcome
from feedback_app.identity.rules import Role
from tests.blueprints.reporter import ANSWER, Reporter, new_reporter

QUESTION = "Di kelurahan mana Anda mengurusnya?"
WHY = "Jalan nasional ditangani Balai Jalan, bukan kota ini."


@pytest.fixture
def citizen(app: Flask, client: FlaskClient, session: Session) -> Reporter:
    return new_reporter(app, client, session)


def test_question_is_read_and_answered_on_the_page(citizen: Reporter, session: Session) -> None:
    case = citizen.report()
    ask(session, case, QUESTION, user_id=citizen.officer.id, now=clock.utcnow())
    page = citizen.look()
    assert QUESTION in page
    assert page.count("Menunggu jawaban Anda") == 2, "the badge and the card"
    assert page.index("Jawaban Anda") < page.index('<ol class="timeline">')
    assert page.count('name="message"') == 1
    assert "Keterangan dari Anda" in page
    assert "Tanpa jawaban laporan diarsipkan" in page
    page = citizen.post("/lacak/pesan", {"message": "Di kelurahan Oebobo."}, follow=True).get_data(as_text=True)
    assert "Penanganan dilanjutkan" in page
    assert citizen.case.status is CaseStatus.IN_PROGRESS


def test_a_question_after_an_answer_does_not_threaten_the_archive(citizen: Reporter, session: Session) -> None:
    case, now = citizen.report(), clock.utcnow()
    respond(session, case, ANSWER, user_id=citizen.officer.id, now=now)
    judge(session, case, Outcome.DISPUTED, "Loketnya tutup.", now=now)
    ask(session, case, QUESTION, user_id=citizen.officer.id, now=now)
    page = citizen.look()
    assert "unit kembali mengerjakan laporan ini" in page
    assert "diarsipkan" not in page


def test_a_report_without_files_that_takes_none_has_no_heading_for_them(citizen: Reporter, session: Session) -> None:
    archive(session, citizen.report(), ArchiveReason.OUT_OF_SCOPE, WHY, user_id=citizen.officer.id, now=clock.utcnow())
    assert "Foto dan berkas" not in citizen.look()


def test_news_of_progress_is_no_answer_to_be_judged(citizen: Reporter, session: Session) -> None:
    report_progress(session, citizen.report(), "Kami menunggu blangko.", user_id=citizen.officer.id, now=clock.utcnow())
    page = citizen.look()
    assert "Kabar penanganan dari" in page
    assert "Kami menunggu blangko." in page
    assert "Apakah masalah Anda sudah selesai?" not in page


def test_explanation_stands_on_the_page_and_an_objection_opens_the_report_again(
    citizen: Reporter, session: Session
) -> None:
    archive(session, citizen.report(), ArchiveReason.OUT_OF_SCOPE, WHY, user_id=citizen.officer.id, now=clock.utcnow())
    page = citizen.look()
    assert "Diarsipkan: Bukan kewenangan" in page
    assert WHY in page
    assert "Tidak setuju laporan ini diarsipkan?" in page
    assert "Batalkan penarikan" not in page
    sent = citizen.post("/lacak/keberatan", {"objection": "Jalan ini milik kota, ada papan namanya."}, follow=True)
    page = sent.get_data(as_text=True)
    assert "Laporan Anda dibuka lagi" in page
    assert "Anda keberatan, dan laporan dibuka lagi" in page
    assert "Jalan ini milik kota, ada papan namanya." in page
    assert citizen.case.status is CaseStatus.NEW


def test_objection_without_words_is_asked_for_and_links_to_its_box(citizen: Reporter, session: Session) -> None:
    archive(session, citizen.report(), ArchiveReason.SPAM, WHY, user_id=citizen.officer.id, now=clock.utcnow())
    citizen.look()
    answer = citizen.post("/lacak/keberatan", {"objection": "Tidak"})
    assert answer.status_code == 422
    assert 'href="#objection"' in answer.get_data(as_text=True)


def test_report_that_was_not_completed_says_how_to_bring_it_back(citizen: Reporter, session: Session) -> None:
    case = citizen.report()
    ask(session, case, QUESTION, user_id=citizen.officer.id, now=clock.utcnow() - timedelta(days=40))
    archive_incomplete(session, now=clock.utcnow())
    page = citizen.look()
    assert "Diarsipkan karena keterangannya belum dilengkapi" in page
    assert "Masih dapat dilengkapi" in page


def test_late_objection_is_told_so(citizen: Reporter, session: Session) -> None:
    long_ago = clock.utcnow() - timedelta(days=60)
    archive(session, citizen.report(at=long_ago), ArchiveReason.SPAM, WHY, user_id=citizen.officer.id, now=long_ago)
    page = citizen.look()
    assert "Tidak setuju laporan ini diarsipkan?" not in page
    sent = citizen.post("/lacak/keberatan", {"objection": "Laporan saya bukan spam."}, follow=True)
    page = sent.get_data(as_text=True)
    assert sent.status_code == 422
    assert "Waktu untuk keberatan sudah lewat" in page
    assert "Laporan saya bukan spam." in page, "what was typed is not lost"
    assert 'href="#objection"' in page
    assert citizen.case.status is CaseStatus.ARCHIVED


def test_reviewed_answer_names_the_ombudsman_and_offers_no_further_door(citizen: Reporter, session: Session) -> None:
    case, head = citizen.report(), citizen.office.staff(Role.UNIT_HEAD)
    respond(session, case, ANSWER, user_id=citizen.officer.id, now=clock.utcnow())
    judge(session, case, Outcome.DISPUTED, "Belum ada di loket.", now=clock.utcnow())
    let_stand(session, case, WHY, user_id=head.id, now=clock.utcnow())
    page = citizen.look()
    assert "Ombudsman RI" in page
    assert WHY in page
    assert "Kirim: belum selesai" not in page
    sent = citizen.post("/lacak/putusan", {"outcome": "disputed", "words": "Tetap belum ada."}, follow=True)
    assert "Ombudsman RI" in sent.get_data(as_text=True)
    assert citizen.case.status is CaseStatus.CLOSED


def test_another_report_opened_in_this_browser_is_not_objected_for(citizen: Reporter) -> None:
    answer = citizen.client.post("/lacak/keberatan", data={"objection": "Laporan saya bukan spam."})
    assert answer.status_code == 303


def test_objection_to_what_was_reopened_meanwhile_keeps_its_words(citizen: Reporter, session: Session) -> None:
    case = citizen.report()
    archive(session, case, ArchiveReason.SPAM, WHY, user_id=citizen.officer.id, now=clock.utcnow())
    citizen.look()
    restore(session, case, "Salah tekan tadi.", user_id=citizen.officer.id, now=clock.utcnow())
    session.commit()
    sent = citizen.post("/lacak/keberatan", {"objection": "Laporan saya bukan spam."})
    assert sent.status_code == 422
    assert "Laporan saya bukan spam." in sent.get_data(as_text=True)
