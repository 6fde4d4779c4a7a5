"""The index finds what tells of the same in the unit and the weeks around, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from feedback_app.nlp.duplicates.index import DuplicateIndex, Entry
from feedback_app.nlp.duplicates.likeness import MOST_COMPARED, WINDOW_DAYS
from feedback_app.nlp.labels import Kind
from feedback_app.nlp.learning.corpus import load_corpus
from feedback_app.nlp.personal.redact import redact

PAIRS = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "same_event.tsv").read_text(encoding="utf-8").splitlines()
]
LAMP = Entry("lamp", "Lampu jalan di depan Pasar Inpres padam sejak seminggu, gelap sekali", 1, 100)
AGAIN = Entry("again", "Sudah seminggu lampu jalan depan pasar inpres padam dan gelap", 1, 103)


def found(entries: list[Entry[str]], asked: Entry[str]) -> list[str]:
    return [match.key for match in DuplicateIndex(entries).find(asked)]


def test_a_telling_in_other_words_is_found_and_never_the_text_itself() -> None:
    assert found([LAMP, AGAIN], LAMP) == ["again"]


def test_another_unit_is_not_searched_but_an_unknown_one_is() -> None:
    assert found([replace(AGAIN, unit=2)], LAMP) == []
    assert found([replace(AGAIN, unit=None)], LAMP) == ["again"]
    assert found([replace(AGAIN, unit=2)], replace(LAMP, unit=None)) == ["again"]


def test_the_window_ends_after_its_last_day() -> None:
    assert found([replace(AGAIN, day=100 + WINDOW_DAYS)], LAMP) == ["again"]
    assert found([replace(AGAIN, day=101 + WINDOW_DAYS)], LAMP) == []


def test_another_street_is_not_found() -> None:
    here = replace(LAMP, redacted=f"{LAMP.redacted}, Jalan Cendana")
    assert found([replace(AGAIN, redacted=f"{AGAIN.redacted} jl nangka")], here) == []
    assert found([replace(AGAIN, redacted=f"{AGAIN.redacted} jl cendana")], here) == ["again"]


def test_no_more_than_fifty_are_compared() -> None:
    index = DuplicateIndex([replace(AGAIN, key=str(number)) for number in range(80)])
    assert (len(index), len(index.candidates(LAMP))) == (80, MOST_COMPARED)


def test_an_empty_index_and_a_text_without_words_find_nothing() -> None:
    assert found([], LAMP) == []
    assert found([LAMP], replace(AGAIN, redacted="🙏 12345")) == []


@pytest.mark.slow
def test_nearly_every_event_told_twice_is_among_the_candidates_of_the_whole_corpus() -> None:
    complaints = [example for example in load_corpus() if example.kind is Kind.COMPLAINT]
    entries = [Entry(example.id, redact(example.text).text, 1, 100) for example in complaints]
    entries += [Entry(f"told-{number}", other, 1, 100) for number, (_, other) in enumerate(PAIRS)]
    index = DuplicateIndex(entries)
    hits = [
        any(entry.key == f"told-{number}" for entry in index.candidates(Entry("asked", one, 1, 100)))
        for number, (one, _) in enumerate(PAIRS)
    ]
    assert sum(hits) >= 19
