"""The page after signing in: what waits, for whom, and what to do when nothing does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.blueprints.due import Urge, due
from feedback_app.evaluation.cycles.opening import open_cycle
from feedback_app.evaluation.rules import CycleKind
from feedback_app.handling.inbox.workload import workload
from feedback_app.handling.operations import judge, respond, take
from feedback_app.handling.rules import Outcome
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def home_of(login: Login, who: object) -> str:
    answer = login(who).get("/petugas/")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def figure(page: str, words: str) -> str:
    found = re.search(rf"<strong>([\d.]+)</strong> <span>{words}</span>", page)
    assert found, page
    return found[1]


def test_an_officer_sees_how_much_is_late_and_what_to_do_first(login: Login, office: Office) -> None:
    office.report("Sudah sebulan saya menunggu jawaban.", at=clock.utcnow() - timedelta(days=60))
    office.report("Antrean hari ini sangat panjang.")
    page = home_of(login, office.staff(Role.OFFICER))
    assert (figure(page, "terlambat"), figure(page, "perlu ditangani")) == ("1", "2")
    assert page.index("Sudah sebulan") < page.index("Antrean hari ini")
    assert "Terlambat" in page


def test_cases_of_other_units_are_not_counted(login: Login, session: Session, office: Office) -> None:
    new_office(session).report()
    sibling = Office(session, office.agency, make.unit(session, office.agency))
    sibling.report()
    office.report()
    page = home_of(login, office.staff(Role.OFFICER))
    assert figure(page, "perlu ditangani") == "1"


def test_answered_cases_are_counted_as_waiting_for_the_citizen(login: Login, session: Session, office: Office) -> None:
    officer, case = office.staff(Role.OFFICER), office.report()
    take(session, case, user_id=officer.id, now=clock.utcnow())
    respond(session, case, "Blangko sudah tiba.", user_id=officer.id, now=clock.utcnow())
    session.commit()
    page = home_of(login, officer)
    assert (figure(page, "perlu ditangani"), figure(page, "menunggu warga")) == ("0", "1")
    assert "Semua kasus sudah ditanggapi" in page


def test_an_officer_without_cases_is_told_what_to_do_next(login: Login, office: Office) -> None:
    page = home_of(login, office.staff(Role.OFFICER))
    assert "Belum ada yang menunggu Anda" in page
    assert 'href="/petugas/masukan"' in page


def test_an_evaluator_sees_cycles_and_no_inbox(login: Login, session: Session, office: Office) -> None:
    open_cycle(
        session, agency_id=office.agency.id, name="TW II 2026", kind=CycleKind.QUARTERLY, starts_on=date(2026, 4, 1),
        ends_on=date(2026, 6, 30), actor=SYSTEM, now=make.NOW,
    )  # fmt: skip
    page = home_of(login, office.staff(Role.EVALUATOR, everywhere=True))
    assert "TW II 2026" in page
    assert "/petugas/kotak-masuk" not in page
    assert "/petugas/token" not in page


def test_who_reads_the_inbox_only_is_not_offered_tokens(login: Login, office: Office) -> None:
    page = home_of(login, office.staff(Role.ADMINISTRATOR, everywhere=True))
    assert "/petugas/kotak-masuk" in page
    assert "/petugas/token" not in page


def test_an_account_without_a_grant_is_refused(login: Login, session: Session) -> None:
    assert login(make.user(session)).get("/petugas/").status_code == 403


def test_a_grant_that_has_ended_opens_nothing(login: Login, session: Session, office: Office) -> None:
    former = make.user(session)
    make.grant(session, former, Role.OFFICER, office.agency, office.unit, ends_on=date(2026, 1, 1))
    assert login(former).get("/petugas/").status_code == 403


def test_no_browser_keeps_a_page_of_staff(login: Login, office: Office) -> None:
    client = login(office.staff(Role.UNIT_HEAD))
    for path in ("/petugas/", "/petugas/kotak-masuk", "/petugas/masukan", "/petugas/token"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path


def test_late_and_due_today_follow_the_clock_of_the_agency(session: Session, office: Office) -> None:
    officer = office.staff(Role.OFFICER)
    case = office.report(at=datetime(2026, 5, 11, 1, 0, tzinfo=UTC))
    case.due_at = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)  # 16.00 WITA
    session.flush()

    def counted(now: datetime) -> tuple[int, int]:
        found = workload(session, officer.id, day=date(2026, 5, 12), now=now)
        return found.overdue, found.due_today

    assert counted(datetime(2026, 5, 11, 15, 59, tzinfo=UTC)) == (0, 0)  # still 11 May in Kupang
    assert counted(datetime(2026, 5, 11, 16, 0, tzinfo=UTC)) == (0, 1)  # midnight in Kupang
    assert counted(datetime(2026, 5, 12, 8, 0, tzinfo=UTC)) == (0, 1)
    assert counted(datetime(2026, 5, 12, 8, 1, tzinfo=UTC)) == (1, 0)


@pytest.mark.parametrize(
    ("now", "urge", "words"),
    [
        pytest.param("2026-05-10T03:00Z", Urge.LATER, "Paling lambat 12 Mei 2026", id="days before"),
        pytest.param("2026-05-11T16:00Z", Urge.TODAY, "Hari ini sampai pukul 16.00", id="same day"),
        pytest.param("2026-05-12T08:01Z", Urge.OVERDUE, "Terlambat sejak pukul 16.00 hari ini", id="just late"),
        pytest.param("2026-05-14T16:00Z", Urge.OVERDUE, "Terlambat 3 hari kalender", id="days late"),
    ],
)
def test_a_deadline_is_said_in_words(app: Flask, now: str, urge: Urge, words: str) -> None:
    with app.test_request_context():
        found = due(datetime(2026, 5, 12, 8, 0, tzinfo=UTC), "Asia/Makassar", datetime.fromisoformat(now))
    assert (found.urge, found.words) == (urge, words)


def test_a_head_finds_the_disputes_to_review_on_the_first_page(login: Login, session: Session, office: Office) -> None:
    officer, case, now = office.staff(Role.OFFICER), office.report("KTP saya belum jadi."), clock.utcnow()
    respond(session, case, "Sudah kami cetak kemarin.", user_id=officer.id, now=now)
    judge(session, case, Outcome.DISPUTED, "Belum ada di loket.", now=now + timedelta(seconds=1))
    session.commit()
    head = login(office.staff(Role.UNIT_HEAD))
    page = head.get("/petugas/").get_data(as_text=True)
    assert figure(page, "menunggu tinjauan Anda") == "1"
    listed = head.get("/petugas/tinjauan").get_data(as_text=True)
    assert "1 tanggapan menunggu" in listed
    assert f'href="/petugas/kasus/{case.id}"' in listed
    head.post("/keluar")
    assert "menunggu tinjauan Anda" not in home_of(login, officer)
    assert login(officer).get("/petugas/tinjauan").status_code == 403


def test_a_head_without_disputes_is_told_when_they_come(login: Login, office: Office) -> None:
    page = login(office.staff(Role.UNIT_HEAD)).get("/petugas/tinjauan").get_data(as_text=True)
    assert "Tidak ada yang menunggu tinjauan Anda" in page


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        pytest.param(Role.OFFICER, set(), id="officer"),
        pytest.param(Role.UNIT_HEAD, {"/petugas/dasbor", "/petugas/templat"}, id="head"),
        pytest.param(Role.ADMINISTRATOR, {"/petugas/dasbor", "/petugas/tenggat"}, id="administrator"),
    ],
)
def test_each_role_finds_its_own_pages(login: Login, office: Office, role: Role, shown: set[str]) -> None:
    page = home_of(login, office.staff(role, everywhere=role is Role.ADMINISTRATOR))
    tiles = set(re.findall(r'class="tile" href="([^"]+)"', page))
    assert tiles & {"/petugas/dasbor", "/petugas/templat", "/petugas/tenggat"} == shown
    bar = page[page.index('class="staff-bar"') : page.index("</header>")]
    assert ("/petugas/dasbor" in bar) == ("/petugas/dasbor" in shown)


def test_a_case_out_of_reach_leads_back_to_the_inbox(login: Login, session: Session, office: Office) -> None:
    foreign = new_office(session).report()
    session.commit()
    client = login(office.staff(Role.OFFICER))
    for number in (foreign.id, 999_999_999):
        answer = client.get(f"/petugas/kasus/{number}")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 404
        assert "mungkin sudah diteruskan atau ditangani unit lain" in page
        assert 'href="/petugas/kotak-masuk">Ke kotak masuk' in page
    client.post("/keluar")
    assert "Ke kotak masuk" not in client.get("/tidak-ada").get_data(as_text=True)
