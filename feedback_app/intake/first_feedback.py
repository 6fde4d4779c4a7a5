"""Since when an agency has feedback: before that day, no change of posts can move anybody's figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Agency
from feedback_app.organisation.people.post_rules import OfficeMoment

# One look into an index for each unit, however many rows it has; a token that was handed out may still be used.
_FIRST: Final = sa.text("""
    SELECT min(day) FROM (
        SELECT s.day FROM units u CROSS JOIN LATERAL (
            SELECT occurred_on AS day FROM submissions
            WHERE agency_id = u.agency_id AND unit_id = u.id ORDER BY occurred_on LIMIT 1
        ) s WHERE u.agency_id = :agency_id
        UNION ALL
        SELECT t.day FROM units u CROSS JOIN LATERAL (
            SELECT visited_on AS day FROM visit_tokens
            WHERE agency_id = u.agency_id AND unit_id = u.id ORDER BY visited_on LIMIT 1
        ) t WHERE u.agency_id = :agency_id
    ) found
""")


def first_feedback_on(session: Session, agency_id: int) -> date | None:
    """Return the first day of service that feedback or a visit token of an agency speaks of; None without any."""
    found: date | None = session.scalar(_FIRST, {"agency_id": agency_id})
    return found


def office_moment(session: Session, agency: Agency, now: datetime) -> OfficeMoment:
    """Return the present moment at an agency, as changes of posts ask for it."""
    today = now.astimezone(ZoneInfo(agency.time_zone)).date()
    return OfficeMoment(now, today, first_feedback_on(session, agency.id))
