"""The pages of follow-up plans: what is rated lowest is planned, followed and carried on, beside what people say."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Unit
from feedback_app.reporting.gathering import gather
from feedback_app.reporting.report_data import Signing
from feedback_app.survey.action_queries import plan_of
from feedback_app.survey.models import Period
from feedback_app.survey.results import store_period
from feedback_app.survey.rules import ActionStatus
from tests import factories as make
from tests.blueprints.office import Login, Office
from tests.factories import PASSWORD
from tests.survey import makers

# In form order: waktu is rated lowest, then biaya and sarana.
ANSWERS = (4, 4, 1, 2, 4, 4, 4, 2, 4)
ROW = {
    "element": "waktu", "programme": "Loket kedua dibuka pada jam sibuk.", "year": "2026", "quarters": ["3", "4"],
    "responsible": "Kepala Bidang Pelayanan",
}  # fmt: skip


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


def closed(session: Session, agency: Agency, unit: Unit, **days: object) -> Period:
    period = makers.open_period(session, agency, [unit], **days)
    day = days.get("starts_on", makers.DAY)
    makers.respond_all(session, period, unit, [ANSWERS] * 12, answered_on=day)
    makers.fold(session, period)
    makers.shut(session, period)
    store_period(session, period, now=make.NOW, actor=SYSTEM)
    return period


@pytest.fixture
def period(session: Session, agency: Agency, unit: Unit) -> Period:
    return closed(session, agency, unit)


@pytest.fixture
def head(session: Session, agency: Agency, unit: Unit, login: Login) -> FlaskClient:
    return login(staff(session, agency, over=unit))


def sign_in(client: FlaskClient, who: User) -> FlaskClient:
    """Somebody else at the same browser."""
    client.post("/keluar")
    assert client.post("/masuk", data={"email": who.email, "password": PASSWORD}).status_code == 302
    return client


def words(page: str) -> str:
    main = page.split("<main", 1)[-1].split("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def read(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return words(answer.text)


def plan(period: Period, *further: object) -> str:
    return "/".join(["/petugas/skm/periode", str(period.id), "rtl", *map(str, further)])


def rows(session: Session, period: Period, unit: Unit) -> list[tuple[int, ActionStatus, int]]:
    session.expire_all()
    found = plan_of(session, period.agency_id, period.id, unit.id, day=make.TODAY)
    return [(row.id, row.status, row.version) for row in found]


def test_the_three_lowest_elements_are_offered_and_one_is_planned(
    session: Session, period: Period, unit: Unit, head: FlaskClient
) -> None:
    page = read(head, plan(period, unit.id))
    assert re.search(r"1\. Waktu Penyelesaian.*belum direncanakan.*2\. Biaya.*3\. Sarana", page)
    form = head.get(plan(period, unit.id, "tambah?unsur=waktu")).text
    assert re.search(r'<option selected value="waktu">', form)
    answer = head.post(plan(period, unit.id, "tambah"), data=ROW)
    assert answer.status_code == 303
    page = read(head, plan(period, unit.id))
    assert "Loket kedua dibuka pada jam sibuk." in page
    assert "TW III, IV 2026" in page
    assert re.search(r"1\. Waktu Penyelesaian.*?sudah direncanakan", page)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"programme": "x"}, "Tulis program atau kegiatan"),
        ({"quarters": []}, "Pilih paling sedikit satu triwulan"),
        ({"year": "dua ribu"}, "Tulis tahun pelaksanaan"),
        ({"responsible": ""}, "Tulis penanggung jawab"),
        ({"element": "harga"}, "Pilih unsur"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    period: Period, unit: Unit, head: FlaskClient, wrong: dict[str, object], said: str
) -> None:
    sent = {**ROW, **wrong}
    answer = head.post(plan(period, unit.id, "tambah"), data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert str(sent["programme"]) in answer.text
    assert "error-summary" in answer.text


def test_a_status_is_told_with_a_word_and_its_last_change_is_undone(
    session: Session, period: Period, unit: Unit, head: FlaskClient
) -> None:
    head.post(plan(period, unit.id, "tambah"), data=ROW)
    [(row, _, _)] = rows(session, period, unit)
    bare = head.post(plan(period, unit.id, row, "status"), data={"status": "done", "note": "", "version": "1"})
    assert bare.status_code == 422
    assert "apa yang telah dilakukan" in bare.text
    told = {"status": "done", "note": "Loket dibuka 3 Agustus.", "version": "1"}
    assert head.post(plan(period, unit.id, row, "status"), data=told).status_code == 303
    assert rows(session, period, unit) == [(row, ActionStatus.DONE, 2)]
    page = read(head, plan(period, unit.id, row))
    assert "Loket dibuka 3 Agustus." in page
    assert "kembali ke “Direncanakan”" in page
    assert head.post(plan(period, unit.id, row, "batal"), data={"version": "2"}).status_code == 303
    assert rows(session, period, unit) == [(row, ActionStatus.PLANNED, 3)]
    assert "kembali ke" not in read(head, plan(period, unit.id, row))


def test_who_saves_second_sees_both_versions_and_may_save_again(
    session: Session, period: Period, unit: Unit, head: FlaskClient
) -> None:
    head.post(plan(period, unit.id, "tambah"), data=ROW)
    [(row, _, _)] = rows(session, period, unit)
    first = {**ROW, "programme": "Dua loket dibuka.", "version": "1"}
    second = {**ROW, "programme": "Tiga loket dibuka.", "version": "1"}
    assert head.post(plan(period, unit.id, row), data=first).status_code == 303
    lost = head.post(plan(period, unit.id, row), data=second)
    assert lost.status_code == 409
    assert "Yang tersimpan sekarang" in lost.text
    assert "Dua loket dibuka." in lost.text
    assert "Tiga loket dibuka." in lost.text
    assert '<input type="hidden" name="version" value="2">' in lost.text
    assert head.post(plan(period, unit.id, row), data={**second, "version": "2"}).status_code == 303
    assert "Tiga loket dibuka." in read(head, plan(period, unit.id))


def test_what_is_not_done_is_offered_to_the_next_period_and_carried_once(
    session: Session, agency: Agency, unit: Unit, period: Period, head: FlaskClient
) -> None:
    head.post(plan(period, unit.id, "tambah"), data=ROW)
    days = {"starts_on": makers.LAST.replace(month=7, day=1), "ends_on": makers.LAST.replace(month=12)}
    later = closed(session, agency, unit, **days)
    page = read(head, plan(later, unit.id))
    assert f"1 kegiatan dari “{period.name}” belum selesai. Lanjutkan ke rencana ini" in page
    assert "1 dari periode lalu menunggu" in read(head, plan(later))
    for _ in range(2):
        assert head.post(plan(later, unit.id, "lanjutkan")).status_code == 303
    assert len(rows(session, later, unit)) == 1
    page = read(head, plan(later, unit.id))
    assert "belum selesai" not in page
    assert "lanjutan periode sebelumnya" in page
    assert "dilanjutkan ke periode berikutnya" in page
    [(old, _, version)] = rows(session, period, unit)
    gone = head.post(plan(period, unit.id, old, "status"), data={"status": "running", "version": version})
    assert gone.status_code == 409
    assert "sudah dilanjutkan ke periode berikutnya" in gone.text


def test_right_after_closing_the_overview_tells_what_waits_and_that_it_is_late(
    session: Session, agency: Agency, unit: Unit, period: Period, head: FlaskClient
) -> None:
    head.post(plan(period, unit.id, "tambah"), data={**ROW, "year": "2020"})
    days = {"starts_on": makers.LAST.replace(month=7, day=1), "ends_on": makers.LAST.replace(month=12)}
    later = closed(session, agency, unit, **days)
    page = read(head, plan(later))
    assert "1 kegiatan terlambat" in page
    assert "1 kegiatan dari periode lalu belum selesai dan menunggu dilanjutkan" in page
    head.post(plan(later, unit.id, "lanjutkan"))
    page = read(head, plan(later))
    assert "menunggu" not in page
    assert "1 kegiatan terlambat" in page


def test_the_plan_begins_with_the_lowest_element(
    session: Session, period: Period, unit: Unit, head: FlaskClient
) -> None:
    head.post(plan(period, unit.id, "tambah"), data={**ROW, "element": "biaya", "programme": "Tarif dipasang."})
    head.post(plan(period, unit.id, "tambah"), data=ROW)
    page = read(head, plan(period, unit.id))
    assert page.index("Loket kedua") < page.index("Tarif dipasang.")
    report = gather(session, period, unit.id, signing=Signing("", makers.LAST))
    assert [line.element for line in report.plan] == ["Waktu Penyelesaian", "Biaya/Tarif"]


def test_late_rows_are_named_on_the_pages_of_unit_and_period(
    session: Session, period: Period, unit: Unit, head: FlaskClient
) -> None:
    head.post(plan(period, unit.id, "tambah"), data={**ROW, "year": "2020"})
    assert "Terlambat: Loket kedua dibuka pada jam sibuk." in read(head, plan(period, unit.id))
    assert "1 kegiatan terlambat" in read(head, plan(period))


def test_who_only_reads_surveys_finds_the_plan_and_no_way_to_write_it(
    session: Session, agency: Agency, period: Period, unit: Unit, head: FlaskClient
) -> None:
    head.post(plan(period, unit.id, "tambah"), data=ROW)
    [(row, _, _)] = rows(session, period, unit)
    for role in (Role.OFFICER, Role.ADMINISTRATOR):
        reader = sign_in(head, staff(session, agency, role, unit if role is Role.OFFICER else None))
        page = read(reader, plan(period, unit.id))
        assert "Loket kedua" in page
        assert "Tambah kegiatan" not in page
        assert "Simpan status" not in read(reader, plan(period, unit.id, row))
        assert reader.post(plan(period, unit.id, "tambah"), data=ROW).status_code == 403


def test_a_unit_out_of_reach_and_a_row_of_another_unit_do_not_exist(
    session: Session, agency: Agency, period: Period, unit: Unit, head: FlaskClient
) -> None:
    other = make.unit(session, agency, name="Dinas Perhubungan")
    head.post(plan(period, unit.id, "tambah"), data=ROW)
    [(row, _, _)] = rows(session, period, unit)
    assert head.get(plan(period, other.id)).status_code == 404
    assert head.post(plan(period, other.id, "tambah"), data=ROW).status_code == 404
    assert head.get(plan(period, unit.id, row + 1)).status_code == 404
    assert "Dinas Perhubungan" not in read(head, plan(period))


def test_an_open_period_says_when_the_plan_is_written(
    session: Session, agency: Agency, unit: Unit, head: FlaskClient
) -> None:
    running = makers.open_period(session, agency, [unit])
    for address in (plan(running), plan(running, unit.id), plan(running, unit.id, "tambah")):
        assert "Rencana disusun setelah periode survei ditutup" in read(head, address)
    assert head.post(plan(running, unit.id, "tambah"), data=ROW).status_code == 409


def test_what_people_say_of_an_element_stands_beside_it_with_ways_to_the_cases(
    session: Session, agency: Agency, unit: Unit, period: Period, head: FlaskClient
) -> None:
    office = Office(session, agency, unit)
    for _ in range(3):
        office.report("KTP saya belum jadi sejak Maret.", at=make.NOW)
    office.report("Saya takut menyebut nama.", at=make.NOW, is_confidential=True)
    text = head.get(plan(period, unit.id)).text
    assert re.search(r"1\. Waktu Penyelesaian.*?Pengaduan \(perkiraan\) 3 Komentar \(perkiraan\) 0", words(text))
    assert re.search(r'href="/petugas/kotak-masuk\?[^"]*aspect=delay[^"]*"', text)
    assert f"from={period.starts_on.isoformat()}" in text
    evaluator = sign_in(head, staff(session, agency, Role.EVALUATOR))
    page = evaluator.get(plan(period, unit.id)).text
    assert "Pengaduan (perkiraan) kurang dari 5" in words(page)
    assert "kotak-masuk?" not in page
    results = words(head.get(f"/petugas/skm/periode/{period.id}/hasil/{unit.id}").text)
    assert "Yang dikatakan warga tentang unsur terendah" in results
