"""What a head sees of the work: what changed, what is late, how cases end, and the cases behind every figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.errors import NotFoundError
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.figures.counts import (
    BUCKETS,
    HAPPENED,
    KEYS,
    STANDING_NOW,
    Asked,
    Scope,
    climbed_within,
    counted_by,
    is_due_within,
    within_span,
)
from feedback_app.handling.figures.rules import (
    MONTHS_SHOWN,
    SOON_WORKING_DAYS,
    Period,
    Span,
    day_starts_at,
    months_before,
    spans_of,
)
from feedback_app.handling.figures.sums import (
    count_aspects,
    count_happened_each,
    count_standing,
    count_standing_each,
    hull,
)
from feedback_app.handling.models import Case
from feedback_app.handling.queries import version_on
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.organisation.models import UnitVersion

# In the order of the page.
CHANGED: Final = (
    "came", "answered", "closed_confirmed", "closed_partly", "closed_silent", "closed_disputed", "archived", "disputed",
    "reopened", "late", "escalated", "asked",
)  # fmt: skip
CAME_OR_LATE: Final = ("came", "late", "escalated")
NOW: Final = ("open_now", "late_now", "late_soon", "verdict_waits", "held_now")
PROMISES: Final = (
    "replied", "not_replied", "settled", "not_settled", "reply_kept", "reply_broken", "settlement_kept",
    "settlement_broken",
)  # fmt: skip
ENDS: Final = ("answered", "closed_confirmed", "closed_partly", "disputed", "closed_silent", "reopened")


class UnknownFigureError(NotFoundError):
    """No figure of the dashboard has this name."""

    code = "unknown_figure"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of a period, and the same figure of the time it is compared with."""

    key: str
    count: int
    before: int

    @property
    def more(self) -> int:
        """Return how many more there are than before; below 0 where there are fewer."""
        return self.count - self.before


@dataclass(frozen=True, slots=True)
class Month:
    """How cases went in one month: what was answered, the citizens' words on it, and what was taken up again."""

    first_on: date
    last_on: date
    counts: dict[str, int]

    @property
    def words(self) -> int:
        """Return how often a case got its citizen's word, or silence, in this month."""
        return sum(self.counts[key] for key in ("closed_confirmed", "closed_partly", "disputed", "closed_silent"))


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The figures of cases of one scope and period."""

    changes: list[Change]
    now: dict[str, int]
    cohort: dict[str, int]
    buckets: dict[str, int]
    aspects: list[Change]
    months: list[Month]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case behind a figure."""

    id: int
    unit_name: str | None
    status: CaseStatus
    outcome: Outcome | None
    opened_at: datetime
    clock: CaseClock | None
    due_at: datetime | None
    text: str | None


def asked_about(session: Session, scope: Scope, period: Period, now: datetime) -> tuple[Asked, Asked]:
    """Return what is asked of a period, and of the time it is compared with."""
    clocks = clocks_of(session, scope.agency_id)
    calendar = clocks.calendar_of(scope.unit_id, now)
    soon = calendar.add_working_days(now.astimezone(calendar.time_zone).date(), SOON_WORKING_DAYS)
    span, before = spans_of(period, calendar.time_zone, now)
    return Asked(span, now, calendar.end_of(soon)), Asked(before, now, calendar.end_of(soon))


def dashboard(session: Session, scope: Scope, asked: Asked, before: Asked, zone: ZoneInfo) -> Dashboard:
    """Count everything one page shows of cases."""
    scope = scope.looked_up(session)
    by_month = month_spans(asked.now, zone)
    now = count_standing(session, scope, NOW, asked, STANDING_NOW)
    counts, earlier = _standing(session, scope, asked, before)
    happened, ended = count_happened_each(session, scope, list(HAPPENED), [[asked.span, before.span], by_month])
    counts, earlier = counts | happened[0], earlier | happened[1]
    aspects = count_aspects(session, scope, [asked.span, before.span])
    return Dashboard(
        changes=[Change(key, counts[key], earlier[key]) for key in CHANGED],
        now=now,
        cohort={key: counts[key] for key in ("came", *PROMISES)},
        buckets={key: counts[key] for key in BUCKETS},
        aspects=sorted(
            (Change(key, numbers[0], numbers[1]) for key, numbers in aspects.items() if any(numbers)),
            key=lambda one: -one.count,
        ),
        months=[_month(span, figures, zone) for span, figures in zip(by_month, ended, strict=True)],
    )


def _standing(session: Session, scope: Scope, asked: Asked, before: Asked) -> list[dict[str, int]]:
    both = hull([asked.span, before.span])
    narrowed = sa.or_(within_span(Case.opened_at, both), is_due_within(both), climbed_within(both))
    questions = [((*CAME_OR_LATE, *PROMISES, *BUCKETS), asked), (CAME_OR_LATE, before)]
    return count_standing_each(session, scope, questions, narrowed)


def month_spans(now: datetime, zone: ZoneInfo) -> list[Span]:
    """Return the last months, the present one last and only as far as it has gone."""
    this = now.astimezone(zone).date().replace(day=1)
    firsts = [months_before(this, count) for count in range(MONTHS_SHOWN - 1, -2, -1)]
    return [Span(day_starts_at(first, zone), min(day_starts_at(end, zone), now)) for first, end in pairwise(firsts)]


def _month(span: Span, figures: dict[str, int], zone: ZoneInfo) -> Month:
    first = span.starts_at.astimezone(zone).date()
    return Month(first, months_before(first, -1) - timedelta(days=1), {key: figures[key] for key in ENDS})


def cases_of_figure(
    session: Session, scope: Scope, key: str, asked: Asked, *, page: int = 1, size: int = 50
) -> tuple[Sequence[CaseRow], int]:
    """Return one page of exactly the cases a figure counts, the one due first on top, and how many there are.

    Raises
    ------
    UnknownFigureError
    """
    if key not in KEYS:
        raise UnknownFigureError("Angka itu tidak ada pada dasbor.")
    counted = sa.and_(scope.sees(), counted_by(key, asked, scope.agency_id))
    total = session.scalar(sa.select(sa.func.count()).select_from(Case).where(counted)) or 0
    order: tuple[Any, ...] = (Case.due_at.asc().nulls_last(), Case.opened_at.desc(), Case.id.desc())
    picked = sa.select(Case.id).where(counted).order_by(*order).limit(size).offset((page - 1) * size)
    rows = session.execute(
        sa.select(
            Case.id, UnitVersion.name, Case.status, Case.outcome, Case.opened_at, Case.clock, Case.due_at,
            Labels.redacted_text,
        )
        .outerjoin(
            Labels, sa.and_(Labels.agency_id == Case.agency_id, Labels.submission_id == Case.submission_id)
        )
        .outerjoin(UnitVersion, version_on(Case.agency_id, Case.unit_id, scope.day))
        .where(Case.agency_id == scope.agency_id, Case.id.in_(picked))
        .order_by(*order)
    )  # fmt: skip
    return [CaseRow(*row) for row in rows], total
