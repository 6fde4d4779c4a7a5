"""Find a unit by a few words of its name, address or services, typing errors forgiven and everyday words understood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from feedback_app.blueprints.everyday_words import WORD, everyday_words, telling
from feedback_app.blueprints.places import Place
from feedback_app.organisation.queries import ServiceCard

QUERY_MAX: Final = 80
# One wrong letter in five ("pusksmas") still reads 90, two in nine 78, one in four ("ijin") 75; unrelated words of
# one length stay below 70.
LIKENESS_MIN: Final = 75.0
SHORT_WORD: Final = 3
# What an everyday word stands for counts a little less than the word itself.
_EVERYDAY: Final = 98.0
# They stand in every address, so they count only beside the rest of one.
_STREET: Final = frozenset({"jalan", "jl"})

Likenesses = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A unit that answers a search, with the services that made it do so; `is_near` where it lacks one of the words."""

    place: Place
    services: tuple[ServiceCard, ...] = ()
    is_near: bool = False


@dataclass(frozen=True, slots=True)
class _Match:
    """How well a unit, and each of its services, meets each word: 0, or 75 to 100."""

    place: Place
    by_name: Likenesses
    by_service: tuple[tuple[Likenesses, ServiceCard], ...]

    @property
    def best(self) -> Likenesses:
        return max([self.by_name, *(met for met, _ in self.by_service)], key=lambda met: (_share(met), _mean(met)))

    def hit(self, *, is_near: bool = False) -> Hit:
        """Name the services that met more than the unit's own name did."""
        least = _share(self.best)
        if _share(self.by_name) == least:
            return Hit(self.place, is_near=is_near)
        return Hit(self.place, tuple(service for met, service in self.by_service if _share(met) == least), is_near)


def search(places: Sequence[Place], query: str) -> list[Hit]:
    """Return the units that hold every word of the query, the closest first; all of them for an empty query.

    Where none holds every word, those that hold some: the rarer the words they hold, the earlier they stand.
    """
    wanted = telling(_words(query[:QUERY_MAX]))
    if not wanted:
        return [Hit(place) for place in places]
    matches = [_match(place, wanted) for place in places]
    full = [match for match in matches if all(match.best)]
    if full:
        return [match.hit() for match in sorted(full, key=lambda match: (-_mean(match.best), match.place.unit.name))]
    return _nearest(matches)


def _nearest(matches: Sequence[_Match]) -> list[Hit]:
    """Return the units that meet some of the words, by how rare among the units those words are."""
    found = [(match, match.best) for match in matches if any(match.best)]
    met_by = [sum(1 for _, met in found if met[at]) for at in range(len(found[0][1]))] if found else []
    rarity = [math.log(1 + len(matches) / count) if count else 0.0 for count in met_by]
    scored = [(sum(r * m for r, m in zip(rarity, met, strict=True)), match) for match, met in found]
    scored.sort(key=lambda item: (-round(item[0], 6), item[1].place.unit.name))
    return [match.hit(is_near=True) for _, match in scored]


def _match(place: Place, wanted: Sequence[str]) -> _Match:
    unit = place.unit
    own = [*_words(f"{unit.name} {unit.code}"), *_address(unit.address or "", wanted)]
    services = ((_met(wanted, [*own, *_words(service.name)]), service) for service in place.services)
    return _Match(place, _met(wanted, own), tuple(services))


def _address(address: str, wanted: Sequence[str]) -> list[str]:
    words = _words(address)
    named = [word for word in words if word not in _STREET]
    is_meant = any(word in named for word in wanted if word not in _STREET)
    return [*named, *_STREET] if is_meant else named


def _met(wanted: Sequence[str], offered: Sequence[str]) -> Likenesses:
    return tuple(_word_met(word, offered) for word in wanted)


def _word_met(word: str, offered: Sequence[str]) -> float:
    """Return how alike the closest word is; 0 below the least likeness."""
    phrases = everyday_words().get(word, ())
    # A word that is known is no misspelt other one: "pindah" is not "Indah".
    best = max((_alike(word, other, is_known=bool(phrases)) for other in offered), default=0.0)
    if best < _EVERYDAY and any(_says(phrase, offered) for phrase in phrases):
        return _EVERYDAY
    return best if best >= LIKENESS_MIN else 0.0


def _says(phrase: Sequence[str], offered: Sequence[str]) -> bool:
    return all(any(other.startswith(word) for other in offered) for word in phrase)


def _share(met: Likenesses) -> float:
    return sum(1 for likeness in met if likeness) / len(met)


def _mean(met: Likenesses) -> float:
    return sum(met) / len(met)


def _alike(word: str, other: str, *, is_known: bool) -> float:
    if word == other:
        return 100.0
    if other.startswith(word):
        return 95.0
    if len(word) > SHORT_WORD and word in other:
        return 90.0
    return fuzz.ratio(word, other) if len(word) > SHORT_WORD and not is_known else 0.0


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())
