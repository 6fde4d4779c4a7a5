"""The pages on which staff read what a survey came to."""

from __future__ import annotations

import csv
import re
from datetime import date
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Unit
from feedback_app.survey.elements import Weight
from feedback_app.survey.models import Period, Question
from feedback_app.survey.operations import Respondent
from feedback_app.survey.results import store_period
from feedback_app.survey.rules import Sex
from tests import factories as make
from tests.blueprints.office import Login
from tests.survey import makers
from tests.survey.test_results import SEKADAU


def sekadau() -> list[list[int]]:
    with SEKADAU.open() as lines:
        return [[int(value) for value in row.values()] for row in csv.DictReader(lines)]


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def unit(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, name="Dinas Kependudukan")


def staff(session: Session, agency: Agency, role: Role = Role.UNIT_HEAD, over: Unit | None = None) -> User:
    who = make.user(session)
    make.grant(session, who, role, agency, over)
    return who


def close(session: Session, period: Period) -> None:
    makers.fold(session, period)
    makers.shut(session, period)
    store_period(session, period, now=make.NOW, actor=SYSTEM)


def read(client: FlaskClient, address: str, status: int = 200) -> str:
    """The words of a page, without marks."""
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    main = answer.text.split("<main", 1)[-1].split("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def results(period: Period, *further: object) -> str:
    return "/".join(["/petugas/skm/periode", str(period.id), "hasil", *map(str, further)])


def test_a_unit_shows_index_grade_interval_and_the_three_lowest_elements(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    period = makers.open_period(session, agency, [unit])
    makers.respond_all(session, period, unit, sekadau(), respondent=Respondent(sex=Sex.FEMALE))
    close(session, period)
    client = login(staff(session, agency, over=unit))
    page = read(client, results(period, unit.id))
    assert "78,74 mutu B Baik" in page
    assert "49 responden" in page
    assert re.search(r"Rentang 95 persen: 7\d,\d\d sampai 8\d,\d\d", page)
    lowest = re.findall(r"(Persyaratan|Sistem, Mekanisme, dan Prosedur|Sarana dan Prasarana) terendah ke-(\d)", page)
    assert lowest == [("Persyaratan", "1"), ("Sistem, Mekanisme, dan Prosedur", "2"), ("Sarana dan Prasarana", "3")]
    assert "Sementara" not in page


def test_an_open_period_is_marked_as_provisional_and_says_how_many_answers_wait(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    period = makers.open_period(session, agency, [unit])
    makers.respond_all(session, period, unit, [[3] * 9] * 3)
    makers.fold(session, period)
    makers.respond(session, period, unit)
    client = login(staff(session, agency, over=unit))
    for address in (results(period), results(period, unit.id)):
        page = read(client, address)
        assert "Sementara." in page
        assert "1 kuesioner baru masuk dan belum ikut dihitung" in page


def test_the_figure_page_tells_the_steps_with_their_numbers_and_the_commands(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    period = makers.open_period(session, agency, [unit])
    makers.respond_all(session, period, unit, sekadau())
    close(session, period)
    page = read(login(staff(session, agency, over=unit)), results(period, f"angka?unit={unit.id}"))
    assert "138 ÷ 49 2,816327" in page
    assert "Dikali 25: 78,741497 (tepatnya 11575/147)" in page
    assert "Dibulatkan: 78,74" in page
    assert "mulai dari 76,61" in page
    assert f"feedback skm recount --agency {agency.code} --period {period.code}" in page
    assert re.search(r"SHA-256 dari jumlahan [0-9a-f]{64}", page)


def test_the_whole_agency_is_told_to_who_reads_all_its_units_and_to_nobody_else(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    other = make.unit(session, agency, name="Dinas Perhubungan")
    period = makers.open_period(session, agency, [unit, other])
    for place, given in ((unit, 4), (other, 2)):
        makers.respond_all(session, period, place, [[given] * 9] * 2)
    makers.fold(session, period)
    client = login(staff(session, agency, Role.ADMINISTRATOR))
    whole = read(client, results(period))
    client.post("/keluar")
    assert "75,00" in whole
    assert "Dinas Perhubungan" in whole
    own = login(staff(session, agency, over=unit))
    page = read(own, results(period))
    assert "75,00" not in page
    assert "Dinas Perhubungan" not in page
    assert "1 unit di luar jangkauan Anda" in page
    for address in (results(period, other.id), results(period, "angka"), results(period, f"angka?unit={other.id}")):
        read(own, address, 404)


def test_somebody_of_another_agency_finds_no_results(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    period = makers.open_period(session, agency, [unit])
    elsewhere = make.agency(session)
    client = login(staff(session, elsewhere, Role.ADMINISTRATOR))
    for address in (results(period), results(period, unit.id), results(period, "angka")):
        read(client, address, 404)


def test_a_draft_has_no_results_yet(session: Session, agency: Agency, login: Login) -> None:
    period = makers.draft_period(session, agency)
    read(login(staff(session, agency, Role.ADMINISTRATOR)), results(period), 404)


def test_a_unit_without_answers_says_what_to_do_and_how_many_it_needs(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    period = makers.open_period(session, agency)
    makers.target(session, period, unit, population=759)
    client = login(staff(session, agency, over=unit))
    page = read(client, results(period, unit.id))
    assert "Belum ada kuesioner" in page
    assert "260 responden menurut tabel (255 menurut rumus) dari 759 orang" in page
    assert "0 dari 260" in read(client, results(period))
    assert "Belum ada indeks untuk dijelaskan" in read(client, results(period, f"angka?unit={unit.id}"))


def test_a_period_without_units_says_so(session: Session, agency: Agency, unit: Unit, login: Login) -> None:
    assert unit.agency_id == agency.id
    period = makers.open_period(session, agency)
    assert "Belum ada unit" in read(login(staff(session, agency, Role.ADMINISTRATOR)), results(period))


def test_services_own_questions_and_the_sample_stand_on_the_page_of_the_unit(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    asked = makers.instrument(session, agency)
    session.add(
        Question(
            agency_id=agency.id, instrument_id=asked.id, position=20, key="parkir", element=None,
            stem="Apakah tempat parkir cukup?", options=["Tidak", "Ya"],
        )
    )  # fmt: skip
    service = make.service(session, unit, name="Akta Kelahiran")
    period = makers.open_period(session, agency, [], asked)
    makers.target(session, period, unit, service, population=1000)
    makers.respond_all(session, period, unit, [[3] * 9 + [2]] * 12, service)
    makers.fold(session, period)
    page = read(login(staff(session, agency, over=unit)), results(period, unit.id))
    assert "Akta Kelahiran 12 dari 278" in page
    assert "Apakah tempat parkir cukup?" in page
    assert "Sampel belum cukup: 12 dari 278 responden" in page
    assert "lewat satu saluran: Web" in page
    assert "12 Mei 2026" in page
    assert "Rentang 95 persen belum dapat ditentukan" in page


def test_an_earlier_period_is_compared_and_another_weight_is_not_subtracted(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    rounds: tuple[tuple[int, list[list[int]], dict[str, Any]], ...] = (
        (2024, [[3] * 9, [3] * 8 + [4]], {"weight": Weight.THREE_DIGITS}),
        (2025, [[2] * 9, [2] * 8 + [3], [3] + [2] * 8] * 3, {}),
        (2026, [[4] * 9, [4] * 8 + [3], [3] + [4] * 8] * 3, {}),
    )
    found = []
    for year, rows, values in rounds:
        period = makers.open_period(
            session, agency, [unit], name=f"Tahun {year}", code=f"t{year}",
            starts_on=date(year, 1, 1), ends_on=date(year, 12, 31), **values,
        )  # fmt: skip
        makers.respond_all(session, period, unit, rows, answered_on=date(year, 3, 1))
        close(session, period)
        found.append(period)
    client = login(staff(session, agency, over=unit))
    page = read(client, results(found[2], unit.id))
    assert re.search(r"naik: \+\d\d,\d\d poin, rentang 95 persen \+\d", page)
    assert "pada Tahun 2025" in page
    assert "□ aturan atau bobot lain" in page
    other = read(client, f"{results(found[2], unit.id)}?banding={found[0].id}")
    assert "dihitung dengan bobot unsur yang berbeda" in other


@pytest.mark.parametrize("by", ["name", "index", "respondents", "progress", "x"])
def test_the_table_of_units_is_sorted_by_any_column(
    session: Session, agency: Agency, unit: Unit, login: Login, by: str
) -> None:
    second = make.unit(session, agency, name="Badan Pendapatan")
    period = makers.open_period(session, agency, [unit, second])
    makers.respond_all(session, period, second, [[4] * 9] * 2)
    makers.respond(session, period, unit, [2] * 9)
    makers.fold(session, period)
    page = read(login(staff(session, agency, Role.EVALUATOR)), f"{results(period)}?urut={by}")
    names = re.findall(r"Dinas Kependudukan|Badan Pendapatan", page)
    first = "Badan Pendapatan" if by in {"name", "progress", "x"} else "Dinas Kependudukan"
    assert names[0] == first


def test_a_comparison_tells_how_each_element_moved(session: Session, agency: Agency, unit: Unit, login: Login) -> None:
    then = makers.open_period(session, agency, [unit], starts_on=date(2025, 7, 1), ends_on=date(2025, 12, 31))
    makers.respond_all(session, then, unit, [[3] * 9, [4] * 9], answered_on=date(2025, 9, 1))
    close(session, then)
    now = makers.open_period(session, agency, [unit])
    makers.respond_all(session, now, unit, [[2, 3, 3, 3, 3, 3, 3, 3, 4], [2, 4, 4, 4, 4, 4, 4, 4, 4]])
    makers.fold(session, now)
    client = login(staff(session, agency))
    for address in (results(now), results(now, unit.id)):
        for _ in range(2):  # while it is open, and once it is stored
            page = read(client, address)
            assert "Turun paling jauh: Persyaratan (−37,50). Naik paling jauh: " in page
            rows = page.split("Selisih nilai", 1)[1]
            assert "Persyaratan 3,500 2,000 87,50 50,00 −37,50" in rows
            assert rows.index("−37,50") < rows.index("+12,50")
            makers.shut(session, now)
            store_period(session, now, now=make.NOW, actor=SYSTEM)


def test_elements_under_another_weight_are_not_compared(
    session: Session, agency: Agency, unit: Unit, login: Login
) -> None:
    then = makers.open_period(
        session, agency, [unit], starts_on=date(2025, 7, 1), ends_on=date(2025, 12, 31), weight=Weight.THREE_DIGITS
    )
    makers.respond_all(session, then, unit, [[3] * 9] * 2, answered_on=date(2025, 9, 1))
    close(session, then)
    now = makers.open_period(session, agency, [unit])
    makers.respond_all(session, now, unit, [[4] * 9] * 2)
    close(session, now)
    assert "Selisih nilai" not in read(login(staff(session, agency)), results(now, unit.id))


def test_large_numbers_are_written_alike_everywhere(session: Session, agency: Agency, unit: Unit, login: Login) -> None:
    period = makers.open_period(session, agency, [unit])
    makers.respond_all(session, period, unit, [[3] * 9] * 3)
    makers.fold(session, period)
    session.execute(sa.text("UPDATE skm_cells SET n = n + 1997"))
    page = read(login(staff(session, agency)), results(period, unit.id))
    assert "2.000 responden" in page
    assert "2000 responden" not in page
