"""P4: a spike on one unit, as it comes in life: at its own pace, whether or not the answers keep up.

Each latency counts from the moment the request was due, so a server that stalls is not spared what queues up meanwhile.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa

from bench import load
from bench.load import SERIAL, Connection
from bench.report import Row
from bench.stage import Stage, process
from bench.submit import PATH, nothing_pending
from bench.web import filled, opened, serving
from feedback_app.db import db
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState

PER_SECOND: Final = 250
P99_MILLISECONDS: Final = 500.0
BACKLOG_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 60.0
# Browsers, too, send a form over a fresh connection when the old one has been silent.
IDLE_SECONDS: Final = 5.0
PAGES: Final = 64
# Every third tells a story for the worker to read; one in thirty asks for a reply and becomes a case.
TOLD: Final = {"rating": "1", "reasons": "slow", "text": f"Antre dua jam di loket, kunjungan {SERIAL}."}
WISHES: Final = [{"rating": "4", "reasons": "fast"}] * 20 + [TOLD] * 9 + [{**TOLD, "wants_reply": "y"}]


@dataclass(slots=True)
class Spike:
    """What came back: statuses (0 where nothing did), times in seconds, cookies of accepted ratings.

    `lateness` is what the load itself was behind its own plan; it is part of the latencies.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    lateness: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    idle: list[tuple[float, Connection]] = field(default_factory=list)

    async def connection(self, port: int) -> Connection:
        """Return the connection that was used last, or a new one: a server closes what has been idle for long."""
        now = time.monotonic()
        while self.idle:
            since, connection = self.idle.pop()
            if now - since < IDLE_SECONDS:
                return connection
            await connection.close()
        return await Connection.open(port)


def run(stage: Stage, *, seconds: float) -> list[Row]:
    """Send the spike with a worker and a sweep running; return what it came to."""
    nothing_pending(stage)
    with _everything(stage) as port:
        requests = [filled(port, PATH, WISHES[number % len(WISHES)]) for number in range(PAGES)]
        spike = Spike()
        asyncio.run(_send(port, requests, int(PER_SECOND * seconds), spike))
        ended = time.monotonic()
        backlog = _wait_for_empty_backlog(stage, ended)
    return _rows(spike, lost=_lost(stage, spike), backlog=backlog)


@contextmanager
def _everything(stage: Stage) -> Iterator[int]:
    worker, sweep = (process(stage, "-m", f"feedback_app.{name}") for name in ("worker", "sweep"))
    with worker, sweep, serving(stage) as web:
        opened(web.port, PATH)
        yield web.port


async def _send(port: int, requests: list[bytes], count: int, spike: Spike) -> None:
    starts_at = time.monotonic() + 0.5
    under_way = set()
    for number in range(count):
        due = starts_at + number / PER_SECOND
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        sending = asyncio.create_task(_send_one(port, requests[number % len(requests)], due, spike))
        under_way.add(sending)
        sending.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    for _, connection in spike.idle:
        await connection.close()


async def _send_one(port: int, request: bytes, due: float, spike: Spike) -> None:
    spike.lateness.append(time.monotonic() - due)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            connection = await spike.connection(port)
            status, head = await connection.send(load.fresh(request))
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        spike.statuses[0] += 1
        return
    spike.latencies.append(time.monotonic() - due)
    spike.statuses[status] += 1
    if status == 303:
        spike.cookies.append(_cookie(head))
    spike.idle.append((time.monotonic(), connection))


def _cookie(head: bytes) -> str:
    after = head.partition(b"session=")[2]
    return after.partition(b";")[0].decode()


def _wait_for_empty_backlog(stage: Stage, since: float) -> float:
    waiting = sa.select(sa.func.count()).where(Submission.analysis == AnalysisState.PENDING)
    with stage.app.app_context():
        while db.session.scalar(waiting) and time.monotonic() - since < 10 * BACKLOG_SECONDS:
            db.session.rollback()
            time.sleep(0.2)
        db.session.rollback()
    return time.monotonic() - since


def _lost(stage: Stage, spike: Spike) -> int:
    """Return how many tracking codes were given out to which no row belongs."""
    signer = stage.app.session_interface.get_signing_serializer(stage.app)  # type: ignore[attr-defined]
    given = {bytes.fromhex(signer.loads(cookie)["tracked"]["hash"]) for cookie in spike.cookies}
    with stage.app.app_context():
        kept = set(db.session.scalars(sa.select(Submission.tracking_hash).where(Submission.tracking_hash.is_not(None))))
        db.session.rollback()
    return len(spike.cookies) - len(given & {bytes(one) for one in kept if one})


def _rows(spike: Spike, *, lost: int, backlog: float) -> list[Row]:
    sent = sum(spike.statuses.values())
    what = f"spike of {PER_SECOND} submits/s on one unit, {sent} sent"
    middle, last = _percentiles(spike.latencies)
    _, late = _percentiles(spike.lateness)
    unanswered, failed = spike.statuses[0], sum(count for status, count in spike.statuses.items() if status >= 500)
    others = sent - unanswered - failed - spike.statuses[303]
    return [
        Row("P4", f"{what}: median latency", middle, P99_MILLISECONDS, "ms", None, at_least=False),
        Row("P4", "p99 latency, from the moment each was due", last, P99_MILLISECONDS, "ms", 1.0, at_least=False),
        Row("P4", "of which p99 of the load's own lateness", late, last, "ms", None, at_least=False),
        Row("P4", "answers with 5xx", failed, sent, "", 0.0, at_least=False),
        Row("P4", "no answer at all", unanswered, sent, "", 0.0, at_least=False),
        Row("P4", "refused otherwise (4xx)", others, sent, "", 0.0, at_least=False),
        Row("P4", "codes given out without a row", lost, spike.statuses[303], "", 0.0, at_least=False),
        Row("P4", "seconds until nothing waits to be read", backlog, BACKLOG_SECONDS, "s", 1.0, at_least=False),
    ]


def _percentiles(latencies: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile in milliseconds."""
    if len(latencies) < 2:
        raise RuntimeError("nothing was answered")
    cuts = statistics.quantiles(latencies, n=100)
    return 1000 * cuts[49], 1000 * cuts[98]
