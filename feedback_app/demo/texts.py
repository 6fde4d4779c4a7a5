"""What people write in the demo: texts of the project's corpus, each used once in all four cities together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Final

from feedback_app.demo.cities import City, cities
from feedback_app.intake.rules import TEXT_MAX, TEXT_MIN
from feedback_app.nlp.labels import Kind, Language
from feedback_app.nlp.learning.corpus import Example, load_corpus
from feedback_app.nlp.urgency.integrity import INTEGRITY_ASPECTS

INTEGRITY_SECTOR: Final = "integrity"
SAMPLE_SECTOR: Final = "civil_registry"
SAMPLES: Final = 3
DIALECT_WORDS_MIN: Final = 2
# A text about another town would be odd here; these are all that the corpus names more than once.
ELSEWHERE: Final = re.compile(
    r"\b(?:Surabaya|Jakarta|Bekasi|Sleman|Semarang|Medan|Makassar|Palembang|Malang|Bogor|Depok|Solo|Denpasar|Padang"
    r"|Jogja|Yogya\w*|Kediri|Surakarta|Madiun|Jombang|Ambon|Ubud|Lombok|Belawan|Wonogiri|Kupang|Mataram|Tanjungbalai"
    r"|Tangerang)\b",
    re.IGNORECASE,
)


@cache
def corpus() -> tuple[Example, ...]:
    """Return the texts that can be sent through the form: long enough, and not spam."""
    return tuple(
        example
        for example in load_corpus()
        if example.kind is not Kind.SPAM and TEXT_MIN <= len(example.text.strip()) <= TEXT_MAX
    )


@dataclass
class Hand:
    """The texts of one city; each is given out once. `reserved` are kept for the samples that a visitor can track."""

    reserved: list[Example] = field(default_factory=list)
    _piles: dict[tuple[str, str], list[Example]] = field(default_factory=lambda: defaultdict(list))
    _given: set[str] = field(default_factory=set)

    def add(self, text: Example) -> None:
        """Put a text on the pile of its sector and, if it speaks of levy or abuse, on that of the Inspektorat."""
        self._piles[text.sector, text.kind].append(text)
        if text.kind is Kind.COMPLAINT and text.aspect in INTEGRITY_ASPECTS:
            self._piles[INTEGRITY_SECTOR, text.kind].append(text)

    def draw(self, sector: str, kind: str, *, calm: bool = False) -> Example | None:
        """Return a text that was not given out yet, or None; a calm one says nothing of levy or abuse."""
        for text in self._piles[sector, kind]:
            if text.id not in self._given and not (calm and text.aspect in INTEGRITY_ASPECTS):
                self._given.add(text.id)
                return text
        return None


def deal(seed: int) -> dict[str, Hand]:
    """Deal the corpus to the cities, so that none depends on which others are loaded."""
    dealt = {city.code: Hand() for city in cities()}
    shuffled = list(corpus())
    Random(f"{seed}/texts").shuffle(shuffled)  # noqa: S311 - a demo must be repeatable
    turns: dict[tuple[str, str], int] = defaultdict(int)
    for text in shuffled:
        if ELSEWHERE.search(text.text):
            continue
        if text.language is Language.REGIONAL_MIX:
            city = _speaks_like(text, cities())
        else:
            pile = (text.sector, text.kind)
            city = cities()[turns[pile] % len(cities())]
            turns[pile] += 1
        if city:
            dealt[city.code].add(text)
    for hand in dealt.values():
        found = (hand.draw(SAMPLE_SECTOR, "complaint", calm=True) for _ in range(SAMPLES))
        hand.reserved.extend(text for text in found if text)
    return dealt


def _speaks_like(text: Example, candidates: Sequence[City]) -> City | None:
    """Return the city whose dialect a text is in; None for a dialect of none of them."""
    words = set(re.findall(r"\w+", text.text.lower()))
    best = max(candidates, key=lambda city: len(words & city.dialect))
    return best if len(words & best.dialect) >= DIALECT_WORDS_MIN else None
