"""How fast the audit trail is written, sealed and verified, and what a page of it takes; beside counting the same rows.

.venv/bin/python -m bench.audit --events 1000000
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from bench import audit_writes
from bench.report import Row, table
from bench.stage import Stage, open_stage
from feedback_app import clock
from feedback_app.audit.sealing import seal_next
from feedback_app.audit.sealing_key import new_key, public_bytes
from feedback_app.audit.verifying import verify
from feedback_app.db import db
from feedback_app.handling.trail.queries import Asked, trail

EVENTS: Final = 1_000_000
# Events a second, on one core.
WANTED: Final = 20_000
_FILL: Final = """
INSERT INTO audit_events (agency_id, at, actor_kind, actor_id, action, subject_type, subject_id, detail)
SELECT :agency, now() - interval '1 second' * (:n - g),
       CASE WHEN g % 3 = 0 THEN 'user' WHEN g % 3 = 1 THEN 'citizen' ELSE 'system' END,
       CASE WHEN g % 3 = 0 THEN g % 50 + 1 END, 'handling.review', 'case', g / 8,
       jsonb_build_object('from_status', 'in_progress', 'to_status', 'answered', 'reply_id', g)
FROM generate_series(1, :n) AS g
"""


class BrokenTrailError(Exception):
    """What was just sealed does not hold: what was measured is worth nothing."""


def run(stage: Stage, *, events: int = EVENTS) -> list[Row]:
    """Return what a line costs to write, events a second sealed and verified, and milliseconds of a page."""
    written = audit_writes.run(stage)
    with stage.app.app_context():
        session = db.session()
        session.execute(sa.text(_FILL), {"agency": stage.agency_id, "n": events})
        session.commit()
        session.execute(sa.text("ANALYZE audit_events"))
        session.commit()
        key = new_key()
        sealing = _seal_all(session, key)
        before = _peak()
        started, busy = time.perf_counter(), time.process_time()
        verdict = verify(session, trusted=[public_bytes(key)], roots=None)
        verifying, computing = time.perf_counter() - started, time.process_time() - busy
        if not verdict.holds or verdict.events < events:
            raise BrokenTrailError(f"{verdict.events} events, {verdict.first}")
        print(f"verifying took {_peak() - before:.0f} MB more at its peak")
        page = _page(session, stage.agency_id)
        session.rollback()
    what = f"of {events:,} events, against the target"
    return [
        *written,
        Row("R5", f"sealed {what}", events / sealing, WANTED, "events/s", None, at_least=True),
        Row("R5", f"verified {what}", events / verifying, WANTED, "events/s", 1, at_least=True),
        # On a machine with other work this is what the program itself needs; PostgreSQL's own share comes on top.
        Row(
            "R5",
            f"verified a second of our own processor time {what}",
            events / computing,
            WANTED,
            "events/s",
            1,
            at_least=True,
        ),
        Row("R5", f"the newest page of a trail {what}", page, 100, "ms", 1, at_least=False),
    ]


def _seal_all(session: Session, key: Ed25519PrivateKey) -> float:
    started = time.perf_counter()
    while seal_next(session, key, now=clock.utcnow(), whole=True) is not None:
        session.commit()
    return time.perf_counter() - started


def _page(session: Session, agency_id: int) -> float:
    started = time.perf_counter()
    for _ in range(10):
        trail(session, Asked(agency_id), user_id=1, day=clock.office_day(clock.utcnow()))
    return (time.perf_counter() - started) * 100


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run on servers of its own and print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, default=EVENTS)
    events = asked.parse_args().events
    with tempfile.TemporaryDirectory(prefix="suara-bench-") as home, open_stage(Path(home)) as stage:
        print(table(run(stage, events=events)))


if __name__ == "__main__":
    main()
