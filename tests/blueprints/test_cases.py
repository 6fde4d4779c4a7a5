"""What officers do with cases, and what they may not see."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling.models import Reply
from feedback_app.handling.operations import close_silent, judge, respond
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import SECRET_NUMBER, Login, NumberHider, Office, new_office

ANSWER = "Blangko sudah tiba; KTP Anda dapat diambil besok."
CASE_PATHS = [
    pytest.param("GET", "/petugas/kasus/{id}", id="read"),
    pytest.param("POST", "/petugas/kasus/{id}/ambil", id="take"),
    pytest.param("POST", "/petugas/kasus/{id}/tanggapi", id="reply"),
    pytest.param("POST", "/petugas/kasus/{id}/asli", id="original"),
]


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.OFFICER))


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found, page
    return found[1]


def replies(session: Session, case_id: int) -> list[str]:
    return list(session.scalars(sa.select(Reply.text).where(Reply.case_id == case_id)))


@pytest.mark.parametrize(("method", "path"), CASE_PATHS)
def test_a_case_of_another_unit_does_not_exist(
    officer: FlaskClient, session: Session, office: Office, method: str, path: str
) -> None:
    sibling = Office(session, office.agency, make.unit(session, office.agency)).report()
    foreign = new_office(session).report()
    for case in (sibling, foreign):
        answer = officer.open(path.format(id=case.id), method=method, data={"text": ANSWER})
        assert answer.status_code == 404
        assert case.status is CaseStatus.NEW


def test_other_units_stay_out_of_the_lists(officer: FlaskClient, session: Session, office: Office) -> None:
    office.report("Laporan untuk unit saya.")
    Office(session, office.agency, make.unit(session, office.agency)).report("Laporan untuk tetangga.")
    for path in ("/petugas/kotak-masuk", "/petugas/masukan"):
        page = text_of(officer, path)
        assert "Laporan untuk unit saya." in page
        assert "Laporan untuk tetangga." not in page


def test_a_head_sees_the_units_below_and_can_choose_one(login: Login, session: Session) -> None:
    above = new_office(session, name="Dinas Induk")
    below = Office(session, above.agency, make.unit(session, above.agency, parent=above.unit, name="Bidang Kecil"))
    above.report("Laporan untuk induk.")
    below.report("Laporan untuk bidang.")
    head = login(above.staff(Role.UNIT_HEAD))
    page = text_of(head, "/petugas/kotak-masuk")
    assert "Laporan untuk induk." in page
    assert "Laporan untuk bidang." in page
    page = text_of(head, f"/petugas/kotak-masuk?unit={below.unit.id}")
    assert "Laporan untuk induk." not in page
    assert "Laporan untuk bidang." in page


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *CASE_PATHS,
        pytest.param("GET", "/petugas/kotak-masuk", id="inbox"),
        pytest.param("GET", "/petugas/masukan", id="all"),
        pytest.param("GET", "/petugas/token", id="tokens"),
        pytest.param("POST", "/petugas/token", id="issue"),
    ],
)
def test_an_evaluator_opens_nothing_of_the_inbox(login: Login, office: Office, method: str, path: str) -> None:
    case = office.report()
    client = login(office.staff(Role.EVALUATOR, everywhere=True))
    assert client.open(path.format(id=case.id), method=method).status_code == 403


def test_who_may_only_read_is_offered_no_button_and_refused_every_change(login: Login, office: Office) -> None:
    case = office.report(f"Hubungi {SECRET_NUMBER} bila KTP jadi.")
    reader = login(office.staff(Role.ADMINISTRATOR, everywhere=True))
    page = text_of(reader, f"/petugas/kasus/{case.id}")
    assert "<textarea" not in page
    assert "/ambil" not in page
    assert "/asli" not in page
    for verb in ("ambil", "tanggapi", "asli"):
        assert reader.post(f"/petugas/kasus/{case.id}/{verb}").status_code == 403


def test_an_officer_of_one_agency_who_reads_another_answers_only_at_home(
    login: Login, session: Session, office: Office
) -> None:
    elsewhere = new_office(session)
    who = office.staff(Role.OFFICER)
    make.grant(session, who, Role.ADMINISTRATOR, elsewhere.agency)
    case = elsewhere.report()
    client = login(who)
    assert client.get(f"/petugas/kasus/{case.id}").status_code == 404
    client.post("/petugas/instansi", data={"agency": elsewhere.agency.id})
    assert "<textarea" not in text_of(client, f"/petugas/kasus/{case.id}")
    assert client.post(f"/petugas/kasus/{case.id}/ambil").status_code == 403


def test_the_inbox_says_in_words_what_is_late_and_shows_it_first(officer: FlaskClient, office: Office) -> None:
    office.report("Laporan hari ini tentang antrean.")
    office.report("Laporan lama tentang biaya.", at=clock.utcnow() - timedelta(days=40))
    page = text_of(officer, "/petugas/kotak-masuk")
    assert re.search(r"Terlambat \d+ hari", page)
    assert "Paling lambat" in page
    assert page.index("Laporan lama") < page.index("Laporan hari ini")


def test_groups_hold_what_waits_for_the_officer_the_citizen_and_nobody(
    officer: FlaskClient, session: Session, office: Office
) -> None:
    who = office.staff(Role.OFFICER)
    office.report("Perlu ditangani sekarang juga.")
    waiting = office.report("Menunggu putusan warga ini.")
    respond(session, waiting, ANSWER, user_id=who.id, now=clock.utcnow())
    ended = office.report("Sudah selesai menurut warga.")
    respond(session, ended, ANSWER, user_id=who.id, now=clock.utcnow())
    judge(session, ended, Outcome.CONFIRMED, None, now=clock.utcnow())
    session.commit()
    expected = {"todo": "Perlu ditangani sekarang", "answered": "Menunggu putusan warga ini", "ended": "Sudah selesai"}
    for group, words in expected.items():
        page = text_of(officer, f"/petugas/kotak-masuk?group={group}")
        assert words in page
        assert page.count(" data-case>") == 1
    assert "Selesai menurut pelapor" in text_of(officer, "/petugas/kotak-masuk?group=ended")


def test_an_unknown_group_shows_what_is_to_be_done(officer: FlaskClient, office: Office) -> None:
    office.report("Perlu ditangani sekarang juga.")
    assert "Perlu ditangani sekarang juga." in text_of(officer, "/petugas/kotak-masuk?group=apa&page=abc")


@pytest.mark.parametrize("group", ["todo", "answered", "ended"])
def test_an_empty_group_says_what_to_do_next(officer: FlaskClient, group: str) -> None:
    page = text_of(officer, f"/petugas/kotak-masuk?group={group}")
    assert 'class="empty-state' in page
    assert "btn-primary" in page


def test_more_cases_than_a_page_holds_come_on_the_next(officer: FlaskClient, office: Office) -> None:
    for number in range(51):
        office.send(f"Laporan bernomor {number:02d} tentang antrean.")
    office.drain()
    first = text_of(officer, "/petugas/kotak-masuk")
    assert first.count(" data-case>") == 50
    assert "Halaman 1 dari 2" in first
    assert text_of(officer, "/petugas/kotak-masuk?page=2").count(" data-case>") == 1


def test_a_label_the_model_does_not_know_reads_not_sure(officer: FlaskClient, office: Office) -> None:
    office.reader = NumberHider(aspect=None)
    case = office.report()
    for path in ("/petugas/kotak-masuk", "/petugas/masukan", f"/petugas/kasus/{case.id}"):
        assert "tidak yakin" in text_of(officer, path), path


def test_a_rule_that_decided_the_urgency_is_named(officer: FlaskClient, office: Office) -> None:
    office.reader = NumberHider(urgency_source="rule:data_leak")
    assert "kebocoran data pribadi" in text_of(officer, f"/petugas/kasus/{office.report().id}")


def test_a_confidential_case_is_marked_and_stays_out_of_the_list_of_all(officer: FlaskClient, office: Office) -> None:
    case = office.report("Laporan yang rahasia.", is_confidential=True)
    assert "Rahasia" in text_of(officer, "/petugas/kotak-masuk")
    assert "Rahasia" in text_of(officer, f"/petugas/kasus/{case.id}")
    assert "Laporan yang rahasia." not in text_of(officer, "/petugas/masukan")


def test_ratings_without_a_wish_for_an_answer_are_read_among_all_feedback(officer: FlaskClient, office: Office) -> None:
    office.rate(4, make.TODAY, text="Pelayanannya cepat sekali.")
    office.drain()
    page = text_of(officer, "/petugas/masukan")
    assert "Pelayanannya cepat sekali." in page
    assert "Sangat baik" in page
    assert "Token kunjungan" in page


def test_what_a_citizen_wrote_is_shown_as_text_and_nothing_runs(officer: FlaskClient, office: Office) -> None:
    case = office.report("<script>alert(1)</script> antrean panjang")
    for path in ("/petugas/", "/petugas/kotak-masuk", "/petugas/masukan", f"/petugas/kasus/{case.id}"):
        page = text_of(officer, path)
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert" in page, path


def test_no_page_of_an_officer_carries_a_style_or_a_script_of_its_own(officer: FlaskClient, office: Office) -> None:
    case = office.report()
    for path in (
        "/petugas/",
        "/petugas/kotak-masuk",
        "/petugas/masukan",
        "/petugas/token",
        f"/petugas/kasus/{case.id}",
    ):
        page = text_of(officer, path)
        assert not re.search(r'\sstyle=|<style|<script(?! (?:type="module" )?src=)|\son\w+=', page), path


def test_taking_a_case_says_who_works_on_it(officer: FlaskClient, office: Office) -> None:
    case = office.report()
    answer = officer.post(f"/petugas/kasus/{case.id}/ambil")
    assert (answer.status_code, answer.location) == (303, f"/petugas/kasus/{case.id}")
    assert office.fresh(case).status is CaseStatus.IN_PROGRESS
    page = text_of(officer, answer.location)
    assert "Kasus ini sekarang ada di tangan Anda." in page
    assert "Diambil oleh Petugas" in page
    assert len(office.acts("handling.take")) == 1


def test_taking_what_a_colleague_has_taken_changes_nothing_and_says_so(officer: FlaskClient, office: Office) -> None:
    case = office.report()
    officer.post(f"/petugas/kasus/{case.id}/ambil")
    before = office.fresh(case).version
    page = officer.post(f"/petugas/kasus/{case.id}/ambil", follow_redirects=True).get_data(as_text=True)
    assert "sudah berubah" in page
    assert office.fresh(case).version == before


def test_an_answer_reaches_the_case_and_starts_the_citizens_window(
    officer: FlaskClient, session: Session, office: Office
) -> None:
    case = office.report()
    version = version_on(text_of(officer, f"/petugas/kasus/{case.id}"))
    answer = officer.post(f"/petugas/kasus/{case.id}/tanggapi", data={"text": f"  {ANSWER} ", "version": version})
    assert answer.status_code == 303
    assert office.fresh(case).status is CaseStatus.ANSWERED
    assert replies(session, case.id) == [ANSWER]
    page = text_of(officer, answer.location)
    assert ANSWER in page
    assert "giliran pelapor" in page
    assert f'action="/petugas/kasus/{case.id}/tanggapi"' not in page
    assert len(office.acts("handling.respond")) == 1


def test_a_short_answer_is_refused_and_kept_on_the_page(officer: FlaskClient, session: Session, office: Office) -> None:
    case = office.report()
    answer = officer.post(f"/petugas/kasus/{case.id}/tanggapi", data={"text": "Siap & <ok>"[:9]})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Siap &amp; &lt;o" in page
    assert 'href="#text"' in page
    assert "Tanggapan harus 10 sampai 4.000 huruf" in page
    assert replies(session, case.id) == []


def test_an_answer_to_a_case_that_changed_is_kept_and_goes_out_on_the_second_try(
    officer: FlaskClient, session: Session, office: Office
) -> None:
    case = office.report()
    stale = version_on(text_of(officer, f"/petugas/kasus/{case.id}"))
    officer.post(f"/petugas/kasus/{case.id}/ambil")
    refused = officer.post(f"/petugas/kasus/{case.id}/tanggapi", data={"text": ANSWER, "version": stale})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "berubah sejak Anda membukanya" in page
    assert ANSWER in page
    assert replies(session, case.id) == []
    again = officer.post(f"/petugas/kasus/{case.id}/tanggapi", data={"text": ANSWER, "version": version_on(page)})
    assert again.status_code == 303
    assert replies(session, case.id) == [ANSWER]


def test_an_answer_after_a_colleagues_answer_is_not_sent_and_not_lost(
    officer: FlaskClient, session: Session, office: Office
) -> None:
    case = office.report()
    respond(session, case, "Sudah dijawab rekan Anda.", user_id=office.staff(Role.OFFICER).id, now=clock.utcnow())
    session.commit()
    refused = officer.post(f"/petugas/kasus/{case.id}/tanggapi", data={"text": ANSWER})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "sudah berubah" in page
    assert re.search(rf"<textarea[^>]* readonly[^>]*>\s*{re.escape(ANSWER)}", page)
    assert replies(session, case.id) == ["Sudah dijawab rekan Anda."]


def test_the_page_says_who_closes_a_case_and_when_silence_does(
    officer: FlaskClient, session: Session, office: Office
) -> None:
    case = office.report()
    open_page = text_of(officer, f"/petugas/kasus/{case.id}")
    assert "Kasus tidak ditutup oleh unit." in open_page
    assert "10 hari kerja" in open_page
    respond(session, case, ANSWER, user_id=office.staff(Role.OFFICER).id, now=clock.utcnow())
    case.silence_ends_at = datetime(2026, 12, 7, 8, 0, tzinfo=UTC)
    session.commit()
    page = text_of(officer, f"/petugas/kasus/{case.id}")
    assert "setelah 10 hari kerja tanpa kabar pada 7 Desember 2026 16.00 WITA" in page


def test_a_case_closed_by_silence_is_shown_as_exactly_that(
    officer: FlaskClient, session: Session, office: Office
) -> None:
    case = office.report()
    respond(session, case, ANSWER, user_id=office.staff(Role.OFFICER).id, now=clock.utcnow())
    case.silence_ends_at = clock.utcnow()
    session.flush()
    close_silent(session, now=clock.utcnow() + timedelta(days=1))
    session.commit()
    page = text_of(officer, f"/petugas/kasus/{case.id}")
    assert "Ditutup tanpa kabar dari pelapor" in page
    assert "tidak berarti masalahnya selesai" in page


def test_the_citizens_word_stands_in_the_story_and_asks_for_more(
    officer: FlaskClient, session: Session, office: Office
) -> None:
    case = office.report()
    respond(session, case, ANSWER, user_id=office.staff(Role.OFFICER).id, now=clock.utcnow())
    judge(session, case, Outcome.DISPUTED, "KTP saya tetap belum jadi.", now=clock.utcnow())
    session.commit()
    page = text_of(officer, f"/petugas/kasus/{case.id}")
    assert page.count("KTP saya tetap belum jadi.") == 2  # beside the next step, and in the story
    assert "Dibuka lagi 1 kali" in page
    assert "Pelapor menyatakan belum selesai" in page
    assert ANSWER in page


def test_the_original_is_shown_once_and_the_reading_is_noted(
    officer: FlaskClient, session: Session, office: Office
) -> None:
    case = office.report(f"Hubungi {SECRET_NUMBER} bila KTP jadi.")
    page = text_of(officer, f"/petugas/kasus/{case.id}")
    assert SECRET_NUMBER not in page
    assert "[nomor telepon]" in page
    shown = officer.post(f"/petugas/kasus/{case.id}/asli")
    assert shown.status_code == 200
    assert SECRET_NUMBER in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    (noted,) = office.acts("handling.read_original")
    assert (noted.subject_id, noted.actor_id is not None, noted.detail) == (case.id, True, {})
    assert SECRET_NUMBER not in text_of(officer, f"/petugas/kasus/{case.id}")


def test_the_original_of_an_anonymous_report_stays_closed(officer: FlaskClient, office: Office) -> None:
    case = office.report(f"Hubungi {SECRET_NUMBER} bila KTP jadi.", is_anonymous=True)
    page = text_of(officer, f"/petugas/kasus/{case.id}")
    assert "/asli" not in page
    assert "Pelapor meminta anonim" in page
    refused = officer.post(f"/petugas/kasus/{case.id}/asli")
    assert refused.status_code == 403
    assert SECRET_NUMBER not in refused.get_data(as_text=True)
    assert office.acts("handling.read_original") == []


def test_a_text_without_personal_data_offers_nothing_to_reveal(officer: FlaskClient, office: Office) -> None:
    assert "/asli" not in text_of(officer, f"/petugas/kasus/{office.report().id}")
