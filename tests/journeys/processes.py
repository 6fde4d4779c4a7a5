"""Real processes for journeys: a worker of its own, watched, and waiting for what must become true."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from feedback_app import config
from tests.conftest import Live


def wait_for(what: Callable[[], bool], *, seconds: float, why: str) -> float:
    """Wait until something holds; return how long it took, in seconds."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if what():
            return time.monotonic() - started
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {why}")


def start_worker(live: Live) -> subprocess.Popen[bytes]:
    """Start a worker process on the live database."""
    return subprocess.Popen(
        [sys.executable, "-m", "feedback_app.worker"], env=live.environ, cwd=config.project_root(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def worker(live: Live) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker for as long as the block lasts."""
    process = start_worker(live)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)
