"""What an officer finds by words: reports, messages, verdicts and answers, masked and stemmed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import CITIZEN
from feedback_app.handling.citizens.erasure import erase
from feedback_app.handling.citizens.words import add_message
from feedback_app.handling.ending.withdrawal import withdraw
from feedback_app.handling.inbox.filters import read_filters
from feedback_app.handling.inbox.models import CaseWords
from feedback_app.handling.inbox.queries import inbox
from feedback_app.handling.inbox.search import refresh_words
from feedback_app.handling.models import Case
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import Outcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.storage import Disk
from tests.blueprints.office import Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


def found(session: Session, who: User, words: str) -> list[int]:
    now = clock.utcnow()
    rows = inbox(session, who.id, day=now.date(), now=now, asked=read_filters({"q": words})).rows
    return sorted(row.id for row in rows)


def test_a_report_is_found_by_another_form_of_its_word(session: Session, office: Office, officer: User) -> None:
    case = office.report("Petugas mengabaikan antrean panjang di loket dua.")
    office.report("Jalan di depan pasar berlubang.")
    assert found(session, officer, "antre") == found(session, officer, "ANTREAN") == [case.id]
    assert found(session, officer, "abaikan") == [case.id]


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        pytest.param("loket antrean", True, id="all words, in any order"),
        pytest.param('"antrean panjang"', True, id="a phrase"),
        pytest.param('"panjang antrean"', False, id="a phrase in another order"),
        pytest.param("banjir or antrean", True, id="one of two"),
        pytest.param("antrean -loket", False, id="not this one"),
        pytest.param("banjir", False, id="a word that is not there"),
        pytest.param("yang di", False, id="words too common to look for"),
        pytest.param("' & ! : * (", False, id="signs alone"),
        pytest.param("antrean' ) | ((", True, id="signs around a word"),
    ],
)
def test_words_are_read_as_a_search_engine_reads_them(
    session: Session, office: Office, officer: User, words: str, hits: bool
) -> None:
    case = office.report("Antrean panjang di loket dua.")
    assert found(session, officer, words) == ([case.id] if hits else [])


def test_a_number_with_a_sign_is_a_case_and_a_bare_one_is_also_a_word(
    session: Session, office: Office, officer: User
) -> None:
    first = office.report("Antrean panjang di loket dua.")
    second = office.report(f"Laporan {first.id} belum dijawab.")
    assert found(session, officer, f"#{first.id}") == [first.id]
    assert found(session, officer, str(first.id)) == [first.id, second.id]
    assert found(session, officer, "#999999999999999999") == []


def test_a_case_of_another_unit_is_not_found_by_its_number_or_words(session: Session, office: Office) -> None:
    case = office.report("Antrean panjang di loket dua.")
    stranger = new_office(session).staff(Role.OFFICER)
    assert found(session, stranger, f"#{case.id}") == found(session, stranger, "antrean") == []


def test_an_allegation_is_not_found_by_the_unit_it_speaks_of(session: Session, office: Office, officer: User) -> None:
    office.report("Petugas loket meminta uang pelicin lima puluh ribu rupiah agar berkas jalan.", is_confidential=True)
    head = office.staff(Role.ADMINISTRATOR, everywhere=True)
    assert found(session, head, "pelicin") == []


def test_messages_verdicts_and_answers_are_found_too(session: Session, office: Office, officer: User) -> None:
    case, now = office.report(), clock.utcnow()
    add_message(session, case, "Saya juga menunggu di puskesmas.", now=now)
    respond(session, case, "Blangko kosong sejak Maret dan sudah dipesan.", user_id=officer.id, now=now)
    judge(session, case, Outcome.DISPUTED, "Tetap saja berkas saya hilang.", now=now + timedelta(hours=1))
    for words in ("puskesmas", "blangko", "hilang"):
        assert found(session, officer, words) == [case.id], words


def test_what_was_masked_is_not_found_nor_the_tag_in_its_place(session: Session, office: Office, officer: User) -> None:
    case, now = office.report(), clock.utcnow()
    add_message(session, case, "Hubungi saya di 081298765432 atau lewat 5371011505900003.", now=now)
    respond(
        session, case, "Kami akan menelepon 081298765432, terima kasih.", user_id=officer.id, now=now
    )  # fmt: skip
    for words in ("081298765432", "5371011505900003", "telepon", "nik"):
        assert found(session, officer, words) == [], words
    assert found(session, officer, "hubungi") == [case.id]


def test_an_erased_report_is_found_by_the_officers_own_words_alone(
    session: Session, office: Office, officer: User, tmp_path: Path
) -> None:
    case, now = office.report("Antrean panjang di loket dua."), clock.utcnow()
    add_message(session, case, "Saya juga menunggu di puskesmas.", now=now)
    respond(session, case, "Blangko kosong sejak Maret dan sudah dipesan.", user_id=officer.id, now=now)
    erase(session, Disk(tmp_path), case.agency_id, case.submission_id, actor=CITIZEN, now=now)
    for words in ("antrean", "puskesmas", "dihapus", "permintaan"):
        assert found(session, officer, words) == [], words
    assert found(session, officer, "blangko") == [case.id]


def test_what_is_kept_follows_from_the_raw_rows(session: Session, office: Office, officer: User) -> None:
    cases = [office.report(f"Laporan nomor {number} tentang antrean.") for number in range(3)]
    respond(session, cases[0], "Blangko kosong sejak Maret.", user_id=officer.id, now=clock.utcnow())
    kept = sa.select(CaseWords.case_id, sa.cast(CaseWords.document, sa.Text)).order_by(CaseWords.case_id)
    before = session.execute(kept).all()
    session.execute(sa.delete(CaseWords))
    refresh_words(session, office.agency.id, session.scalars(sa.select(Case.id)).all())
    assert session.execute(kept).all() == before


def test_why_a_reporter_took_a_report_back_is_found(session: Session, office: Office, officer: User) -> None:
    case = office.report()
    withdraw(session, case, "Ternyata kartunya terselip di rumah.", now=clock.utcnow())
    assert found(session, officer, "terselip") == [case.id]
