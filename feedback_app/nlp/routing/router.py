"""Which sector a message speaks of, and which unit it may be meant for: words counted, their weights to be read.

The weights come from the labelled corpus (`routing_training`) and stand in a small JSON file. A word speaks for a
sector or is silent; none speaks against one, for what a citizen leaves out says nothing.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from feedback_app.nlp.personal.redact import redact
from feedback_app.nlp.text.tokens import END, NEGATED, START, analyse

FORMAT: Final = 1
FILE: Final = "routing.json"
MOST_SUGGESTED: Final = 3
OTHER: Final = "other"
_SHORTEST_WORD: Final = 3
_NAME_WEIGHT: Final = 0.5
_SERVICE_WEIGHT: Final = 0.25
# A word that more than a fifth of the units share tells none of them apart.
_RARE_SHARE: Final = 0.2


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text as the weights know them; negation does not change what a message is about."""
    bare = (token.removeprefix(NEGATED) for token in analyse(text).split())
    return frozenset(
        word for word in bare if word.isalpha() and len(word) >= _SHORTEST_WORD and word not in {START, END}
    )


@dataclass(frozen=True, slots=True)
class Destination:
    """A unit as a suggestion sees it; `is_top` where no other unit stands above it."""

    key: str
    name: str
    services: tuple[str, ...]
    sectors: frozenset[str]
    is_top: bool


@dataclass(frozen=True, slots=True)
class Router:
    """The weights of the words, and the share from which an answer is right at least every second time."""

    sectors: tuple[str, ...]
    prior: tuple[float, ...]
    weights: dict[str, tuple[tuple[int, float], ...]]
    document_counts: dict[str, int]
    documents: int
    least_share: float

    def shares(self, text: str) -> dict[str, float]:
        """Return how much each sector is spoken of in a text: shares that add up to 1."""
        scores = list(self.prior)
        for word in words_of(redact(text).text):
            for sector, weight in self.weights.get(word, ()):
                scores[sector] += weight
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        return {sector: power / sum(powers) for sector, power in zip(self.sectors, powers, strict=True)}

    def sector(self, text: str) -> str | None:
        """Return the sector of a text, or None where the words do not say enough."""
        shares = self.shares(text)
        best = max(shares, key=shares.__getitem__)
        return best if shares[best] >= self.least_share and best != OTHER else None

    def rarity(self, word: str) -> float:
        """Return how much a word says: the logarithm of how rarely the corpus uses it."""
        return math.log((1 + self.documents) / (1 + self.document_counts.get(word, 0)))

    def rank(self, text: str, destinations: Sequence[Destination]) -> list[str]:
        """Return the keys of up to three units the text may be meant for, the likeliest first.

        None is named without either a sector that the words are sure of, or a word that only a few of the units bear in
        their names. Among many equals (every puskesmas, say) the unit above them stands for all.
        """
        shares = self.shares(text)
        sure = self.sector(text) is not None
        named = _named(text, destinations)
        scores = {
            unit.key: (max((shares.get(sector, 0.0) for sector in unit.sectors), default=0.0) if sure else 0.0)
            + named[unit.key]
            for unit in destinations
        }
        likely = [unit for unit in destinations if scores[unit.key] >= self._least(named[unit.key])]
        likely.sort(key=lambda unit: (-round(scores[unit.key], 6), not unit.is_top, unit.key))
        return [unit.key for unit in _without_crowds(likely, scores)][:MOST_SUGGESTED]

    def _least(self, named: float) -> float:
        return min(self.least_share, _NAME_WEIGHT) if named >= _NAME_WEIGHT else self.least_share


def _named(text: str, destinations: Sequence[Destination]) -> dict[str, float]:
    """Return for each unit how far the text names it: 0.5 for a rare word of its name, half of that for a service's."""
    said = words_of(text)
    most = max(1, int(_RARE_SHARE * len(destinations)))
    in_names = Counter(word for unit in destinations for word in words_of(unit.name))
    in_services = Counter(word for unit in destinations for word in words_of(" ".join(unit.services)))
    found = {}
    for unit in destinations:
        name = sum(_NAME_WEIGHT for word in words_of(unit.name) & said if in_names[word] <= most)
        service = sum(_SERVICE_WEIGHT for word in words_of(" ".join(unit.services)) & said if in_services[word] <= most)
        found[unit.key] = name + min(service, _NAME_WEIGHT)
    return found


def _without_crowds(likely: Sequence[Destination], scores: dict[str, float]) -> list[Destination]:
    """Leave out of every group of equals that is too large for a choice those that stand below another unit."""
    equals = Counter(round(scores[unit.key], 6) for unit in likely)
    return [unit for unit in likely if unit.is_top or equals[round(scores[unit.key], 6)] <= MOST_SUGGESTED]


def router_from(stored: dict[str, Any]) -> Router:
    """Return the router that a JSON file holds."""
    words: dict[str, list[Any]] = stored["words"]
    return Router(
        sectors=tuple(stored["sectors"]),
        prior=tuple(stored["prior"]),
        weights={word: tuple((int(s), float(w)) for s, w in entry[1:]) for word, entry in words.items()},
        document_counts={word: int(entry[0]) for word, entry in words.items()},
        documents=int(stored["documents"]),
        least_share=float(stored["least_share"]),
    )


def shipped_file() -> dict[str, Any]:
    """Return the content of the weights that come with the program."""
    found: dict[str, Any] = json.loads(files("feedback_app.nlp").joinpath("artefacts", FILE).read_text("utf-8"))
    return found


@cache
def shipped_router() -> Router:
    """Return the router that comes with the program, read once."""
    return router_from(shipped_file())
