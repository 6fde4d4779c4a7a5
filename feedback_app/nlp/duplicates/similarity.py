"""Which of some published texts tell of the same thing: by the words they share, rare ones weighing more.

What somebody is writing is compared by words and not by pieces of words (`likeness`): it is short and often names no
place yet, and at the threshold where pieces find as many tellings of one event they take twice as many others for it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Final, TypeVar

from feedback_app.nlp.duplicates.places import Places, contradict, places_in
from feedback_app.nlp.personal.redact import redact
from feedback_app.nlp.routing.router import shipped_router, words_of

ALIKE: Final = 0.30
"""Of 20 pairs that tell one event in other words (tests/nlp/duplicates/data/same_event.tsv) 19 reach it; of 400
complaints of the corpus about 5 % reach it with any of a hundred others of their sector, which is about what a unit has
open."""

FEWEST_SHARED: Final = 3
"""Two texts of four words each are alike by chance."""

Key = TypeVar("Key", bound=Hashable)


@lru_cache(maxsize=2048)
def content_words(text: str) -> frozenset[str]:
    """Return the words of a text without personal data; published texts are asked for again and again."""
    return words_of(redact(text).text)


@lru_cache(maxsize=2048)
def _published_places(text: str) -> Places:
    return places_in(text)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the cosine of two sets of words weighed by their rarity in the corpus (TF-IDF), 0 to 1.

    >>> round(likeness(frozenset({"ktp", "antre"}), frozenset({"ktp", "antre"})), 6)
    1.0
    """
    shared = one & other
    if len(shared) < FEWEST_SHARED and one != other:
        return 0.0
    both = math.sqrt(_weight(one) * _weight(other))
    return _weight(shared) / both if both else 0.0


def _weight(words: Iterable[str]) -> float:
    router = shipped_router()
    return sum(router.rarity(word) ** 2 for word in words)


def alike(text: str, others: Iterable[tuple[Key, str]], *, most: int = 3) -> list[Key]:
    """Return the keys of up to `most` texts that seem to tell of the same, the likest first.

    None of them names another street, RT or the like than the text does.

    Parameters
    ----------
    text : str
        What somebody is writing; personal data in it counts for nothing.
    others : iterable of (key, str)
        A few hundred texts at most: each is compared.
    """
    # What somebody is writing is kept nowhere, so nothing of it goes into the caches.
    redacted = redact(text).text
    words, places = words_of(redacted), places_in(redacted)
    scored = [(likeness(words, content_words(other)), number, key, other) for number, (key, other) in enumerate(others)]
    found = sorted((item for item in scored if item[0] >= ALIKE), key=lambda item: (-item[0], item[1]))
    return [key for _, _, key, other in found if not contradict(places, _published_places(other))][:most]
