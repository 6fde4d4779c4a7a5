"""Whether a counter hands a receipt to everybody it serves, or keeps it from those who leave unhappy.

An officer who answers for the ratings of a counter also hands out the receipts with which people rate. Two traces
remain of a receipt that was kept back: fewer tokens than finished transactions, or, where it was printed and thrown
away, fewer ratings per token than the counter used to have. Either is weighed with the uncertainty of its numbers, so
that a quiet week or a printer out of paper raises no alarm. An alarm is a question to the unit's head, never a verdict.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from feedback_app.score_interval import score_interval

# Nine of ten: a counter loses some receipts to hurry, a full printer, and people who wave it away.
ISSUE_NORM: Final = 0.9
# Below this a share says more about chance than about a counter (the same floor as for a published figure).
N_MIN: Final = 30
# One-sided, 99 %: of the honest counters exactly at the norm, one week in a hundred is asked about.
Z_99: Final = 2.3263478740408408
# A reprint now and then is normal; one token in ten without a visit behind it is not.
SURPLUS: Final = 1.1
HISTORY_WEEKS_MIN: Final = 4
HISTORY_WEEKS_MAX: Final = 12
# Beyond chance, response differs from week to week (paydays, holidays); a fall has to be larger than that.
USUAL_SWING: Final = 0.8


class Finding(enum.StrEnum):
    """What the numbers of one service and week say."""

    NO_COUNT = "no_count"
    TOO_FEW = "too_few"
    AS_EXPECTED = "as_expected"
    WITHHELD = "withheld"
    SURPLUS = "surplus"


class UseFinding(enum.StrEnum):
    """What the used share of one service and week says against the weeks before."""

    STILL_OPEN = "still_open"
    NO_HISTORY = "no_history"
    AS_EXPECTED = "as_expected"
    FALLEN = "fallen"


@dataclass(frozen=True, slots=True)
class Use:
    """Tokens handed out for the visits of a week, and how many of them were used for a rating."""

    issued: int
    used: int


def upper_limit(hits: int, n: int) -> float:
    """Return the one-sided upper 99 % limit of a share.

    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", JASA 22, 209-212.

    Parameters
    ----------
    hits, n
        Whole numbers, 0 <= hits <= n and n >= 1.

    Returns
    -------
    float
        Between hits / n and 1.

    >>> round(upper_limit(70, 100), 3)
    0.794
    """
    return score_interval(hits / n, n, Z_99)[1]


def lower_limit(hits: int, n: int) -> float:
    """Return the one-sided lower 99 % limit of a share; the other side of `upper_limit`.

    >>> round(lower_limit(70, 100), 3)
    0.585
    """
    return score_interval(hits / n, n, Z_99)[0]


def issue_finding(transactions: int | None, issued: int) -> Finding:
    """Judge the tokens handed out for the visits of one service in one week.

    `transactions` and `issued` are of the same days; None where nobody counted the visits.

    >>> issue_finding(100, 70)
    <Finding.WITHHELD: 'withheld'>
    >>> issue_finding(100, 86)
    <Finding.AS_EXPECTED: 'as_expected'>
    """
    if transactions is None:
        return Finding.NO_COUNT
    if max(transactions, issued) < N_MIN:
        return Finding.TOO_FEW
    if issued > transactions * SURPLUS:
        return Finding.SURPLUS
    if transactions < N_MIN:
        return Finding.TOO_FEW
    withheld = upper_limit(min(issued, transactions), transactions) < ISSUE_NORM
    return Finding.WITHHELD if withheld else Finding.AS_EXPECTED


def use_finding(week: Use, before: Sequence[Use]) -> UseFinding:
    """Judge the used share of a week against the weeks `before` it, all of which are over and expired.

    It has fallen where the highest credible share of the week lies below the usual swing of the lowest credible share
    of its history.

    >>> use_finding(Use(100, 10), [Use(100, 40)] * 6)
    <UseFinding.FALLEN: 'fallen'>
    """
    history = [use for use in before if use.issued][-HISTORY_WEEKS_MAX:]
    issued = sum(use.issued for use in history)
    if len(history) < HISTORY_WEEKS_MIN or issued < N_MIN or week.issued < N_MIN:
        return UseFinding.NO_HISTORY
    usual = lower_limit(sum(use.used for use in history), issued)
    fallen = upper_limit(week.used, week.issued) < USUAL_SWING * usual
    return UseFinding.FALLEN if fallen else UseFinding.AS_EXPECTED
