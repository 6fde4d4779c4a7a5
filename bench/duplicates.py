"""Reports of one event among 100,000: how many are found, how many of the found are right, how long it takes.

The texts are drawn (`tellings`): nobody has labelled 100,000 real ones. Asked are medium and heavy rewrites of some of
them, the same happenings at another street, RT or unit, and events that nobody has told yet; the last two have no
answer that is right. A word TF-IDF of scikit-learn gets the same filter by unit and day, once without our vetoes and
once with them. Each is shown at the threshold where 95 of its 100 suggestions are right, at most five for each text
asked about. A search in memory is timed in CPU time, one in PostgreSQL in what an officer waits.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import mean, quantiles
from typing import Final

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from bench.duplicates_in_sql import SqlSearch
from bench.report import Row
from bench.stage import Stage
from bench.tellings import HEAVY, MEDIUM, UNITS, Event, Teller, kept_share
from feedback_app.nlp.duplicates.index import DuplicateIndex, Entry
from feedback_app.nlp.duplicates.likeness import MOST_COMPARED, SAME, WINDOW_DAYS
from feedback_app.nlp.duplicates.places import contradict, places_in

TEXTS: Final = 100_000
ASKED: Final = 500
SEED: Final = 20_261_122
PRECISION: Final = 0.95
SHOWN: Final = 5
LEAST: Final = 0.2
WANTED: Final = {"medium": 0.97, "heavy": 0.88}
WANTED_MS: Final = 25.0


@dataclass(frozen=True, slots=True)
class Question:
    """A text to find the like of; `answer` is the number of the text that tells of the same, if one does."""

    kind: str
    answer: int | None
    entry: Entry[int]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that was found for a question."""

    score: float
    kind: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a way of searching found at one threshold."""

    threshold: float
    precision: float
    recall: dict[str, float]


def run(stage: Stage, *, texts: int = TEXTS) -> list[Row]:
    """Return recall at equal precision, ours and of words, and the milliseconds of a search in memory and in SQL."""
    teller = Teller(SEED)
    events = [teller.event() for _ in range(texts)]
    told = [teller.first(event) for event in events]
    questions = _questions(teller, events)
    _say_how_much_is_kept(told, questions)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    entries = [
        Entry(number, text, event.unit, event.day)
        for number, (event, text) in enumerate(zip(events, told, strict=True))
    ]
    index = DuplicateIndex(entries)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    ours, times = _timed(lambda entry: [(m.likeness, m.key) for m in index.find(entry, least=LEAST)], questions)
    best, shipped = at_precision(ours), at_threshold(ours, SAME)
    plain, vetoed = (at_precision(found) for found in _suggestions_of_words(entries, questions))
    for name, one in (("ours", best), ("in use", shipped), ("words", plain), ("words, vetoes", vetoed)):
        print(f"  {name}: {one}", file=sys.stderr, flush=True)
    in_sql = SqlSearch(stage, entries).times([question.entry for question in questions if question.answer is not None])
    beside = f"at precision {PRECISION} (threshold {best.threshold:.2f}), against words TF-IDF with our vetoes"
    in_use = f"at the threshold in use, {SAME}, with precision {shipped.precision:.3f}, against what is wanted"
    rows = [
        _found_row(f"{kind} rewrites {beside} (without: {plain.recall[kind]:.3f})", best.recall[kind],
                   vetoed.recall[kind], None)
        for kind in WANTED
    ]  # fmt: skip
    rows += [_found_row(f"{kind} rewrites {in_use}", shipped.recall[kind], WANTED[kind], 1.0) for kind in WANTED]
    for name, taken in (("in memory", times), ("of an officer, in PostgreSQL", in_sql)):
        rows.append(_time_row(f"p50 of a search {name}, among {texts:,}", _percentile(taken, 50), None))
        rows.append(_time_row(f"p95 of a search {name}, among {texts:,}", _percentile(taken, 95), 1.0))
    rows.append(Row("duplicates", f"memory of the index of {texts:,}", grown, 1.0, "MB", None, at_least=False))
    return rows


def _found_row(what: str, ours: float, other: float, limit: float | None) -> Row:
    return Row("duplicates", f"found of {what}", ours, other, "", limit, at_least=True)


def _time_row(what: str, taken: float, limit: float | None) -> Row:
    return Row("duplicates", what, taken, WANTED_MS, "ms", limit, at_least=False)


def _percentile(taken: Sequence[float], number: int) -> float:
    return quantiles(taken, n=100)[number - 1]


def _questions(teller: Teller, events: Sequence[Event]) -> list[Question]:
    draw, found = teller.draw, []
    for kind, share in (("medium", MEDIUM), ("heavy", HEAVY)):
        found += [
            _question(teller, kind, number, events[number], teller.again(events[number], share))
            for number in draw.sample(range(len(events)), ASKED)
        ]
    for number in draw.sample(range(len(events)), ASKED):
        event = events[number]
        other = teller.elsewhere(event) if event.place else replace(event, unit=(event.unit + 17) % UNITS)
        text = teller.again(other, MEDIUM, names_place=True)
        found.append(_question(teller, "elsewhere", None, other, text, knows_unit=event.place is None))
    for _ in range(ASKED):
        event = teller.event()
        found.append(_question(teller, "new", None, event, teller.first(event)))
    return found


def _question(
    teller: Teller, kind: str, answer: int | None, event: Event, text: str, *, knows_unit: bool = False
) -> Question:
    """Ask up to two weeks after the event; one reporter in ten does not know the unit."""
    unit = event.unit if knows_unit or teller.draw.random() < 0.9 else None
    return Question(kind, answer, Entry(-1, text, unit, event.day + teller.draw.randrange(15)))


def _say_how_much_is_kept(told: Sequence[str], questions: Sequence[Question]) -> None:
    for kind in WANTED:
        kept = mean(
            kept_share(told[question.answer], question.entry.redacted)
            for question in questions
            if question.kind == kind and question.answer is not None
        )
        print(f"  {kind} rewrites keep {kept:.0%} of the words", file=sys.stderr, flush=True)


def _timed(
    find: Callable[[Entry[int]], list[tuple[float, int]]], questions: Sequence[Question]
) -> tuple[list[Suggestion], list[float]]:
    found, times = [], []
    for question in questions:
        started = time.process_time()
        matches = find(question.entry)
        times.append(1000 * (time.process_time() - started))
        found += [Suggestion(score, question.kind, key == question.answer) for score, key in matches[:SHOWN]]
    return found, times


def _suggestions_of_words(
    entries: Sequence[Entry[int]], questions: Sequence[Question]
) -> tuple[list[Suggestion], list[Suggestion]]:
    """Compare the words of each question with those of every text of its unit and weeks, by scikit-learn's TF-IDF."""
    vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32)
    matrix = vectorizer.fit_transform([entry.redacted for entry in entries]).tocsr()
    asked = vectorizer.transform([question.entry.redacted for question in questions])
    units, days = (np.array([getattr(entry, name) for entry in entries]) for name in ("unit", "day"))
    plain, vetoed = [], []
    for number, question in enumerate(questions):
        fits = np.abs(days - question.entry.day) <= WINDOW_DAYS
        if question.entry.unit is not None:
            fits &= units == question.entry.unit
        near = np.flatnonzero(fits)
        scores = (matrix[near] @ asked[number].T).toarray().ravel()
        likest = [int(place) for place in np.argsort(-scores)[:MOST_COMPARED] if scores[place] >= LEAST]
        found = [
            (Suggestion(float(scores[p]), question.kind, int(near[p]) == question.answer), int(near[p])) for p in likest
        ]
        here = places_in(question.entry.redacted)
        plain += [one for one, _ in found[:SHOWN]]
        vetoed += [one for one, key in found if not contradict(here, places_in(entries[key].redacted))][:SHOWN]
    return plain, vetoed


def at_precision(found: Sequence[Suggestion], wanted: float = PRECISION) -> Found:
    """Return the lowest threshold from which on so large a share of the suggestions is right, and what it finds."""
    threshold, right = 1.0, 0
    for number, one in enumerate(sorted(found, key=lambda one: -one.score), start=1):
        right += one.is_right
        if right / number >= wanted:
            threshold = one.score
    return at_threshold(found, threshold)


def at_threshold(found: Sequence[Suggestion], threshold: float) -> Found:
    """Return the precision and the recall of each kind of rewrite at a threshold."""
    kept = [one for one in found if one.score >= threshold]
    recall = {kind: sum(one.is_right for one in kept if one.kind == kind) / ASKED for kind in WANTED}
    return Found(threshold, sum(one.is_right for one in kept) / max(1, len(kept)), recall)
