"""What is odd and what is only a busy day, on both sides of every edge."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.rules import Channel
from feedback_app.measures.anomaly_rules import (
    BIN,
    FLOORS,
    NETWORK_FLOOR,
    NetworkPast,
    Past,
    bursts,
    has_most_of_a_day,
    is_candidate,
    is_one_network,
    poisson_tail,
)

START = datetime(2026, 5, 12, 1, 0, tzinfo=UTC)


def bins(*counts: int) -> dict[datetime, int]:
    return {START + BIN * place: n for place, n in enumerate(counts) if n}


@given(st.integers(0, 200), st.floats(0.1, 150))
def test_the_tail_is_a_chance_and_falls_with_the_number(n: int, expected: float) -> None:
    tail, next_tail = poisson_tail(n, expected), poisson_tail(n + 1, expected)
    assert -1e-12 <= next_tail <= tail + 1e-12 <= 1 + 2e-12


@pytest.mark.parametrize(
    ("n", "expected", "tail"),
    [
        pytest.param(1, 1.0, 0.6321205588, id="one or more of one"),
        pytest.param(10, 5.0, 0.0318280573, id="twice the mean"),
        pytest.param(60, 20.0, 7.218e-13, id="far out, where 1 - sum has no digits left"),
    ],
)
def test_the_tail_is_that_of_the_tables(n: int, expected: float, tail: float) -> None:
    assert poisson_tail(n, expected) == pytest.approx(tail, rel=1e-3)


def test_a_quiet_unit_that_suddenly_gets_hundreds_has_one_burst() -> None:
    (run,) = bursts(Channel.OPEN, bins(1, 120, 90, 0, 80, 1), Past(busiest_hour=6, busiest_bin=3))
    assert (run.starts_at, run.ends_at, run.n) == (START + BIN, START + 5 * BIN, 290)
    assert run.expected == pytest.approx(2.0)


def test_two_bursts_with_a_quiet_quarter_of_an_hour_between_them_are_two() -> None:
    assert len(bursts(Channel.OPEN, bins(100, 0, 0, 0, 100), Past(busiest_hour=4, busiest_bin=2))) == 2


def test_a_slow_flood_is_found_by_the_hour() -> None:
    slow = bins(*[12] * 12)
    assert bursts(Channel.OPEN, slow, Past(busiest_hour=10, busiest_bin=4))[0].n == 144


def test_a_busy_unit_on_a_busy_day_has_none() -> None:
    assert bursts(Channel.OPEN, bins(*[20] * 12), Past(busiest_hour=220, busiest_bin=35)) == []


def test_below_the_floor_nothing_is_ever_a_burst() -> None:
    floor = FLOORS[Channel.OPEN]
    assert bursts(Channel.OPEN, bins(floor.five_minutes - 1), Past()) == []
    assert not is_candidate(Channel.OPEN, bins(floor.five_minutes - 1))
    assert is_candidate(Channel.OPEN, bins(floor.five_minutes))
    assert bursts(Channel.OPEN, bins(floor.five_minutes), Past())[0].n == floor.five_minutes


def test_imported_feedback_is_never_a_burst() -> None:
    assert not is_candidate(Channel.IMPORTED, bins(100_000))
    assert bursts(Channel.IMPORTED, bins(100_000), Past()) == []


@pytest.mark.parametrize(
    ("n", "total", "past", "odd"),
    [
        pytest.param(200, 230, NetworkPast(0.3, 8), True, id="the office's own network"),
        pytest.param(NETWORK_FLOOR - 1, NETWORK_FLOOR - 1, NetworkPast(), False, id="too few to say anything"),
        pytest.param(NETWORK_FLOOR, NETWORK_FLOOR, NetworkPast(), True, id="all of the first day"),
        pytest.param(60, 100, NetworkPast(0.0, 0), False, id="a carrier in a new unit"),
        pytest.param(95, 100, NetworkPast(0.92, 110), False, id="a hall in which everybody uses its Wi-Fi"),
        pytest.param(400, 420, NetworkPast(0.92, 110), True, id="that Wi-Fi, four times as much as ever"),
        pytest.param(85, 100, NetworkPast(0.6, 70), True, id="well above the largest share so far"),
    ],
)
def test_one_network_is_judged_by_the_past_of_the_unit(n: int, total: int, past: NetworkPast, odd: bool) -> None:
    assert is_one_network(n, total, past) is odd


def test_at_most_two_networks_of_a_day_are_worth_a_look_into_the_past() -> None:
    day = [40, 40, 25, 19]
    assert [has_most_of_a_day(n, sum(day[:2])) for n in day[:2]] == [True, True]
    assert not any(has_most_of_a_day(n, sum(day)) for n in day)
    assert not has_most_of_a_day(NETWORK_FLOOR - 1, NETWORK_FLOOR - 1)
