"""Training: from labelled rows to a model that can be stored, with what it is worth."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from feedback_app.nlp.heads.abstention import Threshold
from feedback_app.nlp.heads.metrics import all_figures, urgency_figures
from feedback_app.nlp.heads.rows import TrainingRow, rows_hash
from feedback_app.nlp.heads.validation import Answers, Fitted, Progress, fit_and_validate, prepare
from feedback_app.nlp.labels import ALL_HEADS, Urgency
from feedback_app.nlp.learning.corpus import CorpusError, load_rows
from feedback_app.nlp.personal.redact import redact
from feedback_app.nlp.reading import Label
from feedback_app.nlp.stored import artefact
from feedback_app.nlp.text.tokens import analyse
from feedback_app.nlp.urgency.rules import sources_hash, urgent_rule
from feedback_app.nlp.urgency.triage import SURELY_NORMAL, triage
from feedback_app.nlp.urgency.urgent_words import RULES

DEFAULT_ARTEFACT: Final = artefact.DEFAULT_ARTEFACT

LEAST_EXAMPLES: Final = 10
"""A label needs this many rows, so that it stands on both sides of every fold."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Fitted heads over one feature space, with thresholds and the figures measured while training."""

    fitted: Fitted
    thresholds: dict[str, Threshold]
    metrics: dict[str, Any]
    rules: dict[str, Any]
    data: dict[str, Any]

    def packed(self) -> artefact.Packed:
        """Return the artefact of the model."""
        heads = {
            head: artefact.StoredHead(tuple(str(label) for label in kept.classes), kept.weights, kept.bias)
            for head, kept in self.fitted.heads.items()
        }
        return artefact.pack(
            self.fitted.space,
            heads,
            thresholds={head: _as_row(threshold) for head, threshold in self.thresholds.items()},
            metrics=self.metrics,
            rules=self.rules,
            data=self.data,
        )

    def save(self, folder: Path) -> str:
        """Write the artefact into `folder` and return its version."""
        packed = self.packed()
        packed.write(folder)
        return packed.version


def _as_row(threshold: Threshold) -> dict[str, float]:
    return {
        "value": threshold.value,
        "target": threshold.target,
        "coverage": round(threshold.coverage, 4),
        "selective_accuracy": round(threshold.selective_accuracy, 4),
        **({"calm": threshold.calm} if threshold.calm else {}),
    }


def heads_of(rows: Sequence[TrainingRow]) -> tuple[str, ...]:
    """Return the heads that the rows teach, in the order of `ALL_HEADS`.

    Raises
    ------
    CorpusError
        When a head has only one label, or a label too few rows.
    """
    found = []
    for head, vocabulary in ALL_HEADS.items():
        counts = Counter(row.labels[head] for row in rows if head in row.labels)
        if not counts:
            continue
        if unknown := set(counts) - {label.value for label in vocabulary}:
            raise CorpusError(f"The head {head} knows no label {', '.join(sorted(unknown))}.")
        for label, count in counts.items():
            if count < LEAST_EXAMPLES:
                raise CorpusError(
                    f"The corpus has {count} examples of {head} = {label}; at least {LEAST_EXAMPLES} are needed."
                )
        if len(counts) < 2:
            raise CorpusError(f"The corpus has only one label of {head}; at least two are needed to tell them apart.")
        found.append(head)
    if not found:
        raise CorpusError("There is nothing to learn from: no row has a label.")
    return tuple(found)


def lines_hash(lines: Sequence[str]) -> str:
    """Return the sha256 of the lines of tokens, in hexadecimal.

    It changes when redaction, normalisation or tokens change, and the model then has to be trained again.
    """
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def lines_of(texts: Sequence[str]) -> list[str]:
    """Return what the model sees of texts: redacted, as lines of tokens."""
    return [analyse(redact(text).text) for text in texts]


def rule_figures(lines: Sequence[str], answers: Answers) -> dict[str, Any]:
    """Measure each rule alone where rules are asked: how often it speaks, and how often the message then was urgent.

    The confidence is the share of right alarms with one right and one wrong one added, so that a rule which spoke twice
    is not certain.
    """
    normal = int(np.flatnonzero(answers.classes == Urgency.NORMAL.value)[0])
    asked = answers.labelled & (answers.probabilities[:, normal] < SURELY_NORMAL)
    figures = {}
    for rule in RULES:
        spoke = asked & np.array([urgent_rule(line, [rule]) is not None for line in lines])
        right = int((answers.truth[spoke] != Urgency.NORMAL.value).sum())
        count = int(spoke.sum())
        figures[rule.name] = {"n": count, "urgent": right, "confidence": round((right + 1) / (count + 2), 4)}
    return figures


def with_rules(
    lines: Sequence[str], answers: Answers, threshold: Threshold, rules: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Measure urgency as it is given out: model with threshold, and rules."""
    normal = int(np.flatnonzero(answers.classes == Urgency.NORMAL.value)[0])
    precision = {name: float(figures["confidence"]) for name, figures in rules.items()}
    answers_it = threshold.lets(answers.confidences, answers.predicted == Urgency.NORMAL.value)
    forced, given = [], []
    for row, line in enumerate(lines):
        likeliest = Label(str(answers.predicted[row]), float(answers.confidences[row]))
        answer = likeliest if answers_it[row] else Label(None, likeliest.confidence)
        chance = float(answers.probabilities[row, normal])
        forced.append(triage(line, likeliest, chance, precision)[0].value)
        given.append(triage(line, answer, chance, precision)[0].value)
    known, truth = answers.labelled, answers.truth
    answered = np.array([value is not None for value in given]) & known
    final = np.array([value or "" for value in given])
    critical = truth == Urgency.CRITICAL.value
    return {
        "without_abstention": urgency_figures(truth[known], np.array(forced)[known]),
        "coverage": round(float(answered[known].mean()), 4),
        "selective_accuracy": round(float((final == truth)[answered].mean()), 4),
        "critical_called_normal": round(float((final[critical] == Urgency.NORMAL.value).mean()), 4),
    }


def train(rows: Sequence[TrainingRow], *, progress: Progress | None = None) -> TrainedModel:
    """Fit the heads that the rows teach, with thresholds and figures from grouped five-fold cross-validation.

    The same rows in the same order give the same model: every seed is fixed and the arithmetic runs on one thread.

    Raises
    ------
    CorpusError
        When there is no label, too few rows of one, or hardly two different messages.
    """
    heads = heads_of(rows)
    tell: Callable[[str], None] = progress or (lambda _: None)
    tell(f"Reading {len(rows)} examples")
    prepared = prepare(rows, lines_of([row.text for row in rows]), heads)
    if len(set(prepared.groups.tolist())) < LEAST_EXAMPLES:
        raise CorpusError(f"At least {LEAST_EXAMPLES} different messages are needed; these are copies of fewer.")
    with threadpool_limits(limits=1):
        fitted, validation = fit_and_validate(prepared, tell)
        tell("Choosing thresholds")
        thresholds, metrics = all_figures(rows, validation)
    rules = {}
    if "urgency" in heads:
        answers = validation.heads["urgency"]
        rules = rule_figures(prepared.lines, answers)
        metrics["urgency"]["with_rules"] = with_rules(prepared.lines, answers, thresholds["urgency"], rules)
    data = {
        "sha256": rows_hash(rows),
        "lines_sha256": lines_hash(prepared.lines),
        "rules_sha256": sources_hash(),
        "examples": len(rows),
    }
    return TrainedModel(fitted, thresholds, metrics, rules, data)


def train_default(out: Path, progress: Progress | None = None) -> TrainedModel:
    """Train on the project's own corpus and write the artefact into `out`."""
    return train_and_save(load_rows(), out, progress)


def train_and_save(rows: Sequence[TrainingRow], out: Path, progress: Progress | None = None) -> TrainedModel:
    """Train on the rows, write the artefact into `out` and tell what it is worth."""
    model = train(rows, progress=progress)
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
