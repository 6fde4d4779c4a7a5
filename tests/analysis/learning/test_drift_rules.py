"""Alarms about real changes, and none about chance."""

from __future__ import annotations

import random

from feedback_app.analysis.learning.accuracy_rules import Accuracy
from feedback_app.analysis.learning.drift_rules import ABSTAINED, DriftMeasure, broken_promise, findings, psi

LABELS = [ABSTAINED, "complaint", "praise", "spam", "aspiration"]


def _drawn(rng: random.Random, shares: list[float], n: int) -> dict[str, int]:
    drawn = rng.choices(LABELS, shares, k=n)
    return {label: drawn.count(label) for label in LABELS}


def test_texts_of_the_same_kind_raise_no_alarm_in_four_hundred_weeks() -> None:
    rng = random.Random(11)
    shares = [0.2, 0.5, 0.2, 0.05, 0.05]
    alarms = [findings("kind", _drawn(rng, shares, 1200), _drawn(rng, shares, 150)) for _ in range(400)]
    assert sum(map(len, alarms)) == 0


def test_a_machine_that_falls_silent_is_noticed() -> None:
    rng = random.Random(6)
    before = _drawn(rng, [0.2, 0.5, 0.2, 0.05, 0.05], 1200)
    found = findings("kind", before, _drawn(rng, [0.5, 0.3, 0.12, 0.04, 0.04], 200))
    assert [finding.measure for finding in found] == [DriftMeasure.ABSTENTION]
    assert found[0].seen > 0.4 > 0.25 > found[0].expected


def test_other_labels_than_before_are_noticed() -> None:
    rng = random.Random(7)
    before = _drawn(rng, [0.2, 0.5, 0.2, 0.05, 0.05], 1200)
    found = findings("kind", before, _drawn(rng, [0.2, 0.15, 0.5, 0.1, 0.05], 200))
    assert [finding.measure for finding in found] == [DriftMeasure.LABELS]


def test_a_machine_that_answers_more_often_is_no_alarm() -> None:
    before = {ABSTAINED: 400, "complaint": 400, "praise": 400}
    assert findings("kind", before, {ABSTAINED: 0, "complaint": 100, "praise": 100}) == []


def test_a_quiet_week_says_nothing() -> None:
    assert findings("kind", {"praise": 5000}, {ABSTAINED: 60}) == []
    assert findings("kind", {"praise": 100}, {ABSTAINED: 600}) == []


def test_the_index_of_equal_shares_is_nothing() -> None:
    assert psi({"a": 1000, "b": 1000}, {"a": 100, "b": 100}) == 0


def test_a_broken_promise_is_an_alarm() -> None:
    assert broken_promise("kind", None) == []
    assert broken_promise("kind", Accuracy(100, 0.93, 0.86, 0.97)) == []
    found = broken_promise("kind", Accuracy(300, 0.8, 0.75, 0.84))
    assert [(finding.expected, finding.seen) for finding in found] == [(0.95, 0.8)]
