"""The pages of people and posts: what is seen, what is changed, and what waits for somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import Role
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.post_edits import as_known_at
from feedback_app.organisation.people.rules import ChangeState
from feedback_app.organisation.rules import mask_nip
from tests import factories as make
from tests.evaluation.cycles import steps
from tests.gates.world import signed_in
from tests.organisation.people.town import WHY, Town, town

Login = Callable[[object], FlaskClient]
TODAY = clock.office_day(clock.utcnow())
LAST_WEEK = TODAY - timedelta(days=7)
NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def at(session: Session) -> Town:
    made = town(session)
    make.submission(session, made.unit, occurred_on=TODAY - timedelta(days=100))
    session.commit()
    return made


def person_page(at: Town, who: Employee) -> str:
    return f"/petugas/pegawai/{at.agency.id}/{who.id}"


def end_address(at: Town, post: Assignment) -> str:
    return f"/petugas/pegawai/jabatan/{at.agency.id}/{post.id}/akhiri"


def test_the_list_finds_by_name_and_by_the_end_of_the_number_and_never_shows_it_whole(
    session: Session, login: Login, at: Town
) -> None:
    client = login(at.asker)
    page = client.get("/petugas/pegawai").get_data(as_text=True)
    assert "Ana" in page
    assert "Budi" in page
    assert at.ana.nip not in page
    assert mask_nip(at.ana.nip) in page
    found = client.get(f"/petugas/pegawai?q={at.ana.nip[-6:]}").get_data(as_text=True)
    assert ">Ana<" in found
    assert ">Budi<" not in found
    assert ">Budi<" in client.get("/petugas/pegawai?tanpa_jabatan=1").get_data(as_text=True)


def test_who_looks_after_one_unit_sees_its_people_alone(session: Session, login: Login, at: Town) -> None:
    elsewhere = make.unit(session, at.agency)
    stranger = make.employee(session, at.agency, name="Orang Lain")
    make.assignment(session, stranger, elsewhere)
    clerk = make.user(session)
    make.grant(session, clerk, Role.PERSONNEL, at.agency, at.unit)
    session.commit()
    client = login(clerk)
    page = client.get("/petugas/pegawai").get_data(as_text=True)
    assert "Ana" in page
    assert "Orang Lain" not in page
    assert client.get(person_page(at, stranger)).status_code == 404
    assert client.get(person_page(at, at.ana)).status_code == 200


def test_a_person_is_added_with_a_post_in_one_form(session: Session, login: Login, at: Town) -> None:
    form = {
        "nip": "199001012015031002", "name": "Citra Lede", "has_post": "y", "unit_id": str(at.unit.id),
        "service_id": "",
        "position": "Petugas Arsip", "kind": "definitive", "share": "50", "decree_number": "800/3", "starts_on":
        TODAY.isoformat(),
    }  # fmt: skip
    answer = login(at.asker).post(f"/petugas/pegawai/baru?instansi={at.agency.id}", data=form)
    assert answer.status_code == 303
    who = session.scalars(sa.select(Employee).where(Employee.name == "Citra Lede")).one()
    post = session.scalars(sa.select(Assignment).where(Assignment.employee_id == who.id)).one()
    assert (float(post.share), post.recorded_by) == (0.5, at.asker.id)


def test_what_was_typed_wrongly_is_shown_again_with_a_summary(login: Login, at: Town) -> None:
    form = {"nip": "123", "name": "Citra Lede", "rank": "Penata, III/c"}
    answer = login(at.asker).post("/petugas/pegawai/baru", data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "NIP terdiri atas 18 angka" in page
    assert "Penata, III/c" in page


def test_a_change_is_seen_before_it_is_kept(session: Session, login: Login, at: Town) -> None:
    client, address = login(at.asker), end_address(at, at.post)
    form = {"last_day": NEXT_WEEK.isoformat(), "reason": WHY}
    page = client.post(address, data=form).get_data(as_text=True)
    assert "Belum ada yang disimpan" in page
    assert "tidak ada yang bertanggung jawab atas" in page
    assert "perlu persetujuan" not in page
    assert at.post.superseded_at is None
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1
    back = client.post(address, data={**form, "ubah": "1"}).get_data(as_text=True)
    assert WHY in back
    assert client.post(address, data={**form, "seen": "1"}).status_code == 303
    rows = session.scalars(sa.select(Assignment).where(as_known_at())).all()
    assert [row.ends_on for row in rows] == [NEXT_WEEK]
    page = client.get(person_page(at, at.ana)).get_data(as_text=True)
    assert "Riwayat perbaikan" in page
    assert WHY in page


def test_a_change_of_days_gone_by_says_how_many_and_waits(app: Flask, session: Session, at: Town) -> None:
    client, address = signed_in(app, at.asker), end_address(at, at.post)
    form = {"last_day": LAST_WEEK.isoformat(), "reason": WHY}
    page = client.post(address, data=form).get_data(as_text=True)
    assert "6 hari yang sudah lewat ikut berubah: perlu persetujuan orang kedua." in page
    assert "Ajukan persetujuan" in page
    assert client.post(address, data={**form, "seen": "1"}).status_code == 303
    change = session.scalars(sa.select(PeopleChange)).one()
    own = client.get("/petugas/pegawai/persetujuan").get_data(as_text=True)
    assert "Tarik permintaan" in own
    assert "Setujui dan jalankan" not in own
    decide = f"/petugas/pegawai/persetujuan/{at.agency.id}/{change.id}"
    assert client.post(f"{decide}/setujui").status_code in {403, 404}
    second = signed_in(app, at.approver)
    seen = second.get("/petugas/pegawai/persetujuan").get_data(as_text=True)
    assert "Setujui dan jalankan" in seen
    assert WHY in seen
    assert second.post(f"{decide}/setujui").status_code == 303
    session.expire_all()
    assert change.state is ChangeState.APPROVED
    assert [r.ends_on for r in session.scalars(sa.select(Assignment).where(as_known_at()))] == [LAST_WEEK]
    page = client.get(person_page(at, at.ana)).get_data(as_text=True)
    assert f"disetujui {at.approver.name}" in page


def test_two_officers_on_one_post_the_second_is_told_and_loses_nothing(
    session: Session, login: Login, at: Town
) -> None:
    client, address = login(at.asker), end_address(at, at.post)
    form = {"last_day": NEXT_WEEK.isoformat(), "reason": "Alasan orang kedua", "seen": "1"}
    assert client.post(address, data={**form, "reason": WHY}).status_code == 303
    answer = client.post(address, data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "sudah diubah orang lain" in page
    assert "Alasan orang kedua" in page


def test_an_administrator_who_asked_finds_no_button_and_is_refused(session: Session, login: Login, at: Town) -> None:
    make.grant(session, at.asker, Role.ADMINISTRATOR, at.agency)
    session.commit()
    client = login(at.asker)
    form = {"last_day": LAST_WEEK.isoformat(), "reason": WHY, "seen": "1"}
    client.post(end_address(at, at.post), data=form)
    change = session.scalars(sa.select(PeopleChange)).one()
    assert "Setujui dan jalankan" not in client.get("/petugas/pegawai/persetujuan").get_data(as_text=True)
    answer = client.post(f"/petugas/pegawai/persetujuan/{at.agency.id}/{change.id}/setujui")
    assert answer.status_code == 403
    assert "orang lain yang harus memutuskannya" in answer.get_data(as_text=True)


def test_the_posts_of_an_earlier_day_are_shown_as_they_were_known(session: Session, login: Login, at: Town) -> None:
    client = login(at.asker)
    client.post(end_address(at, at.post), data={"last_day": NEXT_WEEK.isoformat(), "reason": WHY, "seen": "1"})
    day = (TODAY - timedelta(days=1)).isoformat()
    page = client.get(f"{person_page(at, at.ana)}?diketahui={day}").get_data(as_text=True)
    assert "Jabatan seperti diketahui pada" in page
    assert "sejak 1 Januari 2020" in page
    assert "sejak 1 Januari 2020" not in page.split("Riwayat perbaikan")[0].split("post-line")[0]


def test_an_account_is_linked_and_may_read_its_record_from_today_on(session: Session, login: Login, at: Town) -> None:
    own = make.user(session)
    session.commit()
    client = login(at.asker)
    client.post(f"{person_page(at, at.ana)}/akun", data={"email": own.email.upper()})
    session.refresh(at.ana)
    assert at.ana.user_id == own.id
    given = session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == own.id)).one()
    assert (given.role, given.unit_id, given.starts_on, given.ends_on) == (Role.EMPLOYEE, None, TODAY, None)
    client.post(f"{person_page(at, at.ana)}/akun/lepas")
    assert session.scalars(sa.select(Employee.user_id).where(Employee.id == at.ana.id)).one() is None
    again = client.post(f"{person_page(at, at.ana)}/akun", data={"email": own.email})
    assert again.status_code == 303
    standing = sa.and_(RoleGrant.user_id == own.id, RoleGrant.ended_at.is_(None))
    assert session.scalars(sa.select(RoleGrant.ends_on).where(standing)).all() == [None]


def test_once_there_is_a_cycle_a_link_waits_and_both_are_told(session: Session, login: Login, at: Town) -> None:
    own = make.user(session, name="Ana Bere")
    steps.draft(session, at.agency)
    session.commit()
    client = login(at.asker)
    page = client.post(f"{person_page(at, at.ana)}/akun", data={"email": own.email}, follow_redirects=True)
    assert "menunggu persetujuan orang kedua" in page.get_data(as_text=True)
    change = session.scalars(sa.select(PeopleChange)).one()
    assert session.scalars(sa.select(Message)).all() == []
    client.post("/keluar")
    second = login(at.approver)
    assert f"Akun {own.email} (Ana Bere) menjadi akun Ana" in second.get("/petugas/pegawai/persetujuan").text
    assert second.post(f"/petugas/pegawai/persetujuan/{at.agency.id}/{change.id}/setujui").status_code == 303
    assert session.scalars(sa.select(Employee.user_id).where(Employee.id == at.ana.id)).one() == own.id
    assert [(row.user_id, row.template) for row in session.scalars(sa.select(Message))] == [(own.id, "account_linked")]


def test_an_unknown_account_is_named_beside_the_field(login: Login, at: Town) -> None:
    answer = login(at.asker).post(f"{person_page(at, at.ana)}/akun", data={"email": "tidak@ada.go.id"})
    assert answer.status_code == 404
    assert "Tidak ada akun dengan surel tidak@ada.go.id" in answer.get_data(as_text=True)


def test_two_people_change_places_with_one_form(session: Session, login: Login, at: Town) -> None:
    other = make.assignment(session, at.budi, at.unit, position="Petugas Arsip", starts_on=LAST_WEEK)
    session.commit()
    address = f"/petugas/pegawai/jabatan/{at.agency.id}/{at.post.id}/tukar"
    form = {"other_id": str(other.id), "first_day": NEXT_WEEK.isoformat(), "decree_number": "800/9", "reason": WHY}
    client = login(at.asker)
    page = client.post(address, data=form).get_data(as_text=True)
    assert "Budi: Petugas Arsip" in page
    assert client.post(address, data={**form, "seen": "1"}).status_code == 303
    assert len(session.scalars(sa.select(Assignment).where(as_known_at())).all()) == 4


def test_a_start_moved_back_into_another_post_names_that_post(session: Session, login: Login, at: Town) -> None:
    other = make.unit(session, at.agency, name="Loket Akta")
    make.assignment(session, at.budi, at.unit, position="Petugas Arsip", starts_on=LAST_WEEK, ends_on=TODAY)
    later = make.assignment(session, at.budi, other, position="Petugas Akta", starts_on=NEXT_WEEK)
    session.commit()
    form = {"unit_id": str(other.id), "position": "Petugas Akta", "kind": "definitive", "share": "100",
            "decree_number": "800/9", "starts_on": TODAY.isoformat(), "reason": WHY}  # fmt: skip
    answer = login(at.asker).post(f"/petugas/pegawai/jabatan/{at.agency.id}/{later.id}/perbaiki", data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Sudah tercatat: Petugas Arsip" in page
    assert "Akhiri jabatan itu lebih dahulu, atau pakai Tukar tempat" in page


def test_a_line_left_empty_and_a_refusal_without_a_reason_say_what_is_missing(
    session: Session, app: Flask, at: Town
) -> None:
    post = f"/petugas/pegawai/{at.agency.id}/{at.budi.id}/jabatan"
    page = signed_in(app, at.asker).post(post, data={"decree_number": "800/1"}).get_data(as_text=True)
    assert "Isi nama jabatan, paling banyak 200 huruf." in page
    late = {"last_day": LAST_WEEK.isoformat(), "reason": WHY, "seen": "1"}
    signed_in(app, at.asker).post(end_address(at, at.post), data=late)
    change = session.scalars(sa.select(PeopleChange)).one()
    address = f"/petugas/pegawai/persetujuan/{at.agency.id}/{change.id}/tolak"
    assert "Tulis alasannya" in signed_in(app, at.approver).post(address, data={}).get_data(as_text=True)


def test_a_plt_of_more_than_six_months_is_warned_about_and_not_refused(
    session: Session, login: Login, at: Town
) -> None:
    form = {
        "unit_id": str(at.unit.id), "position": "Plt Kepala", "kind": "acting_vacant", "share": "0",
        "decree_number": "800/5", "starts_on": TODAY.isoformat(),
        "ends_on": (TODAY + timedelta(days=200)).isoformat(),
    }  # fmt: skip
    client = login(at.asker)
    page = client.post(f"{person_page(at, at.budi)}/jabatan", data=form).get_data(as_text=True)
    assert "melebihi tiga bulan" in page
    assert client.post(f"{person_page(at, at.budi)}/jabatan", data={**form, "seen": "1"}).status_code == 303


@pytest.mark.parametrize(
    "path", ["", "/baru", "/loket", "/jadwal", "/persetujuan", "/celah", "/tingkat"]
)  # fmt: skip
def test_every_page_opens_for_who_looks_after_nobody_yet_and_for_an_empty_agency(
    session: Session, login: Login, path: str
) -> None:
    agency = make.agency(session)
    clerk = make.user(session)
    make.grant(session, clerk, Role.PERSONNEL, agency)
    session.commit()
    assert login(clerk).get(f"/petugas/pegawai{path}").status_code == 200


def test_another_agency_is_not_there(session: Session, login: Login, at: Town) -> None:
    other = make.agency(session)
    session.commit()
    client = login(at.asker)
    assert client.get(f"/petugas/pegawai?instansi={other.id}").status_code == 404
    assert client.get(f"/petugas/pegawai/{other.id}/{at.ana.id}").status_code == 404
