"""A small corpus with every label, a model trained on it once, and the shipped model loaded once."""

from __future__ import annotations

from collections import Counter

import pytest

from feedback_app.nlp import Classifier, TrainedModel, train
from feedback_app.nlp.learning.corpus import Example, load_corpus
from feedback_app.nlp.learning.training import LEAST_EXAMPLES


@pytest.fixture(scope="session")
def corpus() -> list[Example]:
    """The corpus of the project."""
    return load_corpus()


@pytest.fixture(scope="session")
def small_corpus(corpus: list[Example]) -> list[Example]:
    """The fewest of the first examples in which every label stands often enough to train."""
    counts: Counter[tuple[str, str]] = Counter()
    chosen = []
    for example in corpus:
        labels = list(example.row().labels.items())
        if any(counts[label] < LEAST_EXAMPLES for label in labels):
            chosen.append(example)
            counts.update(labels)
    return chosen


@pytest.fixture(scope="session")
def small_model(small_corpus: list[Example]) -> TrainedModel:
    """A model of the small corpus."""
    return train([example.row() for example in small_corpus])


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    """The model that is shipped with the program."""
    return Classifier.load()
