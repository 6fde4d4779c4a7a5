"""Make stored results again: each from its own fractions, and those of closed periods from the sums as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.elements import RULESETS
from feedback_app.survey.index import half_up, index_of_means
from feedback_app.survey.models import Period
from feedback_app.survey.recount import wrong_lengths
from feedback_app.survey.result_models import Result
from feedback_app.survey.results import figures, result_rows
from feedback_app.survey.rules import PeriodState
from feedback_app.survey.stored import StoredResult, read

# What the sums give again; version, moments and who computed and published are not of the sums.
_OF_THE_SUMS: Final = (
    "ruleset", "weight", "averaging", "missing", "respondents", "population", "index_exact", "index_value",
    "index_low", "index_high", "grade", "elements", "counts", "input_sha256",
)  # fmt: skip

Place = tuple[str, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure of a stored result that comes out differently; `result_id` is None where a whole result is missing."""

    result_id: int | None
    figure: str
    stored: str
    again: str


def verify(session: Session, periods: Iterable[Period]) -> tuple[int, list[Finding]]:
    """Return how many computed results the periods hold, and what of them does not come out again.

    Every version must follow from the means stored in it. The newest version of a closed period must follow from the
    sums too; a period that was opened again may have changed since. Every questionnaire must have as many answers as
    it was asked questions.
    """
    count, found = 0, []
    for period in periods:
        rows = _results(session, period)
        count += len(rows)
        found += [finding for row in rows for finding in _inner(read(row))]
        found += _answers(session, period) if rows else []
        if rows and period.state is PeriodState.CLOSED:
            found += _against_sums(session, period, rows)
    return count, found


def _results(session: Session, period: Period) -> Sequence[Result]:
    return session.scalars(
        sa.select(Result)
        .where(Result.agency_id == period.agency_id, Result.period_id == period.id, Result.source_note.is_(None))
        .order_by(Result.version, Result.id)
    ).all()


def _inner(result: StoredResult) -> Iterator[Finding]:
    """Yield what of a result does not follow from the means in it."""
    means = {one.key: one.mean for one in result.elements if one.mean is not None}
    again = index_of_means(means, {}, ruleset=result.ruleset, weight=result.weight)
    each = RULESETS[result.ruleset].weight_of(result.weight)
    pairs: list[tuple[str, object, object]] = [
        ("index_exact", result.exact, again.exact),
        ("index_value", result.value, again.value),
        ("grade", result.grade, again.grade),
    ]
    if result.estimate is not None:
        pairs += [("interval", result.interval, result.estimate.interval())]
    for held, made in zip(result.elements, again.elements, strict=True):
        printed = (str(half_up(made.mean, 3)), str(half_up(made.mean * each, 3)), made.value, made.grade)
        pairs.append((f"elements.{held.key}", (held.nrr, held.weighted, held.value, held.grade), printed))
    for name, held_figure, made_figure in pairs:
        if held_figure != made_figure:
            yield Finding(result.id, name, str(held_figure), str(made_figure))


def _answers(session: Session, period: Period) -> list[Finding]:
    """Return the questionnaires that have another number of answers than of questions: no sum shows them."""
    return [
        Finding(None, f"skm_responses {one.place}", str(one.stored), str(one.counted))
        for one in wrong_lengths(session, period.agency_id, period.id)
    ]


def _against_sums(session: Session, period: Period, rows: Sequence[Result]) -> Iterator[Finding]:
    newest = max(row.version for row in rows)
    held = {_place(vars(row)): row for row in rows if row.version == newest}
    again = {_place(row): row for row in result_rows(period, figures(session, period, in_full=True))}
    for place in sorted(held.keys() | again.keys(), key=str):
        if place not in held or place not in again:
            is_stored = place in held
            number = held[place].id if is_stored else None
            yield Finding(number, str(place), "yes" if is_stored else "no", "no" if is_stored else "yes")
            continue
        for name in _OF_THE_SUMS:
            for path, stored, made in _different(name, getattr(held[place], name), again[place][name]):
                yield Finding(held[place].id, path, str(stored), str(made))


def _different(path: str, stored: Any, made: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield what differs inside a figure, by its path.

    A later version of the program may tell more than was stored; what was stored has to come out the same.
    """
    if isinstance(stored, dict) and isinstance(made, dict):
        for key in sorted(stored, key=str):
            yield from _different(f"{path}.{key}", stored[key], made.get(key))
    elif isinstance(stored, list) and isinstance(made, list) and len(stored) == len(made):
        for number, (one, other) in enumerate(zip(stored, made, strict=True)):
            yield from _different(f"{path}.{number}", one, other)
    elif stored != made:
        yield path, stored, made


def _place(row: dict[str, Any]) -> Place:
    return row["level"].value, row["unit_id"], row["service_id"]
