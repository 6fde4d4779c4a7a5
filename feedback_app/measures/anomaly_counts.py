"""Count what the rules of anomalies look at: the ratings of the last hours, and a unit's own weeks before.

There is no index on the moment of receipt alone. Fresh rows are found by two short ways instead: the partial index of
rows with a network mark, and the end of the primary key, whose numbers rise with time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.measures.anomaly_rules import BIN, HISTORY_DAYS, NETWORK_FLOOR, NETWORKED, NetworkPast, Past
from feedback_app.measures.set_aside import is_set_aside

# A job that was away for a while still sees what came in between.
LOOK_BACK: Final = timedelta(hours=6)
NEWEST_ROWS: Final = 20_000
# On a day with fewer ratings a share says nothing.
DAY_FLOOR: Final = 10
# Days of service lie before the rating; who rates a visit of last month is in the index under that day.
SERVICE_DAYS_BACK: Final = 60

_COUNTED: Final = "('open', 'token', 'kiosk')"
_COLUMNS: Final = "s.agency_id, s.id, s.unit_id, s.channel, s.received_at, s.network_mark, s.signals, s.rating"
_FRESH: Final = f"""
    SELECT f.*, (f.received_at AT TIME ZONE a.time_zone)::date AS day
    FROM agencies a CROSS JOIN LATERAL (
        SELECT {_COLUMNS} FROM submissions s
        WHERE s.agency_id = a.id AND s.network_mark IS NOT NULL AND s.received_at >= :since
        UNION
        SELECT {_COLUMNS} FROM submissions s
        WHERE s.agency_id = a.id AND s.received_at >= :since
          AND s.id > (SELECT max(m.id) FROM submissions m WHERE m.agency_id = a.id) - :newest
    ) f
    WHERE f.rating IS NOT NULL AND f.channel IN {_COUNTED}
"""  # noqa: S608 - constants of this module
_BINS: Final = f"""
    SELECT agency_id, unit_id, channel,
           date_bin('5 minutes', received_at, timestamptz '2000-01-01 00:00+00') AS start, count(*) AS n
    FROM ({_FRESH}) fresh GROUP BY 1, 2, 3, 4
"""  # noqa: S608
_NETWORKS: Final = f"""
    SELECT * FROM (
        SELECT agency_id, unit_id, channel, day, network_mark, count(*) AS n,
               sum(count(*)) OVER (PARTITION BY agency_id, unit_id, channel, day) AS total
        FROM ({_FRESH}) fresh GROUP BY 1, 2, 3, 4, 5
    ) day WHERE network_mark IS NOT NULL AND n >= :floor
"""  # noqa: S608
_AUTOMATIC: Final = f"""
    SELECT agency_id, unit_id, channel, day, count(*) AS n
    FROM ({_FRESH}) fresh WHERE cardinality(signals) > 0 GROUP BY 1, 2, 3, 4
"""  # noqa: S608
_ANY: Final = f"SELECT 1 FROM ({_FRESH}) fresh LIMIT 1"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Stream:
    """The ratings of one unit through one channel."""

    agency_id: int
    unit_id: int
    channel: Channel


@dataclass(frozen=True, slots=True)
class OneNetwork:
    """How many of a day's ratings of a stream came from one network."""

    stream: Stream
    day: date
    mark: bytes
    n: int
    total: int


@dataclass(frozen=True, slots=True)
class Automatic:
    """How many of a day's ratings of a stream carry signals."""

    stream: Stream
    day: date
    n: int


def anything_fresh(session: Session, *, now: datetime) -> bool:
    """Tell whether anything was rated within the time a look goes back."""
    return session.execute(sa.text(_ANY), _since(now - LOOK_BACK)).first() is not None


def fresh_bins(session: Session, *, now: datetime) -> dict[Stream, dict[datetime, int]]:
    """Return the ratings of the last hours by stream and five minutes."""
    found: dict[Stream, dict[datetime, int]] = defaultdict(dict)
    for row in session.execute(sa.text(_BINS), _since(now - LOOK_BACK)):
        found[Stream(row.agency_id, row.unit_id, Channel(row.channel))][row.start] = row.n
    return found


def fresh_networks(session: Session, *, now: datetime) -> list[OneNetwork]:
    """Return the networks that have enough of a stream's ratings of today, or of the day that has just ended."""
    rows = session.execute(sa.text(_NETWORKS), {**_since(now - timedelta(days=1)), "floor": NETWORK_FLOOR})
    found = [
        OneNetwork(
            Stream(r.agency_id, r.unit_id, Channel(r.channel)), r.day, bytes(r.network_mark), r.n, int(r.total)
        )
        for r in rows
    ]  # fmt: skip
    return [one for one in found if one.stream.channel in NETWORKED]


def fresh_automatic(session: Session, *, now: datetime) -> list[Automatic]:
    """Return how many ratings of each stream and day looked automatic."""
    rows = session.execute(sa.text(_AUTOMATIC), _since(now - LOOK_BACK))
    return [Automatic(Stream(r.agency_id, r.unit_id, Channel(r.channel)), r.day, r.n) for r in rows]


def past_of(session: Session, stream: Stream, *, before: datetime) -> Past:
    """Return the busiest hour and five minutes of a stream in the weeks before a moment."""
    width, origin = sa.literal("5 minutes").cast(sa.Interval), sa.text("timestamptz '2000-01-01 00:00+00'")
    start = sa.func.date_bin(width, Submission.received_at, origin).label("start")
    bins = sa.select(start, sa.func.count().label("n")).where(_shown(stream, before)).group_by(start).subquery()
    hours = sa.select(sa.func.sum(bins.c.n).label("n")).group_by(sa.func.date_trunc("hour", bins.c.start)).subquery()
    busiest_bin = session.scalar(sa.select(sa.func.max(bins.c.n)))
    busiest_hour = session.scalar(sa.select(sa.func.max(hours.c.n)))
    return Past(busiest_hour=int(busiest_hour or 0), busiest_bin=int(busiest_bin or 0))


def network_past_of(session: Session, stream: Stream, *, before: datetime, time_zone: str) -> NetworkPast:
    """Return the largest share and number that one network had of a stream's ratings on a day of the weeks before."""
    day = sa.cast(sa.func.timezone(time_zone, Submission.received_at), sa.Date).label("day")
    of_one = (
        sa.select(day, Submission.network_mark, sa.func.count().label("n"))
        .where(_shown(stream, before))
        .group_by(day, Submission.network_mark)
        .subquery()
    )
    known = sa.case((of_one.c.network_mark.is_not(None), of_one.c.n), else_=0)
    days = (
        sa.select(sa.func.max(known).label("n"), sa.func.sum(of_one.c.n).label("total"))
        .group_by(of_one.c.day)
        .subquery()
    )
    share = sa.case((days.c.total >= DAY_FLOOR, sa.cast(days.c.n, sa.Float) / days.c.total), else_=0.0)
    row = session.execute(sa.select(sa.func.max(share), sa.func.max(days.c.n))).one()
    return NetworkPast(largest_share=float(row[0] or 0.0), largest_n=int(row[1] or 0))


def count_covered(session: Session, stream: Stream, starts_at: datetime, ends_at: datetime, mark: bytes | None) -> int:
    """Return how many ratings lie in a stretch of a stream, of one network where a mark is given."""
    query = sa.select(sa.func.count()).where(
        *_of_stream(stream), Submission.received_at.between(starts_at, ends_at),
        sa.true() if mark is None else Submission.network_mark == mark,
    )  # fmt: skip
    return session.scalar(query) or 0


def _of_stream(stream: Stream) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Submission.agency_id == stream.agency_id, Submission.unit_id == stream.unit_id,
        Submission.channel == stream.channel, Submission.rating.is_not(None),
    )  # fmt: skip


def _shown(stream: Stream, before: datetime) -> sa.ColumnElement[bool]:
    first = before - timedelta(days=HISTORY_DAYS)
    return sa.and_(
        *_of_stream(stream),
        Submission.occurred_on >= first.date() - timedelta(days=SERVICE_DAYS_BACK),
        Submission.received_at >= first,
        Submission.received_at < before - BIN,
        ~is_set_aside(),
    )


def _since(moment: datetime) -> dict[str, object]:
    return {"since": moment, "newest": NEWEST_ROWS}
