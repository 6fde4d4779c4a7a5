"""P1 and P7: a rating, fully validated, one commit, against the same INSERT by pgbench, and against a hello route."""

from __future__ import annotations

import re
import statistics
import subprocess
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from redis import Redis

from bench.report import Row
from bench.stage import Stage, environment, process
from bench.web import CLIENTS, GRANIAN, GUNICORN, filled, hello, measured, serving
from feedback_app.db import db
from feedback_app.intake.models import Submission
from feedback_app.supervisor.binaries import find_postgres

PATH: Final = "/nilai/bench/unit"
RATING: Final = {"rating": "4", "reasons": "fast"}


def run(stage: Stage, *, seconds: float, runs: int) -> list[Row]:
    """Measure submits, hello and pgbench in turn, `runs` times; return the medians."""
    rates, plain, cpu, yardstick, same_server, commands = [], [], [], [], [], []
    for _ in range(runs):
        plain.append(_pgbench(stage, seconds))
        nothing_pending(stage)
        rate, cost = _submits(stage, seconds)
        rates.append(rate)
        cpu.append(cost)
        yardstick.append(hello(stage, GUNICORN, seconds))
        same_server.append(hello(stage, GRANIAN, seconds))
        commands.append(_commands_a_submit(stage, seconds))
    median = statistics.median
    return [
        Row("P1", "submit against pgbench, 16 clients", median(rates), median(plain), "/s", 0.10, at_least=True),
        Row(
            "P1",
            "CPU of a submit against hello on gthread 2×8",
            median(cpu),
            median(yardstick),
            "ms",
            2.5,
            at_least=False,
        ),
        Row("P1", "the same against hello on granian", median(cpu), median(same_server), "ms", None, at_least=False),
        Row("P7", "Redis commands for each submit, worker running", median(commands), 1.0, "", 1.0, at_least=False),
    ]


def nothing_pending(stage: Stage) -> None:
    """Mark every row as read, so that no worker has anything to do."""
    with stage.app.app_context():
        db.session.execute(sa.update(Submission).where(Submission.analysis == "pending").values(analysis="done"))
        db.session.commit()


def _commands_a_submit(stage: Stage, seconds: float) -> float:
    """Return the commands Redis served for each submit while a worker reads them."""
    nothing_pending(stage)
    with process(stage, "-m", "feedback_app.worker"):
        before = _redis_commands(stage)
        rate, _ = _submits(stage, seconds)
        return (_redis_commands(stage) - before) / (rate * seconds)


def _submits(stage: Stage, seconds: float) -> tuple[float, float]:
    with serving(stage) as web:
        # Each client has a page of its own, as each citizen has.
        browsers = [filled(web.port, PATH, RATING) for _ in range(CLIENTS)]
        done, cost = measured(web, browsers, seconds=seconds, status=303)
    return done.rate, cost


def _redis_commands(stage: Stage) -> int:
    with Redis.from_url(str(stage.settings.redis_url)) as redis:
        return int(redis.info("stats")["total_commands_processed"])


INSERT = """
INSERT INTO submissions (agency_id, unit_id, kind, channel, rating, reasons, occurred_on, received_at, tracking_hash)
VALUES ({agency}, {unit}, 'rating', 'open', 4, '{{fast}}', current_date, now(),
        decode(md5(random()::text) || md5(random()::text), 'hex'));
"""


def _pgbench(stage: Stage, seconds: float) -> float:
    script = Path(stage.settings.home) / "insert.sql"
    script.write_text(INSERT.format(agency=stage.agency_id, unit=stage.unit_id), encoding="utf-8")
    url = str(stage.settings.database_url)
    found = subprocess.run(
        [
            _pgbench_binary(), "-n", "-c", str(CLIENTS), "-j", "2", "-T", str(max(1, int(seconds))), "-f", str(script),
            url,
        ],
        env=environment(stage), capture_output=True, text=True, check=True,
    )  # fmt: skip
    rate = re.search(r"tps = ([\d.]+)", found.stdout)
    if not rate:
        raise RuntimeError(found.stdout)
    return float(rate[1])


def _pgbench_binary() -> str:
    for folder in (find_postgres().initdb.parent, *Path("/usr/lib/postgresql").glob("*/bin")):
        if (folder / "pgbench").exists():
            return str(folder / "pgbench")
    raise SystemExit("pgbench is not installed (Debian: apt-get install postgresql); the comparison of P1 needs it.")
