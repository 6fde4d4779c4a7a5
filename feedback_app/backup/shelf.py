"""The copies in a folder: their names, which of them go, and when the last one was made and tried."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from feedback_app.backup.making import Made
from feedback_app.key_files import write_secret

_NAME: Final = re.compile(r"suara-\d{8}T\d{6}Z\.age")
_NOTE: Final = "backups.json"


@dataclass(frozen=True, slots=True)
class Noted:
    """When a copy was made and a drill was good for the last time (aware, UTC), None for never."""

    made_at: datetime | None = None
    path: str | None = None
    drilled_at: datetime | None = None
    drill_was_good: bool | None = None


def name_at(now: datetime) -> str:
    """Return the name of a copy made now; names sort by time."""
    return f"suara-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.age"


def thin(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest copies of a folder, and nothing else in it; return what went."""
    copies = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.is_file())
    gone = copies[: max(0, len(copies) - keep)]
    for path in gone:
        path.unlink()
    return gone


def note_made(home: Path, made: Made) -> None:
    """Note a copy for `feedback doctor`."""
    _note(home, made_at=made.manifest.made_at.isoformat(), path=str(made.path))


def note_drill(home: Path, *, good: bool, now: datetime) -> None:
    """Note a drill for `feedback doctor`."""
    _note(home, drilled_at=now.isoformat(), drill_was_good=good)


def noted(home: Path) -> Noted:
    """Return what was noted last; nothing where there is no readable note."""
    found = _read(home)
    made, drilled = found.get("made_at"), found.get("drilled_at")
    return Noted(
        datetime.fromisoformat(made) if made else None,
        found.get("path"),
        datetime.fromisoformat(drilled) if drilled else None,
        found.get("drill_was_good"),
    )


def _note(home: Path, **more: Any) -> None:
    write_secret(home / _NOTE, json.dumps(_read(home) | more))


def _read(home: Path) -> dict[str, Any]:
    try:
        found = json.loads((home / _NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
