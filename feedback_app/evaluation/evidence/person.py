"""The rows and ratings of a cycle that are of one person, and the names of units as they were then."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.cut import held_by
from feedback_app.evaluation.attribution.models import Contribution, RatingExclusion
from feedback_app.evaluation.models import Cycle
from feedback_app.handling.visibility import text_is_open
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import UnitVersion


def of_person(cycle: Cycle, employee_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a contribution is of one person in a cycle."""
    return sa.and_(
        Contribution.agency_id == cycle.agency_id,
        Contribution.cycle_id == cycle.id,
        Contribution.employee_id == employee_id,
    )


def cells_of(cycle: Cycle, employee_id: int, near: sa.ColumnElement[bool] | None = None) -> sa.Select[*tuple[Any, ...]]:
    """Return unit, service, counter, month's first day with ratings and number of the cells that count, each once.

    A rating laid on somebody through two posts is one rating. `near` is a further condition on `Contribution`.
    """
    cell = (
        Contribution.unit_id, Contribution.service_id, Contribution.counter_id, Contribution.channel,
        Contribution.day, Contribution.days, Contribution.n,
    )  # fmt: skip
    counted = sa.select(*cell).where(of_person(cycle, employee_id), Contribution.exclusion.is_(None)).distinct()
    return counted if near is None else counted.where(near)


def left_out(cycle: Cycle, employee_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a rating (a row of `Submission`) was left out of a cycle for one person."""
    return sa.exists().where(
        RatingExclusion.agency_id == cycle.agency_id,
        RatingExclusion.cycle_id == cycle.id,
        RatingExclusion.submission_id == Submission.id,
        sa.or_(RatingExclusion.employee_id.is_(None), RatingExclusion.employee_id == employee_id),
    )


def ratings_of(cycle: Cycle, employee_id: int, near: sa.ColumnElement[bool] | None = None) -> sa.Select[Any]:
    """Return the ids of the ratings that count for somebody in a cycle, with their labels at hand.

    `near` is a further condition on `Contribution`.
    """
    counts = sa.and_(of_person(cycle, employee_id), Contribution.exclusion.is_(None))
    if near is not None:
        counts = sa.and_(counts, near)
    return (
        sa.select(Submission.id)
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .where(Submission.agency_id == cycle.agency_id, Submission.channel == Channel.TOKEN)
        # The index is by unit; without naming the units every rating of the agency would be read.
        .where(Submission.unit_id.in_(sa.select(Contribution.unit_id).where(counts)))
        .where(Submission.occurred_on.between(cycle.starts_on, cycle.ends_on), Submission.rating.is_not(None))
        # By EXISTS: whoever answers for a cell through two posts has it twice.
        .where(Labels.labelled_at <= cycle.inputs_until, sa.exists().where(counts, held_by(Contribution)))
        .where(~left_out(cycle, employee_id))
    )


def has_open_words() -> sa.ColumnElement[bool]:
    """Return the condition that a rating came with words that may be read: no allegation, nothing confidential."""
    return sa.and_(Labels.redacted_text.is_not(None), Labels.redacted_text != "", text_is_open())


def month_of(day: Any) -> sa.Cast[date]:
    """Return the first day of a day's month."""
    return sa.cast(sa.func.date_trunc("month", day), sa.Date)


def unit_name_at(unit_id: Any, cycle: Cycle) -> sa.ScalarSelect[str]:
    """Return the name that a unit of the cycle's agency bore on the last day of the cycle, or last before it."""
    return (
        sa.select(UnitVersion.name)
        .where(
            UnitVersion.agency_id == cycle.agency_id, UnitVersion.unit_id == unit_id,
            UnitVersion.starts_on <= cycle.ends_on,
        )
        .order_by(UnitVersion.starts_on.desc())
        .limit(1)
        .scalar_subquery()
    )  # fmt: skip
