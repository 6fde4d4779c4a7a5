"""When the texts of an agency, or how they are read, are no longer what they were."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

from feedback_app.analysis.learning.accuracy_rules import PROMISED, Accuracy

WEEKS_BEFORE: Final = 8
FEWEST_NOW: Final = 100
"""Texts of the week below which nothing is said."""

FEWEST_BEFORE: Final = 300
PSI_LIMIT: Final = 0.2
"""Population stability index from which on practice in credit scoring speaks of a shift (N. Siddiqi, 2006)."""

Z_LIMIT: Final = 4.0
"""Standard errors: with a few heads looked at daily for years, chance alone passes three again and again."""

LEAST_RISE: Final = 0.05
"""A rise of abstentions that costs people's time; a smaller one may be certain and matters to nobody."""

_SMOOTH: Final = 0.5
_FEWEST_EXPECTED: Final = 5

Counts = Mapping[str, int]
ABSTAINED: Final = ""
"""The name under which abstentions are counted among labels."""


class DriftMeasure(enum.StrEnum):
    """What an alarm is about."""

    ABSTENTION = "abstention"
    LABELS = "labels"
    ACCURACY = "accuracy"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is not as it was: what was expected, what is seen, and the statistic that says so."""

    head: str
    measure: DriftMeasure
    expected: float
    seen: float
    statistic: float


def psi(before: Counts, now: Counts) -> float:
    """Return the population stability index of two counts, less what chance alone brings.

    The sum over labels of (share now - share before) times the logarithm of their ratio. Under no change its mean is
    about (labels - 1) (1/n + 1/m) (B. Yurdakul and J. Naranjo, J. Risk Model Validation 14, 2020), which is taken off.

    >>> round(psi({"a": 900, "b": 100}, {"a": 90, "b": 10}), 2), psi({"a": 900, "b": 100}, {"a": 10, "b": 90}) > 3
    (0.0, True)
    """
    labels = sorted(set(before) | set(now))
    total_before, total_now = sum(before.values()), sum(now.values())
    value = 0.0
    for label in labels:
        old = (before.get(label, 0) + _SMOOTH) / (total_before + _SMOOTH * len(labels))
        new = (now.get(label, 0) + _SMOOTH) / (total_now + _SMOOTH * len(labels))
        value += (new - old) * log(new / old)
    by_chance = (len(labels) - 1) * (1 / max(1, total_before) + 1 / max(1, total_now))
    return max(0.0, value - by_chance)


def surprise(before: Counts, now: Counts) -> float:
    """Return how many standard errors two counts lie apart, all labels together.

    The chi-square statistic of homogeneity, put on the normal scale (E. B. Wilson and M. M. Hilferty, PNAS 17, 1931).
    Labels too rare for it (fewer than five expected in one of the counts, W. G. Cochran, 1954) are taken as one.

    >>> surprise({"a": 500, "b": 500}, {"a": 50, "b": 50}) < 0, surprise({"a": 500, "b": 500}, {"a": 90, "b": 10}) > 6
    (True, True)
    """
    n, m = sum(before.values()), sum(now.values())
    smaller = min(n, m) / (n + m)
    cells: Counter[str] = Counter()
    of_now: Counter[str] = Counter()
    for label in set(before) | set(now):
        both = before.get(label, 0) + now.get(label, 0)
        name = label if both * smaller >= _FEWEST_EXPECTED else ABSTAINED
        cells[name] += both
        of_now[name] += now.get(label, 0)
    expected = {name: both * m / (n + m) for name, both in cells.items() if both}
    freedom = len(expected) - 1
    if freedom < 1:
        return 0.0
    # Of both rows together: the other row's terms are those of this one times m / n.
    chi2 = sum((of_now[name] - wanted) ** 2 / wanted for name, wanted in expected.items()) * (n + m) / n
    spread = 2 / (9 * freedom)
    return float(((chi2 / freedom) ** (1 / 3) - (1 - spread)) / sqrt(spread))


def rise(before: Counts, now: Counts) -> tuple[float, float, float]:
    """Return the share of abstentions before and now, and how many standard errors lie between (positive: more now)."""
    n, m = sum(before.values()), sum(now.values())
    old, new = before.get(ABSTAINED, 0) / n, now.get(ABSTAINED, 0) / m
    both = (before.get(ABSTAINED, 0) + now.get(ABSTAINED, 0)) / (n + m)
    error = sqrt(both * (1 - both) * (1 / n + 1 / m))
    return old, new, (new - old) / error if error else 0.0


def findings(head: str, before: Counts, now: Counts) -> list[Finding]:
    """Return what changed in one head from the weeks before to this one; nothing where too few texts came."""
    if sum(before.values()) < FEWEST_BEFORE or sum(now.values()) < FEWEST_NOW:
        return []
    found = []
    old, new, z = rise(before, now)
    if z >= Z_LIMIT and new - old >= LEAST_RISE:
        found.append(Finding(head, DriftMeasure.ABSTENTION, old, new, z))
    shift = psi(_answered(before), _answered(now))
    enough = sum(_answered(now).values()) >= FEWEST_NOW and sum(_answered(before).values()) >= FEWEST_BEFORE
    if enough and shift >= PSI_LIMIT and surprise(_answered(before), _answered(now)) >= Z_LIMIT:
        found.append(Finding(head, DriftMeasure.LABELS, 0.0, shift, shift))
    return found


def broken_promise(head: str, audited: Accuracy | None) -> list[Finding]:
    """Return the finding that answers are right less often than promised, where the audits leave no doubt."""
    if audited is None or not audited.breaks_promise:
        return []
    return [Finding(head, DriftMeasure.ACCURACY, PROMISED, audited.share, audited.high)]


def _answered(counts: Counts) -> dict[str, int]:
    return {label: n for label, n in counts.items() if label != ABSTAINED}
