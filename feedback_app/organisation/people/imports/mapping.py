"""What somebody chose for a list, as it is stored with it: columns, days, what unknown units mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.people.imports.directory import NewUnit
from feedback_app.organisation.people.imports.fields import Field
from feedback_app.organisation.people.imports.terms import Options


@dataclass(frozen=True, slots=True)
class Choices:
    """The header of a list and what was chosen for it; `chosen` leads from folded names to units (below 0: new)."""

    header: tuple[str, ...]
    columns: Mapping[Field, int] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    new_units: tuple[NewUnit, ...] = ()
    chosen: Mapping[str, int] = field(default_factory=dict)
    last_row: int = 0
    header_row: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "header": list(self.header), "columns": {one.value: place for one, place in self.columns.items()},
            "options": {
                "starts_on": _text(self.options.starts_on), "decree": self.options.decree,
                "whole_list_ends_on": _text(self.options.whole_list_ends_on),
                "without_past": self.options.without_past,
            },
            "new_units": [
                {
                    "code": one.code, "name": one.name, "kind": one.kind.value, "parent_id": one.parent_id,
                    "starts_on": one.starts_on.isoformat(),
                }
                for one in self.new_units
            ],
            "chosen": dict(self.chosen), "last_row": self.last_row,
            "header_row": self.header_row,
        }  # fmt: skip

    def with_unit(self, name: str, means: int | NewUnit) -> Choices:
        """Return the choices with one more name that stands for a unit, or for one that is made along with the list."""
        if isinstance(means, NewUnit):
            same = next((at for at, one in enumerate(self.new_units, start=1) if one.code == means.code), None)
            units = self.new_units if same else (*self.new_units, means)
            return replace(self, new_units=units, chosen={**self.chosen, name: -(same or len(units))})
        return replace(self, chosen={**self.chosen, name: means})


def read_choices(stored: Mapping[str, Any]) -> Choices:
    """Return what `as_json` wrote down."""
    options: Mapping[str, Any] = stored.get("options", {})
    return Choices(
        header=tuple(stored["header"]),
        columns={Field(name): place for name, place in stored.get("columns", {}).items()},
        options=Options(
            _day(options.get("starts_on")), options.get("decree"), _day(options.get("whole_list_ends_on")),
            bool(options.get("without_past")),
        ),
        new_units=tuple(_unit(one) for one in stored.get("new_units", [])),
        chosen=dict(stored.get("chosen", {})), last_row=stored.get("last_row", 0),
        header_row=stored.get("header_row", 1),
    )  # fmt: skip


def erased_columns(choices: Choices) -> frozenset[int]:
    """Return the places of columns whose cells were emptied because nobody read them when the list was compared."""
    if not choices.columns:
        return frozenset()
    return frozenset(range(len(choices.header))) - set(choices.columns.values())


def remembered(choices: Choices, names: Sequence[str]) -> dict[str, str]:
    """Return which folded column names mean which field, "" for those that were left unread."""
    fields = {place: one.value for one, place in choices.columns.items()}
    return {name: fields.get(place, "") for place, name in enumerate(names) if name}


def _unit(stored: Mapping[str, Any]) -> NewUnit:
    return NewUnit(
        stored["code"], stored["name"], UnitKind(stored["kind"]), stored["parent_id"],
        date.fromisoformat(stored["starts_on"]),
    )  # fmt: skip


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
