"""Figures of people, groups and units that could be subtracted from each other, or from what was told before."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.cycles.life import open_replies
from feedback_app.evaluation.cycles.verification import verify
from feedback_app.evaluation.cycles.versions import open_version
from feedback_app.evaluation.cycles.withholding import tells_others
from feedback_app.evaluation.evidence.content import content_of
from feedback_app.evaluation.evidence.pack import pack_of
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score, UnitScore
from feedback_app.evaluation.rules import CycleKind
from feedback_app.organisation.models import Assignment, Employee
from tests import factories as make
from tests.evaluation.closed import after, computed, frozen, opened
from tests.evaluation.world import World


def content(world: World, cycle: Cycle, who: Employee) -> Mapping[str, Any]:
    """What every page and file says of a person."""
    return content_of(pack_of(world.session, cycle, who.id))


def rate_evenly(world: World, n: int, chance: random.Random, **values: Any) -> list[int]:
    """Ratings of every value, spread over April and May."""
    return [
        world.rate(chance.randint(1, 4), day=date(2026, 4, 1) + timedelta(days=turn % 60), **values)[0]
        for turn in range(n)
    ]


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        pytest.param({(): 0, (1,): 40}, False, id="one person answers for all"),
        pytest.param({(): 5, (1,): 40}, True, id="five stay when the one is taken away"),
        pytest.param({(): 5, (1,): 30, (2,): 100}, True, id="five stay of three people"),
        pytest.param({(): 30, (1,): 30, (2,): 100}, False, id="thirty stay"),
        pytest.param({(1, 2): 40}, False, id="two share everything"),
        pytest.param({(1, 2): 40, (1,): 5}, True, id="one has five for themselves"),
        pytest.param({(1, 2): 40, (1, 3): 40, (2, 3): 7}, True, id="taking away one leaves seven"),
        pytest.param({(1, 2): 40, (1,): 40, (2,): 40}, False, id="each difference is forty"),
    ],
)
def test_a_unit_less_any_people_in_it_is_not_a_handful(
    answered: dict[tuple[int, ...], int], expected: bool
) -> None:  # fmt: skip
    assert tells_others({frozenset(people): n for people, n in answered.items()}) is expected


def test_a_unit_of_whom_one_has_five_ratings_shows_no_figure_to_anybody(session: Session) -> None:
    world, chance = World.new(session), random.Random(1)
    services = [make.service(session, world.unit) for _ in range(3)]
    people = [world.person(service_id=one.id) for one in services]
    for service, n in zip(services, (30, 100, 5), strict=True):
        rate_evenly(world, n, chance, service=service)
    cycle = world.computed()
    for who in people:
        (unit,) = content(world, cycle, who)["units"]
        assert (unit["n"], unit["figures"]) == (135, None)
    assert world.unit_score(cycle).is_withheld
    assert verify(session, cycle) == []
    session.execute(sa.update(UnitScore).values(is_withheld=False))
    assert {one.figure for one in verify(session, cycle)} >= {"output_hash"}


def test_a_unit_whose_people_answer_for_thirty_and_more_each_shows_its_figure(session: Session) -> None:
    world, chance = World.new(session), random.Random(1)
    services = [make.service(session, world.unit) for _ in range(2)]
    people = [world.person(service_id=one.id) for one in services]
    for service in services:
        rate_evenly(world, 35, chance, service=service)
    cycle = world.computed()
    (unit,) = content(world, cycle, people[0])["units"]
    assert (unit["n"], unit["figures"] is None) == (70, False)


def test_months_quarters_and_semesters_do_not_tell_a_month_of_five(session: Session) -> None:
    """A semester of 200 less a quarter of 100, an April of 50 and a May of 45 would be the five of June."""
    world, chance = World.new(session), random.Random(2)
    who = world.person()
    months = {(2, 100), (4, 50), (5, 45), (6, 5)}
    for month, n in months:
        for turn in range(n):
            world.rate(chance.randint(1, 4), day=date(2026, month, 1 + turn % 28))
    world.drain()
    periods = [
        ("Semester", CycleKind.SEMESTER, date(2026, 1, 1), date(2026, 6, 30)),
        ("TW I", CycleKind.QUARTERLY, date(2026, 1, 1), date(2026, 3, 31)),
        ("April", CycleKind.MONTHLY, date(2026, 4, 1), date(2026, 4, 30)),
        ("Mei", CycleKind.MONTHLY, date(2026, 5, 1), date(2026, 5, 31)),
    ]
    shown, groups, units = [], [], []
    for turn, (name, kind, first, last) in enumerate(periods):
        cycle = opened(session, world.agency.id, name, kind=kind, starts_on=first, ends_on=last)
        computed(session, cycle, now=after(date(2026, 6, 30)) + timedelta(hours=turn))
        told = content(world, cycle, who)
        shown.append(told["measure"]["figures"] is not None or told["measure"]["is_withheld"] is False)
        groups.append(told["groups"][0]["mean"] is not None)
        units.append(told["units"][0]["figures"] is not None)
    assert shown == groups == units == [True, True, True, False]


def later_than(moment: datetime | None, **values: int) -> datetime:
    assert moment
    return moment + timedelta(**values)


def told(session: Session, cycle: Cycle) -> None:
    """Show a cycle to the people it is about."""
    assert cycle.computed_at
    open_replies(session, cycle, days=10, actor=SYSTEM, now=later_than(cycle.computed_at, hours=1))


def two_people(session: Session, n: int = 46) -> tuple[World, Employee, list[int]]:
    """Somebody with so many ratings of a service, and somebody beside them who differs."""
    world, chance = World.new(session), random.Random(5)
    other = make.service(session, world.unit)
    who, _ = world.person(service_id=world.service.id), world.person(service_id=other.id)
    ids = rate_evenly(world, n, chance, service=world.service)
    for turn in range(60):
        world.rate(3 + turn % 2, service=other)
    return world, who, ids


def test_after_an_upheld_contest_a_person_is_told_in_whole_points_and_nothing_finer(session: Session) -> None:
    world, who, ids = two_people(session)
    cycle = world.computed()
    told(session, cycle)
    before = content(world, cycle, who)
    world.exclude(cycle, ids[0], Exclusion.WRONG_PERSON, who)
    computed(session, cycle, now=later_than(cycle.computed_at, days=1))
    score, now = world.score(cycle, who), content(world, cycle, who)
    assert before["groups"][0]["mean"] is not None
    assert (score.n, score.n_changed, score.is_withheld) == (45, 1, False)
    assert now["measure"]["n"] == 45
    assert all(figure == round(figure) for figure in (score.score, score.low, score.high, score.mean_residual))
    assert [(group["mean"], *(month["mean"] for month in group["months"])) for group in now["groups"]] == [
        (None,) * (1 + len(group["months"])) for group in now["groups"]
    ]
    assert verify(session, cycle) == []


def test_a_rating_left_out_for_all_hides_the_unit_until_thirty_changed(session: Session) -> None:
    world, _, ids = two_people(session)
    cycle = world.computed()
    told(session, cycle)
    world.exclude(cycle, ids[0], Exclusion.ABUSE)
    computed(session, cycle, now=later_than(cycle.computed_at, days=1))
    unit = world.unit_score(cycle)
    assert (unit.n, unit.n_changed, unit.is_withheld) == (105, 1, True)
    computed(session, cycle, now=later_than(cycle.computed_at, days=1))
    assert world.unit_score(cycle).is_withheld
    assert verify(session, cycle) == []


def test_a_post_moved_by_a_day_between_two_versions_tells_nothing_of_that_day(session: Session) -> None:
    world, who, _ = two_people(session)
    world.rate(1, day=date(2026, 6, 20), service=world.service)
    first = world.computed()
    frozen(session, first, now=later_than(first.computed_at, hours=1))
    assert content(world, first, who)["groups"][0]["mean"] is not None
    later = later_than(first.frozen_at, days=1)
    post = session.scalars(sa.select(Assignment).where(Assignment.employee_id == who.id)).one()
    post.superseded_at = later
    session.flush()
    make.assignment(
        session, who, world.unit, service_id=world.service.id, recorded_at=later, replaces_id=post.id,
        starts_on=post.starts_on, ends_on=date(2026, 6, 19),
    )  # fmt: skip
    second = open_version(session, first, reason="Tanggal penugasan dibetulkan.", actor=SYSTEM, now=later)
    computed(session, second, now=later + timedelta(hours=1))
    score = world.score(second, who)
    assert (score.n, score.n_changed, score.is_withheld) == (46, 1, True)
    now = content(world, second, who)
    assert now["measure"]["figures"] is None
    assert all(group["mean"] is None for group in now["groups"])
    # Computing it once more does not forget what the first version told.
    computed(session, second, now=later + timedelta(hours=2))
    assert world.score(second, who).is_withheld
    assert verify(session, second) == []


def test_what_did_not_change_is_told_again_in_full(session: Session) -> None:
    world, who, _ = two_people(session)
    cycle = world.computed()
    told(session, cycle)
    before = content(world, cycle, who)
    computed(session, cycle, now=later_than(cycle.computed_at, days=1))
    now = content(world, cycle, who)
    assert (now["groups"], now["units"], now["measure"]) == (before["groups"], before["units"], before["measure"])


def test_before_anybody_was_told_a_computation_may_be_put_right(session: Session) -> None:
    world, who, _ = two_people(session)
    cycle = world.computed()
    world.person(service_id=world.service.id, starts_on=date(2026, 5, 20))
    computed(session, cycle, now=later_than(cycle.computed_at, days=1))
    assert session.scalars(sa.select(Score.n_changed).where(Score.employee_id == who.id)).all() == [0]
