"""The board as leaders open it: what each of them sees, what nobody sees, and its files."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login, new_office
from tests.evaluation.board.worlds import BusyAgency, busy_agency


@pytest.fixture
def busy(session: Session) -> BusyAgency:
    return busy_agency(session, clock.utcnow())


def account(session: Session, busy: BusyAgency, role: Role, *, over: str | None = None) -> User:
    who = make.user(session)
    make.grant(session, who, role, busy.agency, getattr(busy, over) if over else None)
    return who


def page(client: FlaskClient, address: str = "/petugas/papan", status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return unescape(answer.get_data(as_text=True))


def test_evaluator_sees_signals_silence_needs_and_people(session: Session, busy: BusyAgency, login: Login) -> None:
    shown = page(login(account(session, busy, Role.EVALUATOR)))
    assert "di bawah batas bawah" in shown
    assert "tanpa masukan 30 hari" in shown
    assert "Dari kunjungan pukul 12–14 hanya" in shown
    assert "makin sering dikeluhkan" in shown
    assert "Perbaikan proses, bukan pelatihan" in shown
    above, below = shown.index("Yohana Lende"), shown.index("Umbu Tara")
    assert above < below
    assert "Petrus Bili" not in shown
    assert "bukan keputusan" in shown


def test_unit_head_sees_units_and_no_person(session: Session, busy: BusyAgency, login: Login) -> None:
    client = login(account(session, busy, Role.UNIT_HEAD, over="top"))
    shown = page(client)
    assert "Kelurahan Fatululi" in shown
    for name in busy.people:
        assert name not in shown
    assert "Dapat terbantu" not in shown
    assert client.get("/petugas/papan.json").get_json()["people"] is None


def test_a_unit_shows_itself_with_or_without_those_below(session: Session, busy: BusyAgency, login: Login) -> None:
    client = login(account(session, busy, Role.EVALUATOR))
    together = page(client, f"/petugas/papan?unit={busy.top.id}")
    alone = page(client, f"/petugas/papan?unit={busy.top.id}&alone=1")
    assert "bersama 3 unit di bawahnya" in together
    assert "unit ini saja" in alone
    assert "Kelurahan Fatululi" not in re.sub(r"<option.*?</option>", "", alone)


def test_a_foreign_unit_or_agency_is_not_found(session: Session, busy: BusyAgency, login: Login) -> None:
    other = new_office(session)
    client = login(account(session, busy, Role.UNIT_HEAD, over="fallen"))
    for query in (f"unit={other.unit.id}", f"unit={busy.top.id}", f"agency={other.agency.id}", "unit=0"):
        for ending in ("", ".json", ".csv"):
            page(client, f"/petugas/papan{ending}?{query}", 404)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PERSONNEL, Role.REVIEWER, Role.EMPLOYEE, Role.ADMINISTRATOR])
def test_who_leads_nothing_does_not_open_it(session: Session, login: Login, role: Role) -> None:
    client = login(new_office(session).staff(role))
    for ending in ("", ".json", ".csv"):
        assert client.get(f"/petugas/papan{ending}").status_code == 403


def test_an_empty_agency_says_what_to_do(session: Session, login: Login) -> None:
    office = new_office(session)
    shown = page(login(office.staff(Role.UNIT_HEAD)))
    assert "Belum ada titik" in shown
    assert "Bagikan token kunjungan di loket" in shown
    assert '<svg class="chart"' not in shown


def test_every_chart_has_its_numbers_in_a_table(session: Session, busy: BusyAgency, login: Login) -> None:
    shown = page(login(account(session, busy, Role.EVALUATOR)))
    assert shown.count('<svg class="chart"') == shown.count("Angka grafik ini dalam tabel") == 2
    assert "<strong>◆</strong>" in shown


def test_files_carry_where_they_come_from(session: Session, busy: BusyAgency, login: Login) -> None:
    client = login(account(session, busy, Role.EVALUATOR))
    found = client.get("/petugas/papan.json").get_json()
    assert found["provenance"]["method"] == "board/1"
    assert found["provenance"]["cycle_input_hash"] == "a" * 64
    assert found["provenance"]["cycle_output_hash"] == "b" * 64
    assert [one["name"] for one in found["people"]["recognition"]] == ["Yohana Lende"]
    sheet = client.get("/petugas/papan.csv")
    assert sheet.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(sheet.get_data(as_text=True))))
    assert {row["section"] for row in rows} >= {"provenance", "unit", "chart", "aspect", "training", "response"}
    assert not [row for row in rows if row["n"] and row["section"] == "chart" and int(row["n"]) < 40]


def test_page_tells_as_little_as_the_files(session: Session, busy: BusyAgency, login: Login) -> None:
    """Nothing of the day of a single rating, of its value, of a text."""
    client = login(account(session, busy, Role.EVALUATOR))
    for address in ("/petugas/papan", "/petugas/papan.json", "/petugas/papan.csv"):
        assert "Loket tutup sebelum waktunya" not in page(client, address)
    assert "total_squares" not in json.dumps(client.get("/petugas/papan.json").get_json())
