"""Two indexes side by side: the difference with its 95 % interval, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from feedback_app.survey.elements import RuleSetCode, Weight
from feedback_app.survey.figures import PlaceFigure, Rules
from feedback_app.survey.intervals import Difference, Estimate, difference
from feedback_app.survey.rules import Averaging, MissingRule
from feedback_app.survey.stored import StoredResult


class Comparability(StrEnum):
    """Whether two indexes can be subtracted, and if not, why."""

    SAME = "same"
    DIFFERENT_RULES = "different_rules"  # nine elements and fourteen measure different things
    DIFFERENT_WEIGHTS = "different_weights"  # a rounded weight lowers every index by up to one point
    NO_SPREAD = "no_spread"  # reported elsewhere, or too few answers: nothing tells how sure it is


class Change(StrEnum):
    """What else differs between two results that are compared all the same."""

    AVERAGING = "averaging"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two indexes that are compared."""

    ruleset: RuleSetCode
    weight: Weight
    averaging: Averaging | None
    missing: MissingRule | None
    value: Decimal
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """An index beside an earlier one; `change` has the verdict where they can be subtracted."""

    kind: Comparability
    now: Decimal
    before: Decimal
    change: Difference | None
    also: tuple[Change, ...]


def side_of(figure: PlaceFigure, rules: Rules) -> Side | None:
    """Return a live figure as a side of a comparison; None where it has no index."""
    if figure.index is None:
        return None
    return Side(rules.ruleset, rules.weight, figure.averaging, rules.missing, figure.index.value, figure.estimate)


def stored_side(result: StoredResult) -> Side:
    """Return a stored result as a side of a comparison."""
    return Side(
        result.ruleset, result.weight, result.averaging, result.missing, result.value, result.estimate
    )  # fmt: skip


def compare(now: Side, before: Side) -> Comparison:
    """Return how an index stands to an earlier one, as of two independent samples."""
    kind, change = _comparability(now, before), None
    if kind is Comparability.SAME:
        change = difference(now.estimate, before.estimate)
        kind = kind if change else Comparability.NO_SPREAD
    return Comparison(kind, now.value, before.value, change, _also(now, before) if change else ())


def _comparability(now: Side, before: Side) -> Comparability:
    if now.ruleset is not before.ruleset:
        return Comparability.DIFFERENT_RULES
    return Comparability.SAME if now.weight is before.weight else Comparability.DIFFERENT_WEIGHTS


def _also(now: Side, before: Side) -> tuple[Change, ...]:
    found = []
    if now.averaging is not before.averaging:
        found.append(Change.AVERAGING)
    if now.missing is not before.missing:
        found.append(Change.MISSING)
    return tuple(found)
