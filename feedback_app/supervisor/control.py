"""`down` and `status`: look at an `up` from another terminal, and end it."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, replace
from typing import Final

from feedback_app.config import Settings
from feedback_app.supervisor import leftovers, lock, process, state
from feedback_app.supervisor.console import say
from feedback_app.supervisor.home import open_home
from feedback_app.supervisor.lock import HomeLock
from feedback_app.supervisor.state import PartStatus

DOWN_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Status:
    """Whether `up` runs in a folder, whether it is still starting, where, and each of its parts."""

    running: bool
    starting: bool
    pid: int | None
    address: str
    parts: tuple[PartStatus, ...]

    @property
    def exit_code(self) -> int:
        """Return 0 when every part runs, 3 otherwise (as `systemctl status`)."""
        ready = self.running and not self.starting
        return 0 if ready and all(part.state == "running" for part in self.parts) else 3


def down(settings: Settings) -> int:
    """Stop the `up` of this folder and return 0; 1 when it does not stop or something else runs there."""
    found = lock.holder(settings.home)
    if found is None:
        return _clear_after_crash(settings)
    if not found.supervises:
        say(f"Not stopped: process {found.pid} is a single command that uses the servers of {settings.home}.")
        return 1
    try:
        os.kill(found.pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    except PermissionError:
        say(f"Not stopped: process {found.pid} belongs to another user.")
        return 1
    if process.wait_until(lambda: lock.holder(settings.home) is None, DOWN_SECONDS):
        say(f"Stopped (process {found.pid}).")
        return 0
    say(f"Process {found.pid} was asked to stop and still runs; see {settings.home / 'logs'}.")
    return 1


def status(settings: Settings) -> Status:
    """Return how the parts of this folder are, as the supervisor noted last and the kernel confirms."""
    found = lock.holder(settings.home)
    parts = tuple(_confirmed(part, alive=found is not None) for part in state.read(settings.home))
    if found is None:
        return Status(running=False, starting=False, pid=None, address="", parts=parts)
    starting = found.kind == "starting"
    return Status(found.supervises, starting, found.pid, found.address, parts)


def _clear_after_crash(settings: Settings) -> int:
    if not settings.home.exists():
        say("Nothing is running.")
        return 0
    open_home(settings.home)
    held = HomeLock(settings.home)
    if held.take("servers"):
        try:
            ended = leftovers.clear(settings.home)
        finally:
            held.release()
        say(f"Ended {ended} processes of a start that was killed." if ended else "Nothing is running.")
    return 0


def _confirmed(part: PartStatus, *, alive: bool) -> PartStatus:
    if not alive:
        return replace(part, state="stopped", pid=None)
    if part.pid is not None and process.identity(part.pid) != part.identity:
        return replace(part, state="restarting", pid=None)
    return part
