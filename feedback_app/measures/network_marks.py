"""Forget from which networks ratings came, some weeks after they did their work."""

from __future__ import annotations

import secrets
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.models import Submission
from feedback_app.measures.release_models import Anomaly
from feedback_app.organisation.models import Agency

# Long enough for a unit's own four weeks, short enough that a mark is a signal and no record of anybody.
KEPT_DAYS: Final = 30
# The edge makes marks of sixteen bytes. A shorter one is drawn by lot and says only which ratings belong together.
NETWORK_BYTES: Final = 16
LOT_BYTES: Final = 8


def marks_are_due(session: Session, *, now: datetime) -> bool:
    """Tell whether any mark is older than it may be."""
    query = sa.select(sa.literal(1)).where(
        Submission.agency_id.in_(sa.select(Agency.id)), *_old(now - timedelta(days=KEPT_DAYS))
    )
    return session.scalar(query.limit(1)) is not None


def forget_networks(session: Session, *, now: datetime) -> int:
    """Erase old marks; return of how many ratings.

    The ratings of an anomaly get a mark drawn by lot, as the anomaly does: they stay together, aside or put back, and
    nothing leads from them to a network any more.
    """
    cutoff = now - timedelta(days=KEPT_DAYS)
    changed = 0
    for rows in _runs_before(session, cutoff):
        lot = secrets.token_bytes(LOT_BYTES)
        changed += _set(session, sa.or_(*map(_covered_by, rows)), lot)
        for anomaly in rows:
            anomaly.network_mark = lot
    session.flush()
    still_needed = sa.exists(
        sa.select(sa.literal(1)).where(
            Anomaly.agency_id == Submission.agency_id, Anomaly.unit_id == Submission.unit_id,
            Anomaly.channel == Submission.channel, Anomaly.network_mark == Submission.network_mark,
        )
    )  # fmt: skip
    return changed + _set(session, sa.and_(*_old(cutoff), ~still_needed), None)


def _runs_before(session: Session, cutoff: datetime) -> list[list[Anomaly]]:
    """Return the rows of the runs that ended before a moment; those of one network share one lot, cleared or not.

    Public figures are counted again as of past moments, and an older row of a run says what was aside then.
    """
    query = sa.select(Anomaly).where(_is_network(Anomaly.network_mark)).order_by(Anomaly.agency_id, Anomaly.id)
    runs: dict[tuple[object, ...], list[Anomaly]] = defaultdict(list)
    for row in session.scalars(query):
        runs[row.agency_id, row.unit_id, row.channel, row.network_mark].append(row)
    return [rows for rows in runs.values() if max(row.ends_at for row in rows) < cutoff]


def _old(cutoff: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Submission.received_at < cutoff, Submission.network_mark.is_not(None), _is_network(Submission.network_mark)


def _is_network(mark: sa.ColumnElement[bytes | None] | object) -> sa.ColumnElement[bool]:
    return sa.func.octet_length(mark) == NETWORK_BYTES


def _covered_by(anomaly: Anomaly) -> sa.ColumnElement[bool]:
    return sa.and_(
        Submission.agency_id == anomaly.agency_id,
        Submission.unit_id == anomaly.unit_id,
        Submission.channel == anomaly.channel,
        Submission.received_at.between(anomaly.starts_at, anomaly.ends_at),
        Submission.network_mark == anomaly.network_mark,
    )


def _set(session: Session, condition: sa.ColumnElement[bool], mark: bytes | None) -> int:
    done = session.execute(
        sa.update(Submission).where(condition).values(network_mark=mark).returning(Submission.id),
        execution_options={"synchronize_session": False},
    )
    return len(done.all())
