"""Find a unit by a few words of its name, address or services, typing errors forgiven."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from feedback_app.blueprints.places import Place
from feedback_app.organisation.queries import ServiceCard

QUERY_MAX: Final = 80
# One wrong letter in five ("pusksmas") still reads 90, two in nine 78, one in four ("ijin") 75; unrelated words of
# one length stay below 70.
LIKENESS_MIN: Final = 75.0
SHORT_WORD: Final = 3
_WORD: Final = re.compile(r"[a-z0-9]+")
_EMPTY_WORDS: Final = frozenset({"dan", "di", "ke", "dari", "untuk", "yang", "kota", "kabupaten"})


@dataclass(frozen=True, slots=True)
class Hit:
    """A unit that answers a search, with the services that made it do so."""

    place: Place
    services: tuple[ServiceCard, ...] = ()


def search(places: Sequence[Place], query: str) -> list[Hit]:
    """Return the units that hold every word of the query, the closest first; all of them for an empty query."""
    words = _words(query[:QUERY_MAX])
    wanted = [word for word in words if word not in _EMPTY_WORDS] or words
    if not wanted:
        return [Hit(place) for place in places]
    scored = [(likeness, hit) for place in places for likeness, hit in [_match(place, wanted)] if likeness]
    return [hit for _, hit in sorted(scored, key=lambda item: (-item[0], item[1].place.unit.name))]


def _match(place: Place, wanted: Sequence[str]) -> tuple[float, Hit]:
    unit = place.unit
    own = _words(f"{unit.name} {unit.code} {unit.address or ''}")
    by_service = [(_likeness(wanted, [*own, *_words(service.name)]), service) for service in place.services]
    by_name = _likeness(wanted, own)
    best = max((likeness for likeness, _ in by_service), default=0.0)
    # A unit found by its own name needs no service to explain it.
    shown = () if by_name else tuple(service for likeness, service in by_service if likeness)
    return max(by_name, best), Hit(place, shown)


def _likeness(wanted: Iterable[str], offered: Sequence[str]) -> float:
    """Return 0 where a word is met by none, else the mean likeness (75 to 100)."""
    found = [max((_alike(word, other) for other in offered), default=0.0) for word in wanted]
    return sum(found) / len(found) if found and min(found) >= LIKENESS_MIN else 0.0


def _alike(word: str, other: str) -> float:
    if word == other:
        return 100.0
    if other.startswith(word):
        return 95.0
    if len(word) > SHORT_WORD and word in other:
        return 90.0
    return fuzz.ratio(word, other) if len(word) > SHORT_WORD else 0.0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
