"""Count the weights of the words for `routing` out of the corpus: the same corpus gives the same file."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from feedback_app.nlp.heads.folds import grouped_folds, near_duplicate_groups
from feedback_app.nlp.heads.rows import rows_hash
from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.personal.redact import redact
from feedback_app.nlp.routing.router import FILE, FORMAT, Router, router_from, words_of
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT
from feedback_app.nlp.text.tokens import analyse

DEFAULT_FILE: Final = DEFAULT_ARTEFACT.parent / FILE
SMOOTHING: Final = 80.0
"""So many messages, with the words spread as in all, are added to each sector: 80 was the best of 20, 40 and 80."""

LEAST_DOCUMENTS: Final = 2
LEAST_RIGHT: Final = 0.5
_LEAST_WEIGHT: Final = 0.05
_STEP: Final = 0.05


@dataclass(frozen=True, slots=True)
class Measured:
    """How often the sector was right out of fold: first, among three, and where the router did not abstain."""

    top1: float
    top3: float
    answered: float
    right_when_answered: float
    least_share: float


def counted(documents: Sequence[frozenset[str]], sectors: Sequence[str]) -> dict[str, Any]:
    """Return the weights of the words, as the file holds them.

    A weight is the log odds of a word within a sector over those outside it, smoothed; only those that speak for a
    sector are kept.
    """
    names = sorted(set(sectors))
    sizes = Counter(sectors)
    total = len(documents)
    everywhere = Counter(word for document in documents for word in document)
    within = {name: Counter[str]() for name in names}
    for document, sector in zip(documents, sectors, strict=True):
        within[sector].update(document)
    words: dict[str, list[Any]] = {}
    for word, count in sorted(everywhere.items()):
        if count >= LEAST_DOCUMENTS:
            odds = [_log_odds(within[name][word], sizes[name], count, total) for name in names]
            words[word] = [count, *([place, odd] for place, odd in enumerate(odds) if odd >= _LEAST_WEIGHT)]
    prior = [round(math.log(sizes[name] / total), 3) for name in names]
    return {"sectors": names, "prior": prior, "documents": total, "least_share": 0.0, "words": words}


def _log_odds(inside: int, size: int, count: int, total: int) -> float:
    usual = count / total
    here = (inside + SMOOTHING * usual) / (size + SMOOTHING)
    elsewhere = (count - inside + SMOOTHING * usual) / (total - size + SMOOTHING)
    return round(math.log(here / (1 - here)) - math.log(elsewhere / (1 - elsewhere)), 2)


def measure(examples: Sequence[Example]) -> Measured:
    """Return how good the weights are on messages they were not counted from, in five folds without near-duplicates."""
    documents = [words_of(redact(example.text).text) for example in examples]
    sectors = np.array([example.sector for example in examples])
    lines = [analyse(redact(example.text).text) for example in examples]
    rows: list[tuple[float, bool, bool]] = []
    for train, test in grouped_folds(sectors, near_duplicate_groups(lines)):
        router = router_from(counted([documents[i] for i in train], [str(sectors[i]) for i in train]))
        rows += [_outcome(router, examples[i]) for i in test]
    least = _least_share(rows)
    answered = [right for share, right, _ in rows if share >= least]
    return Measured(
        top1=sum(right for _, right, _ in rows) / len(rows),
        top3=sum(among for _, _, among in rows) / len(rows),
        answered=len(answered) / len(rows),
        right_when_answered=sum(answered) / len(answered),
        least_share=least,
    )


def _outcome(router: Router, example: Example) -> tuple[float, bool, bool]:
    shares = router.shares(example.text)
    order = sorted(shares, key=shares.__getitem__, reverse=True)
    return shares[order[0]], order[0] == example.sector, example.sector in order[:3]


def _least_share(rows: Sequence[tuple[float, bool, bool]]) -> float:
    """Return the lowest share from which on, step by step, the answer was right at least every second time."""
    least = 1.0
    for number in range(round(1 / _STEP) - 1, -1, -1):
        low = number * _STEP
        step = [right for share, right, _ in rows if low <= share < low + _STEP or (share == 1.0 and number == 19)]
        if step and sum(step) / len(step) < LEAST_RIGHT:
            break
        least = low
    return round(least, 2)


def train(examples: Sequence[Example]) -> tuple[dict[str, Any], Measured]:
    """Return the file's content for a corpus, with what was measured."""
    measured = measure(examples)
    content = counted([words_of(redact(e.text).text) for e in examples], [e.sector for e in examples])
    return {
        "format": FORMAT,
        "data_sha256": rows_hash([example.row() for example in examples]),
        **content,
        "least_share": measured.least_share,
        "measured": {
            "top1": round(measured.top1, 4),
            "top3": round(measured.top3, 4),
            "answered": round(measured.answered, 4),
            "right_when_answered": round(measured.right_when_answered, 4),
        },
    }, measured


def written(content: dict[str, Any]) -> str:
    """Return the text of the file, one word a line so that a change can be read."""
    head = {key: value for key, value in content.items() if key != "words"}
    lines = [
        f"{json.dumps(word, ensure_ascii=False)}:{json.dumps(entry, separators=(',', ':'))}"
        for word, entry in content["words"].items()
    ]
    return json.dumps(head, ensure_ascii=False)[:-1] + ', "words": {\n' + ",\n".join(lines) + "\n}}\n"


def train_default(examples: Sequence[Example], path: Path = DEFAULT_FILE) -> Measured:
    """Write the file for a corpus and return what was measured."""
    content, measured = train(examples)
    path.write_text(written(content), encoding="utf-8")
    return measured
