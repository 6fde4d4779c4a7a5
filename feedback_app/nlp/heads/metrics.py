"""Figures of a validation, each with the dummy baseline beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.metrics import f1_score

from feedback_app.nlp.heads.abstention import (
    Threshold,
    choose_second_threshold,
    choose_threshold,
    with_calm_limit,
)
from feedback_app.nlp.heads.hits import Hits, hits_of, second_aspects
from feedback_app.nlp.heads.layers import Labels
from feedback_app.nlp.heads.rows import CORPUS, TrainingRow
from feedback_app.nlp.heads.stacking import Fold
from feedback_app.nlp.heads.validation import Answers, Validation
from feedback_app.nlp.labels import Urgency

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


def rounded(figures: Figures) -> Figures:
    """Return the figures with four digits, so that a manifest says no more than was measured."""
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}


def _dummy(labels: Labels) -> Figures:
    """Measure what is reached by always giving the most frequent label."""
    rows = np.zeros((len(labels), 1))
    predicted = DummyClassifier(strategy="most_frequent").fit(rows, labels).predict(rows)
    return rounded({"macro_f1": macro_f1(labels, predicted), "accuracy": float((labels == predicted).mean())})


def _by_language(languages: Labels, truth: Labels, predicted: Labels) -> dict[str, Figures]:
    return {
        str(language): rounded(
            {
                "n": int((languages == language).sum()),
                "macro_f1": macro_f1(truth[languages == language], predicted[languages == language]),
                "accuracy": float((truth == predicted)[languages == language].mean()),
            }
        )
        for language in np.unique(languages)
        if language
    }


def recall_by_label(truth: Labels, predicted: Labels) -> dict[str, tuple[int, int]]:
    """Return for each label how many of its messages were found, and how many there are."""
    return {
        str(label): (int((predicted[truth == label] == label).sum()), int((truth == label).sum()))
        for label in np.unique(truth)
    }


def urgency_figures(truth: Labels, predicted: Labels) -> Figures:
    """Measure urgency as triage feels it: urgent or not, and no emergency read as normal (all 0 to 1)."""
    urgent, called = truth != Urgency.NORMAL.value, predicted != Urgency.NORMAL.value
    critical = truth == Urgency.CRITICAL.value
    return rounded(
        {
            "urgent_recall": float(called[urgent].mean()),
            "urgent_precision": float(urgent[called].mean()) if called.any() else 0.0,
            "critical_not_normal": float(called[critical].mean()),
        }
    )


def top_share(classes: Labels, probabilities: NDArray[np.floating], truth: Labels, second: Labels) -> float:
    """Return the share of messages one of whose aspects is among the three likeliest."""
    best = classes[np.argsort(-probabilities, axis=1)[:, :TOP]]
    found = (best == truth[:, None]) | ((best == second[:, None]) & (second != "")[:, None])
    return float(found.any(axis=1).mean())


def answer_figures(head: str, truth: Labels, predicted: Labels, second: Labels, top_3: float | None = None) -> Figures:
    """Return the figures that any answers have, ours and others': macro-F1, accuracy, and a head's own.

    Parameters
    ----------
    truth, predicted, second : arrays of str of shape (messages,)
        What a person named, what is answered, and the second aspects.
    top_3 : float, optional
        The share of messages one of whose aspects is among the three likeliest, 0 to 1; of the aspect only.
    """
    figures: Figures = {"macro_f1": macro_f1(truth, predicted), "accuracy": float((truth == predicted).mean())}
    if head == "aspect":
        figures |= {"first_or_second": float(hits_of(head, truth, predicted, second).mean()), "top_3": top_3}
    if head == "urgency":
        figures |= urgency_figures(truth, predicted)
    return figures


def threshold_of(head: str, answers: Answers, hits: Hits, folds: Sequence[Fold]) -> Threshold:
    """Choose the threshold of a head on the rows that have a label; urgency gets a limit for normal too."""
    known = answers.labelled
    threshold = choose_threshold(answers.confidences, hits, [test[known[test]] for _, test in folds])
    if head != "urgency":
        return threshold
    calm, grave = answers.predicted == Urgency.NORMAL.value, answers.truth == Urgency.CRITICAL.value
    return with_calm_limit(threshold, answers.confidences[known], hits[known], calm[known], grave[known])


def _corpus_figures(answers: Answers, chosen: Hits) -> Figures:
    """Measure the rows of the corpus alone: they are the same in every round, and rounds are compared by them."""
    truth, predicted = answers.truth[chosen], answers.predicted[chosen]
    return rounded(
        {"n": int(chosen.sum()), "macro_f1": macro_f1(truth, predicted), "recall": recall_by_label(truth, predicted)}
    )


def head_figures(
    head: str, rows: Sequence[TrainingRow], answers: Answers, folds: Sequence[Fold]
) -> tuple[Threshold, Figures]:
    """Choose the threshold of a head, and measure it on the rows that have a label.

    Returns
    -------
    (Threshold, dict)
        The figures are the number of rows, macro-F1, accuracy, calibration error, those of the dummy, and macro-F1 by
        language, recall by label, and those of the corpus alone where other rows were learnt from too; aspect and
        urgency have their own in addition.
    """
    known = answers.labelled
    second = second_aspects(rows)
    hits = hits_of(head, answers.truth, answers.predicted, second)
    truth, predicted = answers.truth[known], answers.predicted[known]
    figures = {
        "n": int(known.sum()),
        "macro_f1": macro_f1(truth, predicted),
        "accuracy": float((truth == predicted).mean()),
        "calibration_error": calibration_error(answers.confidences[known], hits[known]),
        "dummy": _dummy(truth),
        "by_language": _by_language(np.array([row.language or "" for row in rows])[known], truth, predicted),
        "recall": recall_by_label(truth, predicted),
    }
    if head == "aspect":
        figures |= {
            "accuracy_first_or_second": float(hits[known].mean()),
            "top_3": top_share(answers.classes, answers.probabilities[known], truth, second[known]),
            "second": choose_second_threshold(answers.probabilities[known], answers.classes, truth, second[known]),
        }
    from_corpus = np.array([row.source == CORPUS for row in rows]) & known
    if from_corpus.any() and not from_corpus[known].all():
        figures["corpus"] = _corpus_figures(answers, from_corpus)
    if head == "urgency":
        figures["as_triage"] = urgency_figures(truth, predicted)
    return threshold_of(head, answers, hits, folds), rounded(figures)


def all_figures(rows: Sequence[TrainingRow], validation: Validation) -> tuple[dict[str, Threshold], dict[str, Figures]]:
    """Return the thresholds and the figures of every head."""
    measured = {head: head_figures(head, rows, answers, validation.folds) for head, answers in validation.heads.items()}
    return {head: found[0] for head, found in measured.items()}, {head: found[1] for head, found in measured.items()}
