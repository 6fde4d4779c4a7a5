"""What `feedback doctor` sees in Redis: whether it is there, who may reach it, and who works."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from redis import Redis

from feedback_app.cli.doctor_lines import Lines, bad, judged, ok, warn
from feedback_app.config import Settings

_HERE: Final = {"localhost", "127.0.0.1", "::1"}


def reachable(settings: Settings) -> Lines:
    """Ask the server, and look at who else may."""
    from feedback_app.queue import connect

    if not settings.redis_url:
        yield warn("redis", "REDIS_URL is not set: the sweep alone finds work", "set it, or use `feedback up`")
        return
    with connect(settings.redis_url) as redis:
        redis.ping()
        yield ok("redis", "Redis answers")
        yield from _doors(settings.redis_url)
        yield from _workers(redis)
        yield from _failures(redis)


def _doors(url: str) -> Lines:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        yield ok("redis_door", "Redis is reached by a socket of this machine")
    elif not parts.password:
        yield judged(
            "redis_door", "Redis asks for no password", "give it an ACL user of its own: see docs/operations.md",
            is_warn=True, is_bad=parts.hostname not in _HERE,
        )  # fmt: skip
    elif parts.scheme == "redis" and parts.hostname not in _HERE:
        yield warn("redis_door", "the password of Redis crosses the network in the clear", "use rediss://")
    else:
        yield ok("redis_door", "Redis asks for a password")


def _workers(redis: Redis) -> Lines:
    from rq import Worker

    count = Worker.count(connection=redis)
    if count:
        yield ok("worker", f"{count} worker{'s' if count > 1 else ''} at work")
    else:
        yield bad("worker", "no worker takes jobs", "feedback up, or python -m feedback_app.worker")


def _failures(redis: Redis) -> Lines:
    from feedback_app.queue import JOB_FUNCTIONS, queue_on

    failed = {name: queue_on(redis, name).failed_job_registry.get_job_count(cleanup=False) for name in JOB_FUNCTIONS}
    named = [f"{name} ({count})" for name, count in failed.items() if count]
    yield judged(
        "jobs", f"failed since yesterday: {', '.join(named)}" if named else "no job failed since yesterday",
        "see the worker's log; «no job of the platform» there means that somebody else writes to this Redis",
        is_warn=bool(named), is_bad=False,
    )  # fmt: skip


CHECKS: Final = {"redis": reachable}
