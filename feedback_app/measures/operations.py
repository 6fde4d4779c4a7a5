"""Fold new answers into the daily figures, and count everything again from the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.intake.rules import Channel
from feedback_app.measures.models import PORTAL_RATING, DailyMeasure, DailyTopic

Cell = tuple[int, int, int | None, int | None, date, str]

# Batches fold side by side, and so do writers; whoever must not meet one half-way waits for all and keeps them waiting.
_FOLDING: Final = 7_415_001
_RECORD: Final = 7_415_002


@dataclass(frozen=True, slots=True)
class Answer:
    """What one submission adds: its rating (1 to 4) if there is one, its labels if there was a text."""

    agency_id: int
    unit_id: int
    service_id: int | None
    day: date
    channel: Channel
    rating: int | None
    topic: tuple[str | None, str | None, str | None] | None  # kind, sentiment, aspect
    counter_id: int | None = None


def folding_goes_on(session: Session) -> None:
    """Say that this transaction folds answers: to be called before it takes the time it will write down for them."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_FOLDING)))


def folding_stands_still(session: Session) -> None:
    """Wait until no batch is half-way, and keep others from beginning until this transaction ends.

    Whatever is in the daily figures then bears an earlier time than now, and whatever comes later bears a later one.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_FOLDING)))


def record_goes_on(session: Session) -> None:
    """Say that this transaction writes what is later read "as known at" a moment: posts, rosters, decisions, cases.

    To be called by the edge before it asks the clock, and before it holds any row: else what is committed after a
    computation could bear an earlier time than the computation, and be missing from its figures for ever. It holds
    until the transaction ends; writers do not wait for each other.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_RECORD)))


def moment_between_writers(session: Session, ask: Callable[[], datetime]) -> datetime:
    """Ask the clock while no writer is half-way.

    Whoever wrote an earlier time has committed it by then, and whoever writes after it writes a later one: rows that
    keep their past say the same of this moment from now on, so that writers need not wait any longer.
    """
    alone = session.begin_nested()
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_RECORD)))
    moment = ask()
    # PostgreSQL gives a lock back with the savepoint after which it was taken.
    alone.rollback()
    return moment


def fold(session: Session, answers: Iterable[Answer]) -> None:
    """Add a batch of answers to the daily figures.

    The cells are written in one order everywhere, so that two drains at once wait for each other and never for good.
    """
    points: dict[Cell, list[int]] = {}
    topics: Counter[tuple[Any, ...]] = Counter()
    for answer in answers:
        place = (answer.agency_id, answer.unit_id, answer.service_id)
        cell = (*place, answer.counter_id, answer.day, answer.channel.value)
        if answer.rating is not None:
            points.setdefault(cell, [0, 0, 0, 0])[answer.rating - 1] += 1
        if answer.topic is not None:
            topics[*place, answer.day, answer.channel.value, *answer.topic] += 1
    if points:
        session.connection().execute(
            _add_measures(), [_measure_row(cell, counts) for cell, counts in sorted(points.items(), key=_order)]
        )
    if topics:
        session.connection().execute(
            _add_topics(), [_topic_row(cell, n) for cell, n in sorted(topics.items(), key=_order)]
        )


def _order(item: tuple[tuple[Any, ...], Any]) -> tuple[str, ...]:
    return tuple(str(part) for part in item[0])


def _measure_row(cell: Cell, counts: list[int]) -> dict[str, object]:
    n1, n2, n3, n4 = counts
    agency_id, unit_id, service_id, counter_id, day, channel = cell
    return {
        "agency_id": agency_id, "unit_id": unit_id, "service_id": service_id, "counter_id": counter_id, "day": day,
        "channel": channel, "element": PORTAL_RATING, "n": sum(counts), "total": n1 + 2 * n2 + 3 * n3 + 4 * n4,
        "total_squares": n1 + 4 * n2 + 9 * n3 + 16 * n4, "n1": n1, "n2": n2, "n3": n3, "n4": n4,
    }  # fmt: skip


def _topic_row(cell: tuple[Any, ...], n: int) -> dict[str, object]:
    names = ("agency_id", "unit_id", "service_id", "day", "channel", "kind", "sentiment", "aspect")
    return {**dict(zip(names, cell, strict=True)), "n": n}


def _add_measures() -> Any:
    statement = insert(DailyMeasure.__table__)  # type: ignore[arg-type]
    sums = ("n", "total", "total_squares", "n1", "n2", "n3", "n4")
    return statement.on_conflict_do_update(
        constraint="uq_daily_measures_cell",
        set_={name: getattr(DailyMeasure, name) + statement.excluded[name] for name in sums},
    )


def _add_topics() -> Any:
    statement = insert(DailyTopic.__table__)  # type: ignore[arg-type]
    return statement.on_conflict_do_update(
        constraint="uq_daily_topics_cell", set_={"n": DailyTopic.n + statement.excluded.n}
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell of the daily figures that is not what the rows say; `stored` or `counted` is None where it is missing."""

    table: str
    cell: str
    stored: str | None
    counted: str | None


# A submission counts once its labels are written: both happen in one transaction of the drain. One whose sender did not
# know the unit counts for none; it has no rating (a constraint of the table), so only the topics leave it out.
_COUNTED_MEASURES = f"""
    SELECT s.agency_id, s.unit_id, s.service_id, s.counter_id, s.occurred_on AS day, s.channel,
           '{PORTAL_RATING}' AS element,
           count(*) AS n, sum(s.rating) AS total, sum(s.rating * s.rating) AS total_squares,
           count(*) FILTER (WHERE s.rating = 1) AS n1, count(*) FILTER (WHERE s.rating = 2) AS n2,
           count(*) FILTER (WHERE s.rating = 3) AS n3, count(*) FILTER (WHERE s.rating = 4) AS n4
    FROM submissions s JOIN labels l ON l.agency_id = s.agency_id AND l.submission_id = s.id
    WHERE s.rating IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - a constant of this module
_COUNTED_TOPICS = """
    SELECT s.agency_id, s.unit_id, s.service_id, s.occurred_on AS day, s.channel, l.kind, l.sentiment, l.aspect,
           count(*) AS n
    FROM submissions s JOIN labels l ON l.agency_id = s.agency_id AND l.submission_id = s.id
    WHERE s.text IS NOT NULL AND NOT s.unit_is_unknown
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
_MEASURE_COLUMNS = (
    "agency_id, unit_id, service_id, counter_id, day, channel, element, n, total, total_squares, n1, n2, n3, n4"
)
_TOPIC_COLUMNS = "agency_id, unit_id, service_id, day, channel, kind, sentiment, aspect, n"
_TABLES = {
    "daily_measures": (_COUNTED_MEASURES, _MEASURE_COLUMNS, 7),
    "daily_topics": (_COUNTED_TOPICS, _TOPIC_COLUMNS, 8),
}


def recount(session: Session, *, repair: bool = False) -> list[Difference]:
    """Count every daily figure again from the raw rows and return what differs; an exact platform returns nothing.

    With `repair` the figures are replaced by the counted ones, behind a lock that lets readers on and folding wait.
    """
    found: list[Difference] = []
    for table, (counted, columns, key_length) in _TABLES.items():
        if repair:
            session.execute(sa.text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
        differences = _compare(session, table, counted, columns, key_length)
        if repair and differences:
            session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - names of this module
            session.execute(sa.text(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({counted}) c"))  # noqa: S608
        found += differences
    return found


def _compare(session: Session, table: str, counted: str, columns: str, key_length: int) -> list[Difference]:
    query = f"""
        WITH counted AS ({counted}), stored AS (SELECT {columns} FROM {table})
        SELECT 'stored' AS side, a.* FROM (SELECT {columns} FROM stored EXCEPT ALL SELECT {columns} FROM counted) a
        UNION ALL
        SELECT 'counted', b.* FROM (SELECT {columns} FROM counted EXCEPT ALL SELECT {columns} FROM stored) b
    """  # noqa: S608 - names and queries of this module
    sides: dict[str, dict[str, str]] = {}
    for side, *values in session.execute(sa.text(query)):
        cell = " ".join(str(value) for value in values[:key_length])
        sides.setdefault(cell, {})[side] = " ".join(str(value) for value in values[key_length:])
    return [Difference(table, cell, found.get("stored"), found.get("counted")) for cell, found in sorted(sides.items())]
