"""Which units of the demo are surveyed, and what their users think of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from feedback_app.demo.cities import City, UnitPlan, read_table

FEWEST: Final = 11
DEFAULT_MORNINGS: Final = 0.6
IN_FURTHER_CITIES: Final = 0.6


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
        found.append(
            UnitSurvey(
                alike[row.get("nth", 0)], max(FEWEST, round(row["respondents"] * share)),
                row["population"], row["level"], row["low"], row["channels"],
                row.get("mornings", DEFAULT_MORNINGS), frozenset(row.get("on_the_web", ())),
            )
        )  # fmt: skip
    return found
