"""The agencies whose units share a code: what a short address may mean."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Agency, Unit


def agencies_with_unit(session: Session, unit_code: str) -> Sequence[str]:
    """Return the codes of the agencies that have a unit with this code, at whatever time, by name."""
    query = sa.select(Agency.code).join(Unit, Unit.agency_id == Agency.id).where(Unit.code == unit_code)
    return session.scalars(query.order_by(Agency.name)).all()
