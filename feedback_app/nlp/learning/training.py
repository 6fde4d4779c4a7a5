"""Training: from labelled examples to a model that can be stored, with what it is worth."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from feedback_app.nlp.heads.abstention import Threshold
from feedback_app.nlp.heads.metrics import all_figures, urgency_figures
from feedback_app.nlp.heads.validation import Prepared, Progress, Validation, cross_validate, fit, prepare
from feedback_app.nlp.labels import HEADS, Urgency
from feedback_app.nlp.learning.corpus import CorpusError, Example, data_hash, load_corpus
from feedback_app.nlp.personal.redact import redact
from feedback_app.nlp.reading import Label
from feedback_app.nlp.stored import artefact
from feedback_app.nlp.text.tokens import analyse
from feedback_app.nlp.urgency.rules import urgent_rule
from feedback_app.nlp.urgency.triage import triage
from feedback_app.nlp.urgency.urgent_words import RULES

DEFAULT_ARTEFACT: Final = artefact.DEFAULT_ARTEFACT

LEAST_EXAMPLES: Final = 10
"""A label needs this many examples, so that it stands on both sides of every fold."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Four fitted heads over one feature space, with thresholds and the figures measured while training."""

    union: Any
    heads: dict[str, Any]
    thresholds: dict[str, Threshold]
    metrics: dict[str, Any]
    rules: dict[str, Any]
    data: dict[str, Any]

    def save(self, folder: Path) -> str:
        """Write the artefact into `folder` and return its version."""
        return artefact.save(
            artefact.Content(self.union, self.heads),
            folder,
            thresholds={head: _as_row(threshold) for head, threshold in self.thresholds.items()},
            metrics=self.metrics,
            rules=self.rules,
            data=self.data,
        )


def _as_row(threshold: Threshold) -> dict[str, float]:
    return {
        "value": threshold.value,
        "target": threshold.target,
        "coverage": round(threshold.coverage, 4),
        "selective_accuracy": round(threshold.selective_accuracy, 4),
    }


def _check(examples: Sequence[Example]) -> None:
    for head, vocabulary in HEADS.items():
        counts = Counter(example.label(head) for example in examples)
        for label in vocabulary:
            if counts[label.value] < LEAST_EXAMPLES:
                raise CorpusError(
                    f"The corpus has {counts[label.value]} examples of {head} = {label.value}; "
                    f"at least {LEAST_EXAMPLES} are needed."
                )


def lines_hash(lines: Sequence[str]) -> str:
    """Return the sha256 of the lines of tokens, in hexadecimal.

    It changes when redaction, normalisation or tokens change, and the model then has to be trained again.
    """
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def lines_of(examples: Sequence[Example]) -> list[str]:
    """Return what the model sees of the examples: redacted, as lines of tokens."""
    return [analyse(redact(example.text).text) for example in examples]


def rule_figures(lines: Sequence[str], truth: NDArray[np.str_]) -> dict[str, Any]:
    """Measure each rule alone: how often it speaks, and how often the message then was urgent.

    The confidence is the share of right alarms with one right and one wrong one added, so that a rule which spoke twice
    is not certain.
    """
    figures = {}
    for rule in RULES:
        spoke = np.array([urgent_rule(line, [rule]) is not None for line in lines])
        right = int((truth[spoke] != Urgency.NORMAL.value).sum())
        count = int(spoke.sum())
        figures[rule.name] = {"n": count, "urgent": right, "confidence": round((right + 1) / (count + 2), 4)}
    return figures


def _together(
    prepared: Prepared, validation: Validation, threshold: Threshold, rules: dict[str, Any]
) -> dict[str, Any]:
    """Measure urgency as it is given out: model with threshold, and rules."""
    truth, confidences = prepared.targets["urgency"], validation.confidences["urgency"]
    normal = int(np.flatnonzero(validation.classes["urgency"] == Urgency.NORMAL.value)[0])
    precision = {name: figures["confidence"] for name, figures in rules.items()}
    forced, given = [], []
    for row, line in enumerate(prepared.lines):
        likeliest = Label(str(validation.predicted["urgency"][row]), float(confidences[row]))
        answer = likeliest if likeliest.confidence >= threshold.value else Label(None, likeliest.confidence)
        chance = float(validation.probabilities["urgency"][row, normal])
        forced.append(triage(line, likeliest, chance, precision)[0].value)
        given.append(triage(line, answer, chance, precision)[0].value)
    answered = np.array([value is not None for value in given])
    final = np.array([value or "" for value in given])
    critical = truth == Urgency.CRITICAL.value
    return {
        "without_abstention": urgency_figures(truth, np.array(forced)),
        "coverage": round(float(answered.mean()), 4),
        "selective_accuracy": round(float((final == truth)[answered].mean()), 4),
        "critical_called_normal": round(float((final[critical] == Urgency.NORMAL.value).mean()), 4),
    }


def train(examples: Sequence[Example], *, progress: Progress | None = None) -> TrainedModel:
    """Fit all heads on the examples, with thresholds and metrics from grouped five-fold cross-validation.

    The same examples in the same order give the same model: every seed is fixed and the arithmetic runs on one thread.

    Raises
    ------
    CorpusError
        When a label has fewer than ten examples.
    """
    _check(examples)
    tell: Callable[[str], None] = progress or (lambda _: None)
    tell(f"Reading {len(examples)} examples")
    prepared = prepare(examples, lines_of(examples))
    with threadpool_limits(limits=1):
        validation = cross_validate(prepared, tell)
        tell("Choosing thresholds")
        thresholds, metrics = all_figures(examples, prepared, validation)
        rules = rule_figures(prepared.lines, prepared.targets["urgency"])
        metrics["urgency"]["with_rules"] = _together(prepared, validation, thresholds["urgency"], rules)
        tell("Fitting on all examples")
        union, heads = fit(prepared)
    data = {
        "sha256": data_hash(examples),
        "lines_sha256": lines_hash(prepared.lines),
        "examples": len(examples),
    }
    return TrainedModel(union, heads, thresholds, metrics, rules, data)


def train_default(out: Path, progress: Progress | None = None) -> TrainedModel:
    """Train on the project's own corpus and write the artefact into `out`."""
    model = train(load_corpus(), progress=progress)
    version = model.save(out)
    if progress:
        for head, figures in model.metrics.items():
            threshold = model.thresholds[head]
            progress(
                f"{head}: macro-F1 {figures['macro_f1']:.3f} (dummy {figures['dummy']['macro_f1']:.3f}), answers "
                f"{threshold.coverage:.0%} of messages, {threshold.selective_accuracy:.1%} of them right"
            )
        progress(f"Version {version}")
    return model
