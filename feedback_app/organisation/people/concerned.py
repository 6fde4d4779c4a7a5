"""Whose own figures a change of the past could move: they may ask for it, and not decide on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Assignment
from feedback_app.organisation.people.post_rules import PostFields
from feedback_app.organisation.queries import valid_between


def concerned_by_posts(
    session: Session,
    agency_id: int,
    pairs: Iterable[tuple[PostFields | None, PostFields | None]],
    touched: tuple[date, date],
) -> frozenset[int]:
    """Return the employees named in some changes of posts, and all who share the units with them on those days."""
    posts = [post for pair in pairs for post in pair if post is not None]
    beside = employees_beside(session, agency_id, {post.unit_id for post in posts}, touched)
    return beside | {post.employee_id for post in posts}


def employees_beside(
    session: Session, agency_id: int, unit_ids: Collection[int], days: tuple[date, date]
) -> frozenset[int]:
    """Return who holds a standing post in one of the units on any of the days: responsibility is shared with them."""
    return frozenset(
        session.scalars(
            sa.select(Assignment.employee_id).where(
                Assignment.agency_id == agency_id,
                Assignment.unit_id.in_(unit_ids),
                Assignment.superseded_at.is_(None),
                valid_between(Assignment.starts_on, Assignment.ends_on, *days),
            )
        )
    )
