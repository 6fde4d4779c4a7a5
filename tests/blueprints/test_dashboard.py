"""The dashboard as its readers open it: figures that open their cases, empty states, refused days, foreign units."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling.figures.counts import KEYS
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office
from tests.handling.busy import busy, report

FIGURE = re.compile(r'<a class="opens" href="([^"]+)">([\d.]+)<')


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def _page(client: FlaskClient, address: str = "/petugas/dasbor", status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return unescape(answer.get_data(as_text=True))


@pytest.mark.slow
def test_every_figure_on_the_page_opens_as_many_cases(session: Session, office: Office, login: Login) -> None:
    head = office.staff(Role.UNIT_HEAD)
    busy(session, office.unit, head.id, now=clock.utcnow(), count=20)
    client = login(head)
    figures = FIGURE.findall(_page(client, "/petugas/dasbor?period=quarter"))
    assert len(figures) > 15
    for address, count in set(figures):
        shown = _page(client, address)
        assert f"{count} kasus" in shown, address
        assert shown.count('class="case-number"') == min(int(count), 50), address


def test_each_key_has_words_and_a_page(office: Office, login: Login) -> None:
    client = login(office.staff(Role.UNIT_HEAD))
    titles = [re.findall(r"<h1>(.*?)</h1>", _page(client, f"/petugas/dasbor/kasus?figure={key}")) for key in KEYS]
    assert all(len(title) == 1 for title in titles)
    assert len({title[0] for title in titles}) == len(KEYS)


def test_an_unknown_figure_and_a_foreign_unit_are_not_found(session: Session, office: Office, login: Login) -> None:
    other = new_office(session)
    client = login(office.staff(Role.UNIT_HEAD))
    for query in ("figure=semua", "", f"figure=came&unit={other.unit.id}", f"figure=came&agency={other.agency.id}"):
        _page(client, f"/petugas/dasbor/kasus?{query}", 404)
    _page(client, f"/petugas/dasbor?unit={other.unit.id}", 404)
    assert "Laporan masuk" in _page(client, f"/petugas/dasbor/kasus?figure=came&unit={office.unit.id}")


def test_an_officer_and_a_stranger_do_not_open_it(office: Office, client: FlaskClient, login: Login) -> None:
    assert client.get("/petugas/dasbor").status_code == 302
    assert login(office.staff(Role.OFFICER)).get("/petugas/dasbor").status_code == 403


def test_without_reports_it_says_what_comes_and_what_to_do(office: Office, login: Login) -> None:
    shown = _page(login(office.staff(Role.UNIT_HEAD)))
    assert "Belum ada laporan masuk" in shown
    assert "Lihat triwulan ini" in shown
    assert "Tidak ada kasus yang menunggu unit." in shown
    assert '<svg class="chart"' not in shown


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        pytest.param("", "Isi tanggal awal dan tanggal akhir.", id="days missing"),
        pytest.param("&from=2026-05-03&to=2026-05-01", "lebih awal daripada tanggal awal", id="wrong way round"),
        pytest.param("&from=2024-01-01&to=2026-05-01", "Pilih paling banyak 366 hari.", id="more than a year"),
        pytest.param("&from=0001-01-01&to=0001-01-02", "Tanggal awal terlalu lama.", id="before any calendar"),
        pytest.param("&from=9999-12-31&to=9999-12-31", "Tanggal awal belum tiba.", id="in the future"),
        pytest.param("&from=kemarin&to=2026-05-01", "Isi tanggal awal dan tanggal akhir.", id="no day at all"),
    ],
)
def test_days_that_are_no_period_are_refused_with_a_sentence(
    office: Office, login: Login, query: str, sentence: str
) -> None:
    shown = _page(login(office.staff(Role.UNIT_HEAD)), f"/petugas/dasbor?period=chosen{query}", 422)
    assert sentence in shown
    assert 'href="#from"' in shown


def test_difference_to_the_time_before_is_told_in_words(session: Session, office: Office, login: Login) -> None:
    head = office.staff(Role.UNIT_HEAD)
    now = clock.utcnow()
    day = clock.office_day(now - timedelta(days=3)).isoformat()
    for _ in range(3):
        report(session, office.unit, now - timedelta(days=3))
    report(session, office.unit, now - timedelta(days=4))
    shown = _page(login(head), f"/petugas/dasbor?period=chosen&from={day}&to={day}")
    row = re.search(r"Laporan masuk</th>(.*?)</tr>", shown, re.DOTALL)
    assert row is not None
    assert "2 lebih banyak" in row.group(1)


def test_figure_of_the_time_before_opens_its_own_cases(session: Session, office: Office, login: Login) -> None:
    client, now = login(office.staff(Role.UNIT_HEAD)), clock.utcnow()
    day = clock.office_day(now - timedelta(days=3)).isoformat()
    report(session, office.unit, now - timedelta(days=3))
    earlier = [report(session, office.unit, now - timedelta(days=4)) for _ in range(2)]
    shown = _page(client, f"/petugas/dasbor?period=chosen&from={day}&to={day}")
    [(address, count)] = {found for found in FIGURE.findall(shown) if "=came" in found[0] and "when=before" in found[0]}
    listed = _page(client, address)
    assert count == "2"
    assert sorted(re.findall(r'case-number">#(\d+)', listed)) == sorted(str(case.id) for case in earlier)
    assert "keadaan sekarang" in _page(client, address.replace("came", "open_now"))


def test_of_fewer_than_five_cases_no_share_is_told(session: Session, office: Office, login: Login) -> None:
    client, now = login(office.staff(Role.UNIT_HEAD)), clock.utcnow()
    period = f"period=chosen&from={clock.office_day(now - timedelta(days=60))}&to={clock.office_day(now)}"

    def promise() -> str:
        shown = _page(client, f"/petugas/dasbor?{period}")
        found = re.search(r"<dt>Kabar pertama tepat janji</dt>(.*?)</dd>", shown, re.DOTALL)
        assert found is not None
        return found.group(1)

    for _ in range(4):
        report(session, office.unit, now - timedelta(days=40))
    assert "0 dari 4 yang sudah jatuh waktu" in promise()
    assert "%" not in promise()
    report(session, office.unit, now - timedelta(days=40))
    assert "0 dari 5 yang sudah jatuh waktu" in promise()
    assert "(0%)" in promise()


def test_weeks_and_changes_without_anything_are_told_in_a_sentence(office: Office, login: Login) -> None:
    client = login(office.staff(Role.UNIT_HEAD))
    assert "Tidak ada yang terjadi pada kasus unit ini" in _page(client)
    office.rate(4, clock.office_day(clock.utcnow()))
    office.drain()
    assert _page(client).count("Tidak ada penilaian pada minggu ini.") == 11


def test_administrator_of_the_agency_is_told_nothing_confidential(
    session: Session, office: Office, login: Login
) -> None:
    now = clock.utcnow()
    secret = report(session, office.unit, now - timedelta(hours=1), is_confidential=True)
    shown = _page(login(office.staff(Role.ADMINISTRATOR, everywhere=True)), "/petugas/dasbor?period=month")
    assert "Belum ada laporan masuk" in shown
    assert f"#{secret.id}" not in shown


def test_somebody_of_two_agencies_chooses_between_them(session: Session, office: Office, login: Login) -> None:
    other = new_office(session)
    head = office.staff(Role.UNIT_HEAD)
    make.grant(session, head, Role.UNIT_HEAD, other.agency, other.unit)
    report(session, other.unit, clock.utcnow() - timedelta(minutes=5))
    client = login(head)
    address = f"/petugas/dasbor/kasus?figure=came&period=month&agency={other.agency.id}"
    assert "1 kasus" in _page(client, address)
    assert "0 kasus" in _page(client, address.replace(str(other.agency.id), str(office.agency.id)))


def test_ratings_and_what_is_set_aside_stand_by_week(session: Session, office: Office, login: Login) -> None:
    day = clock.office_day(clock.utcnow())
    for rating in (4, 4, 1):
        office.rate(rating, day, visited=False)
    office.rate(2, day)
    office.drain()
    client = login(office.staff(Role.UNIT_HEAD))
    assert _week(_page(client)) == ["2,00", "1", "3,00", "3"]
    worst = session.query(Submission).filter_by(unit_id=office.unit.id, rating=1).one()
    worst.signals = ["honeypot"]
    session.flush()
    assert _week(_page(client)) == ["2,00", "1", "4,00", "2"]


def _week(shown: str) -> list[str]:
    """The last row of the table of ratings."""
    table = shown[shown.index('id="penilaian"') : shown.index('id="lapor"')]
    last = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[-1]
    return re.findall(r'<td class="num"[^>]*>(.*?)</td>', last)
