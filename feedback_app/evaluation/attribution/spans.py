"""Posts, rosters and declared levels of a period, as they were known at a moment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.attribution.levels import LevelRule, LevelSpan, Place, level_spans
from feedback_app.evaluation.attribution.reading import columns_of
from feedback_app.evaluation.attribution.segments import KINDS, WHOLE, Posts
from feedback_app.evaluation.rules import AssignmentSpan
from feedback_app.organisation.models import Assignment, UnitVersion
from feedback_app.organisation.people.models import AttributionRule
from feedback_app.organisation.people.posts import as_known_at


def assignment_spans(
    session: Session, agency_id: int, starts_on: date, ends_on: date, *, known_at: datetime | None = None
) -> list[AssignmentSpan]:
    """Return the assignments of an agency that hold on any day of a period, by id."""
    rows = session.execute(
        sa.select(
            Assignment.id, Assignment.employee_id, Assignment.unit_id, Assignment.service_id, Assignment.kind,
            Assignment.is_head, Assignment.share, Assignment.starts_on, Assignment.ends_on,
        )
        .where(
            Assignment.agency_id == agency_id,
            as_known_at(known_at),
            Assignment.starts_on <= ends_on,
            sa.or_(Assignment.ends_on.is_(None), Assignment.ends_on >= starts_on),
        )
        .order_by(Assignment.id)
    )  # fmt: skip
    return [AssignmentSpan(*row) for row in rows]


_KIND: Final = " ".join(["CASE kind", *(f"WHEN '{kind.value}' THEN {code}" for code, kind in enumerate(KINDS)), "END"])
_POSTS: Final = """
    FROM assignments
    WHERE agency_id = %(agency_id)s AND recorded_at <= %(known_at)s
      AND (superseded_at IS NULL OR superseded_at > %(known_at)s)
      AND starts_on <= %(ends_on)s AND (ends_on IS NULL OR ends_on >= %(starts_on)s)
"""


def posts_of(session: Session, cut: Cut) -> Posts:
    """Return the same posts as columns, their days within the cycle."""
    columns = (
        "id", "employee_id", "unit_id", "coalesce(service_id, 0)", _KIND, "is_head::integer",
        f"(share * {WHOLE})::bigint",
        "greatest(starts_on, %(starts_on)s) - %(starts_on)s::date",
        "least(ends_on, %(ends_on)s) - %(starts_on)s::date",
    )  # fmt: skip
    return Posts(*columns_of(session, columns, _POSTS, cut.values()))


def declared_levels(
    session: Session, agency_id: int, starts_on: date, ends_on: date, *, known_at: datetime | None = None
) -> list[LevelSpan]:
    """Return the runs of days on which a level was declared for a unit, by itself, by one above it or by the agency."""
    declared = sa.select(AttributionRule.unit_id, AttributionRule.starts_on, AttributionRule.level).where(
        AttributionRule.agency_id == agency_id, AttributionRule.starts_on <= ends_on
    )
    if known_at is not None:
        declared = declared.where(AttributionRule.declared_at <= known_at)
    rules = [LevelRule(*row) for row in session.execute(declared)]
    return level_spans(rules, _places(session, agency_id, starts_on, ends_on), starts_on, ends_on) if rules else []


def _places(session: Session, agency_id: int, starts_on: date, ends_on: date) -> list[Place]:
    rows: Any = session.execute(
        sa.select(UnitVersion.unit_id, UnitVersion.parent_id, UnitVersion.starts_on, UnitVersion.ends_on).where(
            UnitVersion.agency_id == agency_id,
            UnitVersion.starts_on <= ends_on,
            sa.or_(UnitVersion.ends_on.is_(None), UnitVersion.ends_on >= starts_on),
        )
    )
    return [Place(*row) for row in rows]
