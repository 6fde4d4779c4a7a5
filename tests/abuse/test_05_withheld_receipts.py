"""An officer keeps the receipt from those who leave unhappy: the numbers of the counter tell on them."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.rules import Role
from feedback_app.intake.counters import DayCount, count_by_hand
from feedback_app.intake.visits import issue_visit_tokens
from feedback_app.intake.withholding import Finding, Use, UseFinding, issue_finding, use_finding
from tests import factories as make
from tests.blueprints.office import KEY, Login, Office, new_office

WEEKS = 2000
UNHAPPY = 0.30
HONEST_LOSS = 0.04  # hurry, an empty printer, people who wave the receipt away


def _week(rng: random.Random, visits: int, *, withheld: float) -> tuple[int, int]:
    """One week: every visitor may leave unhappy, and an unhappy one is refused the receipt with this probability."""
    lost = sum(
        rng.random() < HONEST_LOSS or (rng.random() < UNHAPPY and rng.random() < withheld) for _ in range(visits)
    )
    return visits, visits - lost


def _share_of_alarms(*, visits: int, withheld: float, seed: int) -> float:
    rng = random.Random(seed)
    weeks = [_week(rng, visits, withheld=withheld) for _ in range(WEEKS)]
    return sum(issue_finding(*week) is Finding.WITHHELD for week in weeks) / WEEKS


@pytest.mark.parametrize(("visits", "at_least"), [(60, 0.90), (120, 0.99), (400, 1.0)])
def test_keeping_receipts_from_the_unhappy_third_is_noticed_within_a_week(visits: int, at_least: float) -> None:
    assert _share_of_alarms(visits=visits, withheld=1.0, seed=visits) >= at_least


@pytest.mark.parametrize("visits", [30, 60, 120, 400])
def test_an_honest_counter_is_asked_about_less_than_once_in_two_hundred_weeks(visits: int) -> None:
    assert _share_of_alarms(visits=visits, withheld=0.0, seed=visits) < 0.005


def test_a_counter_exactly_at_the_norm_is_asked_about_at_most_two_weeks_in_a_hundred() -> None:
    rng = random.Random(5)
    alarms = 0
    for _ in range(WEEKS):
        issued = sum(rng.random() < 0.9 for _ in range(200))
        alarms += issue_finding(200, issued) is Finding.WITHHELD
    assert alarms / WEEKS <= 0.02


def test_printed_and_thrown_away_receipts_are_noticed_by_their_use_and_normal_swings_are_not() -> None:
    rng = random.Random(29)
    honest, thrown = 0, 0
    runs = 400
    for _ in range(runs):
        # People rate one time in three, and from week to week that part itself moves by a tenth of it.
        history = [_used(rng, 150, kept=1.0) for _ in range(12)]
        honest += use_finding(_used(rng, 150, kept=1.0), history) is UseFinding.FALLEN
        thrown += use_finding(_used(rng, 150, kept=0.3), history) is UseFinding.FALLEN
    assert honest / runs < 0.01
    assert thrown / runs > 0.9


def _used(rng: random.Random, issued: int, *, kept: float) -> Use:
    share = 0.33 * rng.gauss(1, 0.1)
    return Use(issued, sum(rng.random() < share * kept for _ in range(issued)))


def _fill(session: Session, office: Office, *, visits: int, issued: int) -> date:
    now = clock.utcnow()
    today = clock.office_day(now)
    day = today - timedelta(days=today.weekday())
    issue_visit_tokens(
        session, agency_id=office.agency.id, unit_id=office.unit.id, service_id=None, visited_on=day, count=issued,
        issued_by=None, key=KEY, now=now,
    )  # fmt: skip
    counted = DayCount(office.unit.id, None, day, visits)
    count_by_hand(session, office.agency.id, counted, actor=SYSTEM, today=today, now=now)
    session.commit()
    return day


def test_head_and_supervisor_see_the_question_and_strangers_do_not(
    session: Session, client: FlaskClient, login: Login
) -> None:
    office = new_office(session, name="Dinas Kependudukan")
    below = Office(session, office.agency, make.unit(session, office.agency, parent=office.unit, name="Loket Oebobo"))
    stranger = new_office(session)
    _fill(session, below, visits=100, issued=70)
    question = "terlalu banyak warga tidak menerima struk"
    for who in (below.staff(Role.UNIT_HEAD), office.staff(Role.UNIT_HEAD)):
        page = login(who).get("/petugas/loket").get_data(as_text=True)
        assert question in page
        assert "kunjungan 100, token 70, dipakai 0" in page
        client.post("/keluar")
    page = login(stranger.staff(Role.UNIT_HEAD)).get(f"/petugas/loket?unit={below.unit.id}").get_data(as_text=True)
    assert question not in page
    assert "Loket Oebobo" not in page


def test_an_honest_counter_is_told_that_all_is_well(session: Session, client: FlaskClient, login: Login) -> None:
    office = new_office(session)
    _fill(session, office, visits=100, issued=96)
    page = login(office.staff(Role.UNIT_HEAD)).get("/petugas/loket").get_data(as_text=True)
    assert "Perlu ditanyakan:" not in page
    assert "Wajar." in page
    assert "96&nbsp;%" in page
