"""Which differences of figures over nested periods tell too few ratings. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N, withheld

Days = tuple[date, date]
_Counts = Mapping[Days, set[int]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure over some days of a calendar period, and how many ratings it rests on."""

    starts_on: date
    ends_on: date
    n: int

    @property
    def days(self) -> Days:
        """Return its first and last day."""
        return self.starts_on, self.ends_on


def lies_in(inner: Days, outer: Days) -> bool:
    """Tell whether all days of one period lie within another, which is longer."""
    return inner != outer and outer[0] <= inner[0] and inner[1] <= outer[1]


def tells_too_much(mine: Shown, others: Sequence[Shown]) -> bool:
    """Tell whether a figure, alone or with others, would be one of one to twenty-nine ratings.

    `others` are figures of the same person or unit that are shown, over periods of any kind; one period may have
    several (its versions). Asked of every surrounding period less every set of disjoint periods in it, and of the
    figure itself less every set in it: months, quarters and semesters of one year may be mixed.
    """
    if withheld(mine.n) or any(withheld(mine.n, one.n) for one in others if one.days == mine.days):
        return True
    counts: dict[Days, set[int]] = defaultdict(set)
    for one in others:
        counts[one.days].add(one.n)
    if _is_near(_sums([days for days in counts if lies_in(days, mine.days)], counts), mine.n):
        return True
    return any(
        _is_near(_sums(_beside(mine.days, days, counts), counts) << mine.n, n)
        for days in counts
        if lies_in(mine.days, days)
        for n in counts[days]
    )


def disjoint_sets(periods: Iterable[Days]) -> Iterator[tuple[Days, ...]]:
    """Yield every set of disjoint ones among nested periods, the empty one too."""
    ordered = sorted(set(periods))

    def further(chosen: tuple[Days, ...], place: int) -> Iterator[tuple[Days, ...]]:
        yield chosen
        for number in range(place, len(ordered)):
            if all(ordered[number][0] > one[1] or ordered[number][1] < one[0] for one in chosen):
                yield from further((*chosen, ordered[number]), number + 1)

    return further((), 0)


def _beside(mine: Days, around: Days, counts: _Counts) -> list[Days]:
    return [days for days in counts if lies_in(days, around) and (days[1] < mine[0] or mine[1] < days[0])]


def _sums(periods: Sequence[Days], counts: _Counts) -> int:
    """Return how many ratings disjoint ones of some periods can hold together, as the bits of a number."""
    widest = [days for days in periods if not any(lies_in(days, other) for other in periods)]
    sums = 1
    for days in widest:
        parts = _sums([other for other in periods if lies_in(other, days)], counts)
        parts = reduce(or_, (1 << n for n in counts[days]), parts)
        sums = reduce(or_, (sums << n for n in range(parts.bit_length()) if parts >> n & 1))
    return sums


def _is_near(sums: int, n: int) -> bool:
    """Tell whether one of the sums lies within twenty-nine of a count, and is not it."""
    lowest = max(0, n - FIGURES_FROM_N + 1)
    window = sums >> lowest & (1 << (n + FIGURES_FROM_N - lowest)) - 1
    return bool(window & ~(1 << (n - lowest)))
