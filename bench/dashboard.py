"""The dashboard over 200,000 cases and a million lines of timeline: the whole agency, and one unit of forty (P8)."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import inbox_rows
from bench.report import Row
from bench.stage import Stage
from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.figures import dashboard as room
from feedback_app.handling.figures import times as dashboard_times
from feedback_app.handling.figures.counts import Scope
from feedback_app.handling.figures.rules import PeriodKind, period_of
from feedback_app.identity.models import RoleGrant
from feedback_app.measures import rating_trend

# Each case came in, was taken and, where it is answered or over, answered and ended; the days are drawn by its number.
EVENTS = """
INSERT INTO case_events (agency_id, case_id, at, actor_kind, from_status, to_status, outcome, kind)
SELECT c.agency_id, c.id, c.opened_at + make_interval(hours => step * (1 + (c.id % 60)::int)), 'system',
       from_status, to_status, CASE WHEN to_status = 'closed' THEN 'silent' END, 'moved'
FROM cases c JOIN (VALUES
    (0, NULL, 'new', 0), (1, 'new', 'verified', 1), (2, 'verified', 'in_progress', 2),
    (3, 'in_progress', 'answered', 3), (4, 'answered', 'closed', 4)
) AS moves (step, from_status, to_status, depth)
  ON depth <= CASE c.status WHEN 'new' THEN 0 WHEN 'verified' THEN 1 WHEN 'in_progress' THEN 2
                            WHEN 'answered' THEN 3 WHEN 'closed' THEN 4 ELSE 1 END
WHERE c.opened_at + make_interval(hours => step * (1 + (c.id % 60)::int)) < now()
"""
RATINGS = """
INSERT INTO daily_measures (agency_id, unit_id, day, channel, element, n, total, total_squares, n1, n2, n3, n4)
SELECT agency_id, id, day, channel, 'portal_rating', 40, 100, 300, 10, 10, 10, 10
FROM units, generate_series(current_date - 365, current_date, '1 day') AS day,
     (VALUES ('token'), ('open')) AS c (channel)
WHERE code LIKE 'kotak-%' ON CONFLICT DO NOTHING
"""


def run(stage: Stage, *, runs: int) -> list[Row]:
    """Return the milliseconds of a page's questions, the median of some runs, beside counting all lines of timeline."""
    head_of_all, head_of_one = inbox_rows.filled(stage)
    with psycopg.connect(str(stage.settings.database_url), autocommit=True) as connection:
        connection.execute(EVENTS)
        connection.execute(RATINGS)
        connection.execute("VACUUM ANALYZE")
    rows: list[Row] = []
    with stage.app.app_context():
        unit_id = db.session.scalar(sa.select(RoleGrant.unit_id).where(RoleGrant.user_id == head_of_one))
        counting = _ms(lambda: db.session.scalar(sa.text("SELECT count(*) FROM case_events")), runs)
        for who, user_id, of_unit in (("agency", head_of_all, None), ("one unit", head_of_one, unit_id)):
            for kind in (PeriodKind.WEEK, PeriodKind.QUARTER):
                rows += [
                    Row(
                        "P8", f"{name}, {who}, {kind}, against counting all lines of the timelines", ms, counting, "ms",
                        None, at_least=False,
                    )
                    for name, ms in _parts(stage, user_id, of_unit, kind, runs)
                ]  # fmt: skip
    return rows


def _parts(stage: Stage, user_id: int, unit_id: int | None, kind: PeriodKind, runs: int) -> list[tuple[str, float]]:
    session, now = db.session(), clock.utcnow()
    day = now.date()
    scope = Scope(user_id, day, stage.agency_id, unit_id)
    asked, before = room.asked_about(session, scope, period_of(kind, day), now)
    zone = clocks_of(session, stage.agency_id).calendar.time_zone

    def page() -> None:
        seen = scope.looked_up(session)
        room.dashboard(session, seen, asked, before, zone)
        dashboard_times.times_of(session, seen, asked)
        _weeks(session, scope)

    return [
        ("what a dashboard asks", _ms(page, runs)),
        ("the cases of a figure", _ms(lambda: room.cases_of_figure(session, scope, "answered", asked), runs)),
    ]


def _weeks(session: Session, scope: Scope) -> object:
    return rating_trend.rating_weeks(
        session, scope.user_id, agency_id=scope.agency_id, unit_id=scope.unit_id, day=scope.day, weeks=12
    )


def _ms(act: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)
