from __future__ import annotations

import numpy as np
import pytest

from feedback_app.nlp.heads.abstention import choose_threshold, lowest_threshold
from feedback_app.nlp.heads.decision import decide


def test_threshold_is_the_lowest_that_reaches_the_target() -> None:
    confidences = np.linspace(1, 0.01, 100)
    hits = np.array([True] * 60 + [False] * 40)
    found = lowest_threshold(confidences, hits, 0.9)
    assert found is not None
    threshold, coverage = found
    # 60 right ones and 6 wrong ones are the most that is still nine in ten.
    assert coverage == pytest.approx(0.66)
    assert hits[confidences >= threshold].mean() >= 0.9


def test_a_target_out_of_reach_has_no_threshold() -> None:
    assert lowest_threshold(np.linspace(1, 0.01, 100), np.zeros(100, dtype=bool), 0.8) is None


def test_few_lucky_answers_do_not_count() -> None:
    hits = np.array([True] * 20 + [False] * 80)
    assert lowest_threshold(np.linspace(1, 0.01, 100), hits, 0.9) is None


def test_an_easier_target_is_taken_when_the_best_would_silence_most() -> None:
    rng = np.random.default_rng(7)
    confidences = rng.random(5000)
    hits = rng.random(5000) < 0.45 + 0.5 * confidences
    threshold = choose_threshold(confidences, hits, np.array_split(np.arange(5000), 5))
    assert threshold.target < 0.95
    assert threshold.coverage >= 0.35
    assert threshold.selective_accuracy == pytest.approx(threshold.target, abs=0.03)


def test_a_head_that_is_always_wrong_never_answers() -> None:
    threshold = choose_threshold(np.full(100, 0.9), np.zeros(100, dtype=bool), np.array_split(np.arange(100), 5))
    assert threshold.coverage == 0.0


URGENCIES = np.array(["critical", "high", "normal"])


@pytest.mark.parametrize(
    ("row", "label", "confidence"),
    [
        pytest.param([0.1, 0.2, 0.7], "normal", 0.7, id="normal"),
        pytest.param([0.2, 0.25, 0.55], "high", 0.45, id="not normal enough"),
        pytest.param([0.5, 0.4, 0.1], "critical", 0.9, id="urgent in either way"),
    ],
)
def test_urgency_is_normal_only_when_that_is_likely_enough(row: list[float], label: str, confidence: float) -> None:
    columns, confidences = decide("urgency", URGENCIES, np.array([row]))
    assert URGENCIES[columns[0]] == label
    assert confidences[0] == pytest.approx(confidence)


def test_other_heads_take_the_likeliest_label() -> None:
    columns, confidences = decide("kind", np.array(["a", "b", "c"]), np.array([[0.2, 0.25, 0.55]]))
    assert (columns[0], confidences[0]) == (2, 0.55)
