"""A role over a unit, one that waits for a second person, and an emergency access that waits, each by its number."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.identity.grant_models import BreakGlass, GrantRequest
from feedback_app.identity.rules import GrantSource, Role
from feedback_app.organisation.models import Unit
from tests import factories as make


@dataclass(frozen=True)
class AccessThings:
    """Their ids, with that of the account that holds the role."""

    grant_id: int
    holder_id: int
    wish_id: int
    opening_id: int


def access_things(session: Session, unit: Unit) -> AccessThings:
    """Make one of each; the role over the unit ends, so that it can be renewed."""
    now = clock.utcnow()
    today, agency_id = clock.office_day(now), unit.agency_id
    holder, wanted = make.user(session), make.user(session)
    held = make.grant(
        session, holder, Role.OFFICER, make.agency_of(session, unit), unit, starts_on=today, ends_on=today
    )
    # Who asked has to look after the unit still when somebody agrees.
    asker = make.user(session)
    make.grant(session, asker, Role.ADMINISTRATOR, make.agency_of(session, unit))
    wish = GrantRequest(
        agency_id=agency_id, user_id=wanted.id, role=Role.EVALUATOR, unit_id=unit.id, starts_on=today,
        reason="Menilai unit ini.", source=GrantSource.PERSON, asked_by=asker.id, asked_at=now,
    )  # fmt: skip
    operator = make.operator(session)
    opening = BreakGlass(
        agency_id=agency_id, reason="Antrean tidak bergerak sejak pagi hari ini.", minutes=30, asked_by=operator.id,
        asked_at=now,
    )  # fmt: skip
    session.add_all([wish, opening])
    session.flush()
    return AccessThings(held.id, holder.id, wish.id, opening.id)
