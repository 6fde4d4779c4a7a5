"""Whatever is killed, nothing that was acknowledged is lost and nothing is done twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import zlib
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from redis import Redis
from sqlalchemy.orm import Session

from feedback_app import queue
from feedback_app.analysis.models import Labels
from feedback_app.app import create_app
from feedback_app.config import project_root
from feedback_app.db import db
from feedback_app.drain.claim import count_pending
from feedback_app.handling.models import Case
from feedback_app.intake.models import Submission
from feedback_app.measures.models import DailyMeasure
from feedback_app.measures.operations import recount
from feedback_app.sweep import sweep
from tests import factories as make
from tests.conftest import Live
from tests.journeys.processes import start_worker, wait_for

FILL = """
    INSERT INTO submissions (agency_id, unit_id, kind, channel, rating, text, occurred_on, received_at)
    SELECT :agency_id, :unit_id,
           CASE WHEN n % 10 = 0 THEN 'complaint' ELSE 'rating' END, 'open', 1 + n % 4,
           CASE WHEN n % 2 = 0 THEN 'Antrean loket ' || n || ' lama sekali, petugas tidak ada di tempat' END,
           date '2026-05-01' + (n % 20), now() - (n % 100) * interval '1 minute'
    FROM generate_series(1, :count) n
"""


def fill(app: Flask, count: int) -> None:
    """Put pending submissions into the database, a tenth of them complaints."""
    with app.app_context():
        session: Session = db.session()
        unit = make.unit(session, make.agency(session))
        session.execute(sa.text(FILL), {"agency_id": unit.agency_id, "unit_id": unit.id, "count": count})
        session.commit()


def pending(app: Flask) -> int:
    """Return how many wait, seen from outside any worker."""
    with app.app_context():
        return count_pending(db.session())


def count(app: Flask, table: type) -> int:
    """Return the rows of a table."""
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("rows", "most_kills"),
    [pytest.param(3_000, 3, id="three times"), pytest.param(5_000, 5, id="five times", marks=pytest.mark.slow)],
)
def test_killing_the_worker_and_emptying_redis_loses_nothing_and_doubles_nothing(
    live: Live, redis: Redis, rows: int, most_kills: int
) -> None:
    fill(live.app, rows)
    kills = 0
    while pending(live.app):
        before = pending(live.app)
        redis.flushall()
        assert "drain" in sweep(live.app)
        process = start_worker(live)
        try:
            # A different moment each time: right after a commit, or in the middle of a batch.
            wait_for(lambda b=before: pending(live.app) < b, seconds=60, why="a batch is read")  # type: ignore[misc]
            if pending(live.app) and kills < most_kills:
                process.send_signal(signal.SIGKILL)
                kills += 1
            else:
                wait_for(lambda: pending(live.app) == 0, seconds=60, why="the rest is read")
        finally:
            process.kill()
            process.wait(timeout=10)
    assert kills >= 1
    assert count(live.app, Labels) == count(live.app, Submission) == rows
    assert count(live.app, Case) == rows / 10
    with live.app.app_context():
        assert db.session.scalar(sa.select(sa.func.sum(DailyMeasure.n))) == rows
        assert recount(db.session()) == []


def test_a_citizen_is_served_while_redis_is_away(live: Live) -> None:
    away = create_app(replace(live.settings, redis_url="redis://127.0.0.1:1/0"))
    away.config["WTF_CSRF_ENABLED"] = False
    with away.app_context():
        session: Session = db.session()
        agency = make.agency(session, code="mataram")
        make.unit(session, agency, code="rsud")
        session.commit()
    answer = away.test_client().post("/nilai/mataram/rsud", data={"rating": "4"})
    assert answer.status_code == 303
    assert pending(away) == 1
    with away.app_context():
        db.engine.dispose()
    queue.configure(live.settings.redis_url)


def test_a_failed_run_of_a_job_does_not_stop_the_next(live: Live, redis: Redis) -> None:
    fill(live.app, 20)
    broken = {**live.environ, "MODEL_DIR": "/nonexistent"}
    assert queue.enqueue(redis, "drain")
    crashed = subprocess.run(
        [sys.executable, "-m", "feedback_app.worker"], env=broken, cwd=project_root(), capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert crashed.returncode != 0
    process = start_worker(live)
    try:
        wait_for(lambda: pending(live.app) == 0, seconds=30, why="the next worker reads what waits")
    finally:
        process.kill()
        process.wait(timeout=10)


def test_jobs_are_written_as_json_and_not_as_code(redis: Redis) -> None:
    assert queue.enqueue(redis, "drain")
    job = queue.queue_on(redis, "drain").jobs[0]
    raw = redis.hget(f"rq:job:{job.id}", "data")
    assert isinstance(raw, bytes)
    assert json.loads(zlib.decompress(raw))[0] == "feedback_app.jobs.drain"


def test_many_wishes_become_few_jobs(redis: Redis) -> None:
    sent = [queue.enqueue(redis, "drain") for _ in range(50)]
    assert queue.queue_on(redis, "drain").count == queue.MOST_WAITING
    assert sent.count(False) == 50 - queue.MOST_WAITING
    assert queue.enqueue(redis, "close_silent_cases"), "one kind of job must not keep another out"


def test_a_rating_after_a_restart_of_the_database_is_taken_at_the_first_try(live: Live) -> None:
    with live.app.app_context():
        session: Session = db.session()
        make.unit(session, make.agency(session, code="mataram"), code="rsud")
        session.commit()
    live.app.config["WTF_CSRF_ENABLED"] = False
    client = live.app.test_client()
    assert client.post("/nilai/mataram/rsud", data={"rating": "4"}).status_code == 303
    with live.app.app_context(), db.engine.connect() as other:
        other.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        other.invalidate()
    assert client.post("/nilai/mataram/rsud", data={"rating": "4"}).status_code == 303
    assert pending(live.app) == 2
