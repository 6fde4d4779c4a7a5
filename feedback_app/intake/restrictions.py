"""Feedback whose sender asked that it is processed no further (UU 27/2022 Ps 41).

It stays stored and its case is still answered. Until it is lifted nobody publishes it, learns from it, or counts its
rating for a unit or a person. A restriction keeps its past, as anomalies do, so that what was counted before one began
can be counted again and gives the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.audit.operations import Actor, record
from feedback_app.intake.models import Submission
from feedback_app.intake.restriction_models import Restriction

At: TypeAlias = datetime | sa.ColumnElement[datetime]


def is_restricted(at: At | None = None) -> sa.ColumnElement[bool]:
    """Return the condition that a row of `Submission` is restricted: now, or at a moment that may lie in the past."""
    # Under a name of its own, for the query that asks may look at restrictions itself.
    found = aliased(Restriction)
    stands = (
        found.ends_at.is_(None)
        if at is None
        else sa.and_(found.starts_at <= at, sa.or_(found.ends_at.is_(None), found.ends_at > at))
    )
    return sa.exists(
        sa.select(sa.literal(1))
        .where(found.agency_id == Submission.agency_id, found.submission_id == Submission.id, stands)
        .correlate(Submission)
    )


def ever_restricted(agency_id: int) -> sa.Select[int]:
    """Select the ids of an agency's feedback that was restricted at any time; few, for who asks many rows."""
    return sa.select(Restriction.submission_id).where(Restriction.agency_id == agency_id)


def standing(session: Session, agency_id: int, submission_id: int) -> Restriction | None:
    """Return the restriction in force, or None."""
    return session.scalar(
        sa.select(Restriction).where(
            Restriction.agency_id == agency_id, Restriction.submission_id == submission_id,
            Restriction.ends_at.is_(None),
        )
    )  # fmt: skip


def restrict(session: Session, agency_id: int, submission_id: int, *, actor: Actor, now: datetime) -> Restriction:
    """Restrict a piece of feedback from now on; one that is restricted stays so. The caller holds the submission."""
    found = standing(session, agency_id, submission_id)
    if found is not None:
        return found
    made = Restriction(agency_id=agency_id, submission_id=submission_id, starts_at=now)
    session.add(made)
    session.flush()
    record(
        session, agency_id=agency_id, actor=actor, action="intake.restrict", subject_type="submission",
        subject_id=submission_id, now=now, restriction_id=made.id,
    )  # fmt: skip
    return made


def lift(session: Session, agency_id: int, submission_id: int, *, actor: Actor, now: datetime) -> bool:
    """Let a piece of feedback be processed again; return whether it was restricted."""
    found = standing(session, agency_id, submission_id)
    if found is None:
        return False
    found.ends_at, found.lifted_by = now, actor.user_id
    session.flush()
    record(
        session, agency_id=agency_id, actor=actor, action="intake.lift_restriction", subject_type="submission",
        subject_id=submission_id, now=now, restriction_id=found.id,
    )  # fmt: skip
    return True
