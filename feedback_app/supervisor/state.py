"""What runs at this moment, noted for `status`, for `down` and for the next start after a crash."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from feedback_app.supervisor.home import read_noted, write_private
from feedback_app.supervisor.process import Program, identity

State = Literal["running", "restarting", "stopped"]


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One part of the running system: `since` is its process' start, `restarts` counts since `up`."""

    name: str
    state: State
    pid: int | None
    address: str
    since: datetime | None
    restarts: int
    identity: str | None = None


def write(home: Path, parts: Iterable[PartStatus]) -> None:
    """Replace the note of what runs."""
    rows = [asdict(part) | {"since": part.since.isoformat() if part.since else None} for part in parts]
    write_private(home / "status.json", json.dumps({"parts": rows}))


def read(home: Path) -> tuple[PartStatus, ...]:
    """Return what was noted last, nothing when there is no readable note."""
    parts = []
    for row in read_noted(home / "status.json").get("parts", []):
        since = datetime.fromisoformat(row["since"]) if row["since"] else None
        parts.append(PartStatus(**(row | {"since": since})))
    return tuple(parts)


def note_servers(home: Path, running: Iterable[tuple[Program, subprocess.Popen[bytes]]]) -> None:
    """Note the servers of a start-up that is still under way."""
    now = datetime.now(UTC)
    write(
        home,
        [
            PartStatus(program.name, "running", one.pid, program.address, now, 0, identity(one.pid))
            for program, one in running
        ],
    )
