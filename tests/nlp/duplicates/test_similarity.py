"""Texts of one event are found, others of the same sector are not."""

from __future__ import annotations

import random
from pathlib import Path

from feedback_app.nlp.duplicates.similarity import ALIKE, alike, content_words, likeness
from feedback_app.nlp.labels import Kind
from feedback_app.nlp.learning.corpus import load_corpus

PAIRS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "data" / "same_event.tsv").read_text(encoding="utf-8").splitlines()
]


def test_two_tellings_of_one_event_are_mostly_found() -> None:
    found = [likeness(content_words(one), content_words(other)) >= ALIKE for one, other in PAIRS]
    assert sum(found) >= 19
    assert len(found) == 20


def test_a_complaint_is_seldom_like_any_of_a_hundred_others_of_its_sector() -> None:
    draw = random.Random(1)
    complaints = [example for example in load_corpus() if example.kind is Kind.COMPLAINT]
    alarms = 0
    for one in draw.sample(complaints, 60):
        others = [other for other in complaints if other is not one and other.sector == one.sector]
        open_ones = draw.sample(others, min(len(others), 100))
        alarms += bool(alike(one.text, [(other.id, other.text) for other in open_ones]))
    assert alarms <= 6


def test_each_telling_finds_its_own_event_first_among_all() -> None:
    others = [(number, other) for number, (_, other) in enumerate(PAIRS)]
    hits = sum(alike(one, others)[:1] == [number] for number, (one, _) in enumerate(PAIRS))
    assert hits >= 18


def test_personal_data_makes_no_two_texts_alike() -> None:
    assert alike("Telepon saya 081234567890", [(1, "Hubungi 081234567890")]) == []


def test_another_street_is_another_thing() -> None:
    here = "Lampu jalan di depan pasar mati, Jalan Cendana"
    there = "Lampu jalan di depan pasar mati, "
    assert alike(here, [(1, there + "jl merpati"), (2, there + "jl cendana"), (3, there)]) == [2, 3]


def test_text_without_words_is_like_nothing() -> None:
    assert alike("", [(1, "Sampah menumpuk"), (2, "")]) == []
    assert alike("Sampah menumpuk di pasar", []) == []


def test_no_more_than_asked_for_come_back() -> None:
    same = "Lampu jalan di depan pasar mati"
    assert alike(same, [(number, same) for number in range(9)], most=2) == [0, 1]
