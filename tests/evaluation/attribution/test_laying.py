"""Upon whom a rating is laid: by the counter record, by the posts, or upon nobody; and what was left out of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN
from feedback_app.evaluation.attribution.cut import held_by
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.cycles.verification import verify
from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import lift, restrict
from feedback_app.intake.rules import Channel
from feedback_app.organisation.people.rules import AttributionLevel
from tests import factories as make
from tests.evaluation.closed import START, after, computed
from tests.evaluation.world import DAY, World, days


@pytest.fixture
def world(session: Session) -> World:
    return World.new(session)


def test_a_visit_to_a_counter_is_laid_upon_whoever_was_on_duty_there(world: World) -> None:
    served, other = world.person(), world.person()
    counter = world.counter()
    world.on_duty(counter, served, DAY)
    world.rate(4, 3, 4, counter=counter)
    cycle = world.computed()
    mine, theirs = world.score(cycle, served), world.score(cycle, other)
    assert (mine.n, mine.n_counter, mine.n_effective, mine.own_share) == (3, 3, 3.0, 1.0)
    assert theirs.n == 0
    (cell,) = world.cells(cycle, served)
    assert (cell.level, cell.assignment_id, cell.counter_id) == (AttributionLevel.COUNTER, None, counter.id)
    assert cell.reason == "catatan loket Loket 2, satu-satunya petugas"
    assert verify(world.session, cycle) == []


def test_two_on_duty_share_a_visit_evenly(world: World) -> None:
    people = [world.person() for _ in range(2)]
    counter = world.counter()
    for who in people:
        world.on_duty(counter, who, DAY)
    world.rate(4, 4, counter=counter)
    cycle = world.computed()
    assert [world.score(cycle, who).n_effective for who in people] == [1.0, 1.0]
    assert world.cells(cycle, people[0])[0].reason == "catatan loket Loket 2, 1 dari 2 petugas"
    assert verify(world.session, cycle) == []


def test_on_a_day_without_a_roster_the_posts_answer_for_the_counter(world: World) -> None:
    served, other = world.person(), world.person()
    counter = world.counter()
    world.on_duty(counter, served, date(2026, 5, 11))
    world.rate(4, day=DAY, counter=counter)
    cycle = world.computed()
    assert [(world.score(cycle, who).n, world.score(cycle, who).n_counter) for who in (served, other)] == [(1, 0)] * 2
    assert world.cells(cycle, other)[0].level is AttributionLevel.ASSIGNMENT
    assert verify(world.session, cycle) == []


def test_a_roster_of_another_unit_than_the_post_counts(world: World) -> None:
    elsewhere = make.unit(world.session, world.agency)
    helper, counter = world.person(elsewhere), world.counter()
    world.on_duty(counter, helper, DAY)
    world.rate(2, counter=counter)
    cycle = world.computed()
    assert world.score(cycle, helper).n_counter == 1


def test_at_the_level_of_assignments_the_counter_record_does_not_count(world: World) -> None:
    served, other = world.person(), world.person()
    counter = world.counter()
    world.on_duty(counter, served, DAY, date(2026, 5, 20))
    world.declare(AttributionLevel.ASSIGNMENT, world.unit, date(2026, 5, 15))
    world.rate(4, day=DAY, counter=counter)
    world.rate(4, day=date(2026, 5, 20), counter=counter)
    cycle = world.computed()
    assert (world.score(cycle, served).n, world.score(cycle, served).n_counter) == (2, 1)
    assert (world.score(cycle, other).n, world.score(cycle, other).n_counter) == (1, 0)
    assert verify(world.session, cycle) == []


def test_at_the_level_of_the_unit_ratings_count_for_the_unit_and_for_nobody(world: World) -> None:
    parent = make.unit(world.session, world.agency)
    unit = make.unit(world.session, world.agency, parent=parent)
    who = world.person(unit)
    world.declare(AttributionLevel.UNIT, parent, date(2026, 1, 1))
    world.rate(3, 4, unit=unit)
    cycle = world.computed()
    assert world.score(cycle, who).n == 0
    assert (world.unit_score(cycle, unit).n, world.unit_score(cycle, unit).n_nobody) == (2, 0)
    assert world.cells(cycle, who) == []
    assert verify(world.session, cycle) == []


def test_days_without_anybody_are_counted_for_the_unit_as_nobodys(world: World) -> None:
    world.person(starts_on=date(2026, 5, 1))
    world.rate(3, 4, day=date(2026, 4, 7))
    world.rate(3, day=DAY)
    cycle = world.computed()
    assert (world.unit_score(cycle).n, world.unit_score(cycle).n_nobody) == (3, 2)
    assert cycle.totals["nobody"] == 2
    assert verify(world.session, cycle) == []


def test_a_month_of_one_post_is_one_row_that_knows_its_days(world: World) -> None:
    who = world.person()
    for day in (date(2026, 5, 4), DAY, date(2026, 6, 2)):
        world.rate(3, day=day)
    cycle = world.computed()
    assert [(cell.day, cell.days, cell.n) for cell in world.cells(cycle, who)] == [
        (date(2026, 5, 4), 1 << 3 | 1 << 11, 2), (date(2026, 6, 2), 1 << 1, 1),
    ]  # fmt: skip


def test_the_ratings_of_a_row_are_found_again_and_no_others(world: World) -> None:
    before = world.person(ends_on=DAY)
    counter = world.counter()
    mine = world.rate(3, day=DAY) + world.rate(4, day=START)
    world.rate(3, day=date(2026, 5, 13))
    world.rate(3, day=DAY, channel=Channel.OPEN)
    world.rate(3, day=DAY, counter=counter, service=world.service)
    cycle = world.computed()
    found = world.session.scalars(
        sa.select(Submission.id)
        .join(Contribution, held_by(Contribution))
        .where(Contribution.cycle_id == cycle.id, Contribution.employee_id == before.id)
        .where(Contribution.exclusion.is_(None), Contribution.counter_id.is_(None))
    )
    assert sorted(found) == sorted(mine)


def test_somebody_with_two_posts_for_part_of_a_month_counts_each_rating_once(world: World) -> None:
    who, other = world.person(), world.person(share=Decimal("0.5"))
    make.assignment(
        world.session, who, world.unit, service_id=world.service.id, kind="additional", starts_on=DAY,
        recorded_at=make.NOW,
    )  # fmt: skip
    world.rate(3, 2, day=date(2026, 5, 11), service=world.service)
    world.rate(4, 1, day=DAY, service=world.service)
    cycle = world.computed()
    score = world.score(cycle, who)
    assert (score.n, world.score(cycle, other).n) == (4, 4)
    assert score.n_effective == pytest.approx(2 / 1.5 + 2 * 2 / 2.5)
    assert verify(world.session, cycle) == []


def test_a_rating_left_out_for_everybody_leaves_people_baseline_and_unit(world: World) -> None:
    people = [world.person() for _ in range(2)]
    bad, *_ = world.rate(1, 4, 4, 3)
    cycle = world.computed()
    world.exclude(cycle, bad, Exclusion.ABUSE)
    computed(world.session, cycle)
    for who in people:
        score = world.score(cycle, who)
        assert (score.n, score.n_excluded) == (3, 1)
        assert [(cell.n, cell.exclusion) for cell in world.cells(cycle, who)] == [(3, None), (1, Exclusion.ABUSE)]
    assert world.unit_score(cycle).n == 3
    assert cycle.totals["excluded"] == 2
    assert verify(world.session, cycle) == []


def test_a_rating_of_the_wrong_person_stays_with_the_others_and_with_the_unit(world: World) -> None:
    wronged, other = (world.person() for _ in range(2))
    bad, *_ = world.rate(1, 4, 4, 3)
    cycle = world.computed()
    world.exclude(cycle, bad, Exclusion.WRONG_PERSON, wronged)
    computed(world.session, cycle)
    assert (world.score(cycle, wronged).n, world.score(cycle, wronged).n_excluded) == (3, 1)
    assert (world.score(cycle, other).n, world.score(cycle, other).n_excluded) == (4, 0)
    assert world.score(cycle, wronged).mean_residual > world.score(cycle, other).mean_residual
    assert world.unit_score(cycle).n == 4
    assert verify(world.session, cycle) == []


def test_left_out_for_one_and_for_all_is_left_out_once(world: World) -> None:
    who = world.person()
    bad, *_ = world.rate(1, 4, 4)
    cycle = world.computed()
    world.exclude(cycle, bad, Exclusion.WRONG_PERSON, who)
    world.exclude(cycle, bad, Exclusion.DUPLICATE)
    computed(world.session, cycle)
    assert (world.score(cycle, who).n, world.score(cycle, who).n_excluded) == (2, 1)
    assert verify(world.session, cycle) == []


def test_somebody_whose_every_rating_was_left_out_has_none(world: World) -> None:
    who = world.person()
    ids = world.rate(1, 1)
    cycle = world.computed()
    for one in ids:
        world.exclude(cycle, one, Exclusion.OUTSIDE_AUTHORITY, who)
    computed(world.session, cycle)
    assert (world.score(cycle, who).n, world.score(cycle, who).n_excluded) == (0, 2)
    assert world.unit_score(cycle).n == 2
    assert verify(world.session, cycle) == []


def test_the_figure_without_what_is_set_aside_stands_beside_and_does_not_replace_it(world: World) -> None:
    lifted, others = world.person(service_id=world.service.id), make.service(world.session, world.unit)
    world.person(service_id=others.id)
    for day in days(20):
        world.rate(2, 3, day=day, service=world.service)
        world.rate(2, 4, day=day, service=others)
    world.rate(*[4] * 40, service=world.service, signals=("too_fast",))
    cycle = world.computed()
    score = world.score(cycle, lifted)
    assert (score.n, score.n_set_aside) == (80, 40)
    assert score.shadow_score <= score.score
    assert verify(world.session, cycle) == []


def test_a_roster_put_right_later_changes_a_new_computation_and_not_the_old_figures(world: World) -> None:
    one, other = world.person(), world.person()
    counter = world.counter()
    world.on_duty(counter, one, DAY)
    world.rate(4, 4, counter=counter)
    cycle = world.computed()
    first = cycle.input_hash
    entry = world.session.scalars(sa.select(Contribution).where(Contribution.cycle_id == cycle.id)).one()
    assert entry.employee_id == one.id
    later = after(cycle.ends_on).replace(hour=5)
    from feedback_app.organisation.people.models import DutyEntry

    world.supersede(world.session.scalars(sa.select(DutyEntry)).one(), later)
    world.on_duty(counter, other, DAY, recorded_at=later)
    assert verify(world.session, cycle) == []
    computed(world.session, cycle, now=later)
    assert (world.score(cycle, one).n, world.score(cycle, other).n) == (0, 2)
    assert cycle.input_hash != first


def test_a_rating_whose_giver_had_it_restricted_counts_for_nobody_and_comes_back_when_that_ends(world: World) -> None:
    who = world.person()
    restricted, *_ = world.rate(1, 4, 4)
    key = (world.agency.id, restricted)
    restrict(world.session, *key, actor=CITIZEN, now=make.NOW)
    cycle = world.computed()
    score = world.score(cycle, who)
    assert (score.n, score.n_excluded, score.n_set_aside) == (2, 1, 0)
    assert world.unit_score(cycle).n == 2
    told = world.session.scalars(
        sa.select(Contribution.exclusion).where(Contribution.cycle_id == cycle.id, Contribution.exclusion.is_not(None))
    ).all()
    assert told == [Exclusion.RESTRICTED]
    assert verify(world.session, cycle) == []
    # It ends later: what was counted while it stood stays what it was, and is counted anew only by a new computation.
    later = after(cycle.ends_on).replace(hour=5)
    lift(world.session, *key, actor=CITIZEN, now=later)
    assert verify(world.session, cycle) == []
    computed(world.session, cycle, now=later)
    assert world.score(cycle, who).n == 3
    assert verify(world.session, cycle) == []
