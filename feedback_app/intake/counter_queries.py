"""Visits served, tokens handed out and tokens used, by service and week, with what the rules say about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.counter_models import VisitCount
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.rules import VISIT_DAYS_BACK
from feedback_app.intake.visits import VISIT_TOKEN_DAYS
from feedback_app.intake.withholding import (
    HISTORY_WEEKS_MAX,
    Finding,
    Use,
    UseFinding,
    issue_finding,
    use_finding,
)

# Until then a token of the week may still be handed out, or used.
DAYS_UNTIL_CLOSED: Final = VISIT_TOKEN_DAYS + VISIT_DAYS_BACK
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Day:
    """What one service has of one day; `transactions` is None where nobody counted."""

    day: date
    service_id: int | None
    transactions: int | None
    issued: int
    used: int


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One week of one service, of the visits without a service (`service_id` None), or of the whole unit.

    `issued_compared` are the tokens of the days on which visits were counted: only they can be set against them.
    """

    unit_id: int
    starts_on: date
    service_id: int | None
    is_whole_unit: bool
    transactions: int | None
    issued_compared: int
    issued: int
    used: int
    finding: Finding | None
    use: UseFinding | None

    @property
    def is_alarm(self) -> bool:
        """Tell whether somebody should ask what happened."""
        return self.finding in {Finding.WITHHELD, Finding.SURPLUS} or self.use is UseFinding.FALLEN


def weeks(session: Session, agency_id: int, unit_ids: Sequence[int], *, today: date, shown: int) -> list[WeekLine]:
    """Return the lines of the last weeks (Monday to Sunday), the latest week first.

    Parameters
    ----------
    shown
        How many weeks; those before them are read as history and not returned.
    """
    this_week = today - timedelta(days=today.weekday())
    first = this_week - (shown + HISTORY_WEEKS_MAX + DAYS_UNTIL_CLOSED // 7 + 1) * _WEEK
    by_unit: dict[int, list[Day]] = defaultdict(list)
    for unit_id, day in _days(session, agency_id, unit_ids, first, today):
        by_unit[unit_id].append(day)
    lines = [line for unit_id, days in by_unit.items() for line in _lines(unit_id, days, today)]
    recent = [line for line in lines if line.starts_on > this_week - shown * _WEEK]
    return sorted(recent, key=lambda line: (-line.starts_on.toordinal(), line.is_whole_unit, line.service_id or 0))


def _lines(unit_id: int, days: Sequence[Day], today: date) -> list[WeekLine]:
    found: list[WeekLine] = []
    uses: dict[tuple[bool, int | None], list[Use]] = defaultdict(list)
    for starts_on in sorted({_monday(day.day) for day in days}):
        week = [day for day in days if _monday(day.day) == starts_on]
        services = sorted({day.service_id for day in week}, key=lambda service: service or 0)
        # Tokens or counts without a service could belong to any: then only the unit as a whole can be judged.
        is_split = None not in services
        closed = starts_on + timedelta(days=6 + DAYS_UNTIL_CLOSED) < today
        groups = [(False, service, [day for day in week if day.service_id == service]) for service in services]
        for is_whole, service_id, rows in [*groups, (True, None, _whole(week))]:
            line = _line(unit_id, starts_on, service_id, is_whole, rows, judged=is_whole or is_split)
            earlier = uses[is_whole, service_id]
            found.append(_with_use(line, earlier, closed=closed) if is_whole or is_split else line)
            if closed:
                earlier.append(Use(line.issued, line.used))
    return found


def _line(
    unit_id: int, starts_on: date, service_id: int | None, is_whole: bool, rows: Sequence[Day], *, judged: bool
) -> WeekLine:  # fmt: skip
    counted = [row for row in rows if row.transactions is not None]
    transactions = sum(row.transactions or 0 for row in counted) if counted else None
    compared = sum(row.issued for row in counted)
    return WeekLine(
        unit_id=unit_id, starts_on=starts_on, service_id=service_id, is_whole_unit=is_whole, transactions=transactions,
        issued_compared=compared, issued=sum(row.issued for row in rows), used=sum(row.used for row in rows),
        finding=issue_finding(transactions, compared) if judged else None, use=None,
    )  # fmt: skip


def _with_use(line: WeekLine, before: Sequence[Use], *, closed: bool) -> WeekLine:
    use = use_finding(Use(line.issued, line.used), before) if closed else UseFinding.STILL_OPEN
    return replace(line, use=use)


def _whole(week: Sequence[Day]) -> list[Day]:
    """Return the days of the unit as one; a day counts as counted where the visits behind its tokens are."""
    found = []
    for day in sorted({row.day for row in week}):
        rows = [row for row in week if row.day == day]
        counted = {row.service_id for row in rows if row.transactions is not None}
        has_all = bool(counted) and (None in counted or all(row.service_id in counted for row in rows))
        transactions = sum(row.transactions or 0 for row in rows) if has_all else None
        found.append(Day(day, None, transactions, sum(row.issued for row in rows), sum(row.used for row in rows)))
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _days(session: Session, agency_id: int, unit_ids: Sequence[int], first: date, last: date) -> list[tuple[int, Day]]:
    tokens = _tokens(session, agency_id, unit_ids, first, last)
    counts = _counts(session, agency_id, unit_ids, first, last)
    found = []
    for cell in sorted(tokens.keys() | counts.keys(), key=lambda cell: (cell[0], cell[1], cell[2] or 0)):
        unit_id, day, service_id = cell
        issued, used = tokens.get(cell, (0, 0))
        found.append((unit_id, Day(day, service_id, counts.get(cell), issued, used)))
    return found


_Cell = tuple[int, date, int | None]


def _tokens(
    session: Session, agency_id: int, unit_ids: Sequence[int], first: date, last: date
) -> Mapping[_Cell, tuple[int, int]]:
    used = sa.and_(
        Submission.agency_id == VisitToken.agency_id, Submission.visit_token_hash == VisitToken.token_hash
    )  # fmt: skip
    rows = session.execute(
        sa.select(
            VisitToken.unit_id, VisitToken.visited_on, VisitToken.service_id, sa.func.count(),
            sa.func.count(Submission.visit_token_hash),
        )
        .outerjoin(Submission, used)
        .where(VisitToken.agency_id == agency_id, VisitToken.unit_id.in_(unit_ids))
        .where(VisitToken.visited_on.between(first, last))
        .group_by(VisitToken.unit_id, VisitToken.visited_on, VisitToken.service_id)
    )  # fmt: skip
    return {(unit_id, day, service_id): (issued, hits) for unit_id, day, service_id, issued, hits in rows}


def _counts(
    session: Session, agency_id: int, unit_ids: Sequence[int], first: date, last: date
) -> Mapping[_Cell, int]:  # fmt: skip
    rows = session.execute(
        sa.select(VisitCount.unit_id, VisitCount.day, VisitCount.service_id, VisitCount.transactions)
        .where(VisitCount.agency_id == agency_id, VisitCount.unit_id.in_(unit_ids))
        .where(VisitCount.day.between(first, last))
    )  # fmt: skip
    return {(unit_id, day, service_id): transactions for unit_id, day, service_id, transactions in rows}
