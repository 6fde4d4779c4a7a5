"""Which units of the demo are surveyed, and what their users think of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any, Final

from feedback_app.demo.cities import City, UnitPlan, read_table

FEWEST: Final = 11
THIN: Final = 30
DEFAULT_MORNINGS: Final = 0.6
IN_FURTHER_CITIES: Final = 0.6
# How far units of the further cities are from those of the first.
RESPONDENTS_SPREAD: Final = 0.3
POPULATION_SPREAD: Final = 0.45
LEVEL_SPREAD: Final = 0.12
LOW_SPREAD: Final = 0.14
INDEX_SPREAD: Final = 4.0


@dataclass(frozen=True, slots=True)
class UnitSurvey:
    """What the survey of one unit is like."""

    unit: UnitPlan
    respondents: int
    population: int
    level: float
    low: Mapping[str, float]
    channels: Mapping[str, float]
    mornings: float
    on_the_web: frozenset[str]


@cache
def survey_table() -> dict[str, Any]:
    """Return what the surveys of the demo are made of."""
    return read_table("surveys")


def surveys_of(city: City) -> list[UnitSurvey]:
    """Return the units of a city that are surveyed; the first has more of everything, so that loading stays quick."""
    is_first, found = city.number == 0, []
    share = city.survey_share * (1.0 if is_first else IN_FURTHER_CITIES)
    for row in survey_table()["units"]:
        alike = [unit for unit in city.units if unit.code == row["is"] or unit.code.startswith(f"{row['is']}-")]
        is_shown = is_first or row.get("everywhere", False)
        if not is_shown or len(alike) <= row.get("nth", 0):
            continue
        own = row if is_first else _of_its_own(row, _draw(city, f"{row['is']}/{row.get('nth', 0)}"))
        found.append(
            UnitSurvey(
                alike[row.get("nth", 0)], max(FEWEST, round(own["respondents"] * share)),
                own["population"], own["level"], own["low"], own["channels"],
                row.get("mornings", DEFAULT_MORNINGS), frozenset(row.get("on_the_web", ())),
            )
        )  # fmt: skip
    return found


def reported_of(city: City) -> list[dict[str, Any]]:
    """Return the results of a city from before the platform."""
    rows: list[dict[str, Any]] = survey_table()["reported"]
    if city.number == 0:
        return rows
    found = []
    for row in rows:
        draw = _draw(city, f"{row['unit']}/{row['year']}")
        index = Decimal(row["index"]) + Decimal(f"{draw.uniform(-INDEX_SPREAD, INDEX_SPREAD):.2f}")
        found.append({**row, "index": str(index), "respondents": _about(row["respondents"], RESPONDENTS_SPREAD, draw)})
    return found


def _of_its_own(row: Mapping[str, Any], draw: Random) -> dict[str, Any]:
    """Return what a unit of the first city is like in another one; a sample that is far too thin stays so."""
    is_thin = row["respondents"] < THIN
    return {
        **row,
        "respondents": row["respondents"] if is_thin else _about(row["respondents"], RESPONDENTS_SPREAD, draw),
        "population": _about(row["population"], POPULATION_SPREAD, draw),
        "level": row["level"] + draw.uniform(-LEVEL_SPREAD, LEVEL_SPREAD),
        "low": {element: by + draw.uniform(-LOW_SPREAD, LOW_SPREAD) for element, by in row["low"].items()},
    }


def _about(number: int, spread: float, draw: Random) -> int:
    return round(number * draw.uniform(1 - spread, 1 + spread))


def _draw(city: City, subject: str) -> Random:
    return Random(f"survey/{city.code}/{subject}")  # noqa: S311 - repeatable
