"""Compute a cycle a second time, from the raw ratings instead of the daily figures, and compare.

Slow on purpose and sharing as little as it can with `ledger`: each rating is looked at by itself, in Python.
Ratings read after the computation are in no stored figure and are left out here too; `newer_ratings` counts them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.spans import assignment_spans
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import (
    Contributions,
    PersonScore,
    Segment,
    Strata,
    baselines,
    rating_value,
    responsibility_segments,
    score_people,
)
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel

TOLERANCE = 1e-9
COMPARED = ("n", "n_effective", "own_share", "mean_residual", "score", "standard_error", "low", "high", "reliability")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A figure that the raw rows do not give; `stored` or `recomputed` is None where there is none."""

    employee_id: int
    figure: str
    stored: float | None
    recomputed: float | None


@dataclass(frozen=True, slots=True)
class _Rating:
    unit_id: int
    service_id: int | None
    day: date
    value: int

    @property
    def stratum(self) -> tuple[int, int, int]:
        """Return service (or the unit's ratings without one), year and quarter."""
        return (self.service_id or -self.unit_id, self.day.year, (self.day.month - 1) // 3)


def verify(session: Session, cycle: Cycle) -> list[Disagreement]:
    """Return every figure of a computed cycle that differs from the raw rows by more than 1e-9.

    The raw rows are those read up to `computed_at` (see `newer_ratings`). A batch of the drain that was under way
    at that very moment is on the wrong side of it and shows as a difference; computing again settles it.
    """
    ratings = list(_ratings(session, cycle))
    spans = assignment_spans(session, cycle.agency_id, cycle.starts_on, cycle.ends_on)
    segments = responsibility_segments(spans, cycle.starts_on, cycle.ends_on)
    recomputed = {person.employee_id: person for person in _scores(ratings, segments)}
    stored = {
        score.employee_id: score
        for score in session.scalars(
            sa.select(Score).where(Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id, Score.n > 0)
        )
    }
    found: list[Disagreement] = []
    for employee_id in sorted(stored.keys() | recomputed.keys()):
        found += _compare(employee_id, stored.get(employee_id), recomputed.get(employee_id))
    return found


def newer_ratings(session: Session, cycle: Cycle) -> int:
    """Return how many ratings of proven visits in the period were read after the computation, and so left out."""
    rows = _proven(cycle, sa.func.count()).where(Labels.labelled_at > cycle.computed_at)
    return int(session.scalars(rows).one())


def _compare(employee_id: int, stored: Score | None, recomputed: PersonScore | None) -> Iterable[Disagreement]:
    for figure in COMPARED:
        one = getattr(stored, figure) if stored else None
        other = getattr(recomputed, figure) if recomputed else None
        if one is None or other is None or abs(one - other) > TOLERANCE * max(1.0, abs(one), abs(other)):
            yield Disagreement(employee_id, figure, one, other)


def _ratings(session: Session, cycle: Cycle) -> Iterable[_Rating]:
    figures = (Submission.unit_id, Submission.service_id, Submission.occurred_on, Submission.rating)
    rows = session.execute(_proven(cycle, *figures).where(Labels.labelled_at <= cycle.computed_at))
    for unit_id, service_id, day, rating in rows:
        if rating is not None:
            yield _Rating(unit_id, service_id, day, rating_value(rating))


def _proven(cycle: Cycle, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*columns)
        .select_from(Submission)
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .where(Submission.agency_id == cycle.agency_id, Submission.channel == Channel.TOKEN)
        .where(Submission.occurred_on.between(cycle.starts_on, cycle.ends_on), Submission.rating.is_not(None))
    )


def _scores(ratings: list[_Rating], segments: list[Segment]) -> tuple[PersonScore, ...]:
    if not ratings:
        return ()
    baseline = _baselines(ratings)
    responsible = _Responsible(segments)
    columns: list[tuple[int, int, float, float, float, float, float]] = []
    for rating in ratings:
        for employee_id, share in responsible.shares(rating).items():
            value = rating.value
            columns.append((employee_id, 1, share, share**2, share * value, share * value**2, baseline[rating.stratum]))
    if not columns:
        return ()
    employee, n, weight, squares, total, total_squares, base = (np.array(c) for c in zip(*columns, strict=True))
    return score_people(
        Contributions(
            employee.astype(np.int64), n.astype(np.int64), weight, squares, total, total_squares, base
        )
    ).people  # fmt: skip


def _baselines(ratings: list[_Rating]) -> dict[tuple[int, int, int], float]:
    values: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for rating in ratings:
        values[rating.stratum].append(rating.value)
    keys = sorted(values)
    found = baselines(
        Strata(
            service=np.array([key[0] for key in keys], dtype=np.int64),
            n=np.array([float(len(values[key])) for key in keys]),
            total=np.array([float(sum(values[key])) for key in keys]),
            total_squares=np.array([float(sum(value**2 for value in values[key])) for key in keys]),
        )
    )
    return dict(zip(keys, found.stratum.tolist(), strict=True))


class _Responsible:
    """Finds who answers for one rating."""

    def __init__(self, segments: list[Segment]) -> None:
        self.by_scope: dict[tuple[int, int | None], list[Segment]] = defaultdict(list)
        for segment in segments:
            self.by_scope[segment.unit_id, segment.service_id].append(segment)

    def shares(self, rating: _Rating) -> dict[int, float]:
        """Return the share of each person: by the posts bound to the rating's service, else by those of the unit."""
        bound = (rating.unit_id, rating.service_id) in self.by_scope
        found: dict[int, float] = defaultdict(float)
        for segment in self.by_scope.get((rating.unit_id, rating.service_id if bound else None), []):
            if segment.starts_on <= rating.day <= segment.ends_on:
                found[segment.employee_id] += segment.share
        return found
