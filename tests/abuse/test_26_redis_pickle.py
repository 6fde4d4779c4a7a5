"""Abuse 26: whoever may write to Redis cannot make the worker run anything but the jobs of the list."""

from __future__ import annotations

import base64
import json
import logging
import os
import pickle
import re
import stat
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis import ConnectionPool, Redis
from redis.exceptions import NoPermissionError
from rq.serializers import JSONSerializer

from feedback_app import jobs, log_scrubbing, queue
from feedback_app.config import Settings, project_root
from feedback_app.worker import ListedJob, ModelWorker


class Payload:
    """What runs a command of the machine as soon as it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (self.command,)


def plant(redis: Redis, data: bytes, **more: str) -> str:
    """Lay a job into the queue as RQ would have, with whatever it is to hold."""
    name, key = "drain", "f0000000-0000-4000-8000-000000000001"
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    fields = {
        "data": data, "created_at": now, "enqueued_at": now, "origin": f"{queue.QUEUE_PREFIX}{name}",
        "status": "queued", "timeout": "30", "failure_ttl": "600", **more,
    }  # fmt: skip
    redis.hset(f"rq:job:{key}", mapping=fields)  # type: ignore[arg-type]
    redis.sadd("rq:queues", f"rq:queue:{queue.QUEUE_PREFIX}{name}")
    redis.rpush(f"rq:queue:{queue.QUEUE_PREFIX}{name}", key)
    return key


def work(redis: Redis) -> None:
    queues = [queue.queue_on(redis, name) for name in queue.JOB_FUNCTIONS]
    worker = ModelWorker(queues, connection=redis, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="WARNING")


def call_of(function: str, *arguments: object) -> bytes:
    return json.dumps([function, None, list(arguments), {}]).encode()


def payloads(canary: Path) -> dict[str, tuple[bytes, dict[str, str]]]:
    touch, good = f"touch {canary}", call_of("feedback_app.jobs.forget_networks")
    return {
        "pickle": (pickle.dumps((Payload(touch), None, (), {})), {}),
        "packed pickle": (zlib.compress(pickle.dumps(Payload(touch))), {}),
        "pickled result": (good, {"result": pickle.dumps(Payload(touch)).decode("latin-1")}),
        "any function by name": (call_of("os.system", touch), {}),
        "a function of the platform with arguments": (call_of("feedback_app.jobs.drain", 1), {}),
        "a function of the platform that is no job": (call_of("feedback_app.jobs.settings"), {}),
        "a class": (call_of("subprocess.Popen", ["touch", str(canary)]), {}),
        "a method of something": (json.dumps(["system", "os", [touch], {}]).encode(), {}),
        "afterwards": (good, {"success_callback_name": "tests.abuse.test_26_redis_pickle.touched"}),
        "after a failure": (
            call_of("os.nothing"), {"failure_callback_name": "tests.abuse.test_26_redis_pickle.touched"},
        ),
        "an address to send to": (
            good, {"webhooks": json.dumps([{"url": "http://127.0.0.1:9/steal", "statuses": ["finished"]}])},
        ),
    }  # fmt: skip


TOUCHED: list[object] = []


def touched(*given: object) -> None:
    TOUCHED.append(given)


@pytest.mark.parametrize("name", payloads(Path("x")))
def test_what_is_planted_in_the_queue_never_runs_and_the_next_job_does(
    name: str, redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    canary, ran = tmp_path / "canary", []
    for job in ("forget_networks", "close_board"):
        monkeypatch.setattr(jobs, job, lambda job=job: ran.append(job))
    TOUCHED.clear()
    data, more = payloads(canary)[name]
    key = plant(redis, data, **more)
    queue.enqueue(redis, "close_board")
    with caplog.at_level(logging.ERROR):
        work(redis)
    assert not canary.exists()
    assert TOUCHED == []
    assert ran[-1] == "close_board"
    if data != call_of("feedback_app.jobs.forget_networks"):
        # Reported: in the log of the worker, and in the register of failed jobs that doctor looks at.
        assert any(record.levelno >= logging.ERROR for record in caplog.records)
        assert ran == ["close_board"]
        failed = queue.queue_on(redis, "drain").failed_job_registry
        assert key in failed.get_job_ids(cleanup=False)


def test_a_job_of_the_list_without_arguments_runs(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(jobs, "forget_networks", lambda: ran.append("ran"))
    plant(redis, call_of("feedback_app.jobs.forget_networks"))
    work(redis)
    assert ran == ["ran"]


def test_webhooks_and_callbacks_are_left_in_redis(redis: Redis) -> None:
    key = plant(redis, call_of("feedback_app.jobs.drain"), webhooks=json.dumps([{"url": "http://127.0.0.1:9/"}]))
    job = ListedJob.fetch(key, connection=redis, serializer=JSONSerializer)
    assert job.webhooks == []
    assert job.success_callback is None


def test_what_a_job_repeats_of_a_row_is_not_kept_in_redis(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Not in the line that raises it, which a trace repeats.
    said = "new row is refused\nDETAIL:  Failing row contains (1, Petugas minta uang, maria@contoh.id)."

    def fails() -> None:
        raise ValueError(said)

    log_scrubbing.install()

    monkeypatch.setattr(jobs, "drain", fails)
    queue.enqueue(redis, "drain")
    work(redis)
    everything = b"".join(redis.dump(key) or b"" for key in redis.keys("*")).decode("latin-1") + caplog.text
    results = [redis.xrange(key) for key in redis.keys("rq:results:*")]
    assert results
    for canary in ("minta uang", "maria@contoh.id"):
        assert canary not in everything
        assert canary not in str([unpacked(result) for result in results])


def unpacked(result: Any) -> str:
    """What RQ keeps of an exception is packed; unpack it, or a search in it would find nothing whatever it holds."""
    texts = []
    for _, fields in result:
        for name, value in fields.items():
            texts.append(zlib.decompress(base64.b64decode(value)).decode() if name == b"exc_string" else str(value))
    return " ".join(texts)


def test_the_embedded_redis_is_reached_by_its_socket_alone(servers: Settings) -> None:
    if not (servers.redis_url or "").startswith("unix://"):
        pytest.skip("a Redis from outside")
    from urllib.parse import unquote, urlsplit

    path = Path(unquote(urlsplit(str(servers.redis_url)).path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with Redis.from_url(str(servers.redis_url)) as link:
        assert link.config_get("port") == {"port": "0"}


def test_the_user_that_the_docs_give_the_platform_can_work_and_nothing_else(
    redis: Redis, servers: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of docs/operations.md, as an operator would type it."""
    page = (project_root() / "docs/operations.md").read_text()
    (line,) = re.findall(r"^ACL SETUSER suara on >… (.+)$", page, re.MULTILINE)
    redis.execute_command("ACL", "SETUSER", "suara", "on", ">rahasia", *line.split())  # type: ignore[no-untyped-call]
    try:
        url = f"{servers.redis_url}&username=suara&password=rahasia"
        ran: list[str] = []
        monkeypatch.setattr(jobs, "forget_networks", lambda: ran.append("ran"))
        monkeypatch.setattr(jobs, "drain", lambda: 1 / 0)
        with Redis.from_url(url) as limited:
            assert queue.enqueue(limited, "forget_networks")
            assert queue.enqueue(limited, "drain")
            work(limited)
            assert ran == ["ran"]
            assert queue.queue_on(limited, "drain").failed_job_registry.get_job_count(cleanup=False) == 1
            pool = ConnectionPool.from_url(url)
            options: dict[str, Any] = {"connection_pool": pool}
            limiter = FixedWindowRateLimiter(storage_from_string("redis://", **options))
            assert limiter.hit(parse("5 per minute"), "suara", "x")
            for forbidden in ("FLUSHALL", "CONFIG GET *", "KEYS *", "SAVE", "DEBUG JMAP", "ACL LIST", "MODULE LIST"):
                with pytest.raises(NoPermissionError):
                    limited.execute_command(*forbidden.split())
            with pytest.raises(NoPermissionError):
                limited.set("other:key", "x")
            pool.disconnect()
    finally:
        redis.execute_command("ACL", "DELUSER", "suara")  # type: ignore[no-untyped-call]
