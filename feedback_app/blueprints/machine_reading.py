"""What the machine read in a report, in words for an officer: labels, what decided them, and how sure it is."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for
from flask_babel import gettext

from feedback_app.analysis.models import Labels
from feedback_app.blueprints.labels import Words, label, rule_label
from feedback_app.blueprints.reader_words import HEAD_WORDS
from feedback_app.db import db
from feedback_app.handling.desk.corrections import LABELS, corrected_heads
from feedback_app.handling.queries import CaseFile
from feedback_app.nlp.labels import Aspect
from feedback_app.nlp.urgency.triage import RULE_PREFIX

SURE: Final = 0.95
FAIRLY_SURE: Final = 0.8
"""From these probabilities on the page says so; below it says that the machine is hardly sure."""

LEAST_LIKELY: Final = 0.05
"""What is less likely is not offered: it would only lead astray."""

# Nothing that was counted is certain.
_MOST: Final = 0.999


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label that may be the right one, and where the form is filled in with it; None for who may not correct."""

    words: Words
    address: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what the machine says to it.

    `words` is None where it does not know; then `candidates` are what it may be. `decided` says who decided, or how
    sure the machine is; `because` are the words that spoke for the label; `probability` is from 0 to 1.
    """

    title: str
    words: Words | None
    decided: str = ""
    because: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class MachineReading:
    """Everything that the page says of what was read."""

    answers: list[Answer]
    is_abusive: bool
    language: Words | None
    model_version: str
    can_correct: bool


def read(file: CaseFile, *, can_correct: bool) -> MachineReading | None:
    """Return what was read in the report of a case, None where there was no text."""
    labels = file.labels
    if not labels.redacted_text:
        return None
    corrected = corrected_heads(db.session(), file.case)
    case_id = file.case.id if can_correct else None
    answers = [_answer(labels, head, corrected, case_id) for head in LABELS]
    # Who said what a report is about has read it; what else the machine supposed is answered too.
    if "aspect" not in corrected and (second := _second(labels)) is not None:
        answers.insert(list(LABELS).index("aspect") + 1, second)
    return MachineReading(
        answers=answers,
        is_abusive=labels.abusive,
        language=label(labels.language) if labels.language else None,
        model_version=labels.model_version,
        can_correct=can_correct,
    )


def _answer(labels: Labels, head: str, corrected: Iterable[str], case_id: int | None) -> Answer:
    value, probability = getattr(labels, head), min(getattr(labels, f"{head}_confidence"), _MOST)
    if head in corrected:
        return Answer(str(HEAD_WORDS[head]), label(value), gettext("diperbaiki petugas"))
    if value is None:
        return Answer(
            str(HEAD_WORDS[head]), None, candidates=_candidates(labels, head, case_id), probability=probability or None
        )
    return Answer(
        str(HEAD_WORDS[head]),
        label(value),
        _decided(labels, head, probability),
        because=tuple(word for word, _weight in labels.why.get(head, ())),
        probability=probability,
    )


def _decided(labels: Labels, head: str, probability: float) -> str:
    """Return how sure the machine is; of the urgency also whether the model decided or which written rule."""
    sure = _sureness(probability)
    if head != "urgency":
        return sure
    if labels.urgency_source.startswith(RULE_PREFIX):
        return str(gettext("menurut aturan terbuka “%(rule)s”", rule=rule_label(labels.urgency_source)))
    return str(gettext("menurut model, %(sure)s", sure=sure))


def _sureness(probability: float) -> str:
    if probability >= SURE:
        return str(gettext("yakin"))
    return str(gettext("cukup yakin") if probability >= FAIRLY_SURE else gettext("kurang yakin"))


def _candidates(labels: Labels, head: str, case_id: int | None) -> tuple[Candidate, ...]:
    """Return the likeliest labels of a head that does not know; texts read by older versions have none."""
    best = labels.guesses.get("best", {}).get(head)
    likely = [value for value, share in labels.guesses.get("aspects", ()) if share >= LEAST_LIKELY]
    values = likely if head == "aspect" and likely else [best]
    return tuple(
        Candidate(label(known), _filled_in(head, known, case_id))
        for value in values
        for known in LABELS[head]
        if known.value == value
    )


def _filled_in(head: str, value: enum.StrEnum, case_id: int | None) -> str | None:
    if case_id is None:
        return None
    asked: dict[str, Any] = {head: value.value}
    return url_for("cases.case", case_id=case_id, _anchor="perbaiki-dugaan", **asked)


def _second(labels: Labels) -> Answer | None:
    """Return the second subject of a text, where there is one besides the first."""
    if labels.aspect2 is None or labels.aspect in {None, labels.aspect2}:
        return None
    shares = dict(labels.guesses.get("aspects", ()))
    return Answer(
        gettext("Pokok kedua"),
        label(Aspect(labels.aspect2)),
        gettext("mungkin juga"),
        probability=shares.get(labels.aspect2.value),
    )
