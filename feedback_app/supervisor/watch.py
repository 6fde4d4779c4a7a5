"""Watch every part, start what ended again, and never give up without a word."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from feedback_app.errors import ConfigurationError
from feedback_app.supervisor import logs, orphans, process, state
from feedback_app.supervisor.console import say
from feedback_app.supervisor.process import Program
from feedback_app.supervisor.state import PartStatus, State

LOOK_SECONDS: Final = 0.1
CONNECT_SECONDS: Final = 2.0
MISSES_ALLOWED: Final = 12
HEAD_START_SECONDS: Final = 5.0
STEADY_SECONDS: Final = 60.0
TRIM_SECONDS: Final = 60.0
STORM_DEATHS: Final = 5
BACKOFF_SECONDS: Final = (0.2, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# Crash recovery on a slow disk takes its time; to kill it in the middle would make it begin again.
RECOVERY_SECONDS: Final = 900.0


@dataclass(slots=True)
class Part:
    """One watched program: its present process, how often it was started again, when to try next."""

    program: Program
    running: subprocess.Popen[bytes] | None = None
    state: State = "restarting"
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.monotonic)
    restarts: int = 0
    early_deaths: int = 0
    due: float = 0.0
    looked: float = 0.0
    misses: int = 0

    def look(self, now: float) -> bool:
        """Do what the moment (monotonic seconds) asks for; return whether the part's state changed."""
        if self.running is None:
            return now >= self.due and self._start(now)
        if process.has_ended(self.running):
            code = process.reap(self.running)
            self._ended(now, _cause(code, self.program.log))
            return True
        if now - self.looked >= (CONNECT_SECONDS if self.state == "running" else LOOK_SECONDS):
            self.looked = now
            return self._connect(now)
        return False

    def status(self) -> PartStatus:
        """Return what to tell about this part."""
        pid = self.running.pid if self.running else None
        mark = process.identity(pid) if pid else None
        return PartStatus(self.program.name, self.state, pid, self.program.address, self.since, self.restarts, mark)

    def _start(self, now: float) -> bool:
        try:
            self.running = process.start(self.program)
        except (OSError, ConfigurationError) as error:
            self._ended(now, f"could not be started ({error})")
            return True
        self.started, self.misses, self.since = now, 0, datetime.now(UTC)
        self.state = "restarting" if self.program.answers else "running"
        return True

    def _connect(self, now: float) -> bool:
        if self.program.answers is None or self.program.answers():
            changed = self.state != "running"
            self.state, self.misses = "running", 0
            return changed
        self.misses += 1
        patience = MISSES_ALLOWED * CONNECT_SECONDS if self.state == "running" else RECOVERY_SECONDS
        if self.running and self.misses >= MISSES_ALLOWED and now - self.started > patience:
            self.running.kill()
            process.wait_until(lambda: self.running is None or process.has_ended(self.running), 5.0)
            process.reap(self.running)
            self._ended(now, "does not answer and was killed")
            return True
        return False

    def _ended(self, now: float, cause: str) -> None:
        number = f" (process {self.running.pid})" if self.running else ""
        self.early_deaths = self.early_deaths + 1 if now - self.started < STEADY_SECONDS else 1
        wait = BACKOFF_SECONDS[min(self.early_deaths, len(BACKOFF_SECONDS)) - 1]
        sentence = f"{self.program.name}{number} {cause}; starting it again in {wait:g} s."
        if self.early_deaths >= STORM_DEATHS:
            sentence += f" It ended {self.early_deaths} times in a row."
        say(sentence)
        self.running, self.state, self.restarts = None, "restarting", self.restarts + 1
        self.started, self.due = now, now + wait


def watch(home: Path, parts: list[Part], *, until: Callable[[], bool], when_ready: Callable[[], None]) -> None:
    """Look after the parts until told to stop; call `when_ready` once, when all run for the first time."""
    ready, trimmed = False, time.monotonic()
    _let_pages_go_first(parts, time.monotonic())
    _note(home, parts)
    while not until():
        now = time.monotonic()
        known = {part.running.pid for part in parts if part.running}
        changed = [part for part in parts if part.look(now)]
        if any(part.program.name == "postgres" and part.running is None for part in changed):
            orphans.end_postgres_backends({part.running.pid for part in parts if part.running})
        if changed:
            _note(home, parts)
            _end_waiting(parts)
        orphans.bury(known | {part.running.pid for part in parts if part.running})
        if not ready and all(part.state == "running" for part in parts):
            ready = True
            when_ready()
        if now - trimmed > TRIM_SECONDS:
            trimmed = now
            _trim(parts)
        time.sleep(LOOK_SECONDS)


def _let_pages_go_first(parts: list[Part], now: float) -> None:
    """Hold the parts without an address back while the web server loads, so that pages appear sooner."""
    if any(part.program.name == "web" for part in parts):
        for part in parts:
            if part.running is None and part.program.answers is None:
                part.due = now + HEAD_START_SECONDS


def _end_waiting(parts: list[Part]) -> None:
    if all(part.state == "running" for part in parts if part.program.answers):
        for part in parts:
            if part.running is None and part.restarts == 0:
                part.due = 0.0


def _note(home: Path, parts: list[Part]) -> None:
    # A full disk must not end the supervision.
    with contextlib.suppress(OSError):
        state.write(home, [part.status() for part in parts])


def _trim(parts: list[Part]) -> None:
    with contextlib.suppress(OSError):
        for part in parts:
            logs.trim(part.program.log)


def _cause(code: int, log: Path) -> str:
    if code >= 0:
        return f"ended with exit code {code}, see {log}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
