"""The signatures under a cycle, as they lie in the table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.models import Cycle, CycleSignature
from feedback_app.identity.models import User


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature: by whom, when, and under which figures."""

    user_id: int
    name: str
    signed_at: datetime
    input_hash: str
    output_hash: str


def signatures_of(session: Session, cycle: Cycle) -> tuple[Signed, ...]:
    """Return who signed, in the order of signing."""
    rows = session.execute(
        sa.select(
            CycleSignature.user_id, User.name, CycleSignature.signed_at, CycleSignature.input_hash,
            CycleSignature.output_hash,
        )
        .join(User, User.id == CycleSignature.user_id)
        .where(CycleSignature.agency_id == cycle.agency_id, CycleSignature.cycle_id == cycle.id)
        .order_by(CycleSignature.signed_at, CycleSignature.user_id)
    )  # fmt: skip
    return tuple(Signed(*row) for row in rows)
