"""An attacker who reads everything about a person and works out what the newest rater most likely said.

They know beforehand that ratings are drawn evenly, in which month the newest fell, and how many ratings have words.
From every figure that is shown they take the sum of the smallest set of months that holds the newest rating, and from
the list of contestable ratings how many of that set were bad; given both, what is likeliest is exact arithmetic.
How many ratings a month has is always shown: where the list names a month, its bad ones among so many are read off too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from feedback_app.evaluation.rules import POINTS_PER_STEP

Sums = dict[frozenset[str], tuple[int, float]]


@dataclass(frozen=True)
class Seen:
    """What one reading of all pages says: sums by set of months, and the months of the ratings listed as bad."""

    sums: Sums
    bad: Sequence[str | None]
    lists_bad: bool
    counts: Mapping[str, int] = field(default_factory=dict)


def chances(seen: Seen, month: str, with_words: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the chance of each of the values 1 to 4, given all that was seen."""
    holding = [(n, total, months) for months, (n, total) in seen.sums.items() if month in months]
    ways = [of_listed(seen, month, with_words)]
    if holding:
        n, total, months = min(holding, key=lambda one: one[0])
        ways.append(posterior(n, round(total), _listed(seen, months), with_words))
    return max(ways, key=lambda way: float(way.max()))


def _listed(seen: Seen, months: frozenset[str]) -> int | None:
    """Return how many ratings of some months are listed as bad; None where that cannot be said."""
    outside = {one for one in seen.counts if one not in months}
    if not seen.lists_bad or (None in seen.bad and outside):
        return None
    return sum(one is None or one in months for one in seen.bad)


def of_listed(seen: Seen, month: str, with_words: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the chance of each value given only how many of the month's ratings are listed as bad with that month."""
    n, listed = seen.counts.get(month, 0), sum(one == month for one in seen.bad)
    if not seen.lists_bad or not n or None in seen.bad:
        return np.full(4, 0.25)
    # One of n is bad and has words as often as the list says, whoever it is; else it is any other.
    share, silent = listed / n, 1 - with_words / 2
    bad = share / 2 + (1 - share) * (0.25 * (1 - with_words)) / silent
    return np.array([bad, bad, 0.5 - bad, 0.5 - bad]) if bad <= 0.5 else np.array([bad, bad, 0.0, 0.0]) / (2 * bad)


def posterior(n: int, total: int, listed: int | None, with_words: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the chance of each value of one of `n` even ratings, given their sum and how many bad ones have words."""
    others = _others(n - 1, with_words)
    likely = np.zeros(4)
    for value in (1, 2, 3, 4):
        rest = others[total - value] if 0 <= total - value < len(others) else np.zeros(n)
        if listed is None:
            likely[value - 1] = rest.sum()
        else:
            worded = with_words if value <= 2 else 0.0
            likely[value - 1] = (1 - worded) * _at(rest, listed) + worded * _at(rest, listed - 1)
    return np.asarray(likely / likely.sum())


def best_chance(n: int) -> float:
    """Return the chance of guessing one of `n` even ratings rightly once their sum is known, over all sums."""
    others = _others(n - 1, 0.0).sum(axis=1)
    joint = np.zeros((4, 4 * n + 4))
    for value in (1, 2, 3, 4):
        joint[value - 1, value : value + len(others)] = 0.25 * others
    return float(joint.max(axis=0).sum())


def _at(row: np.ndarray[Any, np.dtype[np.float64]], place: int) -> float:
    return float(row[place]) if 0 <= place < len(row) else 0.0


@cache
def _others(n: int, with_words: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the chance of each sum (row) and number of bad ratings with words (column) of `n` even ratings."""
    found = np.zeros((1, n + 1))
    found[0, 0] = 1.0
    for _ in range(n):
        wider = np.zeros((len(found) + 4, n + 1))
        for value in (1, 2, 3, 4):
            part = wider[value : value + len(found)]
            if value <= 2:
                part += 0.25 * (1 - with_words) * found
                part[:, 1:] += 0.25 * with_words * found[:, :-1]
            else:
                part += 0.25 * found
        found = wider
    return found


def sums_in(contents: Sequence[Mapping[str, Any]], months: Sequence[str]) -> Sums:
    """Return every sum of ratings that one person's packs show, and every difference of two where one holds another."""
    found: Sums = {}
    for content in contents:
        cycle = content["cycle"]
        within = [one for one in months if cycle["starts_on"][:7] <= one <= cycle["ends_on"][:7]]
        figures = content["measure"]["figures"]
        if figures:
            _add(found, within, content["measure"]["n"], figures["mean"])
        for group in content["groups"]:
            _add(found, within, group["n"], group["mean"])
            for part in group["months"]:
                _add(found, [part["month"]], part["n"], part["mean"])
        for unit in content["units"]:
            if unit["figures"]:
                _add(found, within, unit["n"], unit["figures"]["mean"])
    return _closed(found)


def _add(found: Sums, months: Sequence[str], n: int, mean: float | None) -> None:
    if mean is not None and n:
        found[frozenset(months)] = (n, n * mean / POINTS_PER_STEP)


def _closed(found: Sums) -> Sums:
    while True:
        further = {}
        for one, other in combinations(found, 2):
            small, large = sorted((one, other), key=len)
            if small < large and large - small not in found:
                (n, total), (m, less) = found[large], found[small]
                further[large - small] = (n - m, total - less)
        further = {months: known for months, known in further.items() if known[0] > 0}
        if not further:
            return found
        found |= further
