"""Cycles, scores and the way from every figure to its rows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.blueprints import score_words
from feedback_app.evaluation.cycles.computing import compute
from feedback_app.evaluation.cycles.opening import open_cycle
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import Band, CycleKind, CycleStatus
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Employee
from feedback_app.organisation.rules import mask_nip
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office

START, END = date(2026, 4, 1), date(2026, 6, 30)
NEW_CYCLE = {
    "name": "TW II 2026", "period": "quarterly-2026-2", "method": "fair-score/2", "delta_in_tau": "0.5",
}  # fmt: skip


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


@pytest.fixture
def evaluator(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.EVALUATOR, everywhere=True))


def cycle_of(office: Office) -> Cycle:
    return open_cycle(
        office.session, agency_id=office.agency.id, name="TW II 2026", kind=CycleKind.QUARTERLY, starts_on=START,
        ends_on=END, actor=SYSTEM, now=make.NOW,
    )  # fmt: skip


def computed(office: Office) -> Cycle:
    office.drain()
    cycle = cycle_of(office)
    compute(office.session, cycle, actor=SYSTEM, now=clock.utcnow())
    office.session.commit()
    return cycle


def path_of(cycle: Cycle, who: Employee | None = None) -> str:
    return f"/petugas/evaluasi/{cycle.id}" + (f"/pegawai/{who.id}" if who else "")


def page_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


BAND_WORDS = {
    Band.ABOVE: "Di atas ekspektasi",
    Band.AS_EXPECTED: "Sesuai ekspektasi",
    Band.BELOW: "Di bawah ekspektasi",
    Band.INSUFFICIENT: "Belum cukup bukti",
}


def two_counters(office: Office, n: int = 40) -> tuple[Employee, Employee]:
    """One service, two people in turn: the first does well, the second badly."""
    service = make.service(office.session, office.unit, name="Kartu Tanda Penduduk")
    good = office.servant(
        "Rambu Ana", service_id=service.id, position="Petugas loket 1", ends_on=date(2026, 4, 30),
        decree_number="800/17/2026",
    )  # fmt: skip
    poor = office.servant("Umbu Tara", service_id=service.id, position="Petugas loket 2", starts_on=date(2026, 5, 1))
    for turn in range(n):
        office.rate(4 if turn % 5 else 3, START + timedelta(days=turn % 28), service, text=f"Cepat, kunjungan {turn}.")
        office.rate(1 if turn % 5 else 2, date(2026, 5, 1) + timedelta(days=turn % 28), service)
    return good, poor


EVALUATION_PATHS = [
    pytest.param("GET", "/petugas/evaluasi", id="cycles"),
    pytest.param("POST", "/petugas/evaluasi", id="open"),
    pytest.param("GET", "/petugas/evaluasi/{cycle}", id="cycle"),
    pytest.param("POST", "/petugas/evaluasi/{cycle}/hitung", id="compute"),
    pytest.param("GET", "/petugas/evaluasi/{cycle}/pegawai/{employee}", id="evidence"),
    pytest.param("GET", "/petugas/evaluasi/{cycle}/pegawai/{employee}/kelompok/x", id="rows"),
]


@pytest.mark.parametrize(("method", "path"), EVALUATION_PATHS)
@pytest.mark.parametrize("role", [Role.OFFICER, Role.UNIT_HEAD, Role.ADMINISTRATOR])
def test_whoever_works_on_cases_opens_nothing_of_the_evaluation(
    login: Login, office: Office, role: Role, method: str, path: str
) -> None:
    who = office.servant()
    cycle = computed(office)
    client = login(office.staff(role, everywhere=True))
    assert client.open(path.format(cycle=cycle.id, employee=who.id), method=method).status_code == 403


@pytest.mark.parametrize(("method", "path"), EVALUATION_PATHS[2:])
def test_a_cycle_of_another_agency_does_not_exist(
    evaluator: FlaskClient, session: Session, office: Office, method: str, path: str
) -> None:
    elsewhere = new_office(session)
    who = elsewhere.servant()
    cycle = computed(elsewhere)
    assert evaluator.open(path.format(cycle=cycle.id, employee=who.id), method=method).status_code == 404
    assert "TW II 2026" not in page_of(evaluator, "/petugas/evaluasi")


def test_an_evaluator_of_one_unit_sees_its_people_only(login: Login, session: Session, office: Office) -> None:
    sibling = Office(session, office.agency, make.unit(session, office.agency))
    mine, other = office.servant("Rambu Ana"), sibling.servant("Umbu Tara")
    cycle = computed(office)
    client = login(office.staff(Role.EVALUATOR))
    page = page_of(client, path_of(cycle))
    assert "Rambu Ana" in page
    assert "Umbu Tara" not in page
    assert client.get(path_of(cycle, mine)).status_code == 200
    assert client.get(path_of(cycle, other)).status_code == 404
    assert client.get(path_of(cycle, other) + "/kelompok/x").status_code == 404


def test_without_cycles_the_page_says_how_to_begin(evaluator: FlaskClient) -> None:
    page = page_of(evaluator, "/petugas/evaluasi")
    assert "Belum ada siklus" in page
    assert "Buka siklus baru" in page


def test_a_cycle_is_opened_and_then_computed(evaluator: FlaskClient, session: Session, office: Office) -> None:
    office.servant("Rambu Ana")
    office.rate(3, date(2026, 4, 7))
    office.drain()
    opened = evaluator.post("/petugas/evaluasi", data=NEW_CYCLE)
    assert opened.status_code == 303
    page = page_of(evaluator, opened.location)
    assert "Siklus ini belum dihitung" in page
    done = evaluator.post(f"{opened.location}/hitung", follow_redirects=True).get_data(as_text=True)
    assert "1 pegawai, 1 penilaian dihitung" in done
    assert "Belum cukup bukti" in done
    cycle = session.scalars(sa.select(Cycle).where(Cycle.agency_id == office.agency.id)).one()
    assert cycle.status is CycleStatus.COMPUTED
    assert [len(office.acts(f"evaluation.{act}")) for act in ("open_cycle", "compute")] == [1, 1]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"name": "x" * 81}, "name", id="a long name"),
        pytest.param({"period": "weekly-2026-2"}, "period", id="no such kind"),
        pytest.param({"period": "quarterly-2026-5"}, "period", id="no such quarter"),
        pytest.param({"period": "quarterly-2099-1"}, "period", id="a quarter to come"),
        pytest.param({"period": ""}, "period", id="no period"),
        pytest.param({"method": "magic"}, "method", id="no such method"),
        pytest.param({"delta_in_tau": "9"}, "delta_in_tau", id="a width that is not on the list"),
    ],
)
def test_a_cycle_that_cannot_be_is_refused_beside_its_field(
    evaluator: FlaskClient, session: Session, office: Office, values: dict[str, str], field: str
) -> None:
    answer = evaluator.post("/petugas/evaluasi", data={**NEW_CYCLE, **values})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.get_data(as_text=True)
    assert session.scalars(sa.select(Cycle).where(Cycle.agency_id == office.agency.id)).all() == []


def test_a_cycle_of_one_day_is_allowed(evaluator: FlaskClient) -> None:
    assert evaluator.post("/petugas/evaluasi", data={**NEW_CYCLE, "ends_on": "2026-04-01"}).status_code == 303


def test_a_second_cycle_of_the_same_name_is_refused_and_what_was_typed_stays(evaluator: FlaskClient) -> None:
    evaluator.post("/petugas/evaluasi", data=NEW_CYCLE)
    again = evaluator.post("/petugas/evaluasi", data=NEW_CYCLE)
    assert again.status_code == 409
    page = again.get_data(as_text=True)
    assert "sudah ada" in page
    assert 'value="TW II 2026"' in page


def test_a_cycle_cannot_be_opened_in_an_agency_out_of_reach(
    evaluator: FlaskClient, session: Session, office: Office
) -> None:
    elsewhere = new_office(session)
    answer = evaluator.post("/petugas/evaluasi", data={**NEW_CYCLE, "agency_id": elsewhere.agency.id})
    assert answer.status_code == 422
    assert session.scalars(sa.select(Cycle)).all() == []


def test_the_list_shows_score_interval_and_band_in_words_and_hides_the_number(
    evaluator: FlaskClient, office: Office
) -> None:
    good, poor = two_counters(office)
    cycle = computed(office)
    page = page_of(evaluator, path_of(cycle))
    assert "bukan predikat" in page
    assert mask_nip(good.nip) in page
    assert good.nip not in page
    for who in (good, poor):
        score = office.session.get_one(Score, (cycle.agency_id, cycle.id, who.id))
        with evaluator.application.test_request_context():
            expected = [score_words.signed(value) for value in (score.score, score.low, score.high)]
        assert f"<strong>{expected[0]}</strong> ({expected[1]} sampai {expected[2]})" in page
        assert BAND_WORDS[score.band] in page
    assert page.count('<svg class="interval') == 2


def test_an_evaluator_without_the_right_to_manage_is_offered_no_button(
    login: Login, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedback_app.identity import rules

    only_reads = frozenset({rules.Permission.READ_EVIDENCE, rules.Permission.READ_OPEN_CYCLE})
    monkeypatch.setitem(rules.PERMISSIONS, Role.EVALUATOR, only_reads)
    cycle = computed(office)
    client = login(office.staff(Role.EVALUATOR, everywhere=True))
    assert "/hitung" not in page_of(client, path_of(cycle))
    assert "Buka siklus baru" not in page_of(client, "/petugas/evaluasi")
    assert client.post(f"{path_of(cycle)}/hitung").status_code == 403


def test_an_evaluator_of_one_unit_neither_opens_nor_computes_a_cycle_of_the_agency(
    login: Login, session: Session, office: Office
) -> None:
    office.servant()
    office.drain()
    cycle = cycle_of(office)
    session.commit()
    client = login(office.staff(Role.EVALUATOR))
    assert "/hitung" not in page_of(client, path_of(cycle))
    assert "Buka siklus baru" not in page_of(client, "/petugas/evaluasi")
    for path, sent in ((f"{path_of(cycle)}/hitung", {}), ("/petugas/evaluasi", {**NEW_CYCLE, "name": "Lain"})):
        answer = client.post(path, data=sent)
        assert answer.status_code == 403
        assert "seluruh instansi" in answer.get_data(as_text=True)
    session.refresh(cycle)
    assert cycle.status is CycleStatus.DRAFT
    assert session.scalars(sa.select(Cycle)).all() == [cycle]


def test_a_grant_over_the_agency_that_has_ended_manages_no_cycle(
    login: Login, session: Session, office: Office
) -> None:
    cycle = computed(office)
    who = office.staff(Role.EVALUATOR)
    make.grant(session, who, Role.EVALUATOR, office.agency, starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31))
    assert login(who).post(f"{path_of(cycle)}/hitung").status_code == 403
