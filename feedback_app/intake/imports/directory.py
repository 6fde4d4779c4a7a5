"""The units and services of an agency, found by the words a file uses for them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from feedback_app.intake.imports.mapping import suggestion
from feedback_app.intake.imports.problems import MappingError, Reason, RowProblemError, shown


def spelling(raw: str) -> str:
    """Return a code or name as it is looked up: small letters, single spaces."""
    return " ".join(raw.casefold().split())


@dataclass(frozen=True, slots=True)
class Directory:
    """What codes and full names stand for: units by word, services by unit and word."""

    units: Mapping[str, int]
    services: Mapping[tuple[int, str], int]

    def unit(self, raw: str) -> int:
        """Return the unit a row names; raises RowProblemError."""
        found = self.units.get(raw) or self.units.get(spelling(raw))
        if found is None:
            raise RowProblemError(
                Reason.UNIT_UNKNOWN, f"Unit {shown(raw)} tidak dikenal." if raw.strip() else "Unit tidak diisi."
            )
        return found

    def service(self, unit_id: int, raw: str) -> int | None:
        """Return the service a row names, None if it names none; raises RowProblemError."""
        if not raw.strip():
            return None
        found = self.services.get((unit_id, spelling(raw)))
        if found is None:
            raise RowProblemError(Reason.SERVICE_UNKNOWN, f"Layanan {shown(raw)} tidak ada pada unit ini.")
        return found

    def check_unit(self, raw: str) -> None:
        """Refuse a unit given on the command line that does not exist; raises MappingError."""
        if spelling(raw) not in self.units:
            raise MappingError(f"The agency has no unit {raw!r}{suggestion(raw, list(self.units))}")

    def check_service(self, unit: str | None, raw: str) -> None:
        """Refuse a service given on the command line that the unit, or no unit at all, gives."""
        unit_id = self.units.get(spelling(unit)) if unit else None
        known = [word for (of, word) in self.services if unit_id in (None, of)]
        if spelling(raw) not in known:
            where = f"Unit {unit!r}" if unit else "No unit of the agency"
            verb = "does not give" if unit else "gives"
            raise MappingError(f"{where} {verb} a service {raw!r}{suggestion(raw, known)}")

    def digest(self) -> str:
        """Return a fingerprint that changes when any word comes to mean something else."""
        lines = sorted([f"u {word} {unit}" for word, unit in self.units.items()])
        lines += sorted(f"s {unit} {word} {service}" for (unit, word), service in self.services.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
