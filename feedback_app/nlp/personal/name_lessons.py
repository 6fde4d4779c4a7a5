"""What the name tagger learns from: marked names, most of them exchanged for invented ones.

The corpus holds too few names to learn from, but their surroundings are real. So each marked name gives way to others:
of many peoples, and mixed from two so that no list holds them.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Protocol

from feedback_app.nlp.personal.name_features import names_of_peoples

VARIANTS: Final = 20
"""How often a message with marked names is told again with other names."""

FRAME_VARIANTS: Final = 40
"""How often each written frame is filled with names."""

SEED: Final = 20261122

_NUMBER_LIKE = re.compile(r"[\d@]|\bat\b|kosong|delapan", re.IGNORECASE)
_EVERYDAY = re.compile(r"(?<![\w@.'’])[a-z]{4,}(?![\w@])")
_TITLES = re.compile(r"^(?:(?:hj?|drs?|dra|ir|haji|bpk|bapak|ibu|pak|bu)\b\.?\s*)+", re.IGNORECASE)

Marks = list[tuple[int, int]]


class Example(Protocol):
    """A message and the pieces of it that are personal data."""

    @property
    def text(self) -> str:
        """Return the message as typed."""

    @property
    def pii(self) -> tuple[str, ...]:
        """Return the pieces that identify a private person, names among them."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text in which the places of names are known."""

    text: str
    names: tuple[tuple[int, int], ...]


def lesson_of(example: Example) -> Lesson:
    """Return a message with the places of its marked names, titles before them left out."""
    places: set[tuple[int, int]] = set()
    for piece in example.pii:
        if _NUMBER_LIKE.search(piece):
            continue
        title = _TITLES.match(piece)
        offset = title.end() if title and title.end() < len(piece) else 0
        for match in re.finditer(rf"(?<!\w){re.escape(piece)}(?!\w)", example.text):
            places.add((match.start() + offset, match.end()))
    kept: Marks = []
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return Lesson(example.text, tuple(kept))


def everyday_words(examples: Sequence[Example], least: int = 3) -> set[str]:
    """Return the words in small letters that at least so many messages without personal data hold.

    All of them should stand in the list of common words; whoever extends the corpus extends the list.
    """
    counts: Counter[str] = Counter()
    for example in examples:
        if not example.pii:
            counts.update(set(_EVERYDAY.findall(example.text)))
    return {word for word, count in counts.items() if count >= least}


@cache
def _parts() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    return tuple((parts["given"], parts.get("family", parts["given"])) for parts in names_of_peoples().values())


def _mixed(dice: random.Random, one: str, other: str) -> str:
    """Return a name no list holds, of the beginning of one and the end of another."""
    return one[: dice.randint(2, max(2, len(one) - 2))] + other[-dice.randint(2, max(2, len(other) - 2)) :]


def invented_name(dice: random.Random, words: int) -> str:
    """Return a name of some people, in capitals at the front, of about as many words as asked for."""
    given, family = dice.choice(_parts())
    chosen = [dice.choice(given) for _ in range(max(1, words - 1))]
    if words > 1 or dice.random() < 0.3:
        chosen = [*chosen[: max(0, words - 1)], dice.choice(family if dice.random() < 0.7 else given)]
    if dice.random() < 0.5:
        chosen = [_mixed(dice, name, dice.choice(family)) if dice.random() < 0.7 else name for name in chosen]
    return " ".join(name.capitalize() for name in chosen)


def _in_case_of(written: str, name: str) -> str:
    return name.lower() if written.islower() else name.upper() if written.isupper() and len(written) > 2 else name


def retold(lesson: Lesson, dice: random.Random) -> Lesson:
    """Return the lesson with other names, now and then all in small letters or all in capitals."""
    text, places, end = "", [], 0
    for start, stop in lesson.names:
        old = lesson.text[start:stop]
        name = _in_case_of(old, invented_name(dice, old.count(" ") + 1))
        text += lesson.text[end:start]
        places.append((len(text), len(text) + len(name)))
        text += name
        end = stop
    return _cased(Lesson(text + lesson.text[end:], tuple(places)), dice.random())


def _cased(lesson: Lesson, chance: float) -> Lesson:
    """Return the lesson in small letters for the lowest chances and in capitals for the next, if lengths stay."""
    text = lesson.text.lower() if chance < 0.2 else lesson.text.upper() if chance < 0.3 else lesson.text
    return Lesson(text, lesson.names) if len(text) == len(lesson.text) else lesson


def _frames(dice: random.Random) -> Iterator[Lesson]:
    """Fill the written frames; names in a frame that begins with "- " are of streets, schools, firms and places."""
    lines = files("feedback_app.nlp").joinpath("lists", "name_frames.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        frame = line.removeprefix("- ")
        for _ in range(FRAME_VARIANTS):
            text, places = "", []
            pieces = frame.split("{}")
            for piece in pieces[:-1]:
                name = _in_case_of(frame, invented_name(dice, dice.choice((1, 1, 2, 2, 3))))
                text += piece
                places.append((len(text), len(text) + len(name)))
                text += name
            yield _cased(Lesson(text + pieces[-1], () if line is not frame else tuple(places)), dice.random())


def lessons(examples: Sequence[Example], seed: int = SEED) -> list[Lesson]:
    """Return all that the tagger learns from, shuffled: messages as they are, retold ones, and filled frames."""
    dice = random.Random(seed)  # noqa: S311 - the same lessons each time are wanted
    made: list[Lesson] = []
    for example in examples:
        lesson = lesson_of(example)
        made.append(lesson)
        if lesson.names:
            made += [retold(lesson, dice) for _ in range(VARIANTS)]
        elif (chance := dice.random()) < 0.3:
            made.append(_cased(lesson, chance))
    made += _frames(dice)
    dice.shuffle(made)
    return made
