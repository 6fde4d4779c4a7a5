"""Why ratings were taken for automatic: when they came, and how often each signal stands on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Signal
from feedback_app.measures.release_models import Anomaly


@dataclass(frozen=True, slots=True)
class Marked:
    """The ratings of an anomaly that carry a signal; one may carry both."""

    first_at: datetime | None
    last_at: datetime | None
    honeypot: int
    too_fast: int


def marked_ratings(session: Session, anomaly: Anomaly) -> Marked:
    """Return when the marked ratings in the time of an anomaly came, and how many carry each signal."""
    counts = [
        sa.func.count().filter(Submission.signals.contains([s.value])) for s in (Signal.HONEYPOT, Signal.TOO_FAST)
    ]
    row = session.execute(
        sa.select(sa.func.min(Submission.received_at), sa.func.max(Submission.received_at), *counts).where(
            Submission.agency_id == anomaly.agency_id, Submission.unit_id == anomaly.unit_id,
            Submission.channel == anomaly.channel, Submission.rating.is_not(None),
            Submission.received_at.between(anomaly.starts_at, anomaly.ends_at),
            sa.func.cardinality(Submission.signals) > 0,
        )
    ).one()  # fmt: skip
    return Marked(first_at=row[0], last_at=row[1], honeypot=int(row[2]), too_fast=int(row[3]))
