"""Cycles, scores and the way from every figure to its rows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.blueprints import score_words
from feedback_app.blueprints.score_figure import figure, scale_of
from feedback_app.evaluation.cycles.computing import compute, open_cycle
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import Band, CycleKind, CycleStatus
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Employee
from feedback_app.organisation.rules import AssignmentKind, mask_nip
from tests import factories as make
from tests.blueprints.office import SECRET_NUMBER, Login, Office, new_office

START, END = date(2026, 4, 1), date(2026, 6, 30)
NEW_CYCLE = {"name": "TW II 2026", "kind": "quarterly", "starts_on": "2026-04-01", "ends_on": "2026-06-30"}


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


def row_links(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'href="(/petugas/evaluasi/[^"]+/baris\?[^"]+)"', page)]


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
    pytest.param("GET", "/petugas/evaluasi/{cycle}/pegawai/{employee}/baris", id="rows"),
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
    assert client.get(path_of(cycle, other) + "/baris").status_code == 404


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
        pytest.param({"name": " "}, "name", id="no name"),
        pytest.param({"name": "x" * 81}, "name", id="a long name"),
        pytest.param({"kind": "weekly"}, "kind", id="no such kind"),
        pytest.param({"starts_on": ""}, "starts_on", id="no first day"),
        pytest.param({"ends_on": "nanti"}, "ends_on", id="not a day"),
        pytest.param({"ends_on": "2026-03-31"}, "ends_on", id="ends before it starts"),
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
    assert "Di atas ekspektasi" in page
    assert "Di bawah ekspektasi" in page
    assert page.count('<svg class="interval') == 2


def test_the_evidence_says_what_a_figure_rests_on(evaluator: FlaskClient, office: Office) -> None:
    good, _ = two_counters(office)
    for _turn in range(3):
        office.rate(1, date(2026, 4, 9), visited=False)
    cycle = computed(office)
    page = page_of(evaluator, path_of(cycle, good))
    assert "800/17/2026" in page
    assert "30 April 2026" in page
    assert "Petugas loket 1, Dinas Kependudukan" in page
    assert re.search(r"Penilaian yang dihitung</dt><dd>40 ", page)
    assert str(cycle.input_hash) in page
    assert cycle.method_version is not None
    assert cycle.method_version in page
    assert "Dengan keyakinan 90 %" in page
    assert "bukan predikat" in page
    assert good.nip not in page


def test_every_line_of_the_evidence_opens_into_as_many_ratings_as_it_says(
    evaluator: FlaskClient, office: Office
) -> None:
    good, _ = two_counters(office, n=12)
    office.servant("Umbu Kepala", is_head=True, position="Kepala Dinas")
    office.rate(2, date(2026, 4, 9), visited=False)
    office.rate(3, date(2026, 6, 9))
    cycle = computed(office)
    for who in office.session.scalars(sa.select(Employee).where(Employee.agency_id == office.agency.id)):
        evidence = page_of(evaluator, path_of(cycle, who))
        links = row_links(evidence)
        counts = [
            int(n) for n in re.findall(r'</td>\s*<td class="num">(\d+)</td>\s*<td class="num">[\d,]+</td>', evidence)
        ]
        assert len(links) == len(counts)
        for link, n in zip(links, counts, strict=True):
            assert page_of(evaluator, link).count('<th scope="row">') == n, (who.name, link)
    assert row_links(page_of(evaluator, path_of(cycle, good)))


def test_ratings_without_a_proven_visit_stand_beside_with_the_reason(evaluator: FlaskClient, office: Office) -> None:
    who = office.servant()
    office.rate(1, date(2026, 4, 9), visited=False)
    cycle = computed(office)
    evidence = page_of(evaluator, path_of(cycle, who))
    assert "Tidak: tanpa bukti kunjungan" in evidence
    assert "Belum cukup bukti" in evidence
    (link,) = row_links(evidence)
    rows = page_of(evaluator, link)
    assert "Tidak baik (1/4)" in rows
    assert "Tidak: tanpa bukti kunjungan" in rows


def test_comments_are_redacted_and_bear_only_their_month(evaluator: FlaskClient, office: Office) -> None:
    who = office.servant()
    for turn in range(10):
        office.rate(4, date(2026, 4, 1 + turn), text=f"Petugas ramah, hubungi {SECRET_NUMBER}, nomor {turn}.")
    cycle = computed(office)
    (link,) = row_links(page_of(evaluator, path_of(cycle, who)))
    page = page_of(evaluator, link)
    assert page.count("<blockquote>") == 10
    assert SECRET_NUMBER not in page
    assert "[nomor telepon]" in page
    assert "waktunya hanya bulan: April 2026" in page
    order = re.findall(r"nomor (\d)\.", page)
    assert sorted(order) == list("0123456789")
    assert order != list("0123456789")
    assert order == re.findall(r"nomor (\d)\.", page_of(evaluator, link))


def test_comments_of_fewer_than_ten_ratings_are_withheld(evaluator: FlaskClient, office: Office) -> None:
    who = office.servant()
    for turn in range(9):
        office.rate(4, date(2026, 4, 1 + turn), text=f"Petugas ramah, kunjungan {turn}.")
    cycle = computed(office)
    (link,) = row_links(page_of(evaluator, path_of(cycle, who)))
    page = page_of(evaluator, link)
    assert "Petugas ramah" not in page
    assert "kurang dari 10" in page


@pytest.mark.parametrize(
    "query",
    [
        "", "?assignment=x&channel=token&from=2026-04-01", "?assignment=1&channel=surat&from=2026-04-01",
        "?assignment=1&channel=token&from=april", "?assignment=999999&channel=token&from=2026-04-01",
    ],
)  # fmt: skip
def test_a_line_that_does_not_exist_is_not_found(evaluator: FlaskClient, office: Office, query: str) -> None:
    who = office.servant()
    office.rate(4, date(2026, 4, 1))
    cycle = computed(office)
    assert evaluator.get(f"{path_of(cycle, who)}/baris{query}").status_code == 404


def test_a_link_to_rows_names_post_service_channel_and_first_day(evaluator: FlaskClient, office: Office) -> None:
    good, _ = two_counters(office, n=1)
    cycle = computed(office)
    (link,) = row_links(page_of(evaluator, path_of(cycle, good)))
    asked = parse_qs(urlsplit(link).query)
    assert set(asked) == {"assignment", "service", "channel", "from"}
    assert (asked["channel"], asked["from"]) == (["token"], ["2026-04-01"])


def test_somebody_without_ratings_is_shown_with_what_to_do_next(evaluator: FlaskClient, office: Office) -> None:
    who = office.servant(kind=AssignmentKind.ADDITIONAL)
    cycle = computed(office)
    page = page_of(evaluator, path_of(cycle, who))
    assert "Tidak ada penilaian dengan bukti kunjungan" in page
    assert "Bagikan token kunjungan" in page
    assert "Tugas tambahan" in page


def test_an_evaluator_without_the_right_to_manage_is_offered_no_button(
    login: Login, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedback_app.identity import rules

    only_reads = frozenset({rules.Permission.READ_EVIDENCE})
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


def test_the_comments_of_another_unit_stay_closed_to_an_evaluator_of_one(
    login: Login, session: Session, office: Office
) -> None:
    beyond = Office(session, office.agency, make.unit(session, office.agency))
    who = office.servant()
    there = make.assignment(session, who, beyond.unit, kind=AssignmentKind.ADDITIONAL)
    for turn in range(12):
        beyond.rate(1, START, text=f"Cerita dari unit sebelah, nomor {turn}.")
    cycle = computed(office)
    client = login(office.staff(Role.EVALUATOR))
    page = page_of(client, path_of(cycle, who))
    assert row_links(page) == []
    assert "Unit lain, di luar jangkauan Anda: 12 penilaian" in page
    asked = f"{path_of(cycle, who)}/baris?assignment={there.id}&channel=token&from=2026-04-01"
    assert client.get(asked).status_code == 404


def test_a_rating_that_came_after_the_computation_is_announced_beside_the_rows(
    evaluator: FlaskClient, office: Office
) -> None:
    who = office.servant()
    office.rate(4, START)
    cycle = computed(office)
    office.rate(1, START)
    office.drain()
    office.session.commit()
    (link,) = row_links(page_of(evaluator, path_of(cycle, who)))
    page = page_of(evaluator, link)
    assert page.count('<th scope="row">') == 1
    assert "1 penilaian baru masuk sesudah perhitungan" in page


def score(**values: object) -> Score:
    known = {
        "n": 60, "n_effective": 60.0, "own_share": 1.0, "mean_residual": 3.0, "score": 2.0, "standard_error": 1.0,
        "low": 0.35, "high": 3.65, "reliability": 0.8, "band": Band.AS_EXPECTED,
    }  # fmt: skip
    return Score(**{**known, **values})


@pytest.fixture
def in_indonesian(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("points", "words"), [(2.314, "+2,31"), (-0.4, "−0,40"), (0.0, "0,00"), (-0.004, "0,00"), (1234.5, "+1.234,50")]
)
@pytest.mark.usefixtures("in_indonesian")
def test_points_are_written_with_their_sign(points: float, words: str) -> None:
    assert score_words.signed(points) == words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        pytest.param({"n_effective": 29.9, "reliability": 0.1}, "29,9 penilaian efektif; sebelum ada 30", id="few"),
        pytest.param(
            {"n_effective": 30.0, "reliability": 0.69}, "Keandalannya 0,69; sebelum mencapai 0,70", id="unsure"
        ),
        pytest.param({"band": Band.ABOVE}, "di atas +1,50 poin", id="above"),
        pytest.param({"band": Band.BELOW}, "di bawah −1,50 poin", id="below"),
        pytest.param({"band": Band.AS_EXPECTED}, "tidak seluruhnya melampaui batas ±1,50", id="as expected"),
        pytest.param({"band": Band.INSUFFICIENT}, "melampaui kedua batas ±1,50", id="says nothing"),
    ],
)
@pytest.mark.usefixtures("in_indonesian")
def test_the_reason_of_a_band_is_said_in_words(values: dict[str, object], words: str) -> None:
    assert words in score_words.band_reason(score(**values), Cycle(delta=1.5))


@pytest.mark.usefixtures("in_indonesian")
def test_where_people_do_not_differ_beyond_chance_no_figure_is_read_out() -> None:
    flat = Cycle(tau2=0.0, sigma2=90.0, delta=0.0)
    nobody = score(score=0.0, low=0.0, high=0.0, reliability=0.0, band=Band.INSUFFICIENT)
    assert "tidak ada nilai perseorangan" in score_words.score_sentence(nobody, flat)
    assert "poin" not in score_words.reliability_words(nobody, flat)


@pytest.mark.usefixtures("in_indonesian")
def test_how_many_ratings_would_be_enough_follows_the_variances_of_the_cycle() -> None:
    few = score(band=Band.INSUFFICIENT, reliability=0.4)
    assert "kira-kira 45 penilaian" in str(score_words.needed_words(few, Cycle(tau2=5.0, sigma2=95.0)))
    assert "kira-kira 30 penilaian" in str(score_words.needed_words(few, Cycle(tau2=10.0, sigma2=90.0)))
    assert score_words.needed_words(few, Cycle(tau2=0.0, sigma2=90.0)) is None
    assert score_words.needed_words(score(), Cycle(tau2=10.0, sigma2=90.0)) is None


def test_drawings_of_one_page_share_their_scale_and_keep_inside() -> None:
    scores = [score(low=-8.0, score=-4.0, high=0.0), score(low=-1.0, score=2.0, high=5.0)]
    scale = scale_of(scores, 1.0)
    left, right = (figure(found, scale) for found in scores)
    assert 0 < left.low < left.score < left.high == 100.0 < right.score < right.high < 200
    assert (left.delta_from, left.delta_to) == (right.delta_from, right.delta_to)
    assert left.delta_from + left.delta_to == pytest.approx(200.0)


def test_a_cycle_in_which_nobody_differs_can_still_be_drawn() -> None:
    flat = score(low=0.0, score=0.0, high=0.0)
    found = figure(flat, scale_of([flat], 0.0))
    assert found.low == found.high == found.delta_from == found.delta_to == 100.0
