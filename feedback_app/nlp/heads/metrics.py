"""Figures of a validation, each with the dummy baseline beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.metrics import f1_score

from feedback_app.nlp.heads.abstention import Threshold, choose_threshold
from feedback_app.nlp.heads.stacking import Labels
from feedback_app.nlp.heads.validation import Prepared, Validation
from feedback_app.nlp.labels import HEADS, Urgency
from feedback_app.nlp.learning.corpus import Example

Hits = NDArray[np.bool_]
Figures = dict[str, Any]

CALIBRATION_BINS: Final = 15
TOP: Final = 3


def macro_f1(truth: Labels, predicted: Labels) -> float:
    """Return the unweighted mean of the labels' F1 (0 to 1); a label never predicted counts as 0."""
    return float(f1_score(truth, predicted, average="macro", zero_division=0))


def calibration_error(confidences: NDArray[np.floating], hits: Hits) -> float:
    """Return the expected calibration error over 15 equal bins (Guo et al. 2017), 0 to 1."""
    bins = np.minimum((confidences * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [
        abs(confidences[bins == number].mean() - hits[bins == number].mean()) * np.mean(bins == number)
        for number in np.unique(bins)
    ]
    return float(sum(gaps))


def _rounded(figures: Figures) -> Figures:
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}


def _dummy(labels: Labels) -> Figures:
    """Measure what is reached by always giving the most frequent label."""
    rows = np.zeros((len(labels), 1))
    predicted = DummyClassifier(strategy="most_frequent").fit(rows, labels).predict(rows)
    return _rounded({"macro_f1": macro_f1(labels, predicted), "accuracy": float((labels == predicted).mean())})


def _by_language(examples: Sequence[Example], truth: Labels, predicted: Labels) -> dict[str, Figures]:
    languages = np.array([example.language.value for example in examples])
    return {
        str(language): _rounded(
            {
                "n": int((languages == language).sum()),
                "macro_f1": macro_f1(truth[languages == language], predicted[languages == language]),
                "accuracy": float((truth == predicted)[languages == language].mean()),
            }
        )
        for language in np.unique(languages)
    }


def urgency_figures(truth: Labels, predicted: Labels) -> Figures:
    """Measure urgency as triage feels it: urgent or not, and no emergency read as normal (all 0 to 1)."""
    urgent, called = truth != Urgency.NORMAL.value, predicted != Urgency.NORMAL.value
    critical = truth == Urgency.CRITICAL.value
    return _rounded(
        {
            "urgent_recall": float(called[urgent].mean()),
            "urgent_precision": float(urgent[called].mean()) if called.any() else 0.0,
            "critical_not_normal": float(called[critical].mean()),
        }
    )


def hits_of(head: str, examples: Sequence[Example], truth: Labels, predicted: Labels) -> Hits:
    """Tell which answers are right; an aspect is right when it is the first or the second one of the message."""
    hits: Hits = truth == predicted
    if head == "aspect":
        second = np.array([example.aspect2.value if example.aspect2 else "" for example in examples])
        hits = hits | (second == predicted)
    return hits


def _top_share(examples: Sequence[Example], validation: Validation) -> float:
    """Return the share of messages one of whose aspects is among the three likeliest."""
    classes, probabilities = validation.classes["aspect"], validation.probabilities["aspect"]
    best = classes[np.argsort(-probabilities, axis=1)[:, :TOP]]
    found = [
        bool({example.aspect.value, example.aspect2.value if example.aspect2 else ""} & set(row))
        for example, row in zip(examples, best, strict=True)
    ]
    return float(np.mean(found))


def head_figures(
    head: str, examples: Sequence[Example], prepared: Prepared, validation: Validation
) -> tuple[Threshold, Figures]:
    """Choose the threshold of a head, and measure it.

    Returns
    -------
    (Threshold, dict)
        The figures are macro-F1, accuracy, calibration error, those of the dummy, and macro-F1 by language; aspect and
        urgency have their own in addition.
    """
    truth, predicted = prepared.targets[head], validation.predicted[head]
    confidences = validation.confidences[head]
    hits = hits_of(head, examples, truth, predicted)
    threshold = choose_threshold(confidences, hits, [test for _, test in validation.folds])
    figures = {
        "macro_f1": macro_f1(truth, predicted),
        "accuracy": float((truth == predicted).mean()),
        "calibration_error": calibration_error(confidences, hits),
        "dummy": _dummy(truth),
        "by_language": _by_language(examples, truth, predicted),
    }
    if head == "aspect":
        figures |= {"accuracy_first_or_second": float(hits.mean()), "top_3": _top_share(examples, validation)}
    if head == "urgency":
        figures["as_triage"] = urgency_figures(truth, predicted)
    return threshold, _rounded(figures)


def all_figures(
    examples: Sequence[Example], prepared: Prepared, validation: Validation
) -> tuple[dict[str, Threshold], dict[str, Figures]]:
    """Return the thresholds and the figures of every head."""
    measured = {head: head_figures(head, examples, prepared, validation) for head in HEADS}
    return {head: found[0] for head, found in measured.items()}, {head: found[1] for head, found in measured.items()}
