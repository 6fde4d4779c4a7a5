"""The rows of a cycle that are of one person, and the names of units as they were then."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from feedback_app.evaluation.attribution.models import Contribution, RatingExclusion
from feedback_app.evaluation.models import Cycle
from feedback_app.intake.models import Submission
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
