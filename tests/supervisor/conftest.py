"""Real processes for the supervisor's tests: a fresh folder, and `up` as a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest

from feedback_app.config import SETTING_NAMES, Settings, load
from feedback_app.supervisor import places, servers, stop_servers

HERE = Path(__file__).resolve().parent
MACHINE = HERE / "machine.py"
_numbers = count()


@dataclass
class Machine:
    """One `up` in one folder, started as a separate process."""

    home: Path
    port: int | None = None
    environment: dict[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = (sys.executable,)
    process: subprocess.Popen[bytes] | None = None
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def record(self) -> Path:
        return _notes(self.home) / f"{self.number}.json"

    @property
    def said(self) -> str:
        return self.record.with_suffix(".said").read_text(encoding="utf-8")

    def start(self) -> Machine:
        given = {"FEEDBACK_HOME": str(self.home)} | ({"PORT": str(self.port)} if self.port else {})
        clean = {name: value for name, value in os.environ.items() if name not in SETTING_NAMES}
        self.record.parent.mkdir(parents=True, exist_ok=True)
        self.record.parent.chmod(0o777)
        with self.record.with_suffix(".said").open("wb") as said:
            self.process = subprocess.Popen(
                [*self.prefix, str(MACHINE), str(self.record)],
                env=clean | given | self.environment,
                stdout=said,
                stderr=said,
                # Whoever runs the tests under nohup passes an ignored SIGHUP on.
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
            )
        return self

    def ready(self, seconds: float = 40.0) -> dict[str, Any]:
        wait_for(lambda: self.record.exists() or self.ended(), seconds, self)
        assert self.record.exists(), self.said
        noted: dict[str, Any] = json.loads(self.record.read_text(encoding="utf-8"))
        return noted

    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def exit_code(self, seconds: float = 60.0) -> int:
        assert self.process is not None
        return self.process.wait(seconds)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def part(self, name: str) -> dict[str, Any]:
        noted = json.loads((self.home / "status.json").read_text(encoding="utf-8"))
        found: dict[str, Any] = next(part for part in noted["parts"] if part["name"] == name)
        return found

    def family(self) -> list[psutil.Process]:
        assert self.process is not None
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def page(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as answer:
            text: str = answer.read().decode()
            return text

    def answers(self) -> bool:
        try:
            return self.page().isdigit()
        except OSError:
            return False

    def settings(self) -> Settings:
        return load({"FEEDBACK_HOME": str(self.home)})

    def end(self) -> None:
        if not self.ended():
            self.signal(signal.SIGTERM)
            self.exit_code()


def wait_for(condition: Callable[[], object], seconds: float, machine: Machine | None = None) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        told = machine.said if machine else ""
        assert time.monotonic() < deadline, f"not within {seconds} s. {told}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def remove(home: Path) -> None:
    for folder in (home, _notes(home), places.outside_folder(home)):
        shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        places.OUTSIDE_FOLDER.rmdir()


def _notes(home: Path) -> Path:
    return home.parent / f"{home.name}-notes"


def new_home(name: str = "") -> Path:
    # Not below pytest's own folder: as root that one is closed to the user who runs the servers.
    return Path("/tmp") / f"suara-test-{uuid.uuid4().hex[:8]}{name}"


def copy(used_home: Path) -> Path:
    folder = new_home()
    subprocess.run(["cp", "-a", str(used_home), str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def used_home() -> Iterator[Path]:
    """A folder in which the servers ran once: saves the tests the creation of a database."""
    folder = new_home("-used")
    with servers(load({"FEEDBACK_HOME": str(folder)}), fsync=False):
        pass
    yield folder
    remove(folder)


@pytest.fixture
def settings(used_home: Path) -> Iterator[Settings]:
    """Settings of a folder with a database; its test leaves the files whole."""
    given = load({"FEEDBACK_HOME": str(used_home)})
    yield given
    stop_servers(given)


@pytest.fixture
def spoiled(used_home: Path) -> Iterator[Settings]:
    """Settings of a folder with a database whose files the test may spoil."""
    folder = copy(used_home)
    given = load({"FEEDBACK_HOME": str(folder)})
    yield given
    stop_servers(given)
    remove(folder)


@pytest.fixture
def machines(used_home: Path) -> Iterator[Callable[..., Machine]]:
    started: list[Machine] = []

    def make(home: Path | None = None, **options: Any) -> Machine:
        if home is None:
            home = new_home() if any(one.home == used_home for one in started) else used_home
        machine = Machine(home, **{"port": free_port(), **options})
        started.append(machine)
        return machine.start()

    yield make
    for machine in started:
        machine.end()
    for machine in started:
        if machine.home != used_home:
            remove(machine.home)


@pytest.fixture(scope="session")
def running(used_home: Path) -> Iterator[Machine]:
    """One `up` shared by tests that each leave it as they found it."""
    machine = Machine(copy(used_home), free_port()).start()
    machine.ready()
    yield machine
    machine.end()
    remove(machine.home)
