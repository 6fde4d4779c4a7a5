"""Finder for names of private persons and officers.

Three kinds of evidence: a word that introduces a name ("a.n.", "bernama", "Pak"), capital letters, and a list of
names common in Indonesia. Titles of office, places and institutions are no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from feedback_app.nlp.personal.introduced_names import THING
from feedback_app.nlp.personal.name_words import is_known, is_ordinary
from feedback_app.nlp.personal.pii import PiiKind, Span
from feedback_app.nlp.text.word_lists import word_list

_KNOWN, _AMBIGUOUS = word_list("names"), word_list("ambiguous_names")
_HONORIFICS = word_list("honorifics")
_CUES = word_list("name_cues")
_PRONOUNS = word_list("pronouns")
_OFFICES = word_list("offices")
_PLACES = word_list("places")
_OTHER_WORDS = word_list("not_names")
_STARTERS = word_list("sentence_starters")
_DOTTED_ONLY = frozenset({"dr", "drg", "h", "hj", "ns", "drs", "dra", "ir"})
_MAY_BE_DOTTED = frozenset({"sdr", "sdri", "bpk", "alm"})
_RELATIVES = frozenset({"anak", "ibu", "beliau", "lengkap", "bayi", "dia"})
_NEVER_A_NAME = _HONORIFICS | _CUES | _PRONOUNS | _STARTERS | _PLACES | _OTHER_WORDS | _OFFICES
_CONNECTORS = r"(?:bin|binti|bte|van|de|al|[Bb]r\.?|boru)"
_CAPITAL = r"[A-Z][A-Za-z]*(?:['’][A-Za-z]+)?"
_DOTTED = r"(?:[A-Z]|Sdri?|Drs?|Drg|Dra|Hj|Ns|Ir|Bpk|Alm|Muh|Moh|Yth)\."
_RUN = re.compile(rf"\b(?:{_DOTTED}|{_CAPITAL})(?: (?:{_CONNECTORS} )?(?:{_DOTTED}|{_CAPITAL}))*")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?\.?")
_REACH = 40
_BRACKETS = ",:(\"'–—-"
_TALKED_OF = _PRONOUNS | _RELATIVES
_NAME_SAID_BEFORE = re.compile(
    rf"(?<!\[)\bnam[ao](?:nya)?\b(?!\s+(?:{THING}|usaha|kelompok)\b)[^.;?!\n]{{0,25}}$", re.I
)
_SIGNATURE = re.compile(r"(?:^|[\s.!?])[—–-]\s?\Z")
_LOWER_CUED = re.compile(
    r"\b(?:(pak|bapak|bpk|bu|ibu|mas|mbak|mba|sdri|sdr|bang|kak)\.?|a\.?n\.?|a/n|atas nam[ao]"
    r"|nam[ao](?: saya| sy|nya)?|bernama)"
    r"(?: (?:rt|rw|kades|lurah|camat|kadus|sekdes|guru|bidan|dokter|dr|haji|hj|ketua|kepsek))?"
    r"[ :]+([a-z']+(?: [a-z']+){0,3})"
)


@dataclass(slots=True)
class _Evidence:
    """What stands before a run of capital words."""

    honorific: bool = False
    cue: bool = False
    pronoun: bool = False
    place: bool = False

    def note(self, word: str) -> bool:
        """Take one word into account; tell whether it introduces a name."""
        low, dotted = word.lower().rstrip("."), word.endswith(".")
        if low in _HONORIFICS:
            self.honorific |= dotted if low in _DOTTED_ONLY else (not dotted or low in _MAY_BE_DOTTED)
            return True
        self.cue |= low in _CUES or low in {"a.n", "a/n"}
        self.pronoun |= low in _PRONOUNS
        return low in _CUES or low in _PRONOUNS or low in _STARTERS


def _evidence_before(text: str, start: int) -> _Evidence:
    evidence = _Evidence()
    before = text[max(0, start - _REACH) : start]
    said = "nam" in before.lower() and _NAME_SAID_BEFORE.search(before) is not None
    evidence.cue = said or _SIGNATURE.search(before[-3:]) is not None
    words = [word.strip(_BRACKETS) for word in before.split()[-2:]]
    words = [word for word in words if word]
    if not words:
        return evidence
    last = words[-1]
    evidence.place = last.lower().rstrip(".") in _PLACES and not before.rstrip().endswith(",")
    evidence.note(last)
    if len(words) > 1 and last.lower() in _TALKED_OF:
        evidence.note(words[0])
    return evidence


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _name_words(words: list[re.Match[str]], evidence: _Evidence) -> list[re.Match[str]]:
    """Drop what introduces the name, and everything from the first word that cannot belong to one."""
    first = 0
    for position, word in enumerate(words[:4]):
        if not is_known(word.group()) and evidence.note(word.group()):
            first = position + 1
    kept: list[re.Match[str]] = []
    unlikely = evidence.cue and not evidence.honorific and not any(is_known(word.group()) for word in words[first:])
    for word in words[first:]:
        low = word.group().lower().rstrip(".")
        known = is_known(low)
        if low in _PLACES or low in _OTHER_WORDS or (low in _OFFICES and not (kept and known)):
            break
        if _is_acronym(word.group()) and not (evidence.cue or known):
            break
        if unlikely and not kept and is_ordinary(low):
            break
        kept.append(word)
    return kept[:5]


def _is_name(words: list[re.Match[str]], evidence: _Evidence) -> bool:
    if not words:
        return False
    known = sum(is_known(word.group()) for word in words)
    if evidence.honorific:
        return len(words[0].group()) > 2 or known > 0
    if evidence.cue:
        return len(words) > 1 or known > 0
    if evidence.pronoun:
        return len(words) > 1 or known > 0
    return not evidence.place and known > 0


def _end(word: re.Match[str]) -> int:
    return word.end() - word.group().endswith(".")


def _find_capitalised(text: str) -> Iterator[Span]:
    for run in _RUN.finditer(text):
        if run.group().lower() in _NEVER_A_NAME:
            continue
        evidence = _evidence_before(text, run.start())
        words = _name_words(list(_WORD.finditer(text, run.start(), run.end())), evidence)
        if _is_name(words, evidence):
            yield Span(words[0].start(), _end(words[-1]), PiiKind.NAME)


def _find_small_letters(text: str) -> Iterator[Span]:
    for match in _LOWER_CUED.finditer(text):
        words = list(_WORD.finditer(text, match.start(2), match.end(2)))
        if words[0].group() not in _KNOWN:
            continue
        last = words[0]
        for word in words[1:]:
            if word.group() not in _KNOWN | _AMBIGUOUS:
                break
            last = word
        yield Span(words[0].start(), last.end(), PiiKind.NAME)


def united(spans: list[Span]) -> Iterator[Span]:
    """Join spans that overlap: two kinds of evidence may each see a part of one name."""
    whole: Span | None = None
    for span in sorted(spans, key=attrgetter("start")):
        if whole is not None and span.start < whole.end:
            whole = Span(whole.start, max(whole.end, span.end), PiiKind.NAME)
            continue
        if whole is not None:
            yield whole
        whole = span
    if whole is not None:
        yield whole


def find_seen_names(text: str) -> Iterator[Span]:
    """Find names by capital letters, honorifics and lists, without the honorific before them; some may overlap."""
    yield from _find_capitalised(text)
    lowered = text.lower() if text.isupper() else text
    yield from _find_small_letters(lowered if len(lowered) == len(text) else text)
