"""Real servers with fsync on, a migrated database, one unit to rate: what every benchmark stands on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from flask import Flask
from flask_migrate import upgrade

from feedback_app import clock, config
from feedback_app.app import create_app
from feedback_app.audit.operations import SYSTEM
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.handling.clocks.in_force import set_default_clocks
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.operations import create_agency, create_unit
from feedback_app.supervisor import servers


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a benchmark plays."""

    settings: Settings
    app: Flask
    agency_id: int
    unit_id: int
    overseer_id: int


@contextmanager
def open_stage(home: Path) -> Iterator[Stage]:
    """Start servers in a folder of their own, migrate, add one agency with one unit; stop everything afterwards."""
    unset = replace(config.load({}), home=home)
    with servers(unset) as started:
        app = create_app(started)
        with app.app_context():
            upgrade()
            now = clock.utcnow()
            agency = create_agency(
                db.session(), code="bench", name="Kota Bench", region_code="53.71", time_zone="Asia/Makassar",
                actor=SYSTEM, now=now,
            )  # fmt: skip
            set_default_clocks(db.session(), agency.id)
            unit = create_unit(
                db.session(), agency_id=agency.id, code="unit", name="Unit Bench", kind=UnitKind.DEPARTMENT,
                starts_on=now.date().replace(year=now.year - 1), now=now,
            )  # fmt: skip
            overseer = create_unit(
                db.session(), agency_id=agency.id, code="inspektorat", name="Inspektorat Bench",
                kind=UnitKind.INSPECTORATE, starts_on=now.date().replace(year=now.year - 1), now=now,
            )  # fmt: skip
            stage = Stage(started, app, agency.id, unit.id, overseer.id)
            db.session.commit()
            db.engine.dispose()
        yield stage
        with app.app_context():
            db.engine.dispose()


def environment(stage: Stage) -> dict[str, str]:
    """Return the environment of a process that plays on this stage."""
    return {
        **os.environ,
        "DATABASE_URL": str(stage.settings.database_url),
        "REDIS_URL": str(stage.settings.redis_url),
        "SECRET_KEY": str(stage.settings.secret_key),
        "FEEDBACK_HOME": str(stage.settings.home),
        "LOG_LEVEL": "ERROR",
        # The load names a visitor's address with each request, as a proxy in front would.
        "TRUSTED_PROXIES": "1",
    }


@contextmanager
def process(
    stage: Stage, *arguments: str, python: str = sys.executable, extra: dict[str, str] | None = None
) -> Iterator[psutil.Process]:
    """Run a Python module beside the benchmark, of our own environment unless another Python is named."""
    environ = {**environment(stage), **(extra or {})}
    running = subprocess.Popen([python, *arguments], env=environ, cwd=config.project_root())
    try:
        yield psutil.Process(running.pid)
    finally:
        for child in psutil.Process(running.pid).children(recursive=True):
            child.terminate()
        running.terminate()
        running.wait(timeout=20)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for_port(port: int, seconds: float = 20.0) -> None:
    """Wait until somebody listens."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")


def cpu_seconds(of: psutil.Process) -> float:
    """Return the CPU time of a process and all below it."""
    times = [one.cpu_times() for one in (of, *of.children(recursive=True))]
    return sum(one.user + one.system for one in times)
