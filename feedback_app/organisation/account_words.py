"""What lies near the owner of an account, which a password must not be made of."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db_wall.scope import whole_account
from feedback_app.identity.models import RoleGrant
from feedback_app.organisation.models import Agency, Unit, UnitVersion


def words_near(session: Session, user_id: int) -> list[str]:
    """Return the codes and names of the agencies and units in which an account holds, or held, a role."""
    held = (
        sa.select(Agency.code, Agency.name, Unit.code, UnitVersion.name)
        .select_from(RoleGrant)
        .join(Agency, Agency.id == RoleGrant.agency_id)
        .outerjoin(Unit, sa.and_(Unit.agency_id == RoleGrant.agency_id, Unit.id == RoleGrant.unit_id))
        .outerjoin(UnitVersion, sa.and_(UnitVersion.agency_id == Unit.agency_id, UnitVersion.unit_id == Unit.id))
        .where(RoleGrant.user_id == user_id)
    )
    with whole_account(session, user_id):
        rows = session.execute(held).all()
    return sorted({words for row in rows for words in row if words})
