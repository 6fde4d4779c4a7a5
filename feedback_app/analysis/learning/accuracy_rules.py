"""How often the reader is right, from texts drawn at random, with an interval that says how well that is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final

from feedback_app.score_interval import score_interval

FEWEST_SHOWN: Final = 10
"""Audited answers below which no share is shown: its interval would span half the scale."""

PROMISED: Final = 0.95
"""The share of given answers that thresholds are chosen for."""

_Z_95: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer of the machine beside a person's: was it right, and how likely was the text to be drawn."""

    is_right: bool
    chance: float


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A share of right answers with its 95 % interval (0 to 1), from `n` audited answers."""

    n: int
    share: float
    low: float
    high: float

    @property
    def is_shown(self) -> bool:
        """Tell whether enough answers were audited to show the share."""
        return self.n >= FEWEST_SHOWN

    @property
    def breaks_promise(self) -> bool:
        """Tell whether the whole interval lies under what was promised."""
        return self.is_shown and self.high < PROMISED


def accuracy(judged: Iterable[Judged]) -> Accuracy | None:
    """Return the share of right answers among all texts, of which the audited ones are a sample; None without any.

    A text drawn with a high chance speaks for few others, so each weighs by the inverse of its chance
    (D. G. Horvitz and D. J. Thompson, JASA 47, 1952); the interval takes the effective number of equal weights
    (L. Kish, Survey Sampling, 1965).
    """
    rows = list(judged)
    if not rows:
        return None
    weights = [1 / row.chance for row in rows]
    total = sum(weights)
    share = sum(weight for weight, row in zip(weights, rows, strict=True) if row.is_right) / total
    share = min(1.0, max(0.0, share))
    low, high = score_interval(share, total * total / sum(weight * weight for weight in weights), _Z_95)
    return Accuracy(len(rows), share, low, high)


def is_right(head: str, machine: Mapping[str, Any], person: Mapping[str, str | None]) -> bool | None:
    """Tell whether the machine's answer is a person's; None where it gave none.

    An aspect is right when it is the first or the second one the person names.

    >>> is_right("aspect", {"aspect": "delay"}, {"aspect": "conduct", "aspect2": "delay"})
    True
    """
    said = machine.get(head)
    if said is None:
        return None
    right = {person.get(head)} | ({person.get("aspect2")} if head == "aspect" else set())
    return said in right
