"""The four cities as their files describe them: units, services, stories, names."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from feedback_app.organisation.models import UnitKind

CITY_CODES: Final = ("kupang", "mataram", "tanjungbalai", "tangsel")
ROOT: Final = "setda"
OVERSEER: Final = "inspektorat"

Staffing = Literal["roster", "desk", "alone"]


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A service and how it is used; `level` is its usual rating (1 to 4), `weight` its part of all ratings."""

    code: str
    name: str
    sector: str
    weight: float
    level: float
    voices: int


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A unit, how it is staffed, and how often (0 to 1) it answers in time."""

    code: str
    name: str
    kind: UnitKind
    under: str | None
    address: str
    head: str
    staffing: Staffing
    head_share: float
    punctual: float
    services: tuple[ServicePlan, ...]
    spread: tuple[float, ...] = ()
    open_on_saturday: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The head of `acting` stands in for the head of `unit`."""

    unit: str
    acting: str


@dataclass(frozen=True, slots=True)
class Task:
    """The head of one unit has an additional task in a service of another."""

    from_unit: str
    unit: str
    service: str
    position: str


@dataclass(frozen=True, slots=True)
class Stories:
    """What happens to posts within the year, by unit codes."""

    heads_change_places: tuple[str, str]
    officers_change_places: tuple[str, str]
    vacant_head: Standing
    absent_head: Standing
    additional_task: Task


@dataclass(frozen=True, slots=True)
class Names:
    """The parts that names of people of this city are made of."""

    male: tuple[str, ...]
    female: tuple[str, ...]
    family: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class City:
    """One agency of the demo; `ratings` is how many ratings without text it gets in the year.

    `survey_share` is which part of the respondents of its surveys to make.
    """

    number: int
    code: str
    name: str
    short_name: str
    region_code: str
    time_zone: str
    ratings: int
    dialect: frozenset[str]
    units: tuple[UnitPlan, ...]
    stories: Stories
    names: Names
    survey_share: float = 1.0

    def unit(self, code: str) -> UnitPlan:
        """Return the unit with this code; KeyError if there is none."""
        for unit in self.units:
            if unit.code == code:
                return unit
        raise KeyError(code)


@cache
def cities() -> tuple[City, ...]:
    """Return all cities, in the order in which they are loaded."""
    catalogue = read_table("catalogue")
    return tuple(_city(number, read_table(code), catalogue) for number, code in enumerate(CITY_CODES))


def scaled(city: City, scale: float) -> City:
    """Return a city with that part of its feedback; a service that has texts keeps at least one."""
    units = tuple(
        replace(unit, services=tuple(replace(s, voices=_at_least_one(s.voices, scale)) for s in unit.services))
        for unit in city.units
    )
    share = min(1.0, city.survey_share * scale)
    return replace(city, ratings=max(1, round(city.ratings * scale)), units=units, survey_share=share)


def _at_least_one(voices: int, scale: float) -> int:
    return max(1, round(voices * scale)) if voices else 0


def read_table(name: str) -> dict[str, Any]:
    """Return one of the files that describe the demo."""
    text = files("feedback_app.demo").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _city(number: int, table: dict[str, Any], catalogue: dict[str, Any]) -> City:
    return City(
        number=number,
        code=table["code"],
        name=table["name"],
        short_name=table["short_name"],
        region_code=table["region_code"],
        time_zone=table["time_zone"],
        ratings=table["ratings"],
        dialect=frozenset(table["dialect"]),
        units=tuple(_unit(row, catalogue[row["is"]]) for row in table["units"]),
        stories=_stories(table["stories"]),
        names=Names(**{part: tuple(words) for part, words in table["names"].items()}),
    )


def _unit(row: dict[str, Any], template: dict[str, Any]) -> UnitPlan:
    # The Inspektorat stands beside the tree: who may read all of the Sekretariat's units must not read its cases.
    is_root = row["code"] in {ROOT, OVERSEER}
    return UnitPlan(
        code=row["code"],
        name=row.get("name", template["name"]),
        kind=UnitKind(template["kind"]),
        under=None if is_root else row.get("under", ROOT),
        address=row["address"],
        head=template["head"],
        staffing=template["staffing"],
        head_share=template["head_share"],
        punctual=template["punctual"],
        services=tuple(ServicePlan(**service) for service in template["services"]),
        spread=tuple(template.get("spread", ())),
        open_on_saturday=template.get("open_on_saturday", False),
    )


def _stories(table: dict[str, Any]) -> Stories:
    task = table["additional_task"]
    first_head, second_head = table["heads_change_places"]
    first_officer, second_officer = table["officers_change_places"]
    return Stories(
        heads_change_places=(first_head, second_head),
        officers_change_places=(first_officer, second_officer),
        vacant_head=Standing(**table["vacant_head"]),
        absent_head=Standing(**table["absent_head"]),
        additional_task=Task(task["from"], task["unit"], task["service"], task["position"]),
    )
