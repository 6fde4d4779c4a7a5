"""A cycle end to end in the database: ratings, posts of the day, scores, and the way back to the rows."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.drain.run import drain_batch
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.cycles.opening import CycleExistsError, open_cycle
from feedback_app.evaluation.cycles.rules import CycleDatesError
from feedback_app.evaluation.cycles.verification import verify
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import Band, CycleKind
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import Channel, SubmissionKind
from feedback_app.intake.visits import issue_visit_tokens
from feedback_app.measures.models import DailyMeasure
from feedback_app.organisation.models import Agency, Employee, PublicService, Unit
from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make
from tests.drain.test_run import FakeReader
from tests.evaluation.closed import computed

START, END = date(2026, 4, 1), date(2026, 6, 30)
KEY = b"k" * 32


@dataclass
class Office:
    """A unit with services and people, and a way to have them rated."""

    session: Session
    agency: Agency
    unit: Unit
    counters: list[PublicService] = field(default_factory=list)
    people: list[Employee] = field(default_factory=list)

    def rate(self, rating: int, day: date, service: PublicService | None = None, *, visited: bool = True) -> None:
        token = None
        if visited:
            token = issue_visit_tokens(
                self.session, agency_id=self.agency.id, unit_id=self.unit.id,
                service_id=service.id if service else None, visited_on=day, count=1, issued_by=None,
                key=KEY, now=make.NOW,
            )[0]  # fmt: skip
        draft = Draft(
            agency_id=self.agency.id, unit_id=self.unit.id, kind=SubmissionKind.RATING, occurred_on=day,
            service_id=service.id if service else None, rating=rating, visit_token=token,
        )  # fmt: skip
        submit(self.session, draft, key=KEY, now=make.NOW, today=END)

    def cycle(self, name: str = "TW II 2026") -> Cycle:
        while drain_batch(self.session, FakeReader(), limit=500, now=make.NOW).read:
            pass
        return open_cycle(
            self.session, agency_id=self.agency.id, name=name, kind=CycleKind.QUARTERLY, starts_on=START, ends_on=END,
            actor=SYSTEM, now=make.NOW,
        )  # fmt: skip


@pytest.fixture
def office(session: Session) -> Office:
    agency = make.agency(session)
    return Office(session, agency, make.unit(session, agency))


def score_of(session: Session, cycle: Cycle, who: Employee) -> Score:
    return session.get_one(Score, (cycle.agency_id, cycle.id, who.id), populate_existing=True)


def compute_now(session: Session, cycle: Cycle) -> str:
    return computed(session, cycle).input_hash


def busy_office(office: Office, n: int = 60, people: int = 6) -> None:
    """Six counters with a person each; the first person does well, the last badly, the others alike."""
    dice = random.Random(7)
    shared = make.service(office.session, office.unit)
    for number in range(people):
        office.people.append(make.employee(office.session, office.agency))
        make.assignment(
            office.session, office.people[-1], office.unit, service_id=shared.id,
            starts_on=START + timedelta(days=15 * number), ends_on=START + timedelta(days=15 * number + 14),
        )  # fmt: skip
        weights = {0: (1, 2, 27, 70), people - 1: (40, 40, 15, 5)}.get(number, (5, 15, 55, 25))
        for turn in range(n):
            day = START + timedelta(days=15 * number + turn % 15)
            office.rate(dice.choices((1, 2, 3, 4), weights)[0], day, shared)
    office.counters.append(shared)


def test_people_are_told_apart_by_what_happened_on_their_days(office: Office) -> None:
    busy_office(office)
    cycle = office.cycle()
    done = computed(office.session, cycle)
    assert (done.people, done.ratings, done.ratings_beside, done.ratings_nobody) == (6, 360, 0, 0)
    scores = [score_of(office.session, cycle, who) for who in office.people]
    assert scores[-1].band is Band.BELOW
    # One interval of six people is wide: the best is told from the worst, not yet from the others.
    assert scores[0].score == max(score.score for score in scores)
    assert scores[0].low > scores[-1].high
    assert {score.band for score in scores[:-1]} <= {Band.AS_EXPECTED, Band.INSUFFICIENT, Band.ABOVE}


def test_the_figures_follow_from_the_raw_rows_alone(office: Office) -> None:
    busy_office(office, n=20)
    for day in range(20):
        office.rate(1, START + timedelta(days=day))
    cycle = office.cycle()
    compute_now(office.session, cycle)
    assert verify(office.session, cycle) == []


def test_a_tampered_figure_is_named_by_verify(office: Office) -> None:
    busy_office(office, n=5)
    cycle = office.cycle()
    compute_now(office.session, cycle)
    one_more = {"n": 1, "n4": 1, "total": 4, "total_squares": 16}
    office.session.execute(
        sa.update(DailyMeasure)
        .where(DailyMeasure.n4 > 0)
        .values({name: getattr(DailyMeasure, name) + step for name, step in one_more.items()})
    )
    compute_now(office.session, cycle)
    assert {found.figure for found in verify(office.session, cycle)} >= {"n", "n_effective"}


def test_computing_again_gives_the_same_hash_and_one_more_rating_another(office: Office) -> None:
    busy_office(office, n=5)
    cycle = office.cycle()
    first = compute_now(office.session, cycle)
    assert compute_now(office.session, cycle) == first
    office.rate(4, START, office.counters[0])
    drain_batch(office.session, FakeReader(), limit=500, now=make.NOW)
    assert compute_now(office.session, cycle) != first


def test_ratings_without_proof_of_visit_stand_beside_and_move_no_score(office: Office) -> None:
    busy_office(office)
    cycle = office.cycle()
    compute_now(office.session, cycle)
    before = [(s.score, s.low, s.high, s.n) for s in (score_of(office.session, cycle, who) for who in office.people)]
    for _ in range(500):
        office.rate(1, START, office.counters[0], visited=False)
    drain_batch(office.session, FakeReader(), limit=500, now=make.NOW)
    compute_now(office.session, cycle)
    after = [score_of(office.session, cycle, who) for who in office.people]
    assert [(s.score, s.low, s.high, s.n) for s in after] == before
    assert after[0].n_beside == 500


def test_somebody_without_ratings_has_not_enough_evidence(office: Office) -> None:
    who = make.employee(office.session, office.agency)
    make.assignment(office.session, who, office.unit)
    cycle = office.cycle()
    compute_now(office.session, cycle)
    score = score_of(office.session, cycle, who)
    assert (score.band, score.n, score.reliability) == (Band.INSUFFICIENT, 0, 0.0)


def test_a_perfect_thirty_days_of_few_ratings_is_not_enough_evidence(office: Office) -> None:
    who = make.employee(office.session, office.agency)
    make.assignment(office.session, who, office.unit)
    for day in range(29):
        office.rate(4, START + timedelta(days=day))
    cycle = office.cycle()
    compute_now(office.session, cycle)
    assert score_of(office.session, cycle, who).band is Band.INSUFFICIENT


def test_the_head_of_today_does_not_answer_for_the_days_of_the_one_before(office: Office) -> None:
    before, after = (make.employee(office.session, office.agency) for _ in range(2))
    make.assignment(office.session, before, office.unit, is_head=True, ends_on=date(2026, 5, 11))
    make.assignment(office.session, after, office.unit, is_head=True, starts_on=date(2026, 5, 12))
    office.rate(1, date(2026, 5, 11))
    office.rate(4, date(2026, 5, 12))
    office.rate(4, date(2026, 5, 13))
    cycle = office.cycle()
    compute_now(office.session, cycle)
    days = office.session.execute(
        sa.select(Contribution.employee_id, Contribution.day, Contribution.days).order_by(Contribution.day)
    ).all()  # fmt: skip
    # A row is a month of one post; bit 11 stands for the twelfth.
    assert days == [(before.id, date(2026, 5, 11), 1 << 10), (after.id, date(2026, 5, 12), 3 << 11)]


def test_a_plh_answers_while_the_head_is_away(office: Office) -> None:
    head, deputy = (make.employee(office.session, office.agency) for _ in range(2))
    make.assignment(office.session, head, office.unit, is_head=True)
    make.assignment(
        office.session, deputy, office.unit, is_head=True, kind=AssignmentKind.ACTING_ABSENT,
        starts_on=date(2026, 5, 4), ends_on=date(2026, 5, 8),
    )  # fmt: skip
    for day in (1, 5, 12):
        office.rate(3, date(2026, 5, day))
    cycle = office.cycle()
    compute_now(office.session, cycle)
    rows = office.session.scalars(sa.select(Contribution)).all()
    assert {row.day: row.employee_id for row in rows} == {
        date(2026, 5, 1): head.id,
        date(2026, 5, 5): deputy.id,
        date(2026, 5, 12): head.id,
    }


def test_shares_of_one_rating_add_up_to_one_and_are_explained(office: Office) -> None:
    for share in ("0.2", "0.4", "0.4"):
        make.assignment(office.session, make.employee(office.session, office.agency), office.unit, share=Decimal(share))
    office.rate(2, START)
    cycle = office.cycle()
    compute_now(office.session, cycle)
    rows = office.session.scalars(sa.select(Contribution)).all()
    assert sum(row.share for row in rows) == pytest.approx(1)
    assert all("1 dari 3 penanggung jawab" in row.reason for row in rows)


def test_somebody_with_two_posts_on_one_counter_is_one_person(office: Office) -> None:
    counter = make.service(office.session, office.unit)
    who = make.employee(office.session, office.agency)
    make.assignment(office.session, who, office.unit)
    make.assignment(office.session, who, office.unit, service_id=counter.id, kind=AssignmentKind.ADDITIONAL)
    for _ in range(3):
        office.rate(2, START, counter)
    cycle = office.cycle()
    compute_now(office.session, cycle)
    score = score_of(office.session, cycle, who)
    assert (score.n, score.n_effective, score.own_share) == (3, 3.0, 1.0)
    assert verify(office.session, cycle) == []


def test_a_cycle_that_ends_before_it_starts_is_refused(office: Office) -> None:
    with pytest.raises(CycleDatesError):
        open_cycle(
            office.session, agency_id=office.agency.id, name="x", kind=CycleKind.MONTHLY, starts_on=END,
            ends_on=START, actor=SYSTEM, now=make.NOW,
        )  # fmt: skip


def test_two_cycles_of_one_name_are_refused(office: Office) -> None:
    office.cycle("Tahunan 2026")
    with pytest.raises(CycleExistsError):
        office.cycle("Tahunan 2026")


def _broken_contribution(cycle: Cycle, base: Contribution) -> dict[str, object]:
    row = {c.name: getattr(base, c.name) for c in Contribution.__table__.columns if c.name != "id"}
    return {**row, "cycle_id": cycle.id, "day": END}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda row: {**row, "channel": Channel.OPEN}, id="an open rating that counts"),
        pytest.param(lambda row: {**row, "share": 1.5}, id="a share above one"),
        pytest.param(lambda row: {**row, "baseline": None}, id="a counted cell without a baseline"),
    ],
)
def test_the_database_refuses(office: Office, change: Callable[[dict[str, object]], dict[str, object]]) -> None:
    make.assignment(office.session, make.employee(office.session, office.agency), office.unit)
    office.rate(2, START)
    cycle = office.cycle()
    compute_now(office.session, cycle)
    base = office.session.scalars(sa.select(Contribution)).one()
    with pytest.raises(IntegrityError):
        office.session.execute(sa.insert(Contribution).values(change(_broken_contribution(cycle, base))))
