"""The pages on which an administrator sets the calendar and the rules of an agency."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock, jobs
from feedback_app.handling.clocks.models import StoredSlaRule
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.rules import Classification
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Holiday, WorkingHours
from tests.blueprints.office import Login, Office, new_office

RULE = {
    "unit_id": "", "classification": "no_oversight", "verify_working_days": "2", "reply_working_days": "4",
    "resolve_working_days": "10", "close_after_silence_working_days": "10", "complete_days": "30",
    "extension_working_days": "", "objection_working_days": "", "source": "Perwali 12 Tahun 2026 Pasal 8",
}  # fmt: skip


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Puskesmas Oebobo")


@pytest.fixture
def admin(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.ADMINISTRATOR, everywhere=True))


def local_today() -> date:
    return clock.utcnow().astimezone(ZoneInfo("Asia/Makassar")).date()


def next_working_day() -> date:
    return WorkingCalendar(ZoneInfo("Asia/Makassar")).add_working_days(local_today(), 2)


def base(office: Office) -> str:
    return f"/petugas/tenggat/{office.agency.id}"


def text_of(admin: FlaskClient, path: str) -> str:
    answer = admin.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def send(admin: FlaskClient, path: str, data: dict[str, Any]) -> str:
    """Send a form, read what it moves, and confirm with exactly the fields of that page."""
    seen = admin.post(path, data=data)
    page = seen.get_data(as_text=True)
    assert seen.status_code == 200, page
    assert "Periksa akibatnya" in page
    carried = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page)
    sent: dict[str, Any] = {}
    for name, value in carried:
        sent.setdefault(name, []).append(value)
    answer = admin.post(path, data={**sent, "seen": "1"})
    assert answer.status_code == 303
    return page


def test_way_in_leads_to_the_only_agency(admin: FlaskClient, office: Office) -> None:
    assert admin.get("/petugas/tenggat").location == base(office)
    assert "Tenggat dan kalender" in text_of(admin, "/petugas/kotak-masuk")


def test_who_manages_a_unit_only_is_told_what_is_missing(login: Login, office: Office) -> None:
    page = text_of(login(office.staff(Role.ADMINISTRATOR)), "/petugas/tenggat")
    assert "Tidak ada instansi yang Anda atur" in page


def test_another_agency_does_not_exist(admin: FlaskClient, session: Session) -> None:
    other = new_office(session)
    holiday = {"on_date": "2026-12-01", "name": "Hari jadi", "source": "Perda 1/2020", "seen": "1"}
    for path in ("", "/libur", "/jam", "/hitung-ulang"):
        assert admin.get(base(other) + path).status_code == 404, path
    for path in ("", "/libur", "/libur/coret", "/libur/kembalikan", "/libur/impor", "/jam", "/jam/1/hapus",
                 "/aturan/1/hapus"):  # fmt: skip
        assert admin.post(base(other) + path, data=holiday | RULE).status_code == 404, path
    assert session.scalars(sa.select(Holiday).where(Holiday.agency_id == other.agency.id)).all() == []


def test_rules_show_their_origin_and_an_example(admin: FlaskClient, office: Office) -> None:
    page = text_of(admin, base(office) + "?tanggal=2026-03-13")
    assert "Pengaduan tidak berkadar pengawasan" in page
    assert "bawaan" in page
    assert "Laporan yang masuk Jumat, 13 Maret 2026 09.00 WITA" in page
    # Without holidays in the calendar of this agency: the weekend alone is skipped.
    assert "18 Maret 2026 16.00 WITA" in page
    assert "Sabtu 14 Maret 2026" in page


def test_new_rule_is_seen_before_it_is_kept(admin: FlaskClient, session: Session, office: Office) -> None:
    office.report()
    tomorrow = local_today() + timedelta(days=1)
    data = {**RULE, "effective_from": tomorrow.isoformat(), "unit_id": str(office.unit.id)}
    admin.post(base(office), data=data)
    rules = sa.select(StoredSlaRule).where(StoredSlaRule.unit_id == office.unit.id)
    assert session.scalars(rules).all() == []
    page = send(admin, base(office), data)
    assert "Tidak ada tenggat kasus terbuka yang bergeser" in page
    row = session.scalars(rules).one()
    assert (row.classification, row.verify_working_days, row.effective_from, row.extension_working_days) == (
        Classification.NO_OVERSIGHT, 2, tomorrow, None,
    )  # fmt: skip
    assert row.noted_by is not None
    listed = text_of(admin, base(office))
    assert "akan datang" in listed
    send(admin, f"{base(office)}/aturan/{row.id}/hapus", {})
    session.expire_all()
    assert session.scalars(rules).all() == []


def test_rule_that_was_in_force_has_no_button_and_is_not_removed(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    row = session.scalars(sa.select(StoredSlaRule).where(StoredSlaRule.agency_id == office.agency.id)).first()
    assert row is not None
    assert "/hapus" not in text_of(admin, base(office))
    answer = admin.post(f"{base(office)}/aturan/{row.id}/hapus", data={"seen": "1"}, follow_redirects=True)
    assert "sudah berlaku" in answer.get_data(as_text=True)


def test_refused_rule_stands_again_as_it_was_typed(admin: FlaskClient, office: Office) -> None:
    data = {**RULE, "effective_from": local_today().isoformat(), "resolve_working_days": "3"}
    answer = admin.post(base(office), data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "tidak boleh lebih pendek" in page
    assert "Perwali 12 Tahun 2026 Pasal 8" in page


def test_rule_taken_by_another_says_so_beside_the_day(admin: FlaskClient, session: Session, office: Office) -> None:
    data = {**RULE, "effective_from": "2018-01-01", "seen": "1"}
    answer = admin.post(base(office), data=data)
    assert answer.status_code == 409
    assert 'href="#effective_from"' in answer.get_data(as_text=True)


def test_local_holiday_moves_open_cases_and_the_round_is_shown(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    case = office.report()
    session.commit()
    before = case.verify_due_at
    data = {"on_date": next_working_day().isoformat(), "name": "Hari jadi kota", "source": "Perda 3 Tahun 2001"}
    page = send(admin, base(office) + "/libur", data)
    assert re.search(r"Tenggatnya bergeser</dt><dd>1 kasus", page)
    waiting = admin.get(base(office) + "/hitung-ulang")
    assert waiting.headers["Refresh"] == "3"
    assert "0 dari 1 kasus terbuka" in waiting.get_data(as_text=True)
    assert "sedang dihitung ulang" in text_of(admin, base(office) + "/libur")
    jobs.recompute_deadlines()
    session.expire_all()
    assert office.fresh(case).verify_due_at > before
    done = admin.get(base(office) + "/hitung-ulang")
    assert "Refresh" not in done.headers
    assert "1 kasus terbuka dihitung ulang, 1 bergeser" in done.get_data(as_text=True)
    assert f'href="/petugas/kasus/{case.id}"' in done.get_data(as_text=True)
    assert f'href="{base(office)}/libur"' in done.get_data(as_text=True)


def test_cases_a_round_moved_are_not_told_to_whoever_may_not_see_them(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    secret = office.report(is_confidential=True)
    session.commit()
    data = {"on_date": next_working_day().isoformat(), "name": "Hari jadi kota", "source": "Perda 3 Tahun 2001"}
    send(admin, base(office) + "/libur", data)
    jobs.recompute_deadlines()
    done = text_of(admin, base(office) + "/hitung-ulang")
    assert "1 bergeser" in done
    assert f"#{secret.id}" not in done


def test_imported_day_rests_on_its_decree_and_an_estimate_on_none_yet(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    year = clock.utcnow().year
    for month, name in ((1, "Tahun Baru"), (12, "Isra Mikraj (perkiraan)")):
        session.add(
            Holiday(agency_id=office.agency.id, on_date=date(year, month, 31), name=name, source="holidays 0.109",
                    is_struck=False)
        )  # fmt: skip
    session.commit()
    page = text_of(admin, f"{base(office)}/libur?tahun={year}")
    assert "SKB tiga menteri (dari pustaka holidays 0.109)" in page
    assert "Belum ditetapkan; perkiraan pustaka holidays 0.109" in page
    assert page.index("Tambah hari libur daerah") < page.index("Daftar hari libur")


def test_change_that_was_only_looked_at_leaves_nothing(admin: FlaskClient, session: Session, office: Office) -> None:
    data = {"on_date": "2026-12-01", "name": "Hari jadi kota", "source": "Perda 3 Tahun 2001"}
    assert admin.post(base(office) + "/libur", data=data).status_code == 200
    assert session.scalars(sa.select(Holiday).where(Holiday.agency_id == office.agency.id)).all() == []
    assert office.acts("organisation.add_holiday") == []


def test_holidays_are_imported_struck_off_and_brought_back(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    assert "Belum ada hari libur tahun ini" in text_of(admin, base(office) + "/libur?tahun=2026")
    send(admin, base(office) + "/libur/impor", {"year": "2026"})
    page = text_of(admin, base(office) + "/libur?tahun=2026")
    assert "Cuti Bersama Hari Suci Nyepi" in page
    assert "Rabu" in page
    send(admin, base(office) + "/libur/coret", {"on_date": "2026-12-24"})
    assert "dicoret: hari kerja" in text_of(admin, base(office) + "/libur?tahun=2026")
    send(admin, base(office) + "/libur/kembalikan", {"on_date": "2026-12-24"})
    assert "dicoret: hari kerja" not in text_of(admin, base(office) + "/libur?tahun=2026")


def test_estimated_days_and_missing_cuti_bersama_are_marked(admin: FlaskClient, office: Office) -> None:
    send(admin, base(office) + "/libur/impor", {"year": "2028"})
    page = text_of(admin, base(office) + "/libur?tahun=2028")
    assert '<span class="tag">perkiraan</span>' in page
    assert "Cuti bersama tahun ini belum ada" in page


@pytest.mark.parametrize("sent", [{"on_date": "besok"}, {}, {"on_date": "2026-07-01"}])
def test_day_that_is_not_in_the_list_is_not_struck(admin: FlaskClient, office: Office, sent: dict[str, str]) -> None:
    answer = admin.post(base(office) + "/libur/coret", data=sent, follow_redirects=True)
    assert "tidak ada dalam daftar hari libur" in answer.get_data(as_text=True)


def test_unit_gets_six_days_from_a_day_on(admin: FlaskClient, session: Session, office: Office) -> None:
    tomorrow = local_today() + timedelta(days=1)
    data = {
        "unit_id": str(office.unit.id), "starts_on": tomorrow.isoformat(), "workdays": ["0", "1", "2", "3", "4", "5"],
        "opens": "07:30", "closes": "14:00",
    }  # fmt: skip
    send(admin, base(office) + "/jam", data)
    row = session.scalars(sa.select(WorkingHours).where(WorkingHours.unit_id == office.unit.id)).one()
    assert row.workdays == [0, 1, 2, 3, 4, 5]
    page = text_of(admin, base(office) + "/jam")
    assert "Senin–Sabtu, 07.30–14.00" in page
    assert "Senin–Jumat, 07.30–16.00" in page
    send(admin, f"{base(office)}/jam/{row.id}/hapus", {})
    session.expire_all()
    assert session.scalars(sa.select(WorkingHours).where(WorkingHours.unit_id == office.unit.id)).all() == []


@pytest.mark.parametrize(("changed", "words"), [
    ({"workdays": []}, "Pilih paling sedikit satu hari kerja"),
    ({"closes": "07:00"}, "Jam tutup harus sesudah jam buka"),
    ({"unit_id": "9999999"}, "Pilih unit dari daftar"),
    ({"starts_on": "kapan-kapan"}, "Tulis tanggal seperti"),
])  # fmt: skip
def test_hours_that_no_office_has_are_refused_on_the_page(
    admin: FlaskClient, office: Office, changed: dict[str, Any], words: str
) -> None:
    data = {"unit_id": "", "starts_on": "2026-12-01", "workdays": ["0"], "opens": "07:30", "closes": "14:00", **changed}
    answer = admin.post(base(office) + "/jam", data=data)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_extension_is_offered_where_the_rule_knows_one_and_a_refused_reason_is_kept(
    login: Login, session: Session, office: Office
) -> None:
    case = office.report("Mohon salinan anggaran perbaikan Jalan Melati.")
    browser = login(office.staff(Role.OFFICER))
    session.commit()
    path = f"/petugas/kasus/{case.id}"
    assert 'id="perpanjang"' not in text_of(browser, path)
    refused = browser.post(path + "/perpanjang", data={"reason": "Arsipnya jauh sekali.", "version": case.version})
    assert refused.status_code == 409
    assert "Arsipnya jauh sekali." in refused.get_data(as_text=True)
    case.classification = Classification.PUBLIC_INFORMATION
    session.commit()
    assert "7 hari kerja" in text_of(browser, path)
    stale = browser.post(path + "/perpanjang", data={"reason": "Dokumen ada di arsip daerah.", "version": "99"})
    assert stale.status_code == 409
    assert "berubah sejak" in stale.get_data(as_text=True)
    assert "Dokumen ada di arsip daerah." in stale.get_data(as_text=True)
    sent = browser.post(
        path + "/perpanjang", data={"reason": "Dokumen ada di arsip daerah.", "version": case.version},
        follow_redirects=True,
    )  # fmt: skip
    assert "Tenggat diperpanjang" in sent.get_data(as_text=True)
    assert 'id="perpanjang"' not in sent.get_data(as_text=True)
    assert office.fresh(case).extended_at is not None
