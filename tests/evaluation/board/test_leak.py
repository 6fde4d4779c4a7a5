"""The newest rating is not to be worked out from the board: not more often than 30 times in 100."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from functools import cache

import numpy as np

from feedback_app.evaluation.board.control_charts import mean_chart, share_chart
from feedback_app.evaluation.board.rules import LOT_MIN, SHARE_MIN, Batch, by_week, complete, pool

MONDAY = date(2026, 1, 5)
TRIALS = 2000


def batch(day: date, values: list[int]) -> Batch:
    return Batch(day, day, len(values), sum(v <= 2 for v in values), sum(values), sum(v * v for v in values))


@cache
def chances(n: int) -> np.ndarray:
    """Probability of each (sum, number of 1 and 2) of n ratings, every rating equally likely."""
    found = np.zeros((4 * n + 1, n + 1))
    found[0, 0] = 1.0
    for _ in range(n):
        nxt = np.zeros_like(found)
        for rating in (1, 2, 3, 4):
            low = int(rating <= 2)
            nxt[rating:, low:] += 0.25 * found[: found.shape[0] - rating, : found.shape[1] - low]
        found = nxt
    return found


def guess_from_sum(total: int, n: int) -> int:
    """Return the likeliest value of one rating among n with a known sum."""
    rest = chances(n - 1).sum(axis=1)
    return max((1, 2, 3, 4), key=lambda rating: rest[total - rating] if 0 <= total - rating < len(rest) else 0.0)


def guess_from_both(total: int, n: int, low: int, before: tuple[int, int]) -> int:
    """Return the likeliest value where besides the sum the number of 1 and 2 among these and older ones is known."""
    rest, (older_total, older_n) = chances(n - 1), before
    older = chances(older_n)[older_total]

    def weight(rating: int) -> float:
        here = total - rating
        if not 0 <= here < rest.shape[0]:
            return 0.0
        wanted = low - int(rating <= 2)
        return float(
            sum(rest[here, k] * older[wanted - k] for k in range(rest.shape[1]) if 0 <= wanted - k < len(older))
        )

    return max((1, 2, 3, 4), key=weight)


def test_newest_rating_is_guessed_from_a_new_lot_no_more_often_than_30_in_100() -> None:
    """The whole series before and after: what differs is one lot, and the newest rating is one of it."""
    dice, right = random.Random(5), 0
    past = [batch(MONDAY + timedelta(weeks=number), dice.choices((1, 2, 3, 4), k=60)) for number in range(30)]
    day = MONDAY + timedelta(weeks=30)
    for _ in range(TRIALS):
        values = dice.choices((1, 2, 3, 4), k=LOT_MIN)
        lots = [*past, *pool([batch(day, values)])]
        before, after = mean_chart(by_week(past)), mean_chart(by_week(lots))
        assert [(p.batch, p.value) for p in after.points[:-1]] == [(p.batch, p.value) for p in before.points]
        newest = after.points[-1]
        right += guess_from_sum(round(newest.value * newest.batch.n), newest.batch.n) == values[-1]
    assert right / TRIALS <= 0.30


def test_share_of_dissatisfied_beside_the_mean_does_not_give_it_away() -> None:
    """The attacker knows every sum exactly, and of the share what the page shows: whole percent."""
    dice, right, older_n = random.Random(6), 0, SHARE_MIN - LOT_MIN
    for _ in range(TRIALS):
        older, values = dice.choices((1, 2, 3, 4), k=older_n), dice.choices((1, 2, 3, 4), k=LOT_MIN)
        shown = share_chart(complete([batch(MONDAY, older), batch(MONDAY, values)], SHARE_MIN)).points[-1]
        low = round(round(100 * shown.value) / 100 * SHARE_MIN)
        right += guess_from_both(sum(values), LOT_MIN, low, (sum(older), older_n)) == values[-1]
    # The exact value, worked out over all cases, is 0.2998; the rest is chance of so many trials.
    assert right / TRIALS <= 0.30 + 0.02


def test_exact_chance_of_the_best_guess_stays_below_30_in_100() -> None:
    """Over all cases instead of trials: the best guess from the sum of a lot."""
    rest = chances(LOT_MIN - 1).sum(axis=1)
    best = 0.0
    for total in range(LOT_MIN, 4 * LOT_MIN + 1):
        weights = [rest[total - r] * 0.25 for r in (1, 2, 3, 4) if 0 <= total - r < len(rest)]
        best += max(weights)
    assert best <= 0.295
    small = chances(9).sum(axis=1)
    lots_of_ten = sum(
        max(small[total - r] * 0.25 for r in (1, 2, 3, 4) if 0 <= total - r < len(small)) for total in range(10, 41)
    )
    assert lots_of_ten > 0.33


def test_ratings_that_wait_change_nothing_that_is_shown() -> None:
    lots = [batch(MONDAY, [3] * 60)]
    assert pool([batch(MONDAY, [1] * (LOT_MIN - 1))]) == []
    assert by_week([*lots, *pool([batch(MONDAY, [1] * 39)])]) == by_week(lots)
    assert complete([*lots, batch(MONDAY, [1] * 39)], SHARE_MIN) == complete(lots, SHARE_MIN) == []


def test_no_lot_is_small_whatever_the_weeks_are() -> None:
    dice = random.Random(8)
    for _ in range(300):
        weeks = [batch(MONDAY, [3] * dice.randint(1, 90)) for _ in range(dice.randint(1, 12))]
        lots = pool(weeks)
        assert all(lot.n >= LOT_MIN for lot in lots)
        whole = sum(week.n for week in weeks)
        assert sum(lot.n for lot in lots) == (whole if whole >= LOT_MIN else 0)
    assert Counter(lot.n for lot in pool([batch(MONDAY, [3] * 39)])) == Counter()
