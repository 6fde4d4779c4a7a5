"""The pages on which an administrator sets up surveys, and others read what is set up."""

from __future__ import annotations

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.rules import Role
from feedback_app.survey import actions, instruments
from feedback_app.survey.models import Instrument, Period
from feedback_app.survey.result_models import Action, Result
from feedback_app.survey.results import store_period
from feedback_app.survey.rules import PeriodState
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office
from tests.survey import makers

START = "/petugas/skm/"


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Puskesmas Oebobo", code="oebobo")


@pytest.fixture
def admin(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.ADMINISTRATOR, everywhere=True))


def day() -> date:
    return clock.utcnow().astimezone(ZoneInfo("Asia/Makassar")).date()


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def post(client: FlaskClient, path: str, status: int = 303, /, **data: object) -> str:
    answer = client.post(path, data=data)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.location or answer.get_data(as_text=True)


def period_data(instrument_id: int, **changed: object) -> dict[str, object]:
    return {
        "name": "Semester ini", "code": "kini", "starts_on": (day() - timedelta(days=30)).isoformat(),
        "ends_on": (day() + timedelta(days=30)).isoformat(), "instrument_id": instrument_id, "weight": "exact",
        "unit_averaging": "mean", "agency_averaging": "mean", "missing": "per_element", "sampling": "", **changed,
    }  # fmt: skip


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def running(session: Session, office: Office, **values: object) -> Period:
    """An open period around today that surveys the office's unit."""
    days = {"starts_on": day() - timedelta(days=30), "ends_on": day() + timedelta(days=30)}
    return makers.open_period(session, office.agency, [office.unit], **{**days, **values})


def fresh(session: Session, period: Period) -> Period:
    return session.get_one(Period, (period.agency_id, period.id), populate_existing=True)


def plan(session: Session, period: Period, office: Office) -> Action:
    """A row of the unit's plan that was due last year."""
    row = actions.Planned("waktu", "Menambah loket", day().year - 1, (4,), "Kepala")
    who = office.staff(Role.UNIT_HEAD).id
    return actions.plan(session, fresh(session, period), office.unit.id, row, user_id=who, now=clock.utcnow())


def test_a_draft_does_not_hide_what_is_left_to_do_about_earlier_periods(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    far = {"starts_on": date(2030, 1, 1), "ends_on": date(2030, 6, 30)}
    period = running(session, office)
    makers.draft_period(session, office.agency, name="Rancangan", **far)
    assert "terbuka sampai" in text_of(admin, START)
    period.ends_on = day() - timedelta(days=1)
    session.commit()
    assert "Tutup supaya hasilnya dihitung" in text_of(admin, START)
    makers.respond_all(session, period, office.unit, [(3,) * 9] * 12, answered_on=day() - timedelta(days=2))
    here = f"/petugas/skm/periode/{period.id}"
    post(admin, f"{here}/tutup")
    assert "Baca hasilnya, lalu terbitkan" in text_of(admin, START)
    post(admin, f"{here}/terbitkan")
    assert "belum menyusun rencana tindak lanjut" in text_of(admin, START)
    plan(session, period, office)
    assert "Rancangan “Rancangan”" in text_of(admin, START)


def test_a_closed_period_without_any_answer_hides_no_draft(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    makers.shut(session, running(session, office))
    makers.draft_period(
        session, office.agency, name="Yang berikut", starts_on=date(2030, 1, 1), ends_on=date(2030, 6, 30)
    )
    assert "Rancangan “Yang berikut”" in text_of(admin, START)


@pytest.mark.parametrize(("everywhere", "words"), [(True, "Lihat kemajuannya"), (False, "Ketik kuesioner kertas")])
def test_who_oversees_all_units_is_led_to_the_results_and_a_unit_to_its_paper(
    login: Login, session: Session, office: Office, everywhere: bool, words: str
) -> None:
    period = running(session, office)
    makers.target(session, period, make.unit(session, office.agency, name="Dinas Lain"))
    page = text_of(login(office.staff(Role.OFFICER, everywhere=everywhere)), START)
    found = re.search(r'class="card-strong survey-step">.*?</div>', page, re.DOTALL)
    assert found
    assert words in found[0]


def test_late_actions_are_told_unit_by_unit_with_their_element(login: Login, session: Session, office: Office) -> None:
    period = running(session, office)
    makers.respond_all(session, period, office.unit, [(3,) * 9] * 3, answered_on=day())
    makers.fold(session, period)
    makers.shut(session, period)
    store_period(session, period, now=clock.utcnow(), actor=SYSTEM)
    client = login(office.staff(Role.UNIT_HEAD))
    plan(session, period, office)
    page = text_of(client, START)
    assert "<strong>Puskesmas Oebobo</strong>" in page
    assert "Waktu Penyelesaian" in page
    for _ in range(5):
        plan(session, period, office)
    page = text_of(client, START)
    assert "<summary>Puskesmas Oebobo: 6 terlambat, 0 segera berakhir</summary>" in page


def test_two_questionnaires_of_one_name_are_told_apart(admin: FlaskClient, session: Session, office: Office) -> None:
    first, second = (makers.instrument(session, office.agency, name="Kuesioner SKM") for _ in range(2))
    page = text_of(admin, f"/petugas/skm/periode/baru/{office.agency.id}")
    for one in (first, second):
        assert f"Kuesioner SKM (nomor {one.id}, dibuat " in page


def test_a_draft_names_the_places_without_a_population_and_may_be_opened_all_the_same(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    ends = {"starts_on": day(), "ends_on": day() + timedelta(days=9)}
    period = makers.draft_period(session, office.agency, **ends)
    ktp = make.service(session, office.unit, name="KTP elektronik")
    row = makers.target(session, period, office.unit, ktp)
    here = f"/petugas/skm/periode/{period.id}"
    page = text_of(admin, here)
    assert "Populasi belum diisi: Puskesmas Oebobo (KTP elektronik)." in page
    assert "Buka periode" in page
    row.population = 500
    session.commit()
    assert "Populasi belum diisi" not in text_of(admin, here)


def test_an_administrator_is_led_from_nothing_to_a_published_result(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    assert "Mulai dengan kuesioner" in text_of(admin, START)
    made = post(admin, f"/petugas/skm/kuesioner/resmi/{office.agency.id}")
    assert "kesesuaian persyaratan pelayanan" in text_of(admin, made)
    assert "Kuesioner sudah ada. Buat periode survei" in text_of(admin, START)

    instrument = session.scalars(sa.select(Instrument).where(Instrument.agency_id == office.agency.id)).one()
    new = f"/petugas/skm/periode/baru/{office.agency.id}"
    assert "0,111 atau 0,11 hanya untuk menyambung seri lama" in text_of(admin, new)
    targets = post(admin, new, **period_data(instrument.id))
    assert "Belum ada unit yang disurvei. Pilih unitnya dahulu." in text_of(admin, START)

    post(admin, targets, unit_id=office.unit.id, scope="one", by_service="1")
    period = session.scalars(sa.select(Period).where(Period.agency_id == office.agency.id)).one()
    here = f"/petugas/skm/periode/{period.id}"
    assert "lengkap. Buka periodenya" in text_of(admin, START)
    assert "Buka periode" in text_of(admin, here)
    post(admin, f"{here}/buka")
    assert "Periode dibuka" in text_of(admin, here)
    assert f"terbuka sampai {(day() + timedelta(days=30)).day} " in text_of(admin, START)

    makers.respond_all(session, fresh(session, period), office.unit, [(3,) * 9] * 12, answered_on=day())
    post(admin, f"{here}/tutup")
    assert fresh(session, period).state is PeriodState.CLOSED
    assert fresh(session, period).ends_on == day()
    page = text_of(admin, here)
    assert "Terbitkan hasil" in page
    assert "Baca hasilnya, lalu terbitkan" in text_of(admin, START)
    post(admin, f"{here}/terbitkan")
    published = session.scalars(sa.select(Result).where(Result.period_id == period.id)).all()
    assert published
    assert all(row.published_at for row in published)
    assert "sudah terbit. 1 unit belum menyusun rencana tindak lanjut" in text_of(admin, START)
    plan(session, period, office)
    assert "sudah terbit. Siapkan periode berikutnya" in text_of(admin, START)
    assert "Buka lagi periode ini" not in text_of(admin, here)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.UNIT_HEAD, Role.EVALUATOR])
def test_others_read_what_is_set_up_and_find_no_button(
    login: Login, session: Session, office: Office, role: Role
) -> None:
    period = running(session, office)
    client = login(office.staff(role))
    start = text_of(client, START)
    assert "terbuka sampai" in start
    assert "Buat periode" not in start
    page = text_of(client, f"/petugas/skm/periode/{period.id}")
    assert "Puskesmas Oebobo" in page
    assert "/tutup" not in page
    assert "Kuesioner survei" in text_of(client, "/petugas/skm/kuesioner")
    instrument = text_of(client, f"/petugas/skm/kuesioner/{period.instrument_id}")
    assert "Salin menjadi versi baru" not in instrument
    assert client.post(f"/petugas/skm/periode/{period.id}/tutup").status_code == 403


def test_who_waits_for_the_administrator_is_told_so(login: Login, session: Session, office: Office) -> None:
    client = login(office.staff(Role.UNIT_HEAD))
    assert "Pengelola instansi Anda yang menyiapkannya" in text_of(client, START)
    makers.draft_period(session, office.agency, starts_on=date(2030, 1, 1), ends_on=date(2030, 6, 30))
    assert "direncanakan mulai 1 Januari 2030" in text_of(client, START)


def test_a_unit_head_sees_the_progress_of_their_own_units_alone(login: Login, session: Session, office: Office) -> None:
    period = running(session, office)
    other = new_office(session)
    beside = make.unit(session, office.agency, name="Dinas Lain")
    makers.target(session, period, beside)
    makers.respond_all(session, period, beside, [(3,) * 9] * 7, answered_on=day())
    makers.respond_all(session, period, office.unit, [(3,) * 9] * 2, answered_on=day())
    client = login(office.staff(Role.UNIT_HEAD))
    assert "2 kuesioner masuk" in text_of(client, START)
    assert "Dinas Lain" not in text_of(client, f"/petugas/skm/periode/{period.id}")
    foreign = running(session, other)
    assert client.get(f"/petugas/skm/periode/{foreign.id}").status_code == 404
    assert client.get(f"/petugas/skm/kuesioner/{foreign.instrument_id}").status_code == 404


@pytest.mark.parametrize(
    ("role", "said"),
    [(Role.ADMINISTRATOR, "Tutup supaya hasilnya dihitung"), (Role.OFFICER, "menunggu ditutup pengelola")],
)
def test_a_period_past_its_end_waits_to_be_closed(
    login: Login, session: Session, office: Office, role: Role, said: str
) -> None:
    running(session, office, ends_on=day() - timedelta(days=1))
    assert said in text_of(login(office.staff(role, everywhere=role is Role.ADMINISTRATOR)), START)


def test_what_is_missing_is_named_where_it_is_mended(admin: FlaskClient, session: Session, office: Office) -> None:
    asked = makers.instrument(session, office.agency)
    question = instruments.questions(session, asked)[2]
    post(admin, f"/petugas/skm/kuesioner/{asked.id}/pertanyaan/{question.id}/hapus")
    period = makers.draft_period(session, office.agency, asked, starts_on=day(), ends_on=day() + timedelta(days=9))
    page = text_of(admin, f"/petugas/skm/periode/{period.id}")
    assert "Belum ditanyakan: Waktu Penyelesaian." in page
    assert "Buka periode" not in page
    post(admin, f"/petugas/skm/periode/{period.id}/buka")
    assert "Belum ada unit yang disurvei" in text_of(admin, f"/petugas/skm/periode/{period.id}")
    assert fresh(session, period).state is PeriodState.DRAFT
    assert "Tambah pertanyaan: Waktu Penyelesaian" in text_of(admin, f"/petugas/skm/kuesioner/{asked.id}")
    form = text_of(admin, f"/petugas/skm/kuesioner/{asked.id}/pertanyaan/baru?unsur=waktu")
    assert 'selected value="waktu"' in form


def test_a_draft_is_changed_by_one_and_the_other_keeps_what_was_typed(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    period = makers.draft_period(session, office.agency)
    here = f"/petugas/skm/periode/{period.id}/ubah"
    seen = seen_in(text_of(admin, here))
    post(admin, here, **period_data(period.instrument_id, seen=seen))
    page = post(admin, here, 409, **period_data(period.instrument_id, seen=seen, name="Yang kedua"))
    assert "baru saja diubah orang lain" in page
    assert 'value="Yang kedua"' in page
    assert "Yang tersimpan sekarang" in page
    post(admin, here, **period_data(period.instrument_id, seen=seen_in(page), name="Yang kedua"))
    assert fresh(session, period).name == "Yang kedua"


def test_a_form_of_a_period_says_what_is_wrong(admin: FlaskClient, session: Session, office: Office) -> None:
    asked = makers.instrument(session, office.agency)
    new = f"/petugas/skm/periode/baru/{office.agency.id}"
    page = post(admin, new, 422, **period_data(asked.id, code="Semester 1", ends_on="2020-01-01", weight="0.5"))
    assert "Kode periode berisi huruf kecil" in page
    assert "Tanggal akhir tidak boleh sebelum tanggal mulai" in page
    post(admin, new, **period_data(asked.id))
    page = post(admin, new, 409, **period_data(asked.id))
    assert "Kode itu sudah dipakai periode lain" in page


def test_a_period_without_any_questionnaire_leads_to_them(admin: FlaskClient, office: Office) -> None:
    assert "Buat dahulu yang resmi" in text_of(admin, f"/petugas/skm/periode/baru/{office.agency.id}")


def test_the_end_moves_and_a_refused_day_is_shown_again(admin: FlaskClient, session: Session, office: Office) -> None:
    period = running(session, office)
    here = f"/petugas/skm/periode/{period.id}"
    later = day() + timedelta(days=60)
    post(admin, f"{here}/akhir", ends_on=later.isoformat())
    assert fresh(session, period).ends_on == later
    page = post(admin, f"{here}/akhir", 422, ends_on="2020-01-01")
    assert "paling awal hari ini" in page
    assert 'value="2020-01-01"' in page
    assert "Isi tanggal akhir." in post(admin, f"{here}/akhir", 422, ends_on="")


def test_a_closed_period_is_opened_again(admin: FlaskClient, session: Session, office: Office) -> None:
    period = running(session, office)
    here = f"/petugas/skm/periode/{period.id}"
    post(admin, f"{here}/tutup")
    assert "Tidak ada kuesioner yang masuk" in text_of(admin, here)
    post(admin, f"{here}/terbitkan")
    assert "belum" in text_of(admin, here).lower()
    post(admin, f"{here}/buka-lagi", ends_on=(day() + timedelta(days=5)).isoformat())
    assert fresh(session, period).state is PeriodState.OPEN
    post(admin, f"{here}/buka-lagi", 409, ends_on=(day() + timedelta(days=5)).isoformat())


def test_a_draft_is_deleted_and_an_open_period_is_not(admin: FlaskClient, session: Session, office: Office) -> None:
    draft = makers.draft_period(session, office.agency)
    assert post(admin, f"/petugas/skm/periode/{draft.id}/hapus") == START
    period = running(session, office)
    post(admin, f"/petugas/skm/periode/{period.id}/hapus")
    assert "sudah dibuka" in text_of(admin, f"/petugas/skm/periode/{period.id}")


def test_who_administers_one_unit_sets_nothing_up(login: Login, session: Session, office: Office) -> None:
    period = makers.draft_period(session, office.agency)
    client = login(office.staff(Role.ADMINISTRATOR))
    for path in (f"/periode/{period.id}/ubah", f"/periode/{period.id}/sasaran", f"/periode/baru/{office.agency.id}",
                 f"/riwayat/{office.agency.id}"):  # fmt: skip
        assert client.get(f"/petugas/skm{path}").status_code == 404, path
    assert "Ubah rancangan" not in text_of(client, f"/petugas/skm/periode/{period.id}")
