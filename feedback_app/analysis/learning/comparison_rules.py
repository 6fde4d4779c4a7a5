"""Whether a new model may take the place of the one that serves: nothing that was good may get worse."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

FEWEST_OF_A_CLASS: Final = 20
"""Rows of a label from which on its recall is compared by itself; the rarer labels of a head are put together."""

RARE: Final = "rare_labels"
MACRO_F1: Final = "macro_f1"
RECALL: Final = "recall"
MACRO_F1_BY_CHANCE: Final = 0.005
"""By about so much macro-F1 over the thousands of rows of the corpus differs when the folds are drawn anew."""

_HAIR: Final = 1e-9

Truth = Sequence[str | None]
Recall = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """How well one head does on some rows: macro-F1 (0 to 1), and for each label (found, rows)."""

    n: int
    macro_f1: float
    recall: Recall = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fall:
    """A figure that would get worse: on which rows (`held_out` or `corpus`), of which head and label, and how far."""

    where: str
    head: str
    measure: str
    label: str | None
    before: float
    after: float

    def as_row(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"code": "fell", **asdict(self)}


def head_figures(truth: Truth, predicted: Sequence[str]) -> HeadFigures:
    """Measure one head on the rows that have a label.

    >>> head_figures(["a", "a", "b", None], ["a", "b", "b", "a"])
    HeadFigures(n=3, macro_f1=0.6666666666666666, recall={'a': (1, 2), 'b': (1, 1)})
    """
    pairs = [(true, said) for true, said in zip(truth, predicted, strict=True) if true is not None]
    rows, said_often = Counter(true for true, _ in pairs), Counter(said for _, said in pairs)
    found = Counter(true for true, said in pairs if true == said)
    f1 = [2 * found[label] / (rows[label] + said_often[label]) for label in sorted(rows | said_often)]
    recall = {label: (found[label], rows[label]) for label in sorted(rows)}
    return HeadFigures(len(pairs), sum(f1) / len(f1) if f1 else 0.0, recall)


def from_manifest(metrics: Mapping[str, Any], heads: Sequence[str]) -> dict[str, HeadFigures]:
    """Return the figures on the corpus that training wrote down, of the heads that have them."""
    found = {}
    for head in heads:
        told = metrics.get(head, {})
        told = told.get("corpus", told)
        if MACRO_F1 in told and RECALL in told:
            recall = {label: (int(pair[0]), int(pair[1])) for label, pair in told[RECALL].items()}
            found[head] = HeadFigures(int(told.get("n", 0)), float(told[MACRO_F1]), recall)
    return found


def falls(
    where: str, before: Mapping[str, HeadFigures], after: Mapping[str, HeadFigures], *, by_chance: bool = False
) -> list[Fall]:
    """Return every figure that is lower after than before; both are measured on the same rows.

    With `by_chance` a figure may be lower by what chance alone explains: a recall by one standard error, macro-F1 by
    half a point.
    """
    return [
        fall
        for head, old in before.items()
        if head in after and old.n
        for fall in _falls_of(where, head, old, after[head], by_chance)
    ]


def _falls_of(where: str, head: str, old: HeadFigures, new: HeadFigures, by_chance: bool) -> Iterator[Fall]:
    if new.macro_f1 < old.macro_f1 - (MACRO_F1_BY_CHANCE if by_chance else 0) - _HAIR:
        yield Fall(where, head, MACRO_F1, None, old.macro_f1, new.macro_f1)
    before, after = _pooled(old.recall, old.recall), _pooled(new.recall, old.recall)
    for label, (found, rows) in before.items():
        recall, now = found / rows, after[label][0] / max(1, after[label][1])
        allowed = math.sqrt(recall * (1 - recall) / rows) if by_chance else 0
        if now < recall - allowed - _HAIR:
            yield Fall(where, head, RECALL, label, recall, now)


def _pooled(
    recall: Mapping[str, tuple[int, int]], rows_by: Mapping[str, tuple[int, int]]
) -> dict[str, tuple[int, int]]:
    """Put the labels with few rows together; `rows_by` says which these are."""
    pooled = {label: recall.get(label, (0, 0)) for label, (_, rows) in rows_by.items() if rows >= FEWEST_OF_A_CLASS}
    rare = [recall.get(label, (0, 0)) for label, (_, rows) in rows_by.items() if 0 < rows < FEWEST_OF_A_CLASS]
    if rare:
        pooled[RARE] = (sum(found for found, _ in rare), sum(rows for _, rows in rare))
    return pooled
