"""Published results of surveys: what everybody may read, what is withheld, and that no figure comes from elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.survey.actions import Planned, plan
from feedback_app.survey.elements import Grade, RuleSetCode, Weight
from feedback_app.survey.models import Period, Target
from feedback_app.survey.result_models import Result
from feedback_app.survey.results import publish, store_period
from feedback_app.survey.rules import PeriodState, ResultLevel
from tests import factories as make
from tests.blueprints.surveyed import MONTH, Surveyed, surveyed_in, today
from tests.survey import makers

LOW_TIME = (3, 3, 1, 4, 3, 3, 4, 3, 2)


@pytest.fixture
def place(session: Session) -> Surveyed:
    agency = make.agency(session, name="Pemerintah Kota Kupang")
    unit = make.unit(session, agency, name="Dinas Kependudukan")
    return surveyed_in(session, agency, unit)


def ended(
    place: Surveyed, rows: Sequence[Sequence[int | None]], *, quarters_ago: int = 1, is_published: bool = True
) -> Period:  # fmt: skip
    """A period that is over, with its results."""
    starts_on = today() - (1 + 3 * quarters_ago) * MONTH
    period = makers.open_period(
        place.session, place.agency, [place.unit], starts_on=starts_on, ends_on=starts_on + MONTH
    )
    makers.respond_all(place.session, period, place.unit, rows, answered_on=starts_on)
    makers.shut(place.session, period)
    store_period(place.session, period, now=clock.utcnow(), actor=SYSTEM)
    if is_published:
        publish(place.session, period, now=clock.utcnow(), actor=SYSTEM)
    place.session.commit()
    return period


def reported(place: Surveyed, year: int, value: str) -> None:
    """A result by the older rules, from before the platform."""
    period = Period(
        agency_id=place.agency.id, instrument_id=place.period.instrument_id, code=f"{year}", name=f"Tahun {year}",
        starts_on=date(year, 1, 1), ends_on=date(year, 12, 31), state=PeriodState.REPORTED, weight=Weight.OLD,
        created_at=make.NOW,
    )  # fmt: skip
    place.session.add(period)
    place.session.flush()
    place.session.add(
        Result(
            agency_id=place.agency.id, period_id=period.id, level=ResultLevel.UNIT, unit_id=place.unit.id, version=1,
            ruleset=RuleSetCode.KEPMENPAN_25_2004, weight=Weight.OLD, respondents=150, index_value=Decimal(value),
            grade=Grade.B, elements=[], counts={}, source_note="Laporan IKM", computed_at=make.NOW,
            published_at=make.NOW,
        )
    )  # fmt: skip
    place.session.commit()


def page_of(client: FlaskClient, place: Surveyed, part: str = "/hasil") -> str:
    return client.get(place.address + part).get_data(as_text=True)


def unit_page(client: FlaskClient, place: Surveyed) -> str:
    return client.get(f"/unit/{place.agency.code}/{place.unit.code}").get_data(as_text=True)


def test_a_published_index_stands_with_its_elements_its_interval_and_its_grade(
    client: FlaskClient, place: Surveyed
) -> None:
    ended(place, [LOW_TIME] * 8 + [(4,) * 9] * 8)
    page = page_of(client, place)
    # (26 + 36) / 2 / 9 * 25 = 86.11
    assert "86,11" in page
    assert "mutu B – Baik" in page
    assert "Dengan keyakinan 95 %" in page
    assert page.count('<svg class="survey-bar"') == 9
    assert page.count("tiga terendah") == 3
    assert "Waktu Penyelesaian" in page
    assert "terpisah dari penilaian portal" in page
    assert "86,11" in unit_page(client, place)


def test_what_is_not_published_is_shown_to_nobody(client: FlaskClient, place: Surveyed) -> None:
    ended(place, [LOW_TIME] * 20, is_published=False)
    assert "Belum ada hasil yang diumumkan" in page_of(client, place)
    assert "72,22" not in unit_page(client, place)
    assert client.get(f"{place.address}/hasil.json").get_json()["results"] == []


@pytest.mark.parametrize(("respondents", "is_told"), [(9, False), (10, True)])
def test_an_index_of_few_people_is_withheld_with_the_reason(
    client: FlaskClient, place: Surveyed, respondents: int, is_told: bool
) -> None:
    ended(place, [LOW_TIME] * respondents)
    for page in (page_of(client, place), unit_page(client, place)):
        assert ("72,22" in page) is is_told
        assert ("supaya jawaban seseorang tidak dikenali" in page) is not is_told
    [told] = client.get(f"{place.address}/hasil.json").get_json()["results"]
    assert (told["withheld"], told["index"], told["respondents"]) == (
        (False, "72.22", 10) if is_told else (True, None, None)
    )
    assert ("72.22" in page_of(client, place, "/hasil.csv")) is is_told


def test_an_element_that_few_answered_is_hidden_and_so_is_a_second_one(client: FlaskClient, place: Surveyed) -> None:
    some: list[tuple[int | None, ...]] = [(3, 3, None, 4, 3, 3, 4, 3, 2)] * 5
    ended(place, [*[LOW_TIME] * 8, *some])
    [told] = client.get(f"{place.address}/hasil.json").get_json()["results"]
    hidden = [element["key"] for element in told["elements"] if element["value"] is None]
    assert len(hidden) == 2
    assert "waktu" in hidden
    assert "bila hanya satu, unsur berikutnya ikut ditutup" in page_of(client, place)


def test_the_course_of_the_index_marks_what_cannot_be_compared(client: FlaskClient, place: Surveyed) -> None:
    reported(place, 2016, "76.48")
    ended(place, [LOW_TIME] * 12, quarters_ago=2)
    ended(place, [(3,) * 9] * 12)
    page = page_of(client, place)
    assert page.count("<circle") == 2
    assert page.count('<rect class="other"') == 1
    assert "Keputusan Menteri PAN Nomor KEP/25/M.PAN/2/2004" in page
    assert page.index("Semester") < page.index("Tahun 2016")
    codes = [one["ruleset"] for one in client.get(f"{place.address}/hasil.json").get_json()["results"]]
    assert codes == ["permenpanrb-14-2017"] * 2 + ["kepmenpan-25-2004"]


def test_a_newer_period_of_too_few_people_leaves_the_older_index_in_sight(client: FlaskClient, place: Surveyed) -> None:
    ended(place, [LOW_TIME] * 12, quarters_ago=2)
    ended(place, [(4,) * 9] * 3)
    page = page_of(client, place)
    assert "Di bawah ini hasil sebelumnya" in page
    assert "72,22" in page
    assert "100,00" not in page.replace('">100,00</td>', "")


def test_the_plan_is_public_without_the_name_of_who_answers_for_it(client: FlaskClient, place: Surveyed) -> None:
    period = ended(place, [LOW_TIME] * 12)
    row = Planned("waktu", "Menambah satu loket pada jam sibuk.", today().year, (2, 3), "Maria Bano, Kepala Bidang")
    plan(place.session, period, place.unit.id, row, user_id=make.user(place.session).id, now=clock.utcnow())
    place.session.commit()
    page = page_of(client, place)
    assert "Menambah satu loket" in page
    assert "Direncanakan" in page
    [told] = client.get(f"{place.address}/hasil.json").get_json()["follow_up"]
    assert told["status"] == "planned"
    assert "Maria Bano" not in page + page_of(client, place, "/hasil.json")


def test_the_plan_stays_in_sight_until_the_next_one_is_made(client: FlaskClient, place: Surveyed) -> None:
    first = ended(place, [LOW_TIME] * 12, quarters_ago=2)
    head = make.user(place.session).id
    row = Planned("waktu", "Menambah satu loket pada jam sibuk.", today().year - 1, (2,), "Maria Bano")
    plan(place.session, first, place.unit.id, row, user_id=head, now=clock.utcnow())
    second = ended(place, [(3,) * 9] * 12)
    page = page_of(client, place)
    assert "Menambah satu loket" in page
    assert f"rencana dari {first.name} dan kemajuannya" in page
    assert "terlambat" in page
    [told] = client.get(f"{place.address}/hasil.json").get_json()["follow_up"]
    assert (told["period"], told["late"]) == (first.code, True)
    new = Planned("biaya", "Tarif dipasang di loket.", today().year + 1, (2,), "Maria Bano")
    plan(place.session, second, place.unit.id, new, user_id=head, now=clock.utcnow())
    place.session.commit()
    page = page_of(client, place)
    assert "Tarif dipasang" in page
    assert "Menambah satu loket" not in page
    assert "terlambat" not in page


def test_a_thin_sample_is_told_with_the_number_that_the_table_asks(client: FlaskClient, place: Surveyed) -> None:
    starts_on = today() - 4 * MONTH
    period = makers.open_period(
        place.session, place.agency, [place.unit], starts_on=starts_on, ends_on=starts_on + MONTH
    )
    makers.respond_all(place.session, period, place.unit, [LOW_TIME] * 12, answered_on=starts_on)
    place.session.execute(sa.update(Target).where(Target.period_id == period.id).values(population=900))
    makers.shut(place.session, period)
    store_period(place.session, period, now=clock.utcnow(), actor=SYSTEM)
    publish(place.session, period, now=clock.utcnow(), actor=SYSTEM)
    place.session.commit()
    assert "Responden 12 dari paling sedikit 269 yang diminta tabel" in page_of(client, place)


def test_the_page_of_an_agency_leads_to_the_results_of_its_units_also_when_no_survey_runs(
    client: FlaskClient, place: Surveyed
) -> None:
    quiet = make.agency(place.session, name="Pemerintah Kabupaten")
    units = [make.unit(place.session, quiet, name=name) for name in ("Dinas Banyak", "Dinas Sedikit", "Dinas Baru")]
    period = makers.open_period(place.session, quiet, units, starts_on=today() - 3 * MONTH, ends_on=today() - 2 * MONTH)
    for unit, n in zip(units, (12, 3, 0), strict=True):
        makers.respond_all(place.session, period, unit, [LOW_TIME] * n, answered_on=today() - 3 * MONTH)
    makers.shut(place.session, period)
    store_period(place.session, period, now=clock.utcnow(), actor=SYSTEM)
    publish(place.session, period, now=clock.utcnow(), actor=SYSTEM)
    place.session.commit()
    page = client.get(f"/skm/{quiet.code}").get_data(as_text=True)
    assert "Sekarang tidak ada survei" in page
    assert f'href="/skm/{quiet.code}/{units[0].code}/hasil"' in page
    assert "<strong>72,22</strong>" in page
    assert page.count("72,22") == 1
    assert "responden kurang dari 10, tidak ditampilkan" in page
    assert "Dinas Baru" not in page
    assert "Belum ada hasil survei yang diumumkan" in client.get(f"/skm/{place.agency.code}").get_data(as_text=True)


def test_the_table_for_spreadsheets_holds_every_figure_and_runs_no_formula(
    client: FlaskClient, place: Surveyed
) -> None:
    ended(place, [LOW_TIME] * 6 + [(4,) * 9] * 6)
    answer = client.get(f"{place.address}/hasil.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    figures = {row["figure"]: row["value"] for row in rows}
    assert (figures["index"], figures["waktu"]) == ("86.11", "62.50")
    assert {"index_low", "index_high"} <= figures.keys()
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
    assert answer.content_type == "text/csv; charset=utf-8"


def test_ratings_of_the_portal_move_no_index(client: FlaskClient, place: Surveyed) -> None:
    ended(place, [LOW_TIME] * 12)
    before = client.get(f"{place.address}/hasil.json").get_data()
    for _ in range(5):
        client.post(f"/nilai/{place.agency.code}/{place.unit.code}", data={"rating": "1"})
    assert client.get(f"{place.address}/hasil.json").get_data() == before


def test_results_of_a_unit_that_is_not_there_are_not_found(client: FlaskClient, place: Surveyed) -> None:
    for part in ("/hasil", "/hasil.json", "/hasil.csv", "/terima-kasih", ""):
        assert client.get(f"/skm/{place.agency.code}/tidak-ada{part}").status_code == 404
