"""Compare how long two kinds of guesses take, on a machine on which other things run as well."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Guess = TypeVar("Guess")


ROUNDS = 3


def ratio_of_times(guess: Callable[[Guess], object], one: Sequence[Guess], other: Sequence[Guess]) -> float:
    """Return the time of the one kind over that of the other, in the round in which they differed least.

    A real difference shows in every round; a neighbour on the machine disturbs one.
    """
    ratios = [_ratio(guess, one, other) for _ in range(ROUNDS)]
    return min(ratios, key=lambda ratio: abs(math.log(ratio)))


def _ratio(guess: Callable[[Guess], object], one: Sequence[Guess], other: Sequence[Guess]) -> float:
    """Return the ratio of their quicker quarters, taken in turns."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for number, pair in enumerate(zip(one, other, strict=True)):
        # Whoever comes first in a pair finds colder caches, so the kinds take turns in that as well.
        for kind in (0, 1) if number % 2 else (1, 0):
            began = time.perf_counter()
            guess(pair[kind])
            seconds[kind].append(time.perf_counter() - began)
    quick = [statistics.quantiles(kind, n=4)[0] for kind in seconds]
    return quick[0] / quick[1]
