"""Counters, the week of a roster, pasted rows, gaps and declared levels."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.identity.rules import Role
from feedback_app.organisation.people.counters import add_counter
from feedback_app.organisation.people.models import AttributionRule, Counter, DutyEntry, PeopleChange
from feedback_app.organisation.people.roster_queries import week_of
from tests import factories as make
from tests.organisation.people.town import WHY, Town, town

Login = Callable[[object], FlaskClient]
TODAY = clock.office_day(clock.utcnow())
MONDAY = week_of(TODAY) + timedelta(days=7)
LAST_MONDAY = week_of(TODAY) - timedelta(days=7)


@pytest.fixture
def at(session: Session) -> Town:
    made = town(session)
    make.submission(session, made.unit, occurred_on=TODAY - timedelta(days=100))
    session.commit()
    return made


@pytest.fixture
def counter(session: Session, at: Town) -> Counter:
    row = add_counter(
        session, at.agency.id, at.unit.id, code="loket-1", name="Loket 1", service_id=at.service.id, actor=at.me,
        now=clock.utcnow(),
    )  # fmt: skip
    session.commit()
    return row


def sheet(client: FlaskClient, at: Town, monday: date = MONDAY, **asked: str) -> str:
    question = {"unit": str(at.unit.id), "minggu": monday.isoformat(), **asked}
    return client.get("/petugas/pegawai/jadwal", query_string=question).get_data(as_text=True)


def seen_in(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def save(client: FlaskClient, at: Town, monday: date, cells: dict[str, Any], seen: str, reason: str = ""):  # type: ignore[no-untyped-def]
    data = {"minggu": monday.isoformat(), "seen": seen, "reason": reason, **cells}
    return client.post(f"/petugas/pegawai/jadwal/{at.agency.id}/{at.unit.id}", data=data)


def test_a_counter_is_added_renamed_and_closed(session: Session, login: Login, at: Town) -> None:
    client = login(at.asker)
    form = {"unit_id": str(at.unit.id), "service_id": str(at.service.id), "code": "Loket-2", "name": "Loket 2"}
    assert client.post("/petugas/pegawai/loket", data=form).status_code == 303
    row = session.scalars(sa.select(Counter)).one()
    assert (row.code, row.service_id) == ("loket-2", at.service.id)
    again = client.post("/petugas/pegawai/loket", data={**form, "name": "Loket kedua"})
    assert again.status_code == 409
    assert "Loket kedua" in again.get_data(as_text=True)
    client.post(f"/petugas/pegawai/loket/{at.agency.id}/{at.unit.id}/{row.id}", data={"name": "Loket Akta"})
    session.refresh(row)
    assert (row.name, row.is_active) == ("Loket Akta", False)


def test_a_week_is_filled_and_copied_into_the_next(session: Session, login: Login, at: Town, counter: Counter) -> None:
    client = login(at.asker)
    cell = f"c{counter.id}-{MONDAY.isoformat()}"
    answer = save(client, at, MONDAY, {cell: [str(at.ana.id), ""]}, seen_in(sheet(client, at)))
    assert answer.status_code == 303
    entry = session.scalars(sa.select(DutyEntry)).one()
    assert (entry.employee_id, entry.on_date, entry.recorded_by) == (at.ana.id, MONDAY, at.asker.id)
    following = MONDAY + timedelta(days=7)
    assert "selected>Ana" not in sheet(client, at, following)
    assert "selected>Ana" in sheet(client, at, following, salin="1")
    assert session.scalar(sa.select(sa.func.count()).select_from(DutyEntry)) == 1


def test_the_second_to_save_a_week_is_told_and_keeps_what_was_chosen(
    session: Session, login: Login, at: Town, counter: Counter
) -> None:
    client = login(at.asker)
    make.assignment(session, at.budi, at.unit)
    session.commit()
    seen, cell = seen_in(sheet(client, at)), f"c{counter.id}-{MONDAY.isoformat()}"
    assert save(client, at, MONDAY, {cell: [str(at.ana.id)]}, seen).status_code == 303
    late = save(client, at, MONDAY, {cell: [str(at.budi.id)]}, seen)
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "sudah diubah orang lain" in page
    assert "selected>Budi" in page
    assert save(client, at, MONDAY, {cell: [str(at.budi.id)]}, seen_in(page)).status_code == 303


def test_whoever_is_slower_sees_both_and_takes_back_nothing_that_was_left_alone(
    session: Session, login: Login, at: Town, counter: Counter
) -> None:
    client = login(at.asker)
    make.assignment(session, at.budi, at.unit)
    session.commit()
    monday, tuesday = (f"c{counter.id}-{(MONDAY + timedelta(days=n)).isoformat()}" for n in (0, 1))
    drawn: dict[str, Any] = {name.replace("c", "b", 1): "" for name in (monday, tuesday)}
    seen = seen_in(sheet(client, at))
    quicker = {monday: [str(at.ana.id)], tuesday: [str(at.ana.id)]}
    assert save(client, at, MONDAY, {**quicker, **drawn}, seen).status_code == 303
    late = save(client, at, MONDAY, {monday: [str(at.budi.id)], tuesday: [""], **drawn}, seen)
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Sekarang tersimpan: Ana." in page
    assert page.count("Sekarang tersimpan") == 1
    assert chosen_in(page, monday) == ["Budi"]
    assert chosen_in(page, tuesday) == ["Ana"]
    again = {monday: [str(at.budi.id)], tuesday: [str(at.ana.id)]}
    assert save(client, at, MONDAY, again, seen_in(page)).status_code == 303
    stands = sa.select(DutyEntry.employee_id).where(DutyEntry.superseded_at.is_(None)).order_by(DutyEntry.on_date)
    assert session.scalars(stands).all() == [at.budi.id, at.ana.id]


def test_a_form_refused_for_another_reason_is_still_that_of_the_roster_it_was_drawn_from(
    session: Session, login: Login, at: Town, counter: Counter
) -> None:
    client = login(at.asker)
    make.assignment(session, at.budi, at.unit, starts_on=LAST_MONDAY - timedelta(days=30))
    session.commit()
    cell = f"c{counter.id}-{LAST_MONDAY.isoformat()}"
    seen = seen_in(sheet(client, at, LAST_MONDAY))
    refused = save(client, at, LAST_MONDAY, {cell: [str(at.ana.id)]}, seen)
    assert refused.status_code == 422
    assert seen_in(refused.get_data(as_text=True)) == seen


def chosen_in(page: str, cell: str) -> list[str]:
    """Whom the boxes of a cell have chosen, by name."""
    boxes = re.findall(rf'<select class="form-select" name="{cell}".*?</select>', page, re.S)
    return [name for box in boxes for name in re.findall(r'<option value="\d+" selected>([^<]+)<', box)]


def test_a_week_gone_by_waits_for_somebody_else_and_needs_a_reason(
    session: Session, login: Login, at: Town, counter: Counter
) -> None:
    client = login(at.asker)
    cells = {f"c{counter.id}-{LAST_MONDAY.isoformat()}": [str(at.ana.id)]}
    seen = seen_in(sheet(client, at, LAST_MONDAY))
    assert save(client, at, LAST_MONDAY, cells, seen).status_code == 422
    assert save(client, at, LAST_MONDAY, cells, seen, WHY).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(DutyEntry)) == 0
    assert session.scalars(sa.select(PeopleChange)).one().payload["add"] == [
        [counter.id, LAST_MONDAY.isoformat(), at.ana.id]
    ]
    assert "Bertugas: Ana, Loket 1" in client.get("/petugas/pegawai/persetujuan").get_data(as_text=True)


def test_somebody_without_a_post_in_the_unit_cannot_stand_on_its_roster(
    session: Session, login: Login, at: Town, counter: Counter
) -> None:
    client = login(at.asker)
    cells = {f"c{counter.id}-{MONDAY.isoformat()}": [str(at.budi.id)]}
    answer = save(client, at, MONDAY, cells, seen_in(sheet(client, at)))
    assert answer.status_code == 422
    assert "tidak bertugas di unit ini" in answer.get_data(as_text=True)


def test_pasted_rows_are_shown_first_and_then_kept(session: Session, login: Login, at: Town, counter: Counter) -> None:
    client = login(at.asker)
    address = f"/petugas/pegawai/jadwal/{at.agency.id}/{at.unit.id}/tempel"
    rows = f"Tanggal;Loket;NIP\n{MONDAY:%d/%m/%Y};loket-1;{at.ana.nip}\n"
    page = client.post(address, data={"rows": rows}).get_data(as_text=True)
    assert "Belum ada yang disimpan" in page
    assert "Ana" in page
    assert session.scalar(sa.select(sa.func.count()).select_from(DutyEntry)) == 0
    assert client.post(address, data={"rows": rows, "seen": "1"}).status_code == 303
    assert session.scalars(sa.select(DutyEntry.employee_id)).all() == [at.ana.id]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param("32/13/2026;loket-1;{nip}", "Tulis tanggal", id="no such day"),
        pytest.param("{day};loket-9;{nip}", "Loket loket-9 tidak ada", id="no such counter"),
        pytest.param("{day};loket-1;123", "NIP terdiri atas 18 angka", id="no number"),
        pytest.param("{day};loket-1;{budi}", "Tidak ada pegawai dengan NIP itu yang bertugas", id="not on the staff"),
    ],
)
def test_a_pasted_row_that_is_wrong_is_named_and_nothing_is_kept(
    session: Session, login: Login, at: Town, counter: Counter, row: str, says: str
) -> None:
    client = login(at.asker)
    text = row.format(day=MONDAY.isoformat(), nip=at.ana.nip, budi=at.budi.nip)
    address = f"/petugas/pegawai/jadwal/{at.agency.id}/{at.unit.id}/tempel"
    answer = client.post(address, data={"rows": f"tanggal;loket;nip\n{text}", "seen": "1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Baris 2:" in page
    assert says in page
    assert session.scalar(sa.select(sa.func.count()).select_from(DutyEntry)) == 0


def test_the_gaps_of_a_counter_are_told_in_words(session: Session, login: Login, at: Town, counter: Counter) -> None:
    counter.created_at = clock.utcnow() - timedelta(days=30)
    at.post.superseded_at = clock.utcnow()
    session.flush()
    make.assignment(session, at.ana, at.unit, starts_on=at.post.starts_on, ends_on=LAST_MONDAY)
    session.commit()
    question = {"dari": LAST_MONDAY.isoformat(), "sampai": (LAST_MONDAY + timedelta(days=1)).isoformat()}
    page = login(at.asker).get("/petugas/pegawai/celah", query_string=question).get_data(as_text=True)
    assert "Tidak ada yang bertanggung jawab atas Loket 1" in page
    assert "Jadwal Loket 1" in page
    assert "Budi tidak memegang jabatan" in page


def test_real_gaps_come_first_and_missing_accounts_are_only_counted(
    session: Session, login: Login, at: Town, counter: Counter
) -> None:
    counter.created_at = clock.utcnow() - timedelta(days=30)
    session.commit()
    client = login(at.asker)
    question = {"dari": LAST_MONDAY.isoformat(), "sampai": (LAST_MONDAY + timedelta(days=1)).isoformat()}
    page = client.get("/petugas/pegawai/celah", query_string=question).get_data(as_text=True)
    assert "Ana belum mempunyai akun" not in page
    assert "pegawai tanpa akun tidak ikut didaftar" in page
    assert page.index("Budi tidak memegang jabatan") < page.index("Jadwal Loket 1")
    accounts = client.get("/petugas/pegawai/celah", query_string={**question, "jenis": "no_account"})
    assert "Ana belum mempunyai akun" in accounts.get_data(as_text=True)


def test_a_period_that_ends_before_it_begins_is_refused_kindly(login: Login, at: Town) -> None:
    answer = login(at.asker).get("/petugas/pegawai/celah?dari=2026-05-02&sampai=2026-05-01")
    assert answer.status_code == 422
    assert "Pilih masa" in answer.get_data(as_text=True)


def test_a_level_is_declared_from_today_on_with_a_reason(session: Session, login: Login, at: Town) -> None:
    client = login(at.asker)
    form = {"unit_id": str(at.unit.id), "level": "unit", "starts_on": TODAY.isoformat(), "reason": WHY}
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    assert client.post("/petugas/pegawai/tingkat", data={**form, "starts_on": yesterday}).status_code == 422
    assert client.post("/petugas/pegawai/tingkat", data={**form, "reason": ""}).status_code == 422
    assert client.post("/petugas/pegawai/tingkat", data=form).status_code == 303
    assert client.post("/petugas/pegawai/tingkat", data=form).status_code == 409
    page = client.get("/petugas/pegawai/tingkat").get_data(as_text=True)
    assert "Unit saja, tidak pada orang" in page
    rule = session.scalars(sa.select(AttributionRule)).one()
    client.post(f"/petugas/pegawai/tingkat/{at.agency.id}/{rule.id}/hapus")
    assert session.scalars(sa.select(AttributionRule)).one() is rule


def test_who_looks_after_one_unit_declares_no_level(session: Session, login: Login, at: Town) -> None:
    clerk = make.user(session)
    make.grant(session, clerk, Role.PERSONNEL, at.agency, at.unit)
    session.commit()
    client = login(clerk)
    assert "Berlaku untuk seluruh instansi" in client.get("/petugas/pegawai/tingkat").get_data(as_text=True)
    form = {"unit_id": str(at.unit.id), "level": "unit", "starts_on": TODAY.isoformat(), "reason": WHY}
    client.post("/petugas/pegawai/tingkat", data=form)
    assert session.scalar(sa.select(sa.func.count()).select_from(AttributionRule)) == 0
