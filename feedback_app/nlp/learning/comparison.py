"""Two models before the same messages: who is right where the other is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from feedback_app.nlp.classifier import Classifier
from feedback_app.nlp.heads.hits import hits_of, second_aspects
from feedback_app.nlp.heads.metrics import macro_f1, recall_by_label
from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.nlp.labels import HEADS


@dataclass(frozen=True, slots=True)
class HeadComparison:
    """One head of two models on the same messages.

    `macro_f1` and `recall` hold the first model's figure before the second's; `only_first` and `only_second` count the
    messages that one alone reads rightly, and `chance` is the probability that a coin would divide them so unevenly
    (two-sided sign test).
    """

    head: str
    messages: int
    macro_f1: tuple[float, float]
    recall: dict[str, tuple[int, int, int]]
    only_first: int
    only_second: int
    chance: float


def compare(first: Classifier, second: Classifier, rows: Sequence[TrainingRow]) -> list[HeadComparison]:
    """Compare what two models call likeliest, head by head; heads without labels, or missing in one, are left out."""
    texts = [row.text for row in rows]
    readings = [model.classify(texts) for model in (first, second)]
    found = []
    for head in HEADS:
        chosen = [place for place, row in enumerate(rows) if head in row.labels]
        if not chosen or head not in first.heads or head not in second.heads:
            continue
        truth = np.array([rows[place].labels[head] for place in chosen])
        other = second_aspects([rows[place] for place in chosen])
        said = [np.array([getattr(given[place], head).best for place in chosen]) for given in readings]
        hits = [hits_of(head, truth, predicted, other) for predicted in said]
        recalls = [recall_by_label(truth, predicted) for predicted in said]
        only_first, only_second = int((hits[0] & ~hits[1]).sum()), int((hits[1] & ~hits[0]).sum())
        differing = only_first + only_second
        found.append(
            HeadComparison(
                head=head,
                messages=len(chosen),
                macro_f1=(macro_f1(truth, said[0]), macro_f1(truth, said[1])),
                recall={
                    label: (recalls[0][label][0], recalls[1][label][0], count)
                    for label, (_, count) in recalls[0].items()
                },
                only_first=only_first,
                only_second=only_second,
                chance=float(binomtest(only_first, differing).pvalue) if differing else 1.0,
            )
        )
    return found
