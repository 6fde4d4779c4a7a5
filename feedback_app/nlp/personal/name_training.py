"""Training of the name tagger: the mean of several averaged perceptrons."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from feedback_app.nlp.personal.name_features import Sentence, features
from feedback_app.nlp.personal.name_lessons import SEED, VARIANTS, Example, Lesson, lesson_of, lessons
from feedback_app.nlp.personal.name_tagger import DEFAULT_FOLDER, NameTagger, save

LEARNERS: Final = 5
ROUNDS: Final = 6
MARGIN: Final = 12
SMALL: Final = 3
"""Weights nearer to zero than this are not stored; they are in tenths of a step of the perceptron."""

FORGOTTEN_WORDS: Final = 0.1
FORGOTTEN_NAMES: Final = 0.2
"""Shares of common words and of known names that pass for unknown while training, as in new texts they will be."""

THRESHOLD: Final = 1
SMALL_THRESHOLD: Final = 300
DOUBT: Final = -150


@dataclass(frozen=True, slots=True)
class _Task:
    """A lesson cut into words, and for each word that may be a name whether it is one."""

    sentence: Sentence
    answers: tuple[tuple[int, bool], ...]


def _task(lesson: Lesson, dice: random.Random) -> _Task:
    """Cut a lesson into words; some that everybody uses and some known names pass for unknown, as in new texts."""
    sentence = Sentence.of(lesson.text)
    for place, letter in enumerate(sentence.classes):
        if (letter == "w" and dice.random() < FORGOTTEN_WORDS) or (letter in "Kk" and dice.random() < FORGOTTEN_NAMES):
            sentence.classes[place] = "u"
    answers = [
        (place, any(start <= sentence.starts[place] < end for start, end in lesson.names))
        for place in sentence.candidates()
    ]
    return _Task(sentence, tuple(answers))


class _Perceptron:
    """Weights that move by one at each mistake, and their sum over time for the average."""

    def __init__(self) -> None:
        self.weights: defaultdict[str, int] = defaultdict(int)
        self.moments: defaultdict[str, int] = defaultdict(int)
        self.now = 1

    def learn(self, task: _Task) -> None:
        """Walk through the words and move the weights where the answer was wrong or narrow."""
        named = -2
        for place, is_name in task.answers:
            follows = named >= 0 and task.sentence.before(place) == named
            found = features(task.sentence, place, follows)
            total = sum([self.weights[feature] for feature in found])
            if (total if is_name else -total) <= MARGIN:
                step = 1 if is_name else -1
                for feature in found:
                    self.weights[feature] += step
                    self.moments[feature] += step * self.now
            if total > 0:
                named = place
            self.now += 1

    def averaged(self) -> dict[str, int]:
        """Return the weights averaged over all steps, in tenths."""
        return {
            feature: (10 * (weight * self.now - self.moments[feature])) // self.now
            for feature, weight in self.weights.items()
        }


def _taught(examples: Sequence[Example], seed: int) -> dict[str, int]:
    """Return the weights of one perceptron; the seed chooses the invented names and the order."""
    dice = random.Random(seed)  # noqa: S311 - the same tasks each time are wanted
    tasks = [_task(lesson, dice) for lesson in lessons(examples, seed)]
    learner = _Perceptron()
    for _ in range(ROUNDS):
        dice.shuffle(tasks)
        for task in tasks:
            learner.learn(task)
    return learner.averaged()


def train(examples: Sequence[Example]) -> NameTagger:
    """Return a tagger trained on the marked names of the examples and on the written frames.

    It is the mean of several, because one perceptron alone changes its mind with every word added to a list.
    """
    sums: Counter[str] = Counter()
    for number in range(LEARNERS):
        sums.update(_taught(examples, SEED + number))
    means = {feature: weight // LEARNERS for feature, weight in sorted(sums.items())}
    kept = {feature: weight for feature, weight in means.items() if abs(weight) >= SMALL}
    return NameTagger(kept, THRESHOLD, SMALL_THRESHOLD, DOUBT)


def _data_hash(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for example in examples:
        digest.update(json.dumps([example.text, *example.pii], ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def _lists_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parents[1] / "lists").glob("*.txt")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def train_and_save(examples: Sequence[Example], folder: Path = DEFAULT_FOLDER) -> str:
    """Train the tagger, write it into `folder`, and return the sha256 of its weights; same input, same bytes."""
    marked = sum(len(lesson_of(example).names) for example in examples)
    return save(
        train(examples),
        folder,
        data={"sha256": _data_hash(examples), "examples": len(examples), "names": marked},
        lists={"sha256": _lists_hash()},
        training={"learners": LEARNERS, "rounds": ROUNDS, "variants": VARIANTS, "seed": SEED, "margin": MARGIN},
    )
