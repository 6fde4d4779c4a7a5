from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from feedback_app.nlp.heads.decision import softmax
from feedback_app.nlp.heads.hits import hits_of, second_aspects
from feedback_app.nlp.heads.layers import fit_first_layer
from feedback_app.nlp.heads.metrics import calibration_error, recall_by_label, top_share
from feedback_app.nlp.heads.rows import TrainingRow, rows_hash
from feedback_app.nlp.heads.stacking import fit_second_layer, sharpness


def toy(rows: int = 120, labels: int = 3) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Rows whose first columns tell the label, with noise."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, labels, rows)
    features = rng.random((rows, 20)) * 0.3
    features[np.arange(rows), truth] += 1
    return sparse.csr_matrix(features), np.array([f"label {number}" for number in truth])


@pytest.mark.parametrize("head", ["kind", "aspect"])
@pytest.mark.parametrize("labels", [2, 3])
def test_both_layers_folded_into_one_matrix_say_the_same(head: str, labels: int) -> None:
    features, truth = toy(labels=labels)
    ones = np.ones(len(truth))
    first = fit_first_layer(head, features, truth, ones)
    second = fit_second_layer(first.scores(features), truth, ones)
    folded = second.fold(first)
    assert np.allclose(folded.probabilities(features), second.probabilities(first.scores(features)), atol=1e-4)
    assert (folded.classes[folded.probabilities(features).argmax(axis=1)] == truth).mean() > 0.95


def test_scores_are_sharpened_until_they_are_as_sure_as_they_are_right() -> None:
    rng = np.random.default_rng(5)
    scores = rng.normal(size=(4000, 4)) * 2
    honest = softmax(scores)
    truth = np.array([rng.choice(4, p=row) for row in honest])
    timid = softmax(scores * 0.5)
    hits = timid.argmax(axis=1) == truth
    by = sharpness(timid, hits)
    assert by == pytest.approx(2, abs=0.2)
    sharpened = softmax(np.log(timid) * by)
    assert calibration_error(sharpened.max(axis=1), hits) < calibration_error(timid.max(axis=1), hits) / 3


def test_a_second_aspect_is_right_too_and_no_other_head_has_one() -> None:
    rows = [TrainingRow("1", "a", {"aspect": "delay"}, aspect2="fee"), TrainingRow("2", "b", {"aspect": "fee"})]
    second = second_aspects(rows)
    truth, predicted = np.array(["delay", "fee"]), np.array(["fee", "delay"])
    assert hits_of("aspect", truth, predicted, second).tolist() == [True, False]
    assert hits_of("kind", truth, predicted, second).tolist() == [False, False]


def test_the_top_three_count_the_second_aspect_and_never_an_empty_one() -> None:
    classes = np.array(["", "a", "b", "c", "d"])
    shares = np.array([[0.5, 0.3, 0.1, 0.05, 0.05], [0.5, 0.3, 0.1, 0.05, 0.05]])
    assert top_share(classes, shares, np.array(["d", "d"]), np.array(["", "b"])) == 0.5


def test_recall_is_counted_by_label() -> None:
    truth, predicted = np.array(["a", "a", "b"]), np.array(["a", "b", "b"])
    assert recall_by_label(truth, predicted) == {"a": (1, 2), "b": (1, 1)}


def test_the_hash_of_rows_sees_every_label_and_the_source() -> None:
    row = TrainingRow("1", "teks", {"kind": "praise", "aspect": "delay"})
    same = TrainingRow("1", "teks", {"aspect": "delay", "kind": "praise"})
    assert rows_hash([row]) == rows_hash([same])
    others = [
        TrainingRow("1", "teks", {"kind": "praise"}),
        TrainingRow("1", "teks", {"kind": "praise", "aspect": "delay"}, source="officer"),
        TrainingRow("1", "teks!", {"kind": "praise", "aspect": "delay"}),
    ]
    assert len({rows_hash([row]), *(rows_hash([other]) for other in others)}) == 4
