"""A computed cycle gives the same figures and hashes for ever, and says which figure was touched."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, person
from feedback_app.evaluation.cycles.computing import compute
from feedback_app.evaluation.cycles.cut_off import BookOpenError, UnreadRatingsError
from feedback_app.evaluation.cycles.progress import computable_from
from feedback_app.evaluation.cycles.stored import output_hash
from feedback_app.evaluation.cycles.verification import newer_ratings, verify
from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score, UnitScore
from feedback_app.evaluation.rules import CycleKind, CycleStatus
from feedback_app.intake.rules import Channel
from feedback_app.measures.anomalies import clear
from feedback_app.measures.release_models import Anomaly, AnomalyKind
from feedback_app.organisation.models import Assignment
from tests import factories as make
from tests.evaluation.closed import END, START, after, computed, frozen, opened
from tests.evaluation.world import DAY, World, days

LATER = after(END) + timedelta(days=20)


@pytest.fixture
def world(session: Session) -> World:
    """Two units, three services, six people, a counter with a roster, some odd ratings, some without proof."""
    world = World.new(session)
    chance = random.Random(11)
    other = make.unit(session, world.agency)
    services = [world.service, make.service(session, world.unit), make.service(session, other)]
    for place, service in enumerate(services):
        unit = other if place == 2 else world.unit
        world.person(unit, service_id=service.id, ends_on=date(2026, 5, 9))
        world.person(unit, service_id=service.id, starts_on=date(2026, 5, 10))
        counter = world.counter(unit)
        holder = world.person(unit)
        world.on_duty(counter, holder, *days(20, date(2026, 5, 1)))
        for day in days(24, date(2026, 4, 25)):
            world.rate(chance.choice((2, 3, 4)), day=day, unit=unit, service=service)
            world.rate(chance.choice((1, 3, 4)), day=day, unit=unit, service=service, counter=counter)
    world.rate(1, 1, 4, channel=Channel.OPEN)
    world.rate(*[4] * 12, service=world.service, signals=("too_fast",))
    return world


def figures(session: Session, cycle: Cycle) -> list[tuple[object, ...]]:
    rows = sa.select(Score.employee_id, Score.n, Score.score, Score.low, Score.high, Score.shadow_score, Score.band)
    return [tuple(row) for row in session.execute(rows.where(Score.cycle_id == cycle.id).order_by(Score.employee_id))]


def test_the_raw_rows_alone_give_every_figure_and_both_hashes(world: World) -> None:
    cycle = world.computed()
    assert verify(world.session, cycle) == []
    assert len({cycle.input_hash, cycle.output_hash}) == 2
    assert sum(1 for score in figures(world.session, cycle) if score[1]) == 9


def test_nothing_that_happens_later_changes_what_was_computed(world: World, session: Session) -> None:
    cycle = world.computed()
    before, hashes = figures(session, cycle), (cycle.input_hash, cycle.output_hash)
    # A rating read late, a post put right backwards, an anomaly noted and one cleared.
    world.rate(1, 1, 1, service=world.service)
    world.drain(LATER)
    post = session.scalars(sa.select(Assignment).where(Assignment.service_id == world.service.id)).first()
    assert post is not None
    world.supersede(post, LATER)
    world.person(service_id=world.service.id, recorded_at=LATER)
    odd = Anomaly(
        agency_id=world.agency.id, unit_id=world.unit.id, channel=Channel.TOKEN, kind=AnomalyKind.AUTOMATIC,
        starts_at=datetime(2026, 5, 1, tzinfo=UTC), ends_at=datetime(2026, 5, 31, tzinfo=UTC), n=12, expected=0.0,
        detected_at=LATER,
    )  # fmt: skip
    session.add(odd)
    session.flush()
    clear(session, odd, "Perekaman massal di balai kota.", actor=person(make.user(session).id), now=LATER)
    assert verify(session, cycle) == []
    assert newer_ratings(session, cycle) == 3
    assert (figures(session, cycle), (cycle.input_hash, cycle.output_hash)) == (before, hashes)


def test_a_rating_read_after_the_first_computation_never_comes_in(world: World, session: Session) -> None:
    cycle = world.computed()
    before, counted = figures(session, cycle), cycle.totals
    world.rate(1, 1, 1, service=world.service)
    world.drain(LATER)
    computed(session, cycle, now=LATER + timedelta(hours=1))
    assert (figures(session, cycle), cycle.totals) == (before, counted)
    assert verify(session, cycle) == []


def test_a_post_put_right_counts_in_the_next_computation(world: World, session: Session) -> None:
    cycle = world.computed()
    first = cycle.input_hash
    newcomer = world.person(service_id=world.service.id, recorded_at=LATER)
    computed(session, cycle, now=LATER)
    assert cycle.input_hash != first
    assert world.score(cycle, newcomer).n > 0
    assert verify(session, cycle) == []


@pytest.mark.parametrize(
    ("table", "column", "of"),
    [
        pytest.param(Score, "score", "employee", id="a score"),
        pytest.param(Score, "n_beside", "employee", id="a count"),
        pytest.param(UnitScore, "mean", "unit", id="a unit's mean"),
    ],
)
def test_a_figure_touched_by_hand_is_named(world: World, table: type[Score], column: str, of: str) -> None:
    cycle = world.computed()
    row = world.session.scalars(sa.select(table).where(table.cycle_id == cycle.id, table.n > 0)).first()
    assert row is not None
    subject = getattr(row, f"{of}_id")
    # Down: the interval must still hold it.
    step = 1e-6 if column != "n_beside" else 1
    world.session.execute(
        sa.update(table)
        .where(table.cycle_id == cycle.id, getattr(table, f"{of}_id") == subject)
        .values({column: getattr(table, column) + step})
    )
    found = verify(world.session, cycle)
    assert (of, subject, column) in {(one.of, one.subject_id, one.figure) for one in found}
    assert "output_hash" in {one.figure for one in found}


@pytest.mark.parametrize(
    ("change", "of", "figure"),
    [
        ("contributions SET total = total + 3", "contribution", "total"),
        ("contributions SET share = share * 0.9", "contribution", "share"),
        ("contributions SET reason = 'tidak ada'", "contribution", "reason"),
        ("contributions SET baseline = baseline + 1", "contribution", "baseline"),
        ("contributions SET days = days + 1 WHERE days & 1 = 0", "contribution", "days"),
        ("scores SET is_withheld = NOT is_withheld", "employee", "is_withheld"),
        ("cycles SET tau2 = tau2 + 1", "parameter", "tau2"),
    ],
)
def test_rows_of_the_ledger_and_marks_touched_by_hand_are_named(
    world: World, change: str, of: str, figure: str
) -> None:
    cycle = world.computed()
    world.session.execute(sa.text(f"UPDATE {change}"))
    world.session.expire_all()
    found = verify(world.session, cycle)
    assert (of, figure) in {(one.of, one.figure) for one in found}
    assert "output_hash" in {one.figure for one in found}


def test_a_row_of_the_ledger_taken_away_is_named(world: World) -> None:
    cycle = world.computed()
    world.session.execute(sa.text("DELETE FROM contributions WHERE id = (SELECT min(id) FROM contributions)"))
    assert "contribution" in {one.of for one in verify(world.session, cycle)}


def test_a_counter_renamed_later_is_no_difference(world: World) -> None:
    cycle = world.computed()
    world.session.execute(sa.text("UPDATE counters SET name = 'Loket lain'"))
    assert verify(world.session, cycle) == []


def test_a_cycle_is_not_computed_before_its_book_is_closed(world: World) -> None:
    world.drain()
    cycle = opened(world.session, world.agency.id)
    assert computable_from(cycle) == date(2026, 7, 22)
    # Midnight at the agency, eight hours ahead of UTC.
    closes_at = datetime(2026, 7, 21, 16, 0, tzinfo=UTC)
    with pytest.raises(BookOpenError, match="22 Juli 2026"):
        compute(world.session, cycle, actor=SYSTEM, now=closes_at - timedelta(seconds=1))
    compute(world.session, cycle, actor=SYSTEM, now=closes_at)
    assert cycle.status is CycleStatus.COMPUTED
    assert cycle.inputs_until == closes_at


def test_a_cycle_waits_for_ratings_that_are_not_read_yet(world: World) -> None:
    cycle = opened(world.session, world.agency.id)
    with pytest.raises(UnreadRatingsError):
        computed(world.session, cycle)
    world.drain()
    computed(world.session, cycle)


def test_two_methods_stand_side_by_side(world: World) -> None:
    new = world.computed()
    old = opened(world.session, world.agency.id, "TW II cara lama", method="fair-score/1")
    computed(world.session, old)
    assert verify(world.session, old) == []
    assert verify(world.session, new) == []
    assert old.output_hash != new.output_hash


def test_a_cycle_goes_by_the_variances_of_the_frozen_one_before_it(world: World, session: Session) -> None:
    first = opened(session, world.agency.id, "TW I", starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31))
    for day in days(30, date(2026, 2, 1)):
        world.rate(2, 4, day=day, service=world.service)
    world.drain()
    computed(session, first)
    used = {"tau2": 40.0, "sigma2": 300.0, "kappa2": 30.0, "omega2": 5.0, "mean": 70.0}
    session.execute(sa.update(Cycle).where(Cycle.id == first.id).values(parameters=used, tau2=40.0))
    session.expire_all()
    first.output_hash = output_hash(session, first)
    session.flush()
    frozen(session, first, now=LATER)
    second = world.computed()
    assert second.reference_id == first.id
    assert second.parameters == used
    assert verify(session, second) == []


def test_a_month_that_would_tell_a_handful_of_the_quarter_is_withheld(world: World) -> None:
    who = world.person(make.unit(world.session, world.agency))
    unit_id = world.session.scalars(sa.select(Assignment.unit_id).where(Assignment.employee_id == who.id)).one()
    from feedback_app.organisation.models import Unit

    unit = world.session.get_one(Unit, (world.agency.id, unit_id))
    world.rate(*[3] * (2 * FIGURES_FROM_N), unit=unit, day=DAY)
    world.rate(*[4] * (FIGURES_FROM_N - 1), unit=unit, day=date(2026, 4, 2))
    quarter = world.computed()
    assert not world.score(quarter, who).is_withheld
    may = opened(
        world.session, world.agency.id, "Mei", kind=CycleKind.MONTHLY, starts_on=date(2026, 5, 1),
        ends_on=date(2026, 5, 31),
    )  # fmt: skip
    computed(world.session, may, now=LATER)
    # What the quarter has beyond May is April, and April alone is too little to show.
    assert world.score(may, who).is_withheld


def test_few_ratings_are_withheld_and_counted_all_the_same(world: World) -> None:
    who = world.person(make.unit(world.session, world.agency))
    cycle = world.computed()
    score = world.score(cycle, who)
    assert (score.n, score.is_withheld) == (0, True)
    assert START <= DAY
