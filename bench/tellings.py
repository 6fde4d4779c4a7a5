"""Events told once, and told again in other words: what the search for duplicates is measured with.

An event is two to four pieces of sentences from different messages of the corpus on one sector, a unit, a day and,
mostly, a place. Telling it again shuffles the pieces and changes words: by a word of the same meaning
(`synonyms.txt`), by everyday spelling, by another prefix or suffix, by a slip of the pen, by leaving the word out, or
by saying something else in its place. The place is said in another way or not at all, the time roughly.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from feedback_app.nlp.duplicates.places import places_in
from feedback_app.nlp.duplicates.training import without_personal_data
from feedback_app.nlp.labels import Kind
from feedback_app.nlp.learning.corpus import load_corpus

MEDIUM: Final = 0.25
HEAVY: Final = 0.50
VARIED: Final = 0.35
UNITS: Final = 200
DAYS: Final = 150
_STREETS: Final = tuple((Path(__file__).parent / "streets.txt").read_text(encoding="utf-8").split())
_ROADS: Final = ("Jalan", "Jalan", "Jalan", "Gang", "Dusun", "Perumahan")
_SAID: Final = {
    "Jalan": ("Jalan", "Jl.", "jl", "jln", "Jln.", "jalan"), "Gang": ("Gang", "Gg.", "gg", "gang"),
    "Dusun": ("Dusun", "dusun"), "Perumahan": ("Perumahan", "Perum", "perumahan"),
}  # fmt: skip
_LANDMARKS: Final = (
    "masjid", "warung bakso", "pos ronda", "sekolah", "apotek", "jembatan kecil", "kantor pos", "toko besi", "gereja",
    "bengkel motor", "balai RW", "lapangan voli", "ATM", "pangkalan ojek", "kuburan", "tempat cucian mobil",
)  # fmt: skip
_NEAR: Final = ("dekat", "depan", "samping", "seberang", "belakang")
_NUMBERS: Final = ("dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_TIMES: Final = ("hari", "minggu", "bulan")
_GREETINGS: Final = (
    "Selamat pagi, ", "Assalamualaikum, ", "Mohon maaf sebelumnya, ", "Min, ", "Halo admin, ", "Yth. Bapak/Ibu, ", "",
    "", "", "",
)  # fmt: skip
_ENDINGS: Final = (
    " Mohon ditindaklanjuti.", " Terima kasih.", " Tolong dicek ya.", " Semoga cepat ada perbaikan.",
    " Kami tunggu jawabannya.", " Makasih sebelumnya 🙏", "", "", "", "",
)  # fmt: skip
_PREFIXES: Final = (
    ("meng", "ng"), ("mem", "di"), ("men", "di"), ("me", "di"), ("di", ""), ("ber", ""), ("ter", "ke"),
)  # fmt: skip
_ENDINGS_OF_WORDS: Final = (("kan", "in"), ("nya", ""), ("ai", "e"), ("ah", "a"), ("an", "a"))
_PIECE = re.compile(r"(?<=[.!?;])\s+|,\s+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event is: a road of a kind, its number if it has one, RT and RW, a landmark."""

    road: str
    name: str
    rt: int | None
    rw: int | None
    landmark: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, before anybody tells it."""

    pieces: tuple[str, ...]
    unit: int
    day: int
    place: Place | None
    lasts: int
    unit_of_time: str


class Teller:
    """Draws events and tells them; the same seed gives the same words."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self._pieces = _pieces_by_sector()
        self._sectors = sorted(self._pieces)
        # As often as they are written, so that what is changed is no rarer than what was.
        self._other_words: list[str] = [
            word.lower() for one in self._pieces.values() for p in one for word in _WORD.findall(p)
        ]
        self._shares = [1 / (number + 3) for number in range(UNITS)]
        self._alike = _synonyms()

    def event(self) -> Event:
        """Draw an event; a unit answers for one sector, and few units get most of the reports."""
        draw = self.draw
        (unit,) = draw.choices(range(UNITS), self._shares)
        pieces = self._pieces[self._sectors[unit % len(self._sectors)]]
        chosen = [self._varied(piece) for piece in draw.sample(pieces, draw.choice((2, 3, 3, 4)))]
        place = self.place() if draw.random() < 0.7 else None
        return Event(tuple(chosen), unit, draw.randrange(DAYS), place, draw.randrange(2, 10), draw.choice(_TIMES))

    def place(self) -> Place:
        """Draw a place."""
        draw = self.draw
        name = draw.choice(_STREETS).replace("-", " ")
        mark = draw.random()
        if mark < 0.3:
            name += f" {draw.choice(('Timur', 'Barat', 'Utara', 'Selatan', 'I', 'II', 'III', 'IV'))}"
        rt = draw.randrange(1, 12) if draw.random() < 0.35 else None
        landmark = f"{draw.choice(_NEAR)} {draw.choice(_LANDMARKS)}" if draw.random() < 0.4 else None
        return Place(draw.choice(_ROADS), name, rt, draw.randrange(1, 9) if rt else None, landmark)

    def elsewhere(self, event: Event) -> Event:
        """Return the same happening at another place: another street, or another RT of the same."""
        place = event.place or self.place()
        if place.rt and self.draw.random() < 0.3:
            return replace(event, place=replace(place, rt=place.rt % 11 + 1))
        others = [name for name in _STREETS if name.split("-")[0] not in place.name]
        return replace(event, place=replace(place, name=self.draw.choice(others).replace("-", " ")))

    def first(self, event: Event) -> str:
        """Tell an event as it was drawn."""
        return self._joined(event, list(event.pieces), self._place(event.place, left_out=0.0))

    def again(self, event: Event, share: float, *, names_place: bool = False) -> str:
        """Tell it in other words: so large a share of them is changed, and the place left out as often, or never."""
        pieces = [self._changed(piece, share) for piece in event.pieces]
        self.draw.shuffle(pieces)
        lasts = max(2, event.lasts + self.draw.choice((-1, 0, 0, 0, 1)))
        where = self._place(event.place, left_out=0.0 if names_place else share * 0.6)
        return self._joined(replace(event, lasts=lasts), pieces, where)

    def _joined(self, event: Event, pieces: list[str], where: str) -> str:
        draw = self.draw
        said = str(event.lasts) if draw.random() < 0.5 else _NUMBERS[max(0, min(event.lasts, 9) - 2)]
        if draw.random() < 0.6:
            pieces.insert(draw.randrange(len(pieces) + 1), f"sudah {said} {event.unit_of_time}")
        if where:
            pieces.insert(draw.choice((0, 1, len(pieces))), where)
        text = draw.choice((", ", ". ", ", ")).join(piece for piece in pieces if piece)
        return f"{draw.choice(_GREETINGS)}{text}.{draw.choice(_ENDINGS)}"

    def _place(self, place: Place | None, *, left_out: float) -> str:
        draw = self.draw
        if place is None or draw.random() < left_out:
            return ""
        road = draw.choice(_SAID[place.road])
        name = place.name if road[0].isupper() or draw.random() < 0.5 else place.name.lower()
        said = f"{draw.choice(('di ', 'lokasi ', ''))}{road} {name}"
        if place.rt and draw.random() >= left_out:
            said += draw.choice((f" RT {place.rt:02d}/RW {place.rw:02d}", f" RT {place.rt} RW {place.rw}"))
        if place.landmark and draw.random() >= left_out:
            said += f" {place.landmark}"
        return said

    def _changed(self, piece: str, share: float) -> str:
        words = list(_WORD.finditer(piece))
        wanted = round(share * len(words) + self.draw.random() - 0.5)
        chosen = set(self.draw.sample(range(len(words)), min(len(words), max(0, wanted))))
        said, end = [], 0
        for number, match in enumerate(words):
            said += [piece[end : match.start()], self._other(match[0]) if number in chosen else match[0]]
            end = match.end()
        return re.sub(r"\s+", " ", "".join([*said, piece[end:]])).strip()

    def _varied(self, piece: str) -> str:
        """Say something else with a sentence of the corpus, for no two strangers write the same ten words in a row."""
        return _WORD.sub(lambda match: self._another(match[0]) if self.draw.random() < VARIED else match[0], piece)

    def _another(self, word: str) -> str:
        same = self._alike.get(word.lower())
        return self.draw.choice(same if same and self.draw.random() < 0.5 else self._other_words)

    def _other(self, word: str) -> str:
        """Change one word: by one of the same meaning if there is one, else mostly by leaving it out or another."""
        low, draw = word.lower(), self.draw
        if (same := self._alike.get(low)) and draw.random() < 0.8:
            return draw.choice(same)
        way = draw.randrange(7)
        if way < 2:
            return ""
        if way < 4:
            return draw.choice(self._other_words)
        ways: tuple[Callable[[str], str], ...] = (_everyday, _inflected, self._slip)
        changed = ways[way - 4](low)
        return changed if changed != low else ""

    def _slip(self, word: str) -> str:
        if len(word) < 5:
            return ""
        place = self.draw.randrange(1, len(word) - 2)
        return self.draw.choice(
            (word[:place] + word[place + 1 :], word[:place] + word[place + 1] + word[place] + word[place + 2 :])
        )


def _everyday(word: str) -> str:
    """Write a word as in a message to a friend: a vowel less, another ending."""
    for ending, other in _ENDINGS_OF_WORDS:
        if word.endswith(ending) and len(word) > 5:
            return word[: -len(ending)] + other
    return word[0] + re.sub(r"[aiueo]", "", word[1:], count=1)


def _inflected(word: str) -> str:
    """Give a word another prefix, or none."""
    for prefix, other in _PREFIXES:
        if word.startswith(prefix) and len(word) > len(prefix) + 3:
            return other + word[len(prefix) :]
    return f"{word}nya"


def _pieces_by_sector() -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for example in load_corpus():
        if example.kind in {Kind.COMPLAINT, Kind.ASPIRATION}:
            for piece in _PIECE.split(without_personal_data(example)):
                told = piece.strip(" .,!?;")
                if 5 <= len(_WORD.findall(told)) <= 25 and not places_in(told):
                    found.setdefault(str(example.sector), set()).add(told)
    return {sector: sorted(pieces) for sector, pieces in found.items() if len(pieces) >= 40}


def _synonyms() -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    lines = (Path(__file__).parent / "synonyms.txt").read_text(encoding="utf-8").splitlines()
    for words in (line.split() for line in lines):
        for word in words:
            found.setdefault(word, set()).update(other.replace("-", " ") for other in words if other != word)
    return {word: sorted(others) for word, others in found.items()}


def kept_share(one: str, other: str) -> float:
    """Return which share of the words of one text stands in the other too."""
    words, others = (set(_WORD.findall(text.lower())) for text in (one, other))
    return len(words & others) / len(words)
