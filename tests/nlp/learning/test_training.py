from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from feedback_app.nlp import TrainedModel, train
from feedback_app.nlp.labels import HEADS, Kind
from feedback_app.nlp.learning.corpus import CorpusError, Example
from feedback_app.nlp.learning.training import lines_of


def test_training_twice_gives_the_same_bytes(
    small_model: TrainedModel, small_corpus: list[Example], tmp_path: Path
) -> None:
    small_model.save(tmp_path / "first")
    train(small_corpus).save(tmp_path / "second")
    for name in ("model.skops", "manifest.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_nothing_that_is_stored_depends_on_the_process(small_model: TrainedModel, tmp_path: Path) -> None:
    small_model.save(tmp_path)
    with ZipFile(tmp_path / "model.skops") as archive:
        schema = archive.read("schema.json").decode()
        dates = {entry.date_time for entry in archive.infolist()}
    assert re.findall(r"\d{9,}", schema) == []
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_a_label_with_too_few_examples_is_refused(small_corpus: list[Example]) -> None:
    without_spam = [example for example in small_corpus if example.kind is not Kind.SPAM]
    with pytest.raises(CorpusError, match="0 examples of kind = spam"):
        train(without_spam)


def test_heads_give_probabilities_that_add_up_to_one(small_model: TrainedModel, small_corpus: list[Example]) -> None:
    features = small_model.union.transform(lines_of(small_corpus[:20]))
    for head in HEADS:
        shares = small_model.heads[head].predict_proba(features)
        assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)
        assert sorted(small_model.heads[head].classes_) == list(small_model.heads[head].classes_)


def test_each_head_is_measured_beside_a_dummy(small_model: TrainedModel) -> None:
    for head in HEADS:
        assert set(small_model.metrics[head]["dummy"]) == {"macro_f1", "accuracy"}
        assert 0 <= small_model.thresholds[head].value <= 1
