"""Which single words are names of persons, and which are surely none."""

from __future__ import annotations

import re

from feedback_app.nlp.text.word_lists import word_list

_KNOWN, _AMBIGUOUS = word_list("names"), word_list("ambiguous_names")
_COMMON = word_list("common_words") | word_list("after_name_cues")
_NO_NAME = (
    word_list("honorifics")
    | word_list("pronouns")
    | word_list("places")
    | word_list("not_names")
    | word_list("offices")
    | word_list("after_name_cues")
) - _AMBIGUOUS
_NO_HOLDER = (_NO_NAME - word_list("pronouns")) | {
    "saya", "kami", "kita", "aku", "anda", "kamu", "beliau", "dia", "mereka", "beta", "sendiri", "orang", "tanah",
    "air",
}  # fmt: skip
_NAME_ENDING = re.compile(
    r"(?:hidayah|hayati|jannah|iyem|inem|ningsih|ningrum|wati|yanti|yanto|yono|diono|tono|darti|wardani|wardana|wardhana|kusuma|astuti|uddin|udin|ullah|"
    r"sumo|winata|atmaja|atmadja|negara|prasetyo|widodo|diarta|wirawan|setiawan|hartanto|syah)$"
)
_PREFIX = re.compile(
    r"(?:ter|ber|di|ke|se|nge?|ny|me(?=[lrwymn])|mem(?=[bpf])|men(?=[cdtjsz])|meng|meny|pem|pen|peng)(?=[a-z]{4})"
)
_ENDING = re.compile(r"(?:nya|kan|lah|kah|pun)$")
_VOWEL = re.compile(r"[aeiouy]", re.I)
_LEAST_LETTERS = 3


def is_known(word: str) -> bool:
    """Tell whether the word is a common Indonesian name, or ends like one."""
    low = word.lower()
    return low in _KNOWN or (len(low) > 6 and _NAME_ENDING.search(low) is not None)


def is_ordinary(word: str) -> bool:
    """Tell whether the word belongs to everyday messages and is no name besides."""
    low = word.lower()
    return low in _COMMON and low not in _AMBIGUOUS and not is_known(low)


def may_be_named(word: str) -> bool:
    """Tell whether a person may be called by the word at all: everyday words yes, offices and pronouns no.

    Words for "I" of some region are names in another, so only the common ones count.
    """
    low = word.lower()
    return low in _AMBIGUOUS or (low not in _NO_HOLDER and not _is_inflected(low, of_common_words=True))


def _is_inflected(low: str, *, of_common_words: bool) -> bool:
    """Tell whether the word looks like a verb or noun with an affix, at will only of a word that is common."""
    stems = {pattern.sub("", low, count=1) for pattern in (_PREFIX, _ENDING)} - {low}
    return bool(stems & _COMMON) if of_common_words else bool(stems)


def can_be_name(word: str, *, caseless: bool) -> bool:
    """Tell whether a word after "nama saya", "a.n." and the like can be a person's name.

    A word nobody knows is a name then; a word of everyday messages, of offices, places and institutions is none.

    Parameters
    ----------
    caseless : bool
        The word stands in small letters, or in a text all in capitals. Nothing but the word itself can tell then, so
        that anything that looks inflected is left alone.
    """
    low = word.lower()
    if len(word) < _LEAST_LETTERS or _VOWEL.search(word) is None or low in _NO_NAME:
        return False
    if is_known(low) or (low in _AMBIGUOUS and not caseless):
        return True
    return low not in _COMMON and not _is_inflected(low, of_common_words=not caseless)
