"""Texts about their sender's own papers: two citizens who lost their KTP write the same words of two matters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from feedback_app.nlp.duplicates.grams import rarity, words_in
from feedback_app.nlp.text.word_lists import word_list

LEAST_RARE_WORDS: Final = 2
"""One more word in common is still chance ("dompet" with a lost KTP)."""

LEAST_RARITY: Final = 11.0
"""Between "menunggu" or "anak", which say nothing of an event, and "loket" or "motor", which do."""

_BESIDE: Final = 3
_OWN: Final = word_list("own_words")
_PAPERS: Final = word_list("documents")
_TOPICS: Final = word_list("own_matter_topics") | _OWN | _PAPERS


def is_of_own_matter(redacted: str) -> bool:
    """Tell whether a text speaks of a paper of its sender's own or their family's: "KTP saya", "akta anak saya"."""
    return speaks_of_own_papers(words_in(redacted))


def speaks_of_own_papers(words: Sequence[str]) -> bool:
    """Tell it of the words of a text in order: a paper and "saya" stand with at most two words between them."""
    papers = [place for place, word in enumerate(words) if word in _PAPERS]
    return any(words[near] in _OWN for at in papers for near in range(max(0, at - _BESIDE), _end(words, at)))


def _end(words: Sequence[str], at: int) -> int:
    return min(len(words), at + _BESIDE + 1)


def share_an_event(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two sets of words share two rare ones beside the papers and what commonly befalls them."""
    common = (one & other) - _TOPICS
    return sum(rarity(word) >= LEAST_RARITY for word in common) >= LEAST_RARE_WORDS
