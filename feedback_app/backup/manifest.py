"""What stands in a copy and what it was made from: the first entry of the file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from feedback_app.backup.archive import DamagedBackupError

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """One copy. `made_at` is aware, UTC; `counts` are rows of every table in the moment of the dump.

    `head` is the revision of the tables, `roles` are those that its rights name, `needed` the secrets that are in force
    and not in the file, `audit` the newest seal of the trail (number and root as hex), None where there is none.
    """

    made_at: datetime
    version: str
    head: str
    postgres: int
    counts: dict[str, int]
    roles: list[str]
    files: int
    files_where: str
    settings: dict[str, str]
    needed: list[str]
    has_secrets: bool
    audit: dict[str, Any] | None = None
    format: int = field(default=FORMAT)

    @property
    def rows(self) -> int:
        """Return how many rows all tables have together."""
        return sum(self.counts.values())

    def packed(self) -> bytes:
        """Return the manifest as it stands in the file."""
        return json.dumps({**asdict(self), "made_at": self.made_at.isoformat()}, sort_keys=True).encode()


def unpacked(data: bytes) -> Manifest:
    """Read a manifest.

    Raises
    ------
    feedback_app.backup.archive.DamagedBackupError
        It is none, or of a format this version does not know.
    """
    try:
        found = json.loads(data)
        if found["format"] != FORMAT:
            raise DamagedBackupError(
                f"The copy is of format {found['format']!r}, this version reads {FORMAT}: use the version that made it."
            )
        known = {one.name for one in fields(Manifest)}
        return Manifest(
            **{name: value for name, value in found.items() if name in known and name != "made_at"},
            made_at=datetime.fromisoformat(found["made_at"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedBackupError("The manifest of the copy cannot be read.") from error
