"""How long citizens wait and how cases end, counted so that what is still open is not left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from feedback_app.handling.figures.survival import kaplan_meier
from feedback_app.handling.rules import Outcome

SECONDS_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Wait:
    """Days from receipt to the first reply, or, where `replied` is false, to the last moment it was still missing."""

    days: float
    replied: bool


def wait(opened_at: datetime, replied_at: datetime | None, ended_at: datetime | None, as_of: datetime) -> Wait:
    """Return the wait of one case in calendar days: to its reply, its withdrawal without one, or the present.

    Parameters
    ----------
    opened_at, replied_at, ended_at, as_of
        Aware moments. `ended_at` is when the case was put away without a reply.
    """
    until = replied_at or ended_at or as_of
    return Wait(max((until - opened_at).total_seconds(), 0.0) / SECONDS_A_DAY, replied_at is not None)


def median_wait(waits: Sequence[Wait]) -> float | None:
    """Return the median time to the first reply by the product-limit estimate, open cases counted.

    A case without a reply has waited at least so long (it is censored): it counts among those at risk until then, and
    leaves without lowering the curve. At equal times replies come before censored cases. The median is the first time
    at which at most half of the cases are still expected to be without a reply. To leave open cases out would make the
    unit that answers only the easy ones look the fastest.

    Parameters
    ----------
    waits
        Shape (n,); days, 0 or more.

    Returns
    -------
    float or None
        Days; None where the curve never comes down to one half, because too many are open, or without any case.

    Notes
    -----
    E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958) 457-481.

    >>> median_wait([Wait(1, True), Wait(2, True), Wait(3, False), Wait(4, True)])
    2.0
    >>> median_wait([Wait(1, True), Wait(5, False), Wait(6, False)]) is None
    True
    """
    curve = kaplan_meier([one.days for one in waits], [one.replied for one in waits])
    return curve.time_until(0.5)


def count_outcomes(outcomes: Iterable[Outcome | None]) -> dict[str, int]:
    """Count the last word on each answered case, silence apart from confirmation; cases without one are left out."""
    counts = {outcome.value: 0 for outcome in Outcome}
    for outcome in outcomes:
        if outcome is not None:
            counts[outcome.value] += 1
    return counts
