"""The second tap at a counter's screen: why it was good or bad, said right after the rating."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db_wall.roles import Lookup
from feedback_app.db_wall.scope import enter_by
from feedback_app.errors import ConflictError
from feedback_app.intake.models import Submission
from feedback_app.intake.operations import IncompleteSubmissionError
from feedback_app.intake.rules import Channel, reasons_for

# Whoever rated has long gone by then, and the screen is somebody else's.
REASONS_WITHIN: Final = timedelta(minutes=2)


class ReasonsTooLateError(ConflictError):
    """The rating has its reasons already, or its moment is over."""

    code = "reasons_too_late"


def add_reasons(session: Session, tracking_hash: bytes, reasons: tuple[str, ...], *, now: datetime) -> None:
    """Complete a rating that was just given at a counter's screen; once, and within two minutes.

    Raises
    ------
    IncompleteSubmissionError
        Reasons of the other half of the scale.
    ReasonsTooLateError
    """
    enter_by(session, Lookup.TRACKING_CODE, tracking_hash)
    row = session.scalar(
        sa.select(Submission)
        .where(Submission.tracking_hash == tracking_hash, Submission.channel == Channel.KIOSK)
        .where(Submission.received_at > now - REASONS_WITHIN)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.rating is None or row.reasons:
        raise ReasonsTooLateError("Waktu untuk menambah alasan sudah lewat. Nilai Anda tetap tersimpan.")
    if not set(reasons) <= set(reasons_for(row.rating)):
        raise IncompleteSubmissionError("Alasan yang dipilih tidak sesuai dengan nilai yang Anda berikan.")
    row.reasons = list(reasons)
    session.flush()
