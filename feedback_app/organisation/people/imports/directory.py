"""The units and services that a list names: found by code or exact name, near names offered, never taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from rapidfuzz import fuzz, process

from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.people.imports.folding import folded
from feedback_app.organisation.people.imports.values import CellProblemError

NEAR_MOST: Final = 3
NEAR_ENOUGH: Final = 70.0


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that is created along with a list; its place in the list of them gives its number: -1, -2, …"""

    code: str
    name: str
    kind: UnitKind
    parent_id: int | None
    starts_on: date


@dataclass(frozen=True, slots=True)
class Directory:
    """What codes and names stand for at one agency.

    `units` leads from a folded code or name (of any time) to the units that bear it; `parents` from a unit to those it
    ever stood under; `chosen` from names that no unit bears to what somebody said they mean (below 0: a new unit).
    """

    units: Mapping[str, frozenset[int]]
    names: Mapping[int, str]
    parents: Mapping[int, frozenset[int]]
    services: Mapping[tuple[int, str], int]
    service_names: Mapping[int, str] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)

    def unit(self, raw: str, parent: str = "") -> int:
        """Return the unit that a row names; of several of one name the one below `parent`.

        Raises
        ------
        CellProblemError
            Nothing bears the name, or several do.
        """
        name = folded(raw)
        found = self.units.get(name, frozenset())
        if not found and name in self.chosen:
            return self.chosen[name]
        if not found:
            raise CellProblemError("Unit ini tidak dikenal. Pilih unit yang dimaksud, atau buat unitnya.")
        if len(found) > 1 and parent.strip():
            above = self.units.get(folded(parent), frozenset())
            found = frozenset(unit for unit in found if self._ancestors(unit) & above) or found
        if len(found) > 1:
            raise CellProblemError("Beberapa unit bernama sama. Tulis kode unitnya, atau isi juga kolom unit induk.")
        return next(iter(found))

    def service(self, unit_id: int | None, raw: str) -> int:
        """Return the service of a unit that a row names by code or name.

        Raises
        ------
        CellProblemError
        """
        found = self.services.get((unit_id or 0, folded(raw)))
        if found is None:
            raise CellProblemError("Layanan ini tidak ada pada unitnya. Periksa kode layanannya.")
        return found

    def near(self, raw: str) -> list[int]:
        """Return the units whose names come near, the nearest first, to choose from."""
        matches = process.extract(
            folded(raw), list(self.units), scorer=fuzz.token_sort_ratio, limit=NEAR_MOST * 2, score_cutoff=NEAR_ENOUGH
        )
        found = dict.fromkeys(unit for name, _score, _at in matches for unit in sorted(self.units[name]))
        return list(found)[:NEAR_MOST]

    def is_known(self, raw: str) -> bool:
        """Tell whether some unit bears this code or name, or somebody said what it means."""
        return folded(raw) in self.units or folded(raw) in self.chosen

    def _ancestors(self, unit_id: int) -> set[int]:
        found: set[int] = set()
        waiting = [unit_id]
        while waiting:
            for parent in self.parents.get(waiting.pop(), frozenset()):
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return found
