"""Invented civil servants: names of their region, numbers of the right form that belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from feedback_app.demo.cities import CITY_CODES, Names

PPPK_CODE: Final = "21"
OLDEST_YEARS, YOUNGEST_YEARS = 57, 24
HEAD_YOUNGEST_YEARS = 42


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist; `quality` is how far ratings of their work lie from the usual (points of 1 to 4)."""

    key: int
    name: str
    nip: str
    quality: float


@dataclass
class Register:
    """Gives out people of one city, each name and each number once."""

    city_number: int
    names: Names
    today: date
    rng: Random
    people: list[Person] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)

    def hire(self, quality: float, *, is_head: bool = False) -> Person:
        """Return somebody new; heads are older, and PNS."""
        is_female = self.rng.random() < 0.5
        person = Person(
            key=len(self.people),
            name=self._name(is_female),
            nip=self._nip(is_female, is_head),
            quality=quality,
        )
        self.people.append(person)
        return person

    def _name(self, is_female: bool) -> str:
        given = self.names.female if is_female else self.names.male
        while True:
            name = f"{self.rng.choice(given)} {self.rng.choice(self.names.family)}"
            if name not in self._used:
                self._used.add(name)
                return name

    def _nip(self, is_female: bool, is_head: bool) -> str:
        years = self.rng.uniform(HEAD_YOUNGEST_YEARS if is_head else YOUNGEST_YEARS + 2, OLDEST_YEARS)
        born = self.today - timedelta(days=round(years * 365.25))
        is_pppk = not is_head and self.rng.random() < 0.3
        if is_pppk:
            appointed = f"{self.rng.randint(max(2021, born.year + YOUNGEST_YEARS), self.today.year - 1)}{PPPK_CODE}"
        else:
            year = born.year + self.rng.randint(22, min(29, self.today.year - 1 - born.year))
            appointed = f"{year}{self.rng.choice((1, 3, 4, 12)):02d}"
        # The last three digits tell cities apart, so that no number occurs in two of them.
        sequence = 1 + self.city_number + len(CITY_CODES) * len(self.people)
        return f"{born:%Y%m%d}{appointed}{2 if is_female else 1}{sequence:03d}"
