"""An encrypted copy of a million ratings against pg_dump alone; what restoring it and a drill of it take.

Each rating has its row of the audit trail, sealed, and its place in the daily figures: a drill has to verify and
recount all of them.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pyrage

from bench.report import Row
from bench.stage import Stage
from feedback_app import clock, jobs_trust
from feedback_app.backup import tools
from feedback_app.backup.drill import drill
from feedback_app.backup.making import Wanted, make
from feedback_app.backup.restoring import open_copy
from feedback_app.db import db
from feedback_app.measures.operations import recount

ROWS = """
INSERT INTO submissions (agency_id, unit_id, kind, channel, rating, text, wants_reply, occurred_on, received_at,
                         tracking_hash, analysis)
SELECT %(agency)s, %(unit)s, 'rating', 'open', 1 + n %% 4,
       CASE WHEN n %% 20 = 0 THEN 'Petugas ' || md5(n::text) || ' melayani dengan cepat di loket ' || n END, false,
       current_date - (n %% 300)::int, now() - make_interval(secs => n), sha256(n::text::bytea), 'done'
FROM generate_series(1, %(ratings)s::bigint) AS n
"""
EVENTS = """
INSERT INTO audit_events (agency_id, at, actor_kind, action, subject_type, subject_id)
SELECT agency_id, received_at, 'citizen', 'intake.submit', 'submission', id FROM submissions
"""


def run(stage: Stage, *, runs: int, ratings: int) -> list[Row]:
    """Return seconds and bytes of a copy beside those of pg_dump, and what it takes to try the copy."""
    _fill(stage, ratings)
    identity, folder = pyrage.x25519.Identity.generate(), stage.settings.home / "copies"
    folder.mkdir()
    url, wanted = str(stage.settings.database_url), Wanted([identity.to_public()])
    plain, dumps, made = folder / "plain.dump", [], []
    # In turns: whatever else the machine does weighs upon both.
    for number in range(runs):
        dumps.append(_seconds(lambda: _dump(url, plain)))
        path = folder / f"{number}.age"
        made.append(make(stage.settings, path, wanted, now=clock.utcnow(), progress=lambda _line: None))
    dumping = statistics.median(dumps)
    began = time.perf_counter()
    copy = open_copy(made[0].path, [identity])
    reading = time.perf_counter() - began
    drilled = drill(copy, stage.settings, progress=lambda _line: None)
    for found in drilled.found:
        print(f"  {found.level.value} {found.text}", file=sys.stderr)
    if not drilled.is_good:
        raise SystemExit("the drill failed")
    copying, what = statistics.median(one.seconds for one in made), f"{ratings:,} ratings, each with its sealed event"
    return [
        Row("–", f"encrypted copy against pg_dump: {what}", copying, dumping, "s", 1.25, at_least=False),
        Row("–", "its size", made[0].size / 1e6, plain.stat().st_size / 1e6, "MB", 1.05, at_least=False),
        Row("–", "reading it to its end, every byte compared, against making it", reading, copying, "s", None, False),
        Row("–", "drill: restoring", drilled.restoring, copying, "s", None, at_least=False),
        Row("–", "drill: counting, verifying the trail, recounting", drilled.looking, copying, "s", None, False),
    ]


def _fill(stage: Stage, ratings: int) -> None:
    with psycopg.connect(str(stage.settings.database_url), autocommit=True) as link:
        known = {"agency": stage.agency_id, "unit": stage.unit_id, "ratings": ratings}
        link.execute(ROWS, known)
        link.execute(EVENTS)
        link.execute("VACUUM ANALYZE")
    with stage.app.app_context():
        recount(db.session(), repair=True)
        db.session.commit()
        while jobs_trust.seal_audit_whole():
            continue
        db.session.remove()


def _dump(url: str, path: Path) -> None:
    with psycopg.connect(url) as link:
        program = tools.program("pg_dump", link.info.server_version // 10_000)
    command = [str(program), "--format=custom", "--compress=6", f"--file={path}", f"--dbname={tools.plain_url(url)}"]
    subprocess.run(command, check=True)


def _seconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
