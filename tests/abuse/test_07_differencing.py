"""Abuse case 7: somebody compares everything ever published of a unit to learn what the newest visitor answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from feedback_app.measures.release_rules import (
    FEW,
    FIRST_RELEASE,
    NEXT_RELEASE,
    grid,
    interval,
    may_redraw,
    may_release,
    may_tell_part,
    told_mean,
    told_share,
)

TRIALS = 1200
MOST_EPOCHS = 16
BOUND = 0.30
UNIFORM = np.full(4, 0.25)
Floats = NDArray[np.float64]


@dataclass
class Told:
    """What everybody reads of one epoch."""

    n: int
    mean: Decimal
    shares: tuple[int, ...] | None


@dataclass
class Board:
    """A figure as the rules of release let it be seen, with what the attacker does not see (`seen`)."""

    ratings: list[int] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    drawn: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)

    def arrive(self, rating: int) -> bool:
        """One more rating; tell whether that made a new epoch."""
        self.ratings.append(rating)
        n, shown = len(self.ratings), self.seen[-1] if self.seen else 0
        if not may_release(n, n - shown, shown=shown or None):
            return False
        if may_redraw(n, n - (self.drawn[-1][0] if self.drawn else 0)):
            counts = [self.ratings.count(rating) for rating in (1, 2, 3, 4)]
            self.drawn.append((n, tuple(told_share(count, n) for count in counts)))
        self.seen.append(n)
        self.told.append(Told(n, told_mean(sum(self.ratings), n), self.drawn[-1][1] if self.drawn else None))
        return True


def sums_of(count: int, likely: Floats) -> Floats:
    """The probability of each sum of so many answers."""
    found, one = np.array([1.0]), np.concatenate([[0.0], likely])
    for _ in range(count):
        found = np.convolve(found, one)
    return found


def guess_newest(told: list[Told]) -> int:
    """The most probable newest answer, given every number ever published and full knowledge of the method.

    The sums that fit every told mean are followed from epoch to epoch with their probabilities (a forward filter); the
    shares tell how likely each answer is at all.
    """
    likely = UNIFORM
    if told[-1].shares:
        likely = np.array(told[-1].shares, dtype=float) + 1.0
        likely /= likely.sum()
    known: Floats = np.array([1.0])
    for place, epoch in enumerate(told):
        newly = epoch.n - (told[place - 1].n if place else 0)
        sums = np.arange(4 * epoch.n + 1)
        fits = np.array([told_mean(int(total), epoch.n) == epoch.mean for total in sums])
        before = known
        known = np.convolve(before, sums_of(newly, likely))[: len(sums)] * fits
        known /= known.sum()
    rest = np.convolve(before, sums_of(newly - 1, likely))
    possible = sums[fits]
    weights = [
        likely[rating - 1] * sum(rest[total - rating] for total in possible if 0 <= total - rating < len(rest))
        for rating in (1, 2, 3, 4)
    ]
    return int(np.argmax(weights)) + 1


@pytest.mark.slow
def test_newest_answer_is_guessed_hardly_better_than_blindly_from_all_published_figures() -> None:
    dice = np.random.default_rng(20_260_512)
    hits = 0
    for _ in range(TRIALS):
        board, epochs = Board(), int(dice.integers(1, MOST_EPOCHS + 1))
        while len(board.told) < epochs:
            board.arrive(int(dice.integers(1, 5)))
        hits += guess_newest(board.told) == board.ratings[-1]
    assert 0.2 < hits / TRIALS <= BOUND, hits / TRIALS


def test_the_same_attack_succeeds_where_means_are_told_exactly() -> None:
    """The attack is a real one: against two decimals after each answer it is right every time."""
    dice = np.random.default_rng(5)
    for _ in range(200):
        ratings = dice.integers(1, 5, size=31)
        before, after = round(ratings[:30].mean(), 2), round(ratings.mean(), 2)
        assert round(31 * after) - round(30 * before) == ratings[-1]


arrivals = st.lists(
    st.tuples(st.sampled_from(["visit", "open", "confidential", "set_aside"]), st.integers(1, 4), st.booleans()),
    max_size=260,
)


@settings(max_examples=60, deadline=None)
@given(arrivals, st.integers(1, 25))
def test_any_two_published_figures_are_disjoint_or_differ_by_none_or_ten(
    stream: list[tuple[str, int, bool]], every: int
) -> None:
    """Sets of answers, not numbers: late ones come in a later epoch, set-aside and confidential ones in none."""
    told: dict[str, list[frozenset[int]]] = {"visit": [], "open": []}
    members: dict[str, set[int]] = {"visit": set(), "open": set()}
    drawn: dict[str, list[frozenset[int]]] = {"visit": [], "open": []}
    late: list[tuple[str, int]] = []
    for number, (kind, _, is_late) in enumerate(stream):
        if kind in members:
            late.append((kind, number)) if is_late else members[kind].add(number)
        if number % every == 0:
            for subject, rows in members.items():
                shown = told[subject][-1] if told[subject] else frozenset()
                if may_release(len(rows), len(rows - shown), shown=len(shown) or None):
                    told[subject].append(frozenset(rows))
                    if may_redraw(len(rows), len(rows - (drawn[subject][-1] if drawn[subject] else frozenset()))):
                        drawn[subject].append(frozenset(rows))
            for subject, row in late:
                members[subject].add(row)
            late.clear()
    figures = [figure for subject in told for figure in (*told[subject], *drawn[subject])]
    for one in figures:
        assert len(one) >= FIRST_RELEASE
        for other in figures:
            assert one.isdisjoint(other) or one <= other or other <= one
            assert one.isdisjoint(other) or len(one ^ other) == 0 or len(one ^ other) >= NEXT_RELEASE


steps = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 3000), st.integers(0, 30), st.booleans()), min_size=1, max_size=40
)


@settings(max_examples=120, deadline=None)
@given(steps)
def test_where_answers_leave_and_come_back_every_figure_still_holds_ten_that_no_other_before_it_held(
    stream: list[tuple[int, int, int, bool]],
) -> None:
    """Runs are set aside and put back between releases; a figure falls only where ten or more left it at once."""
    received, aside = 0, set[int]()
    told: list[tuple[int, frozenset[int]]] = []
    for arriving, first, length, goes_aside in stream:
        received += arriving
        run = set(range(first % (received + 1), min(first % (received + 1) + length, received)))
        aside = aside | run if goes_aside else aside - run
        rows = frozenset(range(received)) - aside
        read, shown = told[-1] if told else (0, frozenset[int]())
        newly = sum(row >= read for row in rows)
        if may_release(len(rows), newly, shown=len(shown) or None, withdrawn=len(shown & aside)):
            told.append((received, rows))
    for place, (_, later) in enumerate(told):
        assert len(later) >= FIRST_RELEASE
        before = frozenset[int]().union(*(rows for _, rows in told[:place]))
        assert len(later - before) >= NEXT_RELEASE
        if place:
            shown = told[place - 1][1]
            assert len(later) >= len(shown) + NEXT_RELEASE or len(shown - later) >= FEW


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_a_part_never_leaves_a_small_rest(part: int, rest: int, newly: int) -> None:
    if may_tell_part(part, part + rest, newly):
        assert part >= FIRST_RELEASE
        assert rest == 0 or rest >= FEW
        assert newly >= NEXT_RELEASE


@given(st.integers(FIRST_RELEASE, 5000), st.floats(0, 1))
def test_told_mean_hides_the_sum_and_stays_within_its_own_interval(n: int, where: float) -> None:
    total = n + round(where * 3 * n)
    mean = told_mean(total, n)
    low, high = interval(mean, n)
    assert Decimal("0.9") < low <= mean <= high < Decimal("4.1")
    assert low <= Decimal(total) / n <= high
    assert grid(n) * n >= 15
    assert mean % grid(n) == 0


@pytest.mark.parametrize("n", [30, 31, 74, 75, 149, 150, 1000])
def test_one_answer_more_or_less_seldom_moves_a_told_mean(n: int) -> None:
    moved = sum(told_mean(total, n) != told_mean(total + 3, n) for total in range(n, 4 * n - 3))
    assert moved / (3 * n) <= 0.25
