"""Case 21: who plays the score gains less than a tenth of a standard deviation, or only becomes invisible."""

from __future__ import annotations

import pytest

from feedback_app.evaluation.simulation.gaming import MOST_GAIN, Gain, gains


@pytest.fixture(scope="module")
def found() -> dict[str, Gain]:
    return {gain.trick: gain for gain in gains(1)}


def test_every_trick_is_tried(found: dict[str, Gain]) -> None:
    assert list(found) == [
        "flood_easy_service", "refuse_hard_service", "split_service", "split_off_alone", "refuse_hard_cases",
        "split_unit",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "trick", ["flood_easy_service", "refuse_hard_service", "split_service", "split_off_alone", "split_unit"]
)
def test_average_player_gains_less_than_a_tenth(found: dict[str, Gain], trick: str) -> None:
    assert found[trick].average < MOST_GAIN


@pytest.mark.parametrize("trick", ["flood_easy_service", "split_service"])
def test_poor_player_gains_less_than_a_tenth(found: dict[str, Gain], trick: str) -> None:
    assert found[trick].poor < MOST_GAIN


def test_poor_player_who_splits_off_alone_becomes_invisible_and_never_looks_good(found: dict[str, Gain]) -> None:
    assert not found["split_off_alone"].may_band
    assert found["split_off_alone"].poor < 1.5


def test_less_evidence_moves_a_poor_figure_towards_the_middle_and_not_beyond(found: dict[str, Gain]) -> None:
    # What is known of the limits, held so that nobody makes them worse unseen: fewer ratings per unit draw a poor
    # unit back, and in an easy service poor work costs fewer points. See docs/fair-score.md.
    assert found["split_unit"].poor < 0.2
    assert found["refuse_hard_service"].poor < 0.3


def test_refusing_hard_cases_that_no_column_names_is_not_caught_by_arithmetic(found: dict[str, Gain]) -> None:
    # An office has to see it elsewhere: in tokens handed out against tokens used, and in who is turned away.
    assert found["refuse_hard_cases"].average > MOST_GAIN
