"""How alike two texts are: the cosine of their pieces, and nothing at all where they tell of two places or matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from feedback_app.nlp.duplicates.grams import Grams, grams_from, rarity, weight_of, words_in
from feedback_app.nlp.duplicates.own_matter import share_an_event, speaks_of_own_papers
from feedback_app.nlp.duplicates.places import Places, contradict, places_in, same_place

SAME: Final = 0.43
"""From here on 97 of a hundred suggestions were right (95 from 0.41 on); measured by `python -m bench duplicates`."""

WINDOW_DAYS: Final = 60
"""Reports further apart than this are of two events, even where the first is still open."""

MOST_COMPARED: Final = 50
FEWEST_SHARED: Final = 2
"""Only texts that share two of their rarest pieces are compared, and of them the 50 that share the most."""

MOST_WORDS_TOLD: Final = 4
_LEAST_LETTERS: Final = 4


@dataclass(frozen=True, slots=True)
class Told:
    """A redacted text as it is compared."""

    grams: Grams
    places: Places
    words: frozenset[str]
    is_of_own_matter: bool


def told(redacted: str) -> Told:
    """Return what is compared of a text that holds no personal data any more."""
    words = words_in(redacted)
    return Told(grams_from(words), places_in(redacted), frozenset(words), speaks_of_own_papers(words))


def cosine(one: Grams, other: Grams) -> float:
    """Return the cosine of two texts' pieces weighed by their rarity in the corpus (TF-IDF), 0 to 1.

    >>> same = grams_from(["lampu", "jalan", "padam"])
    >>> round(cosine(same, same), 6)
    1.0
    """
    both = one.norm * other.norm
    return weight_of(one.pieces & other.pieces) / both if both else 0.0


def likeness(one: Told, other: Told) -> float:
    """Return the cosine of two texts, or 0 where the places they name contradict each other.

    Where one tells of its sender's own papers, both have to name one place, or share two rare words beside: else each
    may have lost a KTP of their own. That both name one street needs no reward: its name is rare and weighs much.
    """
    found = cosine(one.grams, other.grams)
    return 0.0 if found and (contradict(one.places, other.places) or _may_be_two_matters(one, other)) else found


def _may_be_two_matters(one: Told, other: Told) -> bool:
    if not (one.is_of_own_matter or other.is_of_own_matter) or share_an_event(one.words, other.words):
        return False
    return same_place(one.places, other.places) is None


@dataclass(frozen=True, slots=True)
class Shared:
    """What speaks for two texts telling of one thing: a place both name, and the rarest words of both."""

    place: str | None
    words: tuple[str, ...]


def shared(one: str, other: str) -> Shared:
    """Return what two redacted texts have in common, in the words of the first."""
    common = set(words_in(one)) & set(words_in(other))
    telling = sorted((word for word in common if len(word) >= _LEAST_LETTERS), key=lambda word: (-rarity(word), word))
    return Shared(same_place(places_in(one), places_in(other)), tuple(telling[:MOST_WORDS_TOLD]))
