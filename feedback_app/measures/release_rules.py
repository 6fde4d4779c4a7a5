"""When a public figure may change, and how finely it may be told: small numbers speak about single people.

Every rule here protects somebody who gave an answer. Nothing of it depends on who asks.
"""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from feedback_app.score_interval import score_interval

FIRST_RELEASE: Final = 30
NEXT_RELEASE: Final = 10
"""An average of few people tells about each of them, and two averages that differ by one answer tell that answer."""

DISTRIBUTION_EVERY: Final = 100
"""Four shares tell far more than one mean, so they are drawn anew only after this many new answers."""

FEW: Final = 10
"""The least number of texts, people or ratings of which a part of a figure may speak."""

SHARE_STEP: Final = 5
SHOWN_TOP: Final = 3

# The drain's job ends after ten minutes at the latest: what it labelled before this margin is committed.
COUNTING_MARGIN: Final = timedelta(minutes=15)
# A run of automatic ratings is found within five minutes and must be out of the figure; its row is written in seconds.
MARKING_MARGIN: Final = timedelta(minutes=2)

RATING_LOW: Final = 1
RATING_HIGH: Final = 4
_GRIDS: Final = (Decimal("0.5"), Decimal("0.2"), Decimal("0.1"))
_HIDDEN_SUM: Final = 15
_Z_90: Final = 1.6448536269514722


def may_release(n: int, newly: int, *, shown: int | None = None, withdrawn: int = 0) -> bool:
    """Tell whether a figure over `n` answers may be shown, the first (`shown` is None) or after one over `shown`.

    `newly` of the answers were read after the one shown was counted, so they are in no figure ever shown. Answers can
    also leave: some are set aside later, some go past the unit. Then `n` first has to outgrow what was shown, so that
    no fall tells of the one or two that left. Only where at least ten were set aside (`withdrawn`), which the page
    tells anyway, may a figure shrink, lest a flood found late be shown until as many honest answers have come.

    >>> may_release(29, 29), may_release(30, 30)
    (False, True)
    >>> may_release(39, 9, shown=30), may_release(40, 10, shown=30)
    (False, True)
    >>> may_release(39, 10, shown=30, withdrawn=1), may_release(40, 11, shown=30, withdrawn=1)
    (False, True)
    >>> may_release(70, 10, shown=260, withdrawn=200), may_release(29, 10, shown=219, withdrawn=200)
    (True, False)
    """
    if shown is None:
        return n >= FIRST_RELEASE
    return n >= FIRST_RELEASE and newly >= NEXT_RELEASE and (n >= shown + NEXT_RELEASE or withdrawn >= FEW)


def may_redraw(n: int, newly: int) -> bool:
    """Tell whether the shares of the four ratings may be shown, or drawn anew."""
    return n >= DISTRIBUTION_EVERY and newly >= DISTRIBUTION_EVERY


def may_tell_part(part: int, whole: int, newly: int) -> bool:
    """Tell whether a figure over `part` of `whole` may stand beside it: neither it nor what is left may be small."""
    rest = whole - part
    return part >= FIRST_RELEASE and newly >= NEXT_RELEASE and (rest == 0 or rest >= FEW)


def grid(n: int) -> Decimal:
    """Return the step to which the mean of `n` ratings is rounded: 0.5, 0.2 or 0.1.

    A mean told exactly gives the sum of the ten answers between two releases, and from that sum whoever knows the
    method guesses the newest answer in 34 of 100 cases, where blind guessing finds 25. The step therefore hides the sum
    up to about fifteen points, which leaves at most 30 in 100 (`tests/abuse/test_07_differencing.py` tries it). It is
    about as wide as the uncertainty of so few answers anyhow.

    >>> [str(grid(n)) for n in (30, 74, 75, 149, 150)]
    ['0.5', '0.5', '0.2', '0.2', '0.1']
    """
    return next((step for step in reversed(_GRIDS) if step * n >= _HIDDEN_SUM), _GRIDS[0])


def told_mean(total: int, n: int) -> Decimal:
    """Return the mean of `n` ratings with sum `total`, 1 to 4, rounded half up to the step of `grid`.

    >>> str(told_mean(97, 30)), str(told_mean(500, 160))
    ('3.0', '3.1')
    """
    step = grid(n)
    steps = (Decimal(total) / n / step).quantize(Decimal(1), ROUND_HALF_UP)
    return (steps * step).quantize(Decimal("0.1"))


def interval(mean: Decimal, n: int) -> tuple[Decimal, Decimal]:
    """Return the 90 % interval of a told mean, in points from 1 to 4, widened by the rounding and told in tenths.

    Wilson's score interval (E. B. Wilson, JASA 22, 1927) for the mean put on 0 to 1. It holds for answers on four
    points because no set of them with that mean spreads wider than one of ones and fours only (Bhatia and Davis, 2000),
    for which it was made. So it is never too narrow, and it tells nothing beyond the mean and `n`.

    >>> [str(end) for end in interval(Decimal("3.0"), 30)]
    ['2.3', '3.6']
    """
    half = float(grid(n)) / 2
    low = _points(score_interval(_share(float(mean) - half), n, _Z_90)[0])
    high = _points(score_interval(_share(float(mean) + half), n, _Z_90)[1])
    return Decimal(math.floor(low * 10 + 1e-9)) / 10, Decimal(math.ceil(high * 10 - 1e-9)) / 10


def _share(points: float) -> float:
    width = RATING_HIGH - RATING_LOW
    return min(max((points - RATING_LOW) / width, 0.0), 1.0)


def _points(share: float) -> float:
    return RATING_LOW + (RATING_HIGH - RATING_LOW) * share


def told_share(part: int, whole: int) -> int:
    """Return a share in percent, rounded half up to five.

    >>> told_share(1, 40), told_share(3, 40), told_share(40, 40)
    (5, 10, 100)
    """
    steps = (Decimal(100 * part) / whole / SHARE_STEP).quantize(Decimal(1), ROUND_HALF_UP)
    return int(steps) * SHARE_STEP


def told_count(n: int) -> int:
    """Return a number of texts or cases, rounded down to ten: "at least so many".

    >>> told_count(39), told_count(40)
    (30, 40)
    """
    return n // FEW * FEW
