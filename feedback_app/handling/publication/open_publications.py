"""Complaints that stand in public and are still being worked on: what somebody about to report may join."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.publication.published import is_public
from feedback_app.handling.rules import ENDED
from feedback_app.organisation.models import UnitVersion
from feedback_app.organisation.queries import valid_on

MOST_COMPARED = 300


@dataclass(frozen=True, slots=True)
class OpenPublication:
    """A released complaint, in the words the public reads."""

    id: int
    unit_name: str
    text: str
    published_at: datetime


def open_publications(
    session: Session, agency_id: int, *, unit_id: int | None, day: date, limit: int = MOST_COMPARED
) -> list[OpenPublication]:
    """Return the newest released complaints of a unit, or of a whole agency, whose cases are not over.

    What has become confidential since its release is left out, even before somebody takes it back.
    """
    query = (
        sa.select(Publication.id, UnitVersion.name, Publication.text, Publication.published_at)
        .join(Case, sa.and_(Case.agency_id == Publication.agency_id, Case.id == Publication.case_id))
        .join(
            UnitVersion,
            sa.and_(
                UnitVersion.agency_id == Publication.agency_id,
                UnitVersion.unit_id == Publication.unit_id,
                valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
            ),
        )
        .where(
            Publication.agency_id == agency_id,
            is_public(),
            Case.status.not_in(ENDED),
        )
        .order_by(Publication.published_at.desc(), Publication.id.desc())
        .limit(limit)
    )
    if unit_id is not None:
        query = query.where(Publication.unit_id == unit_id)
    return [OpenPublication(*row) for row in session.execute(query)]
