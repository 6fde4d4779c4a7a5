"""What somebody asked for when they started an import, and whether it fits the file and the agency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from feedback_app.intake.imports.directory import Directory
from feedback_app.intake.imports.mapping import Field, locate
from feedback_app.intake.imports.moments import DateOrder, DateReading
from feedback_app.intake.imports.problems import MappingError
from feedback_app.intake.imports.readers import Layout
from feedback_app.intake.imports.rows import RowRules
from feedback_app.intake.imports.values import OWN_SCALE, Scale
from feedback_app.intake.rules import SubmissionKind

SOURCE_MAX: Final = 100
_USUAL_DELIMITERS: Final = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """One import as asked for.

    `day` dates a file that has no dates; `history` means that nobody waits for an answer.
    """

    path: Path
    layout: Layout
    agency: str
    source: str
    mapping: dict[Field, str]
    unit: str | None = None
    service: str | None = None
    day: date | None = None
    utc_offset: timezone | None = None
    date_order: DateOrder = DateOrder.DMY
    scale: Scale = field(default_factory=lambda: OWN_SCALE)
    kind: SubmissionKind = SubmissionKind.UNSPECIFIED
    history: bool = False

    def options(self) -> dict[str, Any]:
        """Return everything that decides how rows are read: same file, same options, same import."""
        return {
            "map": {name.value: column for name, column in sorted(self.mapping.items())},
            "unit": self.unit,
            "service": self.service,
            "date": self.day.isoformat() if self.day else None,
            "utc_offset": str(self.utc_offset) if self.utc_offset else None,
            "date_order": self.date_order.value,
            "rating_values": dict(sorted(self.scale.items())),
            "kind": self.kind.value,
            "history": self.history,
            "layout": asdict(self.layout),
        }

    def check(self, columns: Sequence[str], directory: Directory, today: date) -> dict[Field, int]:
        """Return where each field's column is, having refused what fits neither the file nor the agency.

        Raises
        ------
        MappingError
        """
        self._check_alternatives()
        if self.day is not None and self.day > today:
            raise MappingError(f"--date {self.day.isoformat()} lies in the future.")
        if self.unit is not None:
            directory.check_unit(self.unit)
        if self.service is not None:
            directory.check_service(self.unit, self.service)
        try:
            return locate(self.mapping, columns)
        except MappingError as error:
            raise MappingError(f"{error}{_delimiter_advice(columns)}") from None

    def rules(self, places: Mapping[Field, int], directory: Directory, zone: ZoneInfo, now: datetime) -> RowRules:
        """Return the rules by which the rows are read; `zone` is the agency's, `now` the start of the import."""
        return RowRules(
            source=self.source,
            places=places,
            directory=directory,
            dates=DateReading(agency_zone=zone, written_in=self.utc_offset or zone, order=self.date_order),
            now=now,
            scale=self.scale,
            unit=self.unit,
            service=self.service,
            day=self.day,
            kind=self.kind,
            wants_reply=False if self.history else None,
        )

    def _check_alternatives(self) -> None:
        mapped = self.mapping
        pairs = (
            (self.unit is not None, Field.UNIT, "--unit CODE", True),
            (self.day is not None, Field.DATE, "--date YYYY-MM-DD", True),
            (self.service is not None, Field.SERVICE, "--service CODE", False),
            (self.kind is not SubmissionKind.UNSPECIFIED, Field.KIND, "--kind", False),
            (self.history, Field.REPLY, "--history", False),
        )
        for fixed, name, option, needed in pairs:
            if fixed and name in mapped:
                raise MappingError(f"Give either {option} or --map {name}=COLUMN, not both.")
            if needed and not fixed and name not in mapped:
                raise MappingError(f"Every row needs a {name}: give {option}, or --map {name}=COLUMN.")
        if not 1 <= len(self.source) <= SOURCE_MAX or not self.source.isprintable():
            raise MappingError(f"--source takes a name of 1 to {SOURCE_MAX} readable characters.")


def _delimiter_advice(columns: Sequence[str]) -> str:
    if len(columns) != 1:
        return ""
    present = [name for mark, name in _USUAL_DELIMITERS.items() if mark in columns[0]]
    return f"\nThe columns may be separated by another character; try --delimiter {present[0]}." if present else ""
