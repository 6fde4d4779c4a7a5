"""What a stored result holds: every figure that a report prints, as words and whole numbers. Pure.

Fractions are kept as "numerator/denominator" beside what is printed, so that each printed number can be made again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Protocol

from feedback_app.survey.elements import RULESETS
from feedback_app.survey.figures import PlaceFigure, PlaceSums, Rules
from feedback_app.survey.index import ElementFigure, half_up
from feedback_app.survey.intervals import Estimate
from feedback_app.survey.rules import Trait


class AskedQuestion(Protocol):
    """What is read of a question."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def element(self) -> str | None: ...  # noqa: D102
    @property
    def replacement(self) -> str | None: ...  # noqa: D102
    @property
    def stem(self) -> str: ...  # noqa: D102
    @property
    def options(self) -> Sequence[str]: ...  # noqa: D102


Asked = Mapping[int, Sequence[AskedQuestion]]
"""The questions of each questionnaire, by its number."""


@dataclass(frozen=True, slots=True)
class ElementName:
    """What an element is called in a place: `replacement` where all its questionnaires ask something else instead.

    `partly` names what only some of them ask in its place.
    """

    key: str
    official: str
    replacement: str | None
    partly: str | None

    @property
    def name(self) -> str:
        """Return the name under which the figure is shown."""
        return self.replacement or self.official


def element_names(figure: PlaceFigure, asked: Asked, rules: Rules) -> dict[str, ElementName]:
    """Return what each element is called in a place, in the order of the regulation's list."""
    instruments = dict.fromkeys(one.instrument_id for one in figure.sums if one.n)
    replaced: dict[str, dict[int, str]] = {}
    for instrument in instruments:
        for question in asked[instrument]:
            if question.element and question.replacement:
                replaced.setdefault(question.element, {})[instrument] = question.replacement
    return {
        element.key: _name(element.key, element.name, replaced.get(element.key, {}), len(instruments))
        for element in RULESETS[rules.ruleset].elements
    }


def _name(key: str, official: str, replaced: Mapping[int, str], instruments: int) -> ElementName:
    words = " / ".join(dict.fromkeys(replaced.values())) or None
    everywhere = bool(replaced) and len(replaced) == instruments
    return ElementName(key, official, words if everywhere else None, None if everywhere else words)


def element_rows(figure: PlaceFigure, asked: Asked, rules: Rules) -> list[dict[str, Any]]:
    """Return the elements of a place that has an index, in the order of the regulation's list."""
    names = element_names(figure, asked, rules)
    return [_element_row(one, names[one.key]) for one in (figure.index.elements if figure.index else ())]


def _element_row(one: ElementFigure, name: ElementName) -> dict[str, Any]:
    return {
        "key": one.key, "name": name.name, "official": name.official, "replacement": name.replacement,
        "partly": name.partly, "n": one.n, "mean": str(one.mean), "nrr": str(half_up(one.mean, 3)),
        "weighted": str(half_up(one.weighted, 3)), "value": str(one.value), "grade": one.grade.value,
    }  # fmt: skip


def count_rows(figure: PlaceFigure, asked: Asked) -> dict[str, Any]:
    """Return everything that was counted in a place besides the elements."""
    return {
        "received": figure.received,
        "visits": figure.visits,
        "complete": figure.complete,
        "channels": {channel.value: n for channel, n in sorted(figure.channels.items())},
        "traits": {trait.value: dict(sorted(figure.trait(trait).items())) for trait in Trait},
        "questions": question_rows(figure.sums, asked),
        "minimum_by_table": figure.progress.minimum_by_table,
        "minimum_by_formula": figure.progress.minimum_by_formula,
        "warnings": [
            {
                "kind": one.kind.value, "subject": one.subject, "count": one.count, "of": one.of,
                "percent": str(one.percent), "limit": str(one.limit),
            }
            for one in figure.warnings
        ],
        "estimate": estimate_row(figure.estimate),
        "parts": [
            {
                "unit_id": part.unit_id, "service_id": part.service_id, "respondents": part.respondents,
                "exact": str(part.index.exact) if part.index else None,
                "received": part.received, "without": list(part.without),
            }
            for part in figure.parts
        ],
    }  # fmt: skip


def question_rows(sums: Sequence[PlaceSums], asked: Asked) -> list[dict[str, Any]]:
    """Return how often each answer was given to each question, those outside the index too."""
    rows = []
    for instrument in dict.fromkeys(one.instrument_id for one in sums if one.n):
        here = [one for one in sums if one.instrument_id == instrument]
        received = sum(one.n for one in here)
        for question in asked[instrument]:
            given: Counter[int] = Counter()
            for one in here:
                given.update(one.per_answer.get(question.id, {}))
            counts = [given[answer] for answer in range(1, len(question.options) + 1)]
            rows.append(
                {
                    "instrument_id": instrument, "key": question.key, "element": question.element,
                    "replacement": question.replacement, "stem": question.stem, "options": list(question.options),
                    "counts": counts, "blank": received - sum(counts),
                }
            )  # fmt: skip
    return rows


def estimate_row(estimate: Estimate | None) -> dict[str, Any] | None:
    """Return an estimate as it is stored."""
    if estimate is None:
        return None
    fractions = ("mean", "variance", "freedom", "least", "most")
    return {"n": estimate.n, **{name: str(getattr(estimate, name)) for name in fractions}}


def estimate_of(row: Mapping[str, Any] | None) -> Estimate | None:
    """Return an estimate from what is stored of it."""
    if row is None:
        return None
    mean, variance, freedom, least, most = (
        Fraction(str(row[name])) for name in ("mean", "variance", "freedom", "least", "most")
    )
    return Estimate(mean, variance, freedom, int(row["n"]), least, most)


# By name: what a later version adds to the rules must not change the hash of a result stored before.
_HASHED_RULES: Final = ("ruleset", "weight", "unit_averaging", "agency_averaging", "missing")


def input_hash(figure: PlaceFigure, asked: Asked, rules: Rules) -> bytes:
    """Return the SHA-256 over the sums a figure is made of, and over the rules, in one fixed spelling."""
    content = {
        "rules": {name: getattr(rules, name).value for name in _HASHED_RULES},
        "level": figure.level.value,
        "population": figure.population,
        "places": [_place(one, asked[one.instrument_id]) for one in figure.sums],
    }
    spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(spelled.encode()).digest()


def _place(sums: PlaceSums, questions: Sequence[AskedQuestion]) -> dict[str, Any]:
    return {
        "unit_id": sums.unit_id, "service_id": sums.service_id, "population": sums.population,
        "n": sums.n, "visits": sums.visits, "complete": sums.complete,
        "spread": [sums.spread.n, sums.spread.total, sums.spread.squares, sums.spread.denominator],
        "totals": {key: [[one.n, str(one.total)] for one in totals] for key, totals in sums.totals.items()},
        "answers": {
            question.key: {str(answer): n for answer, n in sums.per_answer.get(question.id, {}).items()}
            for question in questions
        },
        "traits": {trait.value: dict(counts) for trait, counts in sums.traits.items()},
        "channels": {channel.value: n for channel, n in sums.channels.items()},
    }  # fmt: skip
