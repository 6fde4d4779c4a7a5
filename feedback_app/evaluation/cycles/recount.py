"""A cycle worked out a second time, from the raw ratings: each looked at by itself, in Python, slow on purpose.

It shares with `attribution.ledger` no statement, only the pure rules: who is responsible on a day, which level is
declared, how sums become a score.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.attribution.models import RatingExclusion
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.attribution.spans import assignment_spans, declared_levels
from feedback_app.evaluation.cycles.responsible import Part, Rating, Responsible, Stratum
from feedback_app.evaluation.rules import AssignmentSpan, Segment, rating_value, responsibility_segments
from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import is_restricted
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.organisation.people.models import DutyEntry
from feedback_app.organisation.people.posts import as_known_at
from feedback_app.organisation.people.rules import AttributionLevel


@dataclass
class Sums:
    """n, Σw, Σw², Σwy and Σwy² of one person and stratum."""

    n: int = 0
    weight: float = 0.0
    weight_squares: float = 0.0
    total: float = 0.0
    total_squares: float = 0.0

    def add(self, share: float, value: int) -> None:
        """Add a rating."""
        self.n += 1
        self.weight += share
        self.weight_squares += share * share
        self.total += share * value
        self.total_squares += share * value * value


@dataclass
class Recount:
    """Everything the raw rows say of a cycle before it is scored."""

    spans: list[AssignmentSpan]
    segments: list[Segment]
    everybody: set[int]
    strata: dict[Stratum, list[int]] = field(default_factory=lambda: defaultdict(list))
    counted: dict[tuple[int, Stratum], Sums] = field(default_factory=lambda: defaultdict(Sums))
    without_aside: dict[tuple[int, Stratum], Sums] = field(default_factory=lambda: defaultdict(Sums))
    counts: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    units: dict[int, dict[str, list[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    cells: dict[tuple[Any, ...], list[tuple[date, int | None]]] = field(default_factory=lambda: defaultdict(list))


def recount(session: Session, cut: Cut) -> Recount:
    """Look at every rating of a cycle by itself, and add up what each means for whom."""
    days = (cut.agency_id, cut.starts_on, cut.ends_on)
    spans = assignment_spans(session, *days, known_at=cut.known_at)
    segments = responsibility_segments(spans, cut.starts_on, cut.ends_on)
    duty = _duty(session, cut)
    responsible = Responsible(segments, declared_levels(session, *days, known_at=cut.known_at), duty)
    on_duty = {employee_id for people in duty.values() for employee_id in people}
    found = Recount(spans, segments, {segment.employee_id for segment in segments} | on_duty)
    left_out = _left_out(session, cut)
    aside = set(session.scalars(_ratings(cut, Submission.id).where(is_set_aside(at=cut.known_at))))
    for row in session.execute(_ratings(cut, *_COLUMNS)):
        _take(found, Rating(*row), responsible, left_out.get(row.id, {}), row.id in aside)
    return found


_COLUMNS = (
    Submission.id, Submission.unit_id, Submission.service_id, Submission.counter_id, Submission.occurred_on,
    Submission.channel, Submission.rating,
)  # fmt: skip


def _ratings(cut: Cut, *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(Submission)
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .where(Submission.agency_id == cut.agency_id, Submission.rating.is_not(None))
        .where(Submission.occurred_on.between(cut.starts_on, cut.ends_on), Labels.labelled_at <= cut.until)
        .order_by(Submission.id)
    )


def _left_out(session: Session, cut: Cut) -> dict[int, dict[int | None, str]]:
    """Return, by rating, for whom (None: everybody) it was left out and why."""
    found: dict[int, dict[int | None, str]] = defaultdict(dict)
    for row in session.scalars(
        sa.select(RatingExclusion).where(
            RatingExclusion.agency_id == cut.agency_id, RatingExclusion.cycle_id == cut.cycle_id,
            RatingExclusion.decided_at <= cut.known_at,
        )
    ):  # fmt: skip
        found[row.submission_id][row.employee_id] = row.reason.value
    for submission_id in session.scalars(_ratings(cut, Submission.id).where(is_restricted(cut.known_at))):
        found[submission_id].setdefault(None, Exclusion.RESTRICTED.value)
    return found


def _duty(session: Session, cut: Cut) -> dict[tuple[int, date], list[int]]:
    found: dict[tuple[int, date], list[int]] = defaultdict(list)
    for entry in session.scalars(
        sa.select(DutyEntry).where(
            DutyEntry.agency_id == cut.agency_id, as_known_at(cut.known_at, DutyEntry),
            DutyEntry.on_date.between(cut.starts_on, cut.ends_on),
        )
    ):  # fmt: skip
        found[entry.counter_id, entry.on_date].append(entry.employee_id)
    return found


def _take(
    found: Recount, rating: Rating, responsible: Responsible, left_out: dict[int | None, str], is_aside: bool
) -> None:  # fmt: skip
    parts = responsible.parts(rating)
    value = rating_value(rating.rating)
    out_for_all = left_out.get(None) if rating.is_proven else None
    if out_for_all is None:
        _take_for_unit(found, rating, nobody=not parts and responsible.level(rating) is not AttributionLevel.UNIT)
        if rating.is_proven:
            found.strata[rating.stratum].append(value)
    shares: dict[int, float] = defaultdict(float)
    for part in parts:
        left_out_here = left_out.get(part.employee_id) if rating.is_proven else None
        reason = out_for_all or left_out_here or "counted"
        found.cells[_cell(rating, part, reason, responsible.doubles)].append((rating.day, rating.rating))
        if left_out_here and not out_for_all:
            # The cell keeps its days: for the others who answer for it the rating counts.
            found.cells[_cell(rating, part, "counted", responsible.doubles)].append((rating.day, None))
        shares[part.employee_id] += part.share
    for employee_id, share in shares.items():
        is_out = rating.is_proven and (out_for_all or left_out.get(employee_id)) is not None
        _take_for_person(found, rating, employee_id, share, is_out=is_out, is_aside=is_aside)
        by_counter = rating.is_proven and not is_out and parts[0].assignment_id is None
        found.counts["n_counter"][employee_id] += by_counter


def _take_for_unit(found: Recount, rating: Rating, *, nobody: bool) -> None:
    unit = found.units[rating.unit_id]
    unit["proven" if rating.is_proven else "beside"].append(rating.rating)
    if nobody and rating.is_proven:
        unit["nobody"].append(rating.rating)


def _take_for_person(
    found: Recount, rating: Rating, employee_id: int, share: float, *, is_out: bool, is_aside: bool
) -> None:  # fmt: skip
    if not rating.is_proven:
        found.counts["n_beside"][employee_id] += 1
    elif is_out:
        found.counts["n_excluded"][employee_id] += 1
    else:
        value, key = rating_value(rating.rating), (employee_id, rating.stratum)
        found.counted[key].add(share, value)
        if is_aside:
            found.counts["n_set_aside"][employee_id] += 1
        else:
            found.without_aside[key].add(share, value)
    found.everybody.add(employee_id)


def _cell(rating: Rating, part: Part, reason: str, doubles: set[int]) -> tuple[Any, ...]:
    span = rating.day if part.segment in doubles else rating.day.replace(day=1)
    return (
        part.employee_id, part.assignment_id or 0, rating.unit_id, rating.service_id or 0, rating.counter_id or 0,
        rating.channel, reason, part.share, part.segment, span,
    )  # fmt: skip
