"""The card on top of a case says the one thing to do next, to whoever may do it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling.bulk.duplicates import merge
from feedback_app.handling.life import ask
from feedback_app.handling.models import Case
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import Outcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import UnitKind
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office

QUESTION = "Di kelurahan mana Anda mengurusnya?"
ANSWER = "Blangko sudah tiba; KTP Anda dapat diambil besok."
CLOSING_HINT = "Kasus tidak ditutup oleh unit"


@pytest.fixture
def office(session: Session) -> Office:
    office = new_office(session)
    make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    return office


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


def page_of(client: FlaskClient, case: Case) -> str:
    return client.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)


def card_of(page: str) -> str:
    found = re.search(r'<section class="card-strong" aria-labelledby="langkah">(.*?)</section>', page, re.S)
    assert found, page
    return found[1]


def words_of(part: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def disputed(session: Session, office: Office, officer: User) -> Case:
    case, now = office.report(), clock.utcnow()
    respond(session, case, ANSWER, user_id=officer.id, now=now)
    judge(session, case, Outcome.DISPUTED, "Belum ada di loket.", now=now + timedelta(seconds=1))
    session.commit()
    return case


def test_who_may_review_finds_the_form_first_and_the_answer_folded_away(
    session: Session, office: Office, officer: User, login: Login
) -> None:
    case = disputed(session, office, officer)
    page = page_of(login(office.staff(Role.UNIT_HEAD)), case)
    assert "Tinjau tanggapan ini: kembalikan ke petugas, atau nyatakan tetap." in words_of(card_of(page))
    places = [page.index(part) for part in ('id="langkah"', 'name="grounds"', 'id="isi-laporan"', 'id="jawab-lagi"')]
    assert places == sorted(places)
    assert re.search(r'<details class="act act-answer" id="jawab-lagi">', page), "closed"
    assert "peninjauan ini gugur" in page
    assert page.count('id="tinjauan"') == 1


def test_who_wrote_the_answer_is_not_told_to_review_it(
    session: Session, office: Office, officer: User, login: Login
) -> None:
    page = page_of(login(officer), disputed(session, office, officer))
    assert "Tinjau tanggapan ini" not in page
    assert 'id="jawab-lagi"' not in page
    assert "Peninjauan tanggapan" in page


def test_what_was_typed_into_a_folded_answer_is_shown(
    session: Session, office: Office, officer: User, login: Login
) -> None:
    case, head = disputed(session, office, officer), office.staff(Role.UNIT_HEAD)
    answer = login(head).post(f"/petugas/kasus/{case.id}/tanggapi", data={"version": case.version, "text": "Siap."})
    assert answer.status_code == 422
    assert 'id="jawab-lagi" open' in answer.get_data(as_text=True)


def test_a_new_case_is_verified_or_taken_from_its_card(office: Office, officer: User, login: Login) -> None:
    case = office.report()
    card = card_of(page_of(login(officer), case))
    assert f"/petugas/kasus/{case.id}/verifikasi" in card
    assert f"/petugas/kasus/{case.id}/ambil" in card
    assert "Mengambil atau menanggapi juga memenuhi tenggat verifikasi." in card


def test_a_merged_case_leads_to_its_main_case_and_offers_nothing_else(
    session: Session, office: Office, officer: User, login: Login
) -> None:
    older = office.report("Antrean KTP lama sekali.", at=clock.utcnow() - timedelta(days=3))
    copy = office.report("Antrean KTP lama betul.")
    merge(session, [older, copy], user_id=officer.id, now=clock.utcnow())
    session.commit()
    page = page_of(login(officer), copy)
    assert f'<a href="/petugas/kasus/{older.id}">Digabungkan ke kasus {older.id}</a>' in card_of(page)
    assert "Verifikasi:" not in words_of(card_of(page)), "no clock of its own"
    assert '<span class="tag">Digabungkan</span>' in page
    posted = set(re.findall(rf'action="/petugas/kasus/{copy.id}/([a-z-]+)"', page))
    assert not posted & {
        "verifikasi",
        "ambil",
        "minta-keterangan",
        "kabar",
        "arsipkan",
        "jenis",
        "teruskan",
        "tugaskan",
    }
    assert {"pisah", "catatan", "label"} <= posted


@pytest.mark.parametrize(
    ("is_answered", "after"),
    [
        pytest.param(False, "kasus diarsipkan sebagai tidak lengkap", id="never answered"),
        pytest.param(True, "kasus kembali dikerjakan", id="answered once"),
    ],
)
def test_a_case_on_hold_says_what_comes_without_an_answer(
    session: Session, office: Office, officer: User, login: Login, is_answered: bool, after: str
) -> None:
    case = disputed(session, office, officer) if is_answered else office.report()
    ask(session, case, QUESTION, user_id=officer.id, now=clock.utcnow())
    session.commit()
    card = words_of(card_of(page_of(login(officer), case)))
    assert after in card
    assert "Lanjutkan tanpa menunggu" in card
    assert CLOSING_HINT not in card


def test_how_a_case_ends_is_said_to_who_answers_alone(office: Office, officer: User, login: Login) -> None:
    case = office.report()
    client = login(officer)
    assert CLOSING_HINT in page_of(client, case)
    client.post("/keluar")
    assert CLOSING_HINT not in page_of(login(office.staff(Role.ADMINISTRATOR)), case)


def test_acts_stand_in_groups_and_an_empty_group_has_no_heading(
    session: Session, office: Office, officer: User, login: Login
) -> None:
    case, client = office.report(), login(officer)
    titles = re.compile(r'<h3 class="act-group">([^<]+)</h3>')
    assert titles.findall(page_of(client, case)) == ["Tanya atau kabari pelapor", "Serahkan", "Koreksi"]
    respond(session, case, ANSWER, user_id=officer.id, now=clock.utcnow())
    session.commit()
    assert titles.findall(page_of(client, case)) == ["Koreksi"]


def test_the_page_leads_to_proof_and_to_the_labels(office: Office, officer: User, login: Login) -> None:
    page = page_of(login(officer), office.report())
    for place in ("tambah-bukti", "perbaiki-dugaan"):
        assert f'href="#{place}"' in page
        assert re.search(rf'<details class="act" id="{place}"', page)
    assert page.index('id="tanggapan"') < page.index('href="#tambah-bukti"') < page.index('id="tindakan"')
    assert re.search(r"<details class=\"reveal\">\s*<summary>Tentang dugaan ini</summary>\s*<p[^>]*>Model uji-1", page)
