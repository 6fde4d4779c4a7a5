"""`up`: everything one machine needs, in the foreground, until it is told to stop."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from feedback_app.config import Settings
from feedback_app.errors import ConfigurationError
from feedback_app.supervisor import children, embedded, leftovers, lock, orphans, ports, preparation, process, watch
from feedback_app.supervisor.children import Commands
from feedback_app.supervisor.console import say
from feedback_app.supervisor.embedded import Embedded
from feedback_app.supervisor.home import open_home
from feedback_app.supervisor.interruption import InterruptedStart, Requests, heard
from feedback_app.supervisor.lock import Holder, HomeLock
from feedback_app.supervisor.preparation import PreparationFailedError
from feedback_app.supervisor.watch import Part

OPEN_FILES: Final = 65_536
LAST_SECONDS: Final = 2.0
STOP_ORDER: Final = ("web", "worker", "sweep")


@dataclass(frozen=True, slots=True)
class Running:
    """What `up` has brought up: settings that reach everything, and the address of the pages."""

    settings: Settings
    address: str
    port: int | None
    pid: int


def up(
    settings: Settings,
    *,
    web: bool = True,
    prepare: tuple[str, ...] | None = None,
    on_ready: Callable[[Running], None] | None = None,
    commands: Callable[[Settings, int], Commands] = children.usual_commands,
) -> int:
    """Run everything in the foreground until told to stop, and return the exit code.

    `prepare` is a command that runs to its end when the servers answer and before any other part starts
    (migrations belong there); when it fails, everything stops and the exit code is 1. `on_ready` is called when
    all parts run for the first time. `commands` gives the command of each part by name. Call it from the main
    thread.

    Raises
    ------
    ConfigurationError
        Something it needs is missing or taken; nothing is left running.
    """
    open_home(settings.home)
    held = HomeLock(settings.home)
    while not held.take("starting"):
        found = lock.holder(settings.home)
        if found is not None:
            return _already_running(settings, found)
    try:
        _raise_file_limit()
        orphans.adopt_grandchildren()
        leftovers.clear(settings.home)
        with heard() as requests, _port(settings, web=web) as port:
            return _Run(settings, held, requests, port).through(prepare, on_ready, commands)
    finally:
        held.release()


@dataclass(slots=True)
class _Run:
    """One life of `up`, from the lock to the last process."""

    settings: Settings
    held: HomeLock
    requests: Requests
    port: int | None

    def through(
        self,
        prepare: tuple[str, ...] | None,
        on_ready: Callable[[Running], None] | None,
        commands: Callable[[Settings, int], Commands],
    ) -> int:
        address = children.address(self.settings.host, self.port) if self.port else ""
        self.held.note("starting", address)
        parts: list[Part] = []
        started: Embedded | None = None
        try:
            started = self._launch()
            reaching = replace(started.settings, port=self.port)
            embedded.note_connection(reaching, self.port)
            if prepare:
                preparation.run(prepare, started, reaching, self.requests)
            parts = self._parts(started, reaching, commands)
            running = Running(reaching, address, self.port, os.getpid())
            self._watch(parts, running, on_ready)
        except InterruptedStart:
            say("Stopping before the start was complete.")
        except PreparationFailedError as error:
            say(str(error))
            return 1
        finally:
            self._stop(parts, started)
        return 0

    def _launch(self) -> Embedded:
        """Start the servers; a stop signal breaks this off, wherever it is."""
        try:
            self.requests.breaks_off = True
            if self.requests.stop():
                raise InterruptedStart
            return embedded.launch(self.settings)
        finally:
            self.requests.breaks_off = False

    def _parts(
        self, started: Embedded, reaching: Settings, commands: Callable[[Settings, int], Commands]
    ) -> list[Part]:
        servers = [Part(program, running, state="running") for program, running in started.running]
        wanted = {
            name: argv
            for name, argv in commands(reaching, self.port or 0).items()
            if name != "web" or self.port is not None
        }
        return servers + [Part(program) for program in children.programs(reaching, self.port, wanted)]

    def _watch(self, parts: list[Part], running: Running, on_ready: Callable[[Running], None] | None) -> None:
        watch.watch(
            self.settings.home,
            parts,
            until=self.requests.stop,
            when_ready=lambda: self._ready(running, on_ready),
        )

    def _ready(self, running: Running, on_ready: Callable[[Running], None] | None) -> None:
        self.held.note("up", running.address)
        if on_ready:
            on_ready(running)

    def _stop(self, parts: list[Part], started: Embedded | None) -> None:
        if parts:
            say("Stopping; a second Ctrl-C hastens.")
        by_name = {part.program.name: part for part in parts}
        others = [name for name in by_name if name not in {*STOP_ORDER, "redis", "postgres"}]
        for name in (*STOP_ORDER, *others, "redis", "postgres"):
            part = by_name.get(name)
            if part and part.running:
                process.stop(part.program, part.running, hurry=self.requests.hurry)
        if started:
            if parts:
                started.running.clear()
            embedded.halt(started, hurry=self.requests.hurry)
        for name in ("connection.json", "status.json"):
            (self.settings.home / name).unlink(missing_ok=True)
        process.wait_until(orphans.none_left, LAST_SECONDS)
        if parts:
            say("Stopped.")


def _already_running(settings: Settings, found: Holder) -> int:
    if not found.supervises:
        raise ConfigurationError(
            f"Process {found.pid} is a command that uses the servers of {settings.home}: "
            "start again when it has finished."
        )
    number = f" (process {found.pid})" if found.pid else ""
    if found.kind == "starting":
        place = f"; its pages will be at {found.address}" if found.address else ""
        say(f"Suara Layanan is starting{number}{place}. Nothing else was started; `feedback down` stops it.")
    else:
        place = f" at {found.address}" if found.address else ""
        say(f"Already running{place}{number}; nothing was started. Stop it with `feedback down`.")
    if settings.port and settings.port != urlsplit(found.address).port:
        say(f"It keeps its port; to use PORT {settings.port}, stop it and start again.")
    return 0


@contextmanager
def _port(settings: Settings, *, web: bool) -> Iterator[int | None]:
    if not web:
        yield None
        return
    with ports.reserved(settings) as port:
        yield port


def _raise_file_limit() -> None:
    """Allow the web server as many connections as the machine does; the usual start is 1024 open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
