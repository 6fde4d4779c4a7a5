"""Close lots of ratings and days of receipts; both may run twice, and two at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import SYSTEM, record
from feedback_app.evaluation.board.models import BoardLot, BoardVisits
from feedback_app.evaluation.board.rules import BLOCK_HOURS, CLOSED_AFTER_DAYS, LOT_MIN, LOW_RATINGS, Batch, pool
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.measures.models import PORTAL_RATING, DailyMeasure
from feedback_app.measures.release_rules import COUNTING_MARGIN, MARKING_MARGIN
from feedback_app.measures.release_sets import PROVEN
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.organisation.models import Agency

# Two runs that both miss the other's lot could close the same ratings twice.
_LOCK: Final = 7_202_608


def close_lots(session: Session, *, now: datetime) -> int:
    """Close a lot wherever enough ratings were read since the last one. Return how many were closed.

    Of a unit that has none yet all its past is closed at once, week by week of service.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    until, marked = now - COUNTING_MARGIN, now - MARKING_MARGIN
    made = 0
    for agency_id, unit_ids in sorted(_grown(session).items()):
        closed = _close(session, agency_id, unit_ids, until, marked)
        if closed:
            record(
                session, agency_id=agency_id, actor=SYSTEM, action="evaluation.close_lots", subject_type="board_lot",
                subject_id=None, now=now, count=closed,
            )  # fmt: skip
        made += closed
    session.flush()
    return made


def _grown(session: Session) -> dict[int, list[int]]:
    """Return the units whose daily figures hold enough ratings beyond their lots, by agency."""
    lots = (
        sa.select(BoardLot.agency_id, BoardLot.unit_id, sa.func.sum(BoardLot.n).label("n"))
        .group_by(BoardLot.agency_id, BoardLot.unit_id)
        .subquery()
    )
    folded = sa.func.sum(DailyMeasure.n)
    rows = session.execute(
        sa.select(DailyMeasure.agency_id, DailyMeasure.unit_id)
        .outerjoin(
            lots, sa.and_(lots.c.agency_id == DailyMeasure.agency_id, lots.c.unit_id == DailyMeasure.unit_id)
        )
        .where(DailyMeasure.element == PORTAL_RATING, DailyMeasure.channel.in_(PROVEN))
        .group_by(DailyMeasure.agency_id, DailyMeasure.unit_id, lots.c.n)
        .having(folded - sa.func.coalesce(lots.c.n, 0) >= LOT_MIN)
    )  # fmt: skip
    found: dict[int, list[int]] = defaultdict(list)
    for agency_id, unit_id in rows:
        found[agency_id].append(unit_id)
    return found


def _close(session: Session, agency_id: int, unit_ids: Sequence[int], until: datetime, marked: datetime) -> int:
    weeks: dict[int, list[Batch]] = defaultdict(list)
    for unit_id, *numbers in session.execute(_fresh(agency_id, unit_ids, until, marked)):
        weeks[unit_id].append(Batch(*numbers))
    lots = [(unit_id, lot) for unit_id, batches in weeks.items() for lot in pool(batches)]
    session.add_all(_row(agency_id, unit_id, lot, until, marked) for unit_id, lot in lots)
    return len(lots)


def _row(agency_id: int, unit_id: int, lot: Batch, until: datetime, marked: datetime) -> BoardLot:
    return BoardLot(
        agency_id=agency_id, unit_id=unit_id, first_on=lot.first_on, last_on=lot.last_on, n=lot.n, n_low=lot.n_low,
        total=lot.total, total_squares=lot.total_squares, read_until=until, marked_at=marked,
    )  # fmt: skip


def _fresh(agency_id: int, unit_ids: Sequence[int], until: datetime, marked: datetime) -> sa.Select[Any]:
    """Return the query of what was read since each unit's last lot, by week of service, the earliest first."""
    read = (
        sa.select(BoardLot.unit_id, sa.func.max(BoardLot.read_until).label("until"))
        .where(BoardLot.agency_id == agency_id)
        .group_by(BoardLot.unit_id)
        .subquery()
    )
    week = sa.func.date_trunc("week", Submission.occurred_on)
    return (
        sa.select(Submission.unit_id, *_sums())
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .outerjoin(read, read.c.unit_id == Submission.unit_id)
        .where(
            Submission.agency_id == agency_id,
            Submission.unit_id.in_(unit_ids),
            is_counted(marked),
            Labels.labelled_at <= until,
            sa.or_(read.c.until.is_(None), Labels.labelled_at > read.c.until),
        )
        .group_by(Submission.unit_id, week)
        .order_by(Submission.unit_id, week)
    )


def is_counted(marked: datetime) -> sa.ColumnElement[bool]:
    """Return the condition of the ratings a lot may hold: proven, not confidential, no allegation, not set aside."""
    return sa.and_(
        Submission.rating.is_not(None),
        Submission.channel.in_(PROVEN),
        sa.not_(Submission.is_confidential),
        sa.not_(Labels.integrity),
        sa.not_(is_set_aside(marked)),
    )


def _sums() -> Iterable[Any]:
    rating = Submission.rating
    low = sa.func.count().filter(rating.in_(LOW_RATINGS))
    days = sa.func.min(Submission.occurred_on), sa.func.max(Submission.occurred_on)
    return (*days, sa.func.count(), low, sa.func.sum(rating), sa.func.sum(rating * rating))


def close_days(session: Session, *, now: datetime) -> int:
    """Count the receipts of every day whose last receipt has run out. Return how many days of agencies were counted."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    counted = 0
    for agency_id, zone in session.execute(sa.select(Agency.id, Agency.time_zone).order_by(Agency.id)).all():
        last = now.astimezone(ZoneInfo(zone)).date() - timedelta(days=CLOSED_AFTER_DAYS)
        days = _open_days(session, agency_id, last)
        if days:
            session.execute(_receipts(agency_id, zone, days[0], days[-1]))
            counted += len(days)
    session.flush()
    return counted


def _open_days(session: Session, agency_id: int, last: date) -> list[date]:
    done = sa.select(sa.func.max(BoardVisits.day)).where(BoardVisits.agency_id == agency_id).scalar_subquery()
    query = sa.select(VisitToken.visited_on).where(
        VisitToken.agency_id == agency_id,
        VisitToken.visited_on <= last,
        VisitToken.visited_on > sa.func.coalesce(done, date.min),
    )
    return list(session.scalars(query.distinct().order_by(VisitToken.visited_on)))


def _receipts(agency_id: int, zone: str, first: date, last: date) -> Any:
    used = sa.and_(
        Submission.agency_id == VisitToken.agency_id, Submission.visit_token_hash == VisitToken.token_hash
    )  # fmt: skip
    hour = sa.cast(sa.extract("hour", sa.func.timezone(zone, VisitToken.issued_at)), sa.SmallInteger)
    block = (hour - hour % BLOCK_HOURS).label("block")
    found = (
        sa.select(
            VisitToken.agency_id, VisitToken.visited_on, VisitToken.unit_id, block,
            sa.func.count(), sa.func.count(Submission.visit_token_hash),
        )
        .outerjoin(Submission, used)
        .where(VisitToken.agency_id == agency_id, VisitToken.visited_on.between(first, last))
        .group_by(VisitToken.agency_id, VisitToken.visited_on, VisitToken.unit_id, sa.text("block"))
    )  # fmt: skip
    names = ["agency_id", "day", "unit_id", "block", "issued", "used"]
    return insert(BoardVisits).from_select(names, found).on_conflict_do_nothing()
