"""When a run of ratings is so odd that a person should look before it is shown.

Pure. Every rule compares a unit with its own past, never with other units: a hospital's Monday is no village's. What is
found is set aside, not deleted, and comes back when somebody clears it; so the thresholds may be a little too careful.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from feedback_app.intake.rules import Channel

BIN: Final = timedelta(minutes=5)
HOUR_BINS: Final = 12
HISTORY_DAYS: Final = 28
# One false alarm in a million windows: a unit that is open ten hours a day has fewer than 40,000 of them in a year.
TAIL: Final = 1e-6
# Busy moments come in clusters (a bus arrives, a hall empties), so the busiest five minutes may hold this many times
# the share that five minutes have of the busiest hour.
CLUSTERING: Final = 3.0


@dataclass(frozen=True, slots=True)
class Floor:
    """The fewest ratings in five minutes and in an hour that are ever called a burst."""

    five_minutes: int
    hour: int


# Tokens are handed out one to a visit and a kiosk takes one person at a time; on the open channel nothing holds back.
FLOORS: Final[Mapping[Channel, Floor]] = {
    Channel.OPEN: Floor(five_minutes=15, hour=40),
    Channel.TOKEN: Floor(five_minutes=30, hour=100),
    Channel.KIOSK: Floor(five_minutes=60, hour=250),
}

# Channels in which people come with networks of their own; a kiosk has one by nature.
NETWORKED: Final = frozenset({Channel.OPEN, Channel.TOKEN})
NETWORK_FLOOR: Final = 20
# With no past of its own a unit is expected to get up to this share of a day's ratings from one network: the Wi-Fi of
# its hall, or a carrier that puts thousands behind one address.
USUAL_SHARE: Final = 0.5
SHARE_MARGIN: Final = 0.2


@dataclass(frozen=True, slots=True)
class Past:
    """The busiest hour and the busiest five minutes of a unit and channel in the weeks before."""

    busiest_hour: int = 0
    busiest_bin: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of time with more ratings than the unit's own past explains; `ends_at` is not part of it."""

    starts_at: datetime
    ends_at: datetime
    n: int
    expected: float


@dataclass(frozen=True, slots=True)
class NetworkPast:
    """The largest share (0 to 1) and number of a day's ratings that one network ever had in the weeks before."""

    largest_share: float = 0.0
    largest_n: int = 0


def poisson_tail(n: int, expected: float) -> float:
    """Return the chance of `n` or more where `expected` are expected, P(X ≥ n) for X ~ Poisson(expected).

    >>> poisson_tail(0, 3.0)
    1.0
    >>> round(poisson_tail(3, 1.0), 4)
    0.0803
    """
    if n <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if n <= expected:
        return 1.0 - sum(math.exp(_log_poisson(k, expected)) for k in range(n))
    # Above the mean the terms fall at once, so the sum from n on is short and exact where 1 - sum would be all noise.
    term, total, k = math.exp(_log_poisson(n, expected)), 0.0, n
    while term > total * 1e-17 and term > 0.0:
        total += term
        k += 1
        term *= expected / k
    return min(1.0, total)


def _log_poisson(k: int, expected: float) -> float:
    return k * math.log(expected) - expected - math.lgamma(k + 1)


def is_candidate(channel: Channel, bins: Mapping[datetime, int]) -> bool:
    """Tell whether any window reaches its floor; only then is the past worth reading."""
    floor = FLOORS.get(channel)
    if floor is None:
        return False
    return any(n >= floor.five_minutes for n in bins.values()) or any(n >= floor.hour for _, n in _hours(bins))


def bursts(channel: Channel, bins: Mapping[datetime, int], past: Past) -> list[Run]:
    """Return the stretches that the unit's own past does not explain, merged where they touch.

    Parameters
    ----------
    bins
        Ratings by the start of their five minutes (aware); bins without any may be left out.
    past
        Of the same unit and channel, without what was set aside then: an attack must not become the usual.
    """
    floor = FLOORS.get(channel)
    if floor is None:
        return []
    most_bin = max(CLUSTERING * past.busiest_hour / HOUR_BINS, float(past.busiest_bin), 1.0)
    odd = {start for start, n in bins.items() if n >= floor.five_minutes and poisson_tail(n, most_bin) < TAIL}
    most_hour = max(float(past.busiest_hour), 1.0)
    # What is left of the hour is judged without them, so that the honest ratings around a short attack stay shown.
    rest = {start: n for start, n in bins.items() if start not in odd}
    for start, n in _hours(rest):
        if n >= floor.hour and poisson_tail(n, most_hour) < TAIL:
            odd |= {start + BIN * place for place in range(HOUR_BINS) if rest.get(start + BIN * place)}
    return _runs(sorted(odd), bins, most_hour / HOUR_BINS)


def _hours(bins: Mapping[datetime, int]) -> list[tuple[datetime, int]]:
    """Return every hour that begins with a rated five minutes, and the ratings in it."""
    return [(start, sum(bins.get(start + BIN * place, 0) for place in range(HOUR_BINS))) for start in sorted(bins)]


def _runs(odd: Sequence[datetime], bins: Mapping[datetime, int], expected_a_bin: float) -> list[Run]:
    found: list[Run] = []
    for start in odd:
        # A pause of five minutes does not end an attack.
        if found and start - found[-1].ends_at <= BIN:
            last = found.pop()
            first, n = last.starts_at, last.n + bins[start]
        else:
            first, n = start, bins[start]
        found.append(Run(first, start + BIN, n, expected_a_bin * ((start + BIN - first) / BIN)))
    return found


def has_most_of_a_day(n: int, total: int) -> bool:
    """Tell whether one network has so much of a day's ratings that the unit's past is worth reading.

    At most two networks of a day do, however many people rate from how many networks.
    """
    return n >= NETWORK_FLOOR and total >= n >= USUAL_SHARE * total


def is_one_network(n: int, total: int, past: NetworkPast) -> bool:
    """Tell whether one network has more of a day's ratings than this unit's past explains.

    Either its share lies well above the largest the unit ever had, or it is most of the day and its number does.
    """
    if not has_most_of_a_day(n, total):
        return False
    share = n / total
    if past.largest_n and poisson_tail(n, float(past.largest_n)) < TAIL:
        return True
    return share > max(USUAL_SHARE, min(past.largest_share, 1.0)) + SHARE_MARGIN


def expected_from_one_network(total: int, past: NetworkPast) -> float:
    """Return how many of a day's ratings one network was expected to have at most."""
    return total * max(USUAL_SHARE, past.largest_share)
