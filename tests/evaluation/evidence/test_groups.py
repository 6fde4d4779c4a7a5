"""The groups behind a figure: they add up to it, and none of them shows few."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from feedback_app.evaluation.evidence.groups import EvidenceGroup
from feedback_app.evaluation.evidence.pack import pack_of
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleKind
from feedback_app.identity.rules import Permission, Role
from feedback_app.organisation.queries import reach
from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make
from tests.blueprints.office import Office
from tests.evaluation.closed import START, computed, opened
from tests.evaluation.evidence.rated import Rated, make_service, rated


@pytest.fixture
def world(session: Session) -> Rated:
    return rated(session)


def counted(world: Rated, cycle: Cycle) -> list[EvidenceGroup]:
    return [group for group in world.pack(cycle).groups.shown if group.exclusion is None]


def more_services(world: Rated, *sizes: int) -> None:
    """Further services of the first person, with so many ratings each."""
    for place, size in enumerate(sizes):
        service = make_service(world.office, f"Layanan {place}")
        make.assignment(
            world.session, world.good, world.office.unit, service_id=service.id, kind=AssignmentKind.ADDITIONAL
        )
        for turn in range(size):
            world.office.rate(3 + turn % 2, START + timedelta(days=turn % 28), service)


def test_the_groups_that_are_shown_add_up_to_the_residual(world: Rated) -> None:
    more_services(world, 40, 35)
    cycle = world.cycle()
    groups = counted(world, cycle)
    assert len(groups) == 3
    weight = sum(group.weight for group in groups)
    residual = sum(group.weight * ((group.mean or 0) - (group.baseline or 0)) for group in groups) / weight
    assert residual == pytest.approx(world.pack(cycle).score.mean_residual)


def test_a_small_group_takes_the_next_smallest_with_it(world: Rated) -> None:
    more_services(world, 32, 3)
    shown = {group.n: group.is_withheld for group in counted(world, world.cycle())}
    assert shown == {40: False, 32: True, 3: True}


def test_two_small_groups_that_are_thirty_together_take_nothing_with_them(world: Rated) -> None:
    more_services(world, 32, 20, 14)
    shown = {group.n: group.is_withheld for group in counted(world, world.cycle())}
    assert shown == {40: False, 32: False, 20: True, 14: True}


def test_a_person_of_few_ratings_shows_no_group(session: Session) -> None:
    world = rated(session, n=29)
    (group,) = counted(world, world.cycle())
    assert (group.n, group.mean, group.baseline) == (29, None, None)
    assert all(part.mean is None for part in group.months)


def test_a_month_of_few_is_a_count_and_takes_another_with_it(world: Rated) -> None:
    office = world.office
    service = make_service(office, "Akta")
    make.assignment(world.session, world.good, office.unit, service_id=service.id, kind=AssignmentKind.ADDITIONAL)
    for month, size in ((4, 40), (5, 34), (6, 2)):
        for turn in range(size):
            office.rate(3 + turn % 2, date(2026, month, 1 + turn % 28), service)
    (group,) = (one for one in counted(world, world.cycle()) if one.n == 76)
    assert [(part.n, part.mean is None) for part in group.months] == [(40, False), (34, True), (2, True)]


def test_a_quarter_shows_no_group_of_which_a_month_told_before_leaves_few(world: Rated) -> None:
    """The month is told first; the quarter's figure of the same service less the month's would be three ratings."""
    office = world.office
    service = make_service(office, "Akta")
    make.assignment(world.session, world.good, office.unit, service_id=service.id, kind=AssignmentKind.ADDITIONAL)
    for turn in range(40):
        office.rate(3 + turn % 2, date(2026, 4, 1 + turn % 28), service)
    for day in (4, 5, 6):
        office.rate(1, date(2026, 5, day), service)
    april = opened(world.session, office.agency.id, "April", kind=CycleKind.MONTHLY, ends_on=date(2026, 4, 30))
    world.drain()
    computed(world.session, april)
    quarter = world.cycle()
    told = {group.service_name: group.is_withheld for group in counted(world, april)}
    assert told["Akta"] is False
    assert {group.service_name: group.is_withheld for group in counted(world, quarter)}["Akta"] is True


def test_what_counts_in_a_unit_out_of_reach_is_a_number_only(world: Rated) -> None:
    beyond = Office(world.session, world.office.agency, make.unit(world.session, world.office.agency))
    make.assignment(world.session, world.good, beyond.unit, kind=AssignmentKind.ADDITIONAL)
    for turn in range(12):
        beyond.rate(1, START + timedelta(days=turn), text=f"Jauh {turn}.")
    near = world.office.staff(Role.EVALUATOR)
    cycle = world.cycle()
    area = reach(near.id, Permission.READ_EVIDENCE, make.TODAY)
    pack = pack_of(world.session, cycle, world.good.id, area=area)
    assert ([group.n for group in pack.groups.shown], pack.groups.n_elsewhere) == ([40], 12)
    assert not any(one.words.startswith("Jauh") for one in pack.comments.shown)
    assert not pack.is_whole
    assert pack_of(world.session, cycle, world.good.id).groups.n_elsewhere == 0


def test_open_votes_stand_beside_without_a_baseline(world: Rated) -> None:
    for _ in range(31):
        world.office.rate(1, START, world.service, visited=False)
    cycle = world.cycle()
    (beside,) = (group for group in world.pack(cycle).groups.shown if group.exclusion)
    assert (beside.n, beside.mean, beside.baseline) == (31, 25.0, None)
    assert world.pack(cycle).left_out == ((beside.exclusion, 31),)


def test_a_share_that_changes_stays_one_group_with_both_reasons(session: Session) -> None:
    world = rated(session, n=0)
    who, colleague = (make.employee(session, world.office.agency) for _ in range(2))
    service = make_service(world.office, "Akta")
    make.assignment(session, who, world.office.unit, service_id=service.id, share=Decimal("0.5"))
    make.assignment(
        session, colleague, world.office.unit, service_id=service.id, share=Decimal("0.5"),
        starts_on=date(2026, 4, 11), ends_on=date(2026, 4, 20),
    )  # fmt: skip
    for turn in range(28):
        world.office.rate(3, date(2026, 4, 1) + timedelta(days=turn), service)
    (group,) = pack_of(session, world.cycle(), who.id).groups.shown
    assert group.n == 28
    assert sum(one.n for one in group.laid) == 28
    assert len({one.share for one in group.laid}) == 2
    assert group.weight == pytest.approx(sum(one.n * one.share for one in group.laid))
