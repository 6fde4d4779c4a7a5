"""End what a supervisor that was killed left running, so that the next start finds its folder free."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import Final

from feedback_app.supervisor import state
from feedback_app.supervisor.console import say
from feedback_app.supervisor.process import identity, wait_until
from feedback_app.supervisor.state import PartStatus

# The kernel already asked each of them to end when their supervisor died; they need time, not another signal.
PATIENCE_SECONDS: Final = {"postgres": (30.0, 10.0), "redis": (10.0, 5.0)}
USUAL_PATIENCE: Final = (5.0, 3.0)
ORDERLY: Final = {"postgres": signal.SIGINT}
QUICK: Final = {"postgres": signal.SIGQUIT}


def clear(home: Path) -> int:
    """End every noted process that still runs and return how many there were. The caller holds the lock."""
    alive = [part for part in state.read(home) if _runs(part)]
    # The web server first and PostgreSQL last, as in an orderly stop.
    for part in reversed(alive):
        say(f"Ending {part.name} (process {part.pid}) of an earlier start that was killed.")
        _end(part)
    (home / "status.json").unlink(missing_ok=True)
    return len(alive)


def _runs(part: PartStatus) -> bool:
    return part.pid is not None and (_leads(part) or _group_survives(part.pid))


def _leads(part: PartStatus) -> bool:
    return part.pid is not None and part.identity is not None and identity(part.pid) == part.identity


def _group_survives(pid: int) -> bool:
    """Return whether children of a dead leader remain; while they do, nobody else gets its number."""
    if identity(pid) is not None:
        return False
    with contextlib.suppress(ProcessLookupError):
        try:
            os.killpg(pid, 0)
        except PermissionError:
            return False
        return True
    return False


def _end(part: PartStatus) -> None:
    pid = part.pid or 0
    first, second = PATIENCE_SECONDS.get(part.name, USUAL_PATIENCE)
    orderly, quick = ORDERLY.get(part.name, signal.SIGTERM), QUICK.get(part.name, signal.SIGTERM)
    for wanted, seconds in ((orderly, first), (quick, second)):
        if not _leads(part):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, wanted)
        wait_until(lambda: not _leads(part), seconds)
    if _runs(part):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        wait_until(lambda: not _runs(part), 5.0)
