"""The earlier cycle whose variances a cycle uses, so that nobody's figure moves because somebody else's did."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleStatus

PARAMETERS = ("tau2", "sigma2", "kappa2", "omega2", "mean")


def reference_of(session: Session, cycle: Cycle) -> tuple[int | None, dict[str, float] | None]:
    """Return the reference cycle of a cycle and its parameters; none where the cycle goes by its own.

    Chosen when the cycle is first computed and kept by it and by every later version of it.
    """
    reference_id = _chosen(session, cycle)
    if reference_id is None:
        return None, None
    found = session.get_one(Cycle, (cycle.agency_id, reference_id))
    return reference_id, {name: float(found.parameters[name]) for name in PARAMETERS}


def _chosen(session: Session, cycle: Cycle) -> int | None:
    if cycle.computed_at is not None:
        return cycle.reference_id
    if cycle.replaces_id is not None:
        return session.get_one(Cycle, (cycle.agency_id, cycle.replaces_id)).reference_id
    return session.scalar(
        sa.select(Cycle.id)
        .where(Cycle.agency_id == cycle.agency_id, Cycle.kind == cycle.kind, is_last_frozen())
        .where(Cycle.method_version == cycle.method_version, Cycle.ends_on < cycle.starts_on, Cycle.tau2 > 0)
        .order_by(Cycle.ends_on.desc(), Cycle.version.desc(), Cycle.id.desc())
        .limit(1)
    )


def is_last_frozen(*, by: datetime | None = None) -> sa.ColumnElement[bool]:
    """Return the condition that a row of `Cycle` is frozen and no frozen version replaces it, now or by a moment."""
    later = aliased(Cycle)
    replaced = sa.exists().where(
        later.agency_id == Cycle.agency_id, later.replaces_id == Cycle.id, later.status == CycleStatus.FROZEN,
        later.frozen_at <= by if by else sa.true(),
    )  # fmt: skip
    return sa.and_(Cycle.status == CycleStatus.FROZEN, Cycle.frozen_at <= by if by else sa.true(), ~replaced)
