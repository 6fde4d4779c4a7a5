"""How the ratings of a unit went week by week, from the daily figures, without what is set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.measures.models import PORTAL_RATING, DailyMeasure
from feedback_app.measures.release_sets import PROVEN
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.organisation.queries import reach, within


@dataclass(frozen=True, slots=True)
class Week:
    """The ratings (1 to 4) of one week of service: how many and their sum, with a proof of the visit and without."""

    starts_on: date
    proven_n: int
    proven_total: int
    open_n: int
    open_total: int

    @property
    def proven_mean(self) -> float | None:
        """Return the mean with a proof, None without any."""
        return self.proven_total / self.proven_n if self.proven_n else None

    @property
    def open_mean(self) -> float | None:
        """Return the mean without a proof, None without any."""
        return self.open_total / self.open_n if self.open_n else None


def rating_weeks(
    session: Session, user_id: int, *, agency_id: int, unit_id: int | None, day: date, weeks: int
) -> list[Week]:
    """Return the last weeks, Monday first, the present one last, of the units whose figures somebody reads."""
    monday = day - timedelta(days=day.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    area = reach(user_id, Permission.READ_DASHBOARD, day)
    found: Counter[tuple[date, str]] = Counter()
    _add(found, session.execute(_folded(area, agency_id, unit_id, first, day)), 1)
    _add(found, session.execute(_aside(area, agency_id, unit_id, first, day)), -1)
    return [_week(found, first + timedelta(weeks=number)) for number in range(weeks)]


def _add(found: Counter[tuple[date, str]], rows: Iterable[Any], sign: int) -> None:
    for starts_on, proven, n, total in rows:
        kind = "proven" if proven else "open"
        found[starts_on, f"{kind}_n"] += sign * n
        found[starts_on, f"{kind}_total"] += sign * total


def _week(found: Counter[tuple[date, str]], starts_on: date) -> Week:
    numbers = {name: found[starts_on, name] for name in ("proven_n", "proven_total", "open_n", "open_total")}
    return Week(starts_on, **numbers)


def _folded(area: sa.Subquery, agency_id: int, unit_id: int | None, first: date, last: date) -> sa.Select[Any]:
    table = DailyMeasure
    return _by_week(table.day, table.channel, sa.func.sum(table.n), sa.func.sum(table.total)).where(
        table.element == PORTAL_RATING, *_asked(table, area, agency_id, unit_id), table.day.between(first, last)
    )


def _aside(area: sa.Subquery, agency_id: int, unit_id: int | None, first: date, last: date) -> sa.Select[Any]:
    table = Submission
    return (
        _by_week(table.occurred_on, table.channel, sa.func.count(), sa.func.sum(table.rating))
        # What has no labels yet is in no daily figure.
        .join(Labels, sa.and_(Labels.agency_id == table.agency_id, Labels.submission_id == table.id))
        .where(
            table.rating.is_not(None), *_asked(table, area, agency_id, unit_id),
            table.occurred_on.between(first, last), is_set_aside(),
        )
    )  # fmt: skip


def _by_week(day: Any, channel: Any, *sums: Any) -> sa.Select[Any]:
    week = sa.cast(sa.func.date_trunc("week", day), sa.Date)
    proven = channel.in_(PROVEN)
    return sa.select(week, proven, *sums).group_by(week, proven)


def _asked(table: Any, area: sa.Subquery, agency_id: int, unit_id: int | None) -> list[sa.ColumnElement[bool]]:
    wanted = [table.agency_id == agency_id, within(area, table.agency_id, table.unit_id)]
    return wanted if unit_id is None else [*wanted, table.unit_id == unit_id]
