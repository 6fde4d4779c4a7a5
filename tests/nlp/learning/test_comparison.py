from __future__ import annotations

import pytest

from feedback_app.nlp import Classifier, TrainedModel
from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.nlp.learning.comparison import compare
from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.stored.artefact import unpack


@pytest.fixture(scope="module")
def small(small_model: TrainedModel) -> Classifier:
    """A model that has read little."""
    packed = small_model.packed()
    return Classifier(unpack(packed.manifest, packed.body))


def test_a_model_is_no_better_than_itself(classifier: Classifier, corpus: list[Example]) -> None:
    for found in compare(classifier, classifier, [example.row() for example in corpus[:200]]):
        assert found.macro_f1[0] == found.macro_f1[1]
        assert (found.only_first, found.only_second, found.chance) == (0, 0, 1.0)
        assert all(one == other <= count for one, other, count in found.recall.values())


@pytest.mark.slow
def test_a_model_that_read_little_loses_and_chance_does_not_explain_it(
    classifier: Classifier, small: Classifier, corpus: list[Example]
) -> None:
    found = {one.head: one for one in compare(small, classifier, [example.row() for example in corpus[::10]])}
    assert set(found) == {"kind", "sentiment", "aspect", "urgency"}
    assert found["aspect"].macro_f1[1] > found["aspect"].macro_f1[0] + 0.2
    assert found["aspect"].only_second > found["aspect"].only_first
    assert found["aspect"].chance < 0.001


def test_heads_nobody_labelled_are_left_out(classifier: Classifier) -> None:
    rows = [TrainingRow(str(number), "petugas ramah", {"kind": "praise"}) for number in range(3)]
    assert [found.head for found in compare(classifier, classifier, rows)] == ["kind"]
    assert compare(classifier, classifier, []) == []
