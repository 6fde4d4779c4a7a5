"""The rows that make up one run: what was set aside when, so that any past moment can be counted again.

No row changes the past. A run that goes on, or is set aside again, gets a newer row over its whole stretch; the older
rows keep what held before.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.measures.release_models import Anomaly, AnomalyState

# Written in this order they are the same for all who lock the rows of one run.
_ORDER: Final = (Anomaly.agency_id, Anomaly.id)


def is_newest() -> sa.ColumnElement[bool]:
    """Return the condition that a row of `Anomaly` tells how its run stands, because no newer row contains it."""
    newer = aliased(Anomaly)
    return ~sa.exists(
        sa.select(sa.literal(1))
        .where(
            newer.agency_id == Anomaly.agency_id,
            newer.unit_id == Anomaly.unit_id,
            newer.channel == Anomaly.channel,
            newer.kind == Anomaly.kind,
            newer.network_mark.is_not_distinct_from(Anomaly.network_mark),
            newer.starts_at <= Anomaly.starts_at,
            newer.ends_at >= Anomaly.ends_at,
            newer.id > Anomaly.id,
        )
        .correlate(Anomaly)
    )


def newest_of(session: Session, anomaly: Anomaly) -> Anomaly:
    """Return the row that tells how the run of a row stands now."""
    query = sa.select(Anomaly).where(
        _same_run(anomaly), Anomaly.starts_at <= anomaly.starts_at, Anomaly.ends_at >= anomaly.ends_at, is_newest()
    )
    return session.scalars(query.order_by(Anomaly.id.desc()).limit(1)).one()


def quarantined_within(session: Session, anomaly: Anomaly) -> list[Anomaly]:
    """Return the rows of a run, the given one included, that still set something aside, locked."""
    query = sa.select(Anomaly).where(
        _same_run(anomaly), Anomaly.starts_at >= anomaly.starts_at, Anomaly.ends_at <= anomaly.ends_at,
        Anomaly.state == AnomalyState.QUARANTINED,
    )  # fmt: skip
    return list(session.scalars(query.order_by(*_ORDER).with_for_update()).all())


def _same_run(anomaly: Anomaly) -> sa.ColumnElement[bool]:
    return sa.and_(
        Anomaly.agency_id == anomaly.agency_id,
        Anomaly.unit_id == anomaly.unit_id,
        Anomaly.channel == anomaly.channel,
        Anomaly.kind == anomaly.kind,
        Anomaly.network_mark.is_not_distinct_from(anomaly.network_mark),
    )
