"""Which ratings stay out of what is shown: kept, counted apart, and put back by whoever clears them."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import sqlalchemy as sa

from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import is_restricted
from feedback_app.measures.release_models import Anomaly, AnomalyKind, AnomalyState

# A moment, or the place of one in a question that is asked many times.
At: TypeAlias = datetime | sa.ColumnElement[datetime]


def is_set_aside(at: At | None = None) -> sa.ColumnElement[bool]:
    """Return the condition that a row of `Submission` looks automatic, lies in a quarantined run, or is restricted.

    Only what is counted leaves such a row out. It is stored, read and answered like any other, whatever this says.
    A row with signals stays aside from its first moment on, before anybody has noted the run, until a person clears it;
    it never takes along the ratings around it, else one such request a day would silence a unit's whole day.
    What its sender had restricted (UU 27/2022 Ps 41) stays aside until that is lifted.

    Parameters
    ----------
    at
        The moment whose decisions count; None for those that stand now. Anomalies keep their past (a decision taken
        back, or a run that went on, is a row of its own), so a past moment gives the same answer for ever.
    """
    automatic = Anomaly.kind == AnomalyKind.AUTOMATIC
    quarantined = _covered(Anomaly.kind != AnomalyKind.AUTOMATIC, _is_open(at))
    put_back = sa.and_(_covered(automatic, _is_cleared(at)), ~_covered(automatic, _is_open(at)))
    return sa.or_(sa.and_(sa.func.cardinality(Submission.signals) > 0, ~put_back), quarantined, is_restricted(at))


def _is_open(at: At | None) -> sa.ColumnElement[bool]:
    undecided = Anomaly.state == AnomalyState.QUARANTINED
    return undecided if at is None else sa.and_(Anomaly.detected_at <= at, sa.or_(undecided, Anomaly.decided_at > at))


def _is_cleared(at: At | None) -> sa.ColumnElement[bool]:
    cleared = Anomaly.state == AnomalyState.CLEARED
    return cleared if at is None else sa.and_(cleared, Anomaly.decided_at <= at)


def _covered(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists(
        sa.select(sa.literal(1))
        .where(
            Anomaly.agency_id == Submission.agency_id,
            Anomaly.unit_id == Submission.unit_id,
            Anomaly.channel == Submission.channel,
            Submission.received_at.between(Anomaly.starts_at, Anomaly.ends_at),
            sa.or_(Anomaly.network_mark.is_(None), Anomaly.network_mark == Submission.network_mark),
            *conditions,
        )
        .correlate(Submission)
    )
