"""When a cycle may be computed, and the moment after which no rating comes into it any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from babel.dates import format_date
from sqlalchemy.orm import Session

from feedback_app.errors import ConflictError
from feedback_app.evaluation.cycles.progress import computable_from
from feedback_app.evaluation.models import Cycle
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState, Channel
from feedback_app.measures.operations import folding_stands_still, moment_between_writers
from feedback_app.organisation.queries import day_at


class BookOpenError(ConflictError):
    """Visits of the period may still be rated; figures of a person while they change would tell who rated last."""

    code = "book_open"


class UnreadRatingsError(ConflictError):
    """Ratings of the period wait to be read; computed now, the cycle would leave them out for ever."""

    code = "unread_ratings"


def hold_still(session: Session, ask: Callable[[], datetime]) -> datetime:
    """Return the time of a computation: no batch of ratings and no writer of the record is half-way at it.

    A computation reads in several statements, each of which sees what is committed by then. What is written after this
    moment, of posts, rosters, levels, decisions and cases, bears a later time and is left out by all of them. The daily
    figures keep no past: no rating is folded into them before this transaction ends.
    """
    folding_stands_still(session)
    return moment_between_writers(session, ask)


def check_closed(session: Session, cycle: Cycle, *, now: datetime) -> None:
    """Refuse to compute a cycle too early.

    Raises
    ------
    BookOpenError, UnreadRatingsError
    """
    closes_on = computable_from(cycle)
    if day_at(session, cycle.agency_id, now) < closes_on:
        day = format_date(closes_on, "d MMMM yyyy", locale="id")
        raise BookOpenError(
            "Kunjungan pada hari terakhir siklus ini masih dapat dinilai. "
            f"Siklus dapat dihitung mulai {day}, setelah bukunya ditutup."
        )
    if cycle.inputs_until is None and _unread(session, cycle):
        raise UnreadRatingsError(
            "Masih ada penilaian dari masa siklus ini yang belum selesai dibaca. Coba hitung lagi beberapa menit lagi."
        )


def _unread(session: Session, cycle: Cycle) -> bool:
    waiting = sa.select(sa.literal(1)).where(
        Submission.agency_id == cycle.agency_id, Submission.analysis == AnalysisState.PENDING,
        Submission.channel == Channel.TOKEN, Submission.rating.is_not(None),
        Submission.occurred_on.between(cycle.starts_on, cycle.ends_on),
    )  # fmt: skip
    return session.scalar(waiting.limit(1)) is not None
