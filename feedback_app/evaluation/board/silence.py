"""Units nobody hears from, and counters that seem to keep their receipts back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.board.models import BoardVisits
from feedback_app.evaluation.board.rules import CLOSED_AFTER_DAYS, FEW, week_of
from feedback_app.handling.models import Case
from feedback_app.intake.counter_models import VisitCount
from feedback_app.intake.models import Submission
from feedback_app.intake.withholding import HISTORY_WEEKS_MAX, Finding, Use, UseFinding, issue_finding, use_finding
from feedback_app.measures.models import PORTAL_RATING, DailyMeasure

SILENT_DAYS: Final = 30
ALARM_WEEKS: Final = 8
_WEEK: Final = timedelta(days=7)


def silent_units(session: Session, agency_id: int, unit_ids: Sequence[int], day: date) -> list[int]:
    """Return the units without any feedback in the last thirty days.

    What is confidential, or alleges something, counts as if it were not there: a unit must not learn of it here.
    """
    first = day - timedelta(days=SILENT_DAYS)
    table = DailyMeasure
    rated = sa.select(table.unit_id).where(
        table.agency_id == agency_id, table.unit_id.in_(unit_ids), table.element == PORTAL_RATING, table.day >= first
    )
    loud = set(session.scalars(rated.group_by(table.unit_id).having(sa.func.sum(table.n) >= FEW)))
    quiet = [unit_id for unit_id in unit_ids if unit_id not in loud]
    case = sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id)
    heard = set(
        session.scalars(
            sa.select(Submission.unit_id)
            .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
            .where(Submission.agency_id == agency_id, Submission.unit_id.in_(quiet), Submission.occurred_on >= first)
            .where(sa.not_(Submission.is_confidential), sa.not_(Labels.integrity))
            .where(sa.not_(Submission.unit_is_unknown), ~sa.exists().where(case, Case.is_confidential))
            .distinct()
        )
    )
    return [unit_id for unit_id in quiet if unit_id not in heard]


@dataclass(frozen=True, slots=True)
class ReceiptAlarm:
    """One week of one unit in which receipts are missing, or come back far less often than they used to."""

    unit_id: int
    starts_on: date
    finding: Finding | None
    use: UseFinding | None
    transactions: int | None
    issued: int
    used: int


def receipt_alarms(session: Session, agency_id: int, unit_ids: Sequence[int], day: date) -> list[ReceiptAlarm]:
    """Return the weeks, all their receipts run out, that somebody should ask about, the latest first."""
    last = week_of(day - timedelta(days=CLOSED_AFTER_DAYS - 1)) - timedelta(days=1)
    shown_from = last + timedelta(days=1) - ALARM_WEEKS * _WEEK
    found: list[ReceiptAlarm] = []
    for unit_id, weeks in _weeks(session, agency_id, unit_ids, shown_from - HISTORY_WEEKS_MAX * _WEEK, last).items():
        uses = [Use(week.issued, week.used) for week in weeks]
        for place, week in enumerate(weeks):
            if week.starts_on >= shown_from and (alarm := _alarm(unit_id, week, uses[place], uses[:place])):
                found.append(alarm)
    return sorted(found, key=lambda one: (-one.starts_on.toordinal(), one.unit_id))


@dataclass(frozen=True, slots=True)
class _Week:
    """Receipts of a week, and of its days on which visits were counted: the visits, and the receipts of these days."""

    starts_on: date
    issued: int
    used: int
    transactions: int | None
    compared: int


def _alarm(unit_id: int, week: _Week, use: Use, before: Sequence[Use]) -> ReceiptAlarm | None:
    finding, fallen = issue_finding(week.transactions, week.compared), use_finding(use, before)
    if finding not in {Finding.WITHHELD, Finding.SURPLUS} and fallen is not UseFinding.FALLEN:
        return None
    return ReceiptAlarm(unit_id, week.starts_on, finding, fallen, week.transactions, week.issued, week.used)


def _weeks(
    session: Session, agency_id: int, unit_ids: Sequence[int], first: date, last: date
) -> dict[int, list[_Week]]:
    receipts = _receipts(agency_id, unit_ids, first, last).subquery()
    visits = _visits(agency_id, unit_ids, first, last).subquery()
    both = receipts.join(
        visits, sa.and_(visits.c.unit_id == receipts.c.unit_id, visits.c.day == receipts.c.day), full=True
    )
    unit_id = sa.func.coalesce(receipts.c.unit_id, visits.c.unit_id)
    week = sa.cast(sa.func.date_trunc("week", sa.func.coalesce(receipts.c.day, visits.c.day)), sa.Date)
    issued = sa.func.coalesce(sa.func.sum(receipts.c.issued), 0)
    rows = session.execute(
        sa.select(
            unit_id, week, issued, sa.func.coalesce(sa.func.sum(receipts.c.used), 0), sa.func.sum(visits.c.n),
            sa.func.coalesce(sa.func.sum(receipts.c.issued).filter(visits.c.n.is_not(None)), 0),
        )
        .select_from(both)
        .group_by(unit_id, week)
        .order_by(unit_id, week)
    )  # fmt: skip
    found: dict[int, list[_Week]] = defaultdict(list)
    for unit, monday, handed_out, used, n, compared in rows:
        transactions = None if n is None else int(n)
        found[unit].append(_Week(monday, int(handed_out), int(used), transactions, int(compared)))
    return found


def _receipts(agency_id: int, unit_ids: Sequence[int], first: date, last: date) -> sa.Select[Any]:
    table: Any = BoardVisits
    return (
        sa.select(table.unit_id, table.day, _sum(table.issued).label("issued"), _sum(table.used).label("used"))
        .where(table.agency_id == agency_id, table.unit_id.in_(unit_ids), table.day.between(first, last))
        .group_by(table.unit_id, table.day)
    )


def _sum(column: Any) -> Any:
    # A decimal sum of 64-bit numbers takes twice as long; a day's receipts need no more than 32 bits.
    return sa.func.sum(sa.cast(column, sa.Integer))


def _visits(agency_id: int, unit_ids: Sequence[int], first: date, last: date) -> sa.Select[Any]:
    table: Any = VisitCount
    return (
        sa.select(table.unit_id, table.day, sa.func.sum(table.transactions).label("n"))
        .where(table.agency_id == agency_id, table.unit_id.in_(unit_ids), table.day.between(first, last))
        .group_by(table.unit_id, table.day)
    )
