"""P1 and P7: a rating, fully validated, one commit, against the same INSERT by pgbench, and against a hello route."""

from __future__ import annotations

import http.client
import re
import statistics
import subprocess
from pathlib import Path

import sqlalchemy as sa
from redis import Redis

from bench import load
from bench.report import Row
from bench.stage import Stage, cpu_seconds, environment, free_port, process, wait_for_port
from feedback_app.db import db
from feedback_app.intake.models import Submission
from feedback_app.supervisor.binaries import find_postgres

CLIENTS = 16
PATH = "/nilai/bench/unit"
GRANIAN = (
    "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "8", "--no-ws",
    "--log-level", "error",
)  # fmt: skip
# The yardstick of the target: the usual pure-Python server.
GUNICORN = (
    "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "error",
)  # fmt: skip


def run(stage: Stage, *, seconds: float, runs: int) -> list[Row]:
    """Measure submits, hello and pgbench in turn, `runs` times; return the medians."""
    rates, plain, cpu, yardstick, same_server, commands = [], [], [], [], [], []
    for _ in range(runs):
        plain.append(_pgbench(stage, seconds))
        _nothing_pending(stage)
        rate, cost = _submits(stage, seconds)
        rates.append(rate)
        cpu.append(cost)
        yardstick.append(_hello(stage, GUNICORN, seconds))
        same_server.append(_hello(stage, GRANIAN, seconds))
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


def _nothing_pending(stage: Stage) -> None:
    with stage.app.app_context():
        db.session.execute(sa.update(Submission).where(Submission.analysis == "pending").values(analysis="done"))
        db.session.commit()


def _commands_a_submit(stage: Stage, seconds: float) -> float:
    """Return the commands Redis served for each submit while a worker reads them."""
    _nothing_pending(stage)
    with process(stage, "-m", "feedback_app.worker"):
        before = _redis_commands(stage)
        rate, _ = _submits(stage, seconds)
        return (_redis_commands(stage) - before) / (rate * seconds)


def _submits(stage: Stage, seconds: float) -> tuple[float, float]:
    port = free_port()
    with process(stage, *GRANIAN, "--port", str(port), "feedback_app.wsgi:app") as web:
        wait_for_port(port)
        browsers = [_browser(port) for _ in range(CLIENTS)]
        load.run(port, browsers, seconds=1.0)
        before = cpu_seconds(web)
        done = load.run(port, browsers, seconds=seconds)
        spent = cpu_seconds(web) - before
    if set(done.statuses) != {303}:
        raise RuntimeError(f"not every rating was taken: {done.statuses}")
    return done.rate, 1000 * spent / done.requests


def _browser(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", PATH)
    answer = connection.getresponse()
    page = answer.read().decode()
    cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if not cookie or not token:
        raise RuntimeError("the rating page has no form token")
    return load.post(PATH, cookie, {"csrf_token": token[1], "rating": "4", "reasons": "fast"})


def _hello(stage: Stage, server: tuple[str, ...], seconds: float) -> float:
    """Return the CPU milliseconds of a request that does nothing."""
    port = free_port()
    where = ("--port", str(port)) if server is GRANIAN else ("--bind", f"127.0.0.1:{port}")
    with process(stage, *server, *where, "bench.hello:app") as web:
        wait_for_port(port)
        requests = [load.get("/")] * CLIENTS
        load.run(port, requests, seconds=1.0)
        before = cpu_seconds(web)
        done = load.run(port, requests, seconds=seconds)
        return 1000 * (cpu_seconds(web) - before) / done.requests


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
