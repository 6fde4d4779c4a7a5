"""A cycle of 20,000 people over ten million ratings: against counting them, and against the naive statement (P9)."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import evaluation_recount, evaluation_rows
from bench.report import Row
from bench.stage import Stage
from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.evaluation.attribution import ledger
from feedback_app.evaluation.attribution.attributed import attribute
from feedback_app.evaluation.attribution.cells import read_cells
from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.attribution.laying import lay, sums_by_person
from feedback_app.evaluation.attribution.segments import segments_of
from feedback_app.evaluation.attribution.spans import posts_of
from feedback_app.evaluation.attribution.tables import Days, duty_of
from feedback_app.evaluation.cycles import computing
from feedback_app.evaluation.cycles.opening import open_cycle
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleKind
from feedback_app.evaluation.score.joint import score_cycle

COMPUTED_AT: Final = datetime(2026, 8, 3, 2, 0, tzinfo=UTC)
TOLERANCE: Final = 1e-9
Result = TypeVar("Result")
# Every rating beside everybody who answered for it that day: what one would write first, helped by fresh statistics.
NAIVE: Final = (
    """
    CREATE TEMPORARY TABLE on_duty ON COMMIT DROP AS
        SELECT counter_id, on_date AS day, employee_id,
               1.0::double precision / count(*) OVER (PARTITION BY counter_id, on_date) AS share
        FROM duty_entries
    """,
    """
    CREATE TEMPORARY TABLE answering ON COMMIT DROP AS
        SELECT a.unit_id, a.service_id, d::date AS day, a.employee_id,
               (a.share / sum(a.share) OVER (PARTITION BY a.unit_id, a.service_id, d))::double precision AS share
        FROM assignments a, generate_series(date '2026-04-01', date '2026-06-30', '1 day') AS d
        WHERE d BETWEEN a.starts_on AND coalesce(a.ends_on, date '2026-06-30')
    """,
    "ANALYZE on_duty",
    "ANALYZE answering",
    """
    SELECT employee_id, service_id, count(*), sum(share), sum(share * share), sum(share * rating),
           sum(share * rating * rating)
    FROM (
        SELECT d.employee_id, s.service_id, d.share, s.rating
        FROM submissions s JOIN on_duty d ON d.counter_id = s.counter_id AND d.day = s.occurred_on
        WHERE s.channel = 'token'
        UNION ALL
        SELECT a.employee_id, s.service_id, a.share, s.rating
        FROM submissions s JOIN answering a
          ON a.unit_id = s.unit_id AND a.service_id = s.service_id AND a.day = s.occurred_on
        LEFT JOIN (SELECT DISTINCT counter_id, day FROM on_duty) d
          ON d.counter_id = s.counter_id AND d.day = s.occurred_on
        WHERE s.channel = 'token' AND d.counter_id IS NULL
    ) laid
    GROUP BY 1, 2
    """,
)


def run(stage: Stage, *, runs: int, ratings: int = evaluation_rows.RATINGS) -> list[Row]:
    """Return how long a computation takes, in memory and with all it writes, beside counting and the naive SQL."""
    _say(f"writing {ratings:,} ratings", lambda: evaluation_rows.fill(stage, ratings))
    return measured(stage, runs=runs)


def measured(stage: Stage, *, runs: int) -> list[Row]:
    """Measure on a stage that is filled already."""
    with stage.app.app_context():
        session = db.session()
        cycle = _opened(session, stage)
        cut = Cut.of(cycle, until=COMPUTED_AT, known_at=COMPUTED_AT)
        by_index, by_heap, scored, whole = _interleaved(
            runs,
            lambda: _counted(session, by_index=True),
            lambda: _counted(session, by_index=False),
            lambda: _scored(session, cut),
            lambda: _compute(session, cycle),
        )
        naive = _seconds(lambda: _naively(session), 1)
        parts = _parts(session, cut)
        cycle_id = cycle.id
        session.rollback()
    worst = _recounted(stage, cycle_id)
    for name, seconds in parts:
        print(f"  {name}: {seconds:.2f} s, {seconds / by_index:.2f} x count(*)", file=sys.stderr)
    rows = []
    for what, seconds in (("scored in memory", scored), ("computed and written", whole)):
        for against, other, wanted in (
            ("count(*) by index", by_index, 2.0),
            ("count(*) over the rows", by_heap, None),
            ("the naive SQL", naive, 0.1),
        ):
            rows.append(Row("P9", f"a cycle {what}, against {against}", seconds, other, "s", wanted, at_least=False))
    return [
        *rows,
        Row("P9", "greatest difference from DuckDB's recount", worst, TOLERANCE, "", 1.0, at_least=False),
    ]


def _counted(session: Session, *, by_index: bool) -> None:
    session.execute(sa.text(f"SET LOCAL enable_indexonlyscan = {'on' if by_index else 'off'}"))
    session.execute(sa.text("SELECT count(*) FROM submissions")).scalar_one()
    session.rollback()


def _scored(session: Session, cut: Cut) -> None:
    """Go from the daily figures to everybody's score and interval."""
    read = attribute(session, cut)
    strata = ledger.strata_of(read.cells, read.days)
    score_cycle(strata.sums(), ledger.people_of(read.sums, strata).counted)
    session.rollback()


def _interleaved(runs: int, *acts: Callable[[], object]) -> list[float]:
    """Return the median seconds of each act, one after another in each run: so the machine's load meets all alike."""
    taken = [[_seconds(act, 1) for act in acts] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def _opened(session: Session, stage: Stage) -> Cycle:
    cycle = open_cycle(
        session, agency_id=stage.agency_id, name="TW II 2026", kind=CycleKind.QUARTERLY,
        starts_on=evaluation_rows.START, ends_on=evaluation_rows.END, actor=SYSTEM, now=COMPUTED_AT,
    )  # fmt: skip
    session.commit()
    return cycle


def _naively(session: Session) -> None:
    for statement in NAIVE[:-1]:
        session.execute(sa.text(statement))
    session.execute(sa.text(NAIVE[-1])).all()


def _compute(session: Session, cycle: Cycle) -> None:
    computing.compute(session, cycle, actor=SYSTEM, now=COMPUTED_AT)
    session.commit()


def _parts(session: Session, cut: Cut) -> list[tuple[str, float]]:
    """Return the seconds of each part of a computation, without what it writes."""
    found: list[tuple[str, float]] = []

    def timed(name: str, act: Callable[[], Result]) -> Result:
        begun = time.perf_counter()
        result = act()
        found.append((name, time.perf_counter() - begun))
        return result

    days = Days(cut.starts_on, cut.ends_on)
    posts = timed("read the posts", lambda: posts_of(session, cut))
    segments = timed("posts into segments", lambda: segments_of(posts, days))
    duty = timed("roster", lambda: duty_of(session, cut, days))
    cells = timed("read the cells", lambda: read_cells(session, cut, days, segments, [], duty))
    laid = timed("lay them upon people", lambda: lay(cells, segments, duty, days))
    sums = timed("sums by person", lambda: sums_by_person(laid, days))
    strata = timed("sums by stratum", lambda: ledger.strata_of(cells, days))
    read = timed("as the score wants them", lambda: ledger.people_of(sums, strata))
    timed("score", lambda: score_cycle(strata.sums(), read.counted))
    timed("units", lambda: ledger.units_of(cells))
    timed("fingerprint", lambda: ledger.fingerprint(laid, strata, days, []))
    return found


def _recounted(stage: Stage, cycle_id: int) -> float:
    with (
        tempfile.TemporaryDirectory(prefix="suara-recount-") as folder,
        psycopg.connect(str(stage.settings.database_url)) as connection,
    ):
        evaluation_recount.export(connection, stage.agency_id, cycle_id, Path(folder))
        found = list(evaluation_recount.differences(Path(folder)))
    for table, figure, most in found:
        print(f"  {table}.{figure}: {most:.3g}", file=sys.stderr)
    return max(most for _, _, most in found)


def _seconds(act: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _say(what: str, act: Callable[[], object]) -> None:
    print(f"  {what} ...", file=sys.stderr, flush=True)
    begun = time.perf_counter()
    act()
    print(f"  {what}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
