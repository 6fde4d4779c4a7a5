"""Which ratings stay out of what is shown: kept, counted apart, and put back by whoever clears them."""

from __future__ import annotations

import sqlalchemy as sa

from feedback_app.intake.models import Submission
from feedback_app.measures.release_models import Anomaly, AnomalyKind, AnomalyState


def is_set_aside() -> sa.ColumnElement[bool]:
    """Return the condition that a row of `Submission` looks automatic or lies in a quarantined run of ratings.

    Only what is counted leaves such a row out. It is stored, read and answered like any other, whatever this says.
    A row with signals stays aside from its first moment on, before anybody has noted the run, until a person clears it.
    """
    quarantined = _covered(
        Anomaly.kind != AnomalyKind.AUTOMATIC,
        Anomaly.state == AnomalyState.QUARANTINED,
        sa.or_(Anomaly.network_mark.is_(None), Anomaly.network_mark == Submission.network_mark),
    )
    cleared = _covered(Anomaly.kind == AnomalyKind.AUTOMATIC, Anomaly.state == AnomalyState.CLEARED)
    return sa.or_(sa.and_(sa.func.cardinality(Submission.signals) > 0, ~cleared), quarantined)


def _covered(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists(
        sa.select(sa.literal(1))
        .where(
            Anomaly.agency_id == Submission.agency_id,
            Anomaly.unit_id == Submission.unit_id,
            Anomaly.channel == Submission.channel,
            Submission.received_at.between(Anomaly.starts_at, Anomaly.ends_at),
            *conditions,
        )
        .correlate(Submission)
    )
