"""Texts in memory, found by their rarest pieces: for many questions in a row, and to measure by."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from feedback_app.nlp.duplicates.grams import rare_grams
from feedback_app.nlp.duplicates.likeness import FEWEST_SHARED, MOST_COMPARED, SAME, WINDOW_DAYS, likeness, told

_UNKNOWN: Final = -1

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Key]):
    """A redacted text, its unit (None where its sender did not know it), and its day as a number."""

    key: Key
    redacted: str
    unit: int | None
    day: int


@dataclass(frozen=True, slots=True)
class Match(Generic[Key]):
    """A text that seems to tell of the same, with how alike it is (0 to 1)."""

    key: Key
    likeness: float


class DuplicateIndex(Generic[Key]):
    """An inverted index from the rarest pieces of each text."""

    def __init__(self, entries: Iterable[Entry[Key]]) -> None:
        self._entries: Sequence[Entry[Key]] = tuple(entries)
        lists: dict[int, array[int]] = defaultdict(lambda: array("i"))
        for number, entry in enumerate(self._entries):
            for gram in rare_grams(entry.redacted):
                lists[gram].append(number)
        self._lists = {gram: np.frombuffer(numbers, dtype=np.int32) for gram, numbers in lists.items()}
        self._units = np.array(
            [_UNKNOWN if entry.unit is None else entry.unit for entry in self._entries], dtype=np.int64
        )
        self._days = np.array([entry.day for entry in self._entries], dtype=np.int32)

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, asked: Entry[Key], *, least: float = SAME) -> list[Match[Key]]:
        """Return texts of the unit and the weeks around that seem to tell of the same, the likest first."""
        this = told(asked.redacted)
        scored = (
            Match(entry.key, likeness(this, told(entry.redacted)))
            for entry in self.candidates(asked)
            if entry.key != asked.key
        )
        return sorted((match for match in scored if match.likeness >= least), key=lambda match: -match.likeness)

    def candidates(self, asked: Entry[Key]) -> list[Entry[Key]]:
        """Return at most 50 texts of the unit and the weeks around that share the most rare pieces."""
        lists = [self._lists[gram] for gram in rare_grams(asked.redacted) if gram in self._lists]
        if not lists:
            return []
        shared = np.bincount(np.concatenate(lists), minlength=len(self._entries))
        near = np.flatnonzero(shared >= FEWEST_SHARED)
        near = near[self._may_be_same(asked, near)]
        order = near[np.argsort(-shared[near], kind="stable")][:MOST_COMPARED]
        return [self._entries[number] for number in order]

    def _may_be_same(self, asked: Entry[Key], numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        fits: npt.NDArray[np.bool_] = np.abs(self._days[numbers] - asked.day) <= WINDOW_DAYS
        if asked.unit is not None:
            units = self._units[numbers]
            fits &= (units == asked.unit) | (units == _UNKNOWN)
        return fits
