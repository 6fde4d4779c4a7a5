"""One run that measures everything the model promises, each figure beside that of the plain baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from feedback_app.nlp.classifier import Classifier
from feedback_app.nlp.heads.abstention import answered_by_others, choose_threshold
from feedback_app.nlp.heads.hits import hits_of, second_aspects
from feedback_app.nlp.heads.layers import Labels
from feedback_app.nlp.heads.metrics import answer_figures, calibration_error, rounded, threshold_of, top_share
from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.nlp.heads.validation import Answers, Prepared, Validation, prepare, validate_nested
from feedback_app.nlp.labels import ALL_HEADS, HEADS
from feedback_app.nlp.learning.baseline import Scored, plain_scores
from feedback_app.nlp.learning.training import lines_of, rule_figures, with_rules
from feedback_app.nlp.urgency.integrity import INTEGRITY_ASPECTS

Figures = dict[str, Any]
Tell = Callable[[str], None]
Rows = Sequence[TrainingRow]
Mask = NDArray[np.bool_]

GIVEN: Final = "c"
"""The ids of the texts that the project began with begin so; they hold many deliberate near-misses."""


def given_rows(rows: Rows) -> Mask:
    """Tell which rows are of the corpus that the project began with."""
    return np.array([row.id.startswith(GIVEN) for row in rows])


def cross_validated(rows: Rows, tell: Tell) -> Figures:
    """Measure model and baseline by grouped five-fold cross-validation, whole models fitted for each fold.

    Returns
    -------
    dict
        For "all" and for "given" (the texts the project began with, answered by models of all texts) the figures of
        each head, ours and the baseline's; for "given" also those of the baseline that had only the given texts.
    """
    prepared = prepare(rows, lines_of([row.text for row in rows]), tuple(ALL_HEADS))
    with threadpool_limits(limits=1):
        ours = validate_nested(prepared, tell)
        tell("Validating the baseline")
        plain = plain_scores([row.text for row in rows], _of(HEADS, prepared), ours.folds)
    given = given_rows(rows)
    everything = np.ones(len(rows), dtype=bool)
    found = {
        "all": _compared(rows, prepared, ours, plain, everything),
        "given": _compared(rows, prepared, ours, plain, given),
    }
    if given.any():
        tell("Validating the baseline on the given texts alone")
        found["given"]["baseline_given_only"] = _given_only(rows, prepared, given)
    return found


def _of(heads: Mapping[str, object], prepared: Prepared) -> dict[str, Labels]:
    return {head: labels for head, labels in prepared.targets.items() if head in heads}


def _given_only(rows: Rows, prepared: Prepared, given: Mask) -> Figures:
    chosen = np.flatnonzero(given)
    few = [rows[int(row)] for row in chosen]
    part = prepared.rows(chosen)
    with threadpool_limits(limits=1):
        plain = plain_scores([row.text for row in few], _of(HEADS, part), part.folds())
    second = second_aspects(few)
    return {head: plain_figures(head, scored, part.targets[head], second) for head, scored in plain.items()}


def _compared(rows: Rows, prepared: Prepared, ours: Validation, plain: Mapping[str, Scored], chosen: Mask) -> Figures:
    second = second_aspects(rows)
    figures: Figures = {"n": int(chosen.sum()), "ours": {}, "baseline": {}}
    for head, answers in ours.heads.items():
        if not (answers.labelled & chosen).any():
            continue
        figures["ours"][head] = _ours(head, answers, ours, second, chosen)
        if head in plain:
            classes, scores = plain[head]
            figures["baseline"][head] = plain_figures(
                head, (classes, scores[chosen]), prepared.targets[head][chosen], second[chosen]
            )
    urgency = ours.heads["urgency"]
    threshold = threshold_of("urgency", urgency, urgency.truth == urgency.predicted, ours.folds)
    rules = rule_figures(prepared.lines, urgency)
    picked = np.flatnonzero(chosen)
    part = Answers(
        urgency.classes, urgency.truth[picked], urgency.probabilities[picked], urgency.predicted[picked],
        urgency.confidences[picked],
    )  # fmt: skip
    figures["ours"]["urgency"]["with_rules"] = with_rules(
        [prepared.lines[row] for row in picked], part, threshold, rules
    )
    return figures


def _ours(head: str, answers: Answers, validation: Validation, second: Labels, chosen: Mask) -> Figures:
    known = answers.labelled & chosen
    truth, predicted, confidences = answers.truth[known], answers.predicted[known], answers.confidences[known]
    hits = hits_of(head, answers.truth, answers.predicted, second)
    tests = [test[answers.labelled[test]] for _, test in validation.folds]
    threshold = choose_threshold(answers.confidences, hits, tests)
    answered = answered_by_others(answers.confidences, hits, tests, threshold.target)[known]
    top_3 = top_share(answers.classes, answers.probabilities[known], truth, second[known])
    figures = {
        "n": int(known.sum()),
        **answer_figures(head, truth, predicted, second[known], top_3),
        "calibration_error": calibration_error(confidences, hits[known]),
        "threshold": threshold.value,
        "answered": float(answered.mean()),
        "answered_right": float(hits[known][answered].mean()) if answered.any() else 0.0,
    }
    return rounded(figures)


def plain_figures(head: str, scored: Scored, truth: Labels, second: Labels) -> Figures:
    """Measure the baseline's answers to some messages."""
    classes, scores = scored
    predicted = classes[scores.argmax(axis=1)]
    return rounded(answer_figures(head, truth, predicted, second, top_share(classes, scores, truth, second)))


def on_held_out(rows: Rows, taught: Rows, classifier: Classifier) -> Figures:
    """Measure the model as it is given out, and the baseline, on messages that neither has seen."""
    second = second_aspects(rows)
    texts = [row.text for row in [*taught, *rows]]
    targets = {head: np.array([row.labels[head] for row in [*taught, *rows]]) for head in HEADS}
    fold = (np.arange(len(taught)), np.arange(len(taught), len(texts)))
    with threadpool_limits(limits=1):
        plain = plain_scores(texts, targets, [fold])
    baseline = {
        head: plain_figures(head, (classes, scores[len(taught) :]), targets[head][len(taught) :], second)
        for head, (classes, scores) in plain.items()
    }
    return {"n": len(rows), **as_given_out(rows, classifier), "baseline": baseline}


def as_given_out(rows: Rows, classifier: Classifier) -> Figures:
    """Measure what the model says of labelled messages, rules and thresholds included: "ours" and "integrity"."""
    readings = classifier.classify([row.text for row in rows])
    second = second_aspects(rows)
    ours = {}
    for head in HEADS:
        truth = np.array([row.labels[head] for row in rows])
        labels = [getattr(reading, head) for reading in readings]
        best = np.array([label.best for label in labels])
        given = np.array([label.value or "" for label in labels])
        hits, answered = hits_of(head, truth, best, second), given != ""
        found = {
            **answer_figures(head, truth, best, second, _among(readings, truth, second)),
            "calibration_error": calibration_error(np.array([label.confidence for label in labels]), hits),
            "answered": float(answered.mean()),
            "answered_right": float(hits_of(head, truth, given, second)[answered].mean()),
        }
        ours[head] = rounded(found)
    alleged = np.array([row.labels["aspect"] in INTEGRITY_ASPECTS for row in rows])
    flagged = np.array([reading.integrity for reading in readings])
    integrity = {"recall": float(flagged[alleged].mean()), "precision": float(alleged[flagged].mean())}
    return {"ours": ours, "integrity": rounded(integrity)}


def _among(readings: Sequence[Any], truth: Labels, second: Labels) -> float:
    found = [
        bool({name for name, _ in reading.aspects} & {first, other})
        for reading, first, other in zip(readings, truth, second, strict=True)
    ]
    return float(np.mean(found))
