"""The arithmetic that is told is the arithmetic that was done."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from feedback_app.evaluation.evidence.explain import BandRule, Ground, arithmetic, band_rule
from feedback_app.evaluation.rules import Band, band
from tests.evaluation.evidence.rated import rated

GROUND = Ground(
    n=60, n_effective=50.0, own_share=1.0, is_withheld=False, mean_residual=4.0, score=3.0, standard_error=1.0,
    low=1.4, high=4.6, reliability=0.8, baseline=80.0, tau2=9.0, sigma2=150.0, delta=1.0,
)  # fmt: skip
BANDS = {BandRule.ALL_ABOVE: Band.ABOVE, BandRule.ALL_BELOW: Band.BELOW, BandRule.WITHIN: Band.AS_EXPECTED}


@given(
    n_effective=st.floats(0.5, 200), score=st.floats(-30, 30), half=st.floats(0, 20), reliability=st.floats(0, 1),
    delta=st.floats(0, 5),
)  # fmt: skip
def test_the_rule_that_is_told_is_the_one_that_decided(
    n_effective: float, score: float, half: float, reliability: float, delta: float
) -> None:
    ground = replace(
        GROUND, n_effective=n_effective, score=score, low=score - half, high=score + half, reliability=reliability,
        delta=delta,
    )  # fmt: skip
    decided = band(ground.low, ground.high, reliability, n_effective, delta)
    assert BANDS.get(band_rule(ground), Band.INSUFFICIENT) is decided


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        pytest.param({"n": 0}, BandRule.NO_RATINGS, id="nothing counted"),
        pytest.param({"n": 9}, BandRule.WITHHELD, id="too few"),
        pytest.param({"is_withheld": True}, BandRule.WITHHELD, id="too few beyond another cycle"),
        pytest.param({"tau2": 0.0}, BandRule.NO_DIFFERENCE, id="nobody differs"),
    ],
)
def test_without_a_figure_there_is_no_arithmetic(changed: dict[str, float], rule: BandRule) -> None:
    ground = replace(GROUND, **changed)  # type: ignore[arg-type]
    assert band_rule(ground) is rule
    assert arithmetic(ground) is None


def test_the_steps_of_a_computed_figure_follow_from_each_other(session: Session) -> None:
    world = rated(session)
    cycle = world.cycle()
    for who in (world.good, world.poor):
        steps = world.pack(cycle, who).steps
        assert steps is not None
        assert steps.mean - steps.baseline == pytest.approx(steps.residual)
        # Mean, baseline and residual are those that are shown, rounded.
        assert steps.residual * steps.factor == pytest.approx(steps.score, abs=0.011)
        assert steps.score + steps.z * steps.standard_error == pytest.approx(steps.high)
        assert steps.score - steps.z * steps.standard_error == pytest.approx(steps.low)


def test_the_mean_that_is_told_is_the_plain_mean_of_the_ratings(session: Session) -> None:
    world = rated(session)
    steps = world.pack(world.cycle()).steps
    assert steps is not None
    assert steps.mean == pytest.approx(25 * (4 * 32 + 3 * 8) / 40)


@given(mean=st.floats(25, 100), baseline=st.floats(25, 100))
def test_the_difference_that_is_shown_is_that_of_the_figures_that_are_shown(mean: float, baseline: float) -> None:
    steps = arithmetic(replace(GROUND, baseline=baseline, mean_residual=mean - baseline))
    assert steps is not None
    cents = [Decimal(f"{value:.2f}") for value in (steps.mean, steps.baseline, steps.residual)]
    assert cents[0] - cents[1] == cents[2]


def test_a_product_that_rounds_otherwise_is_not_called_equal() -> None:
    steps = arithmetic(GROUND)
    assert steps is not None
    assert replace(steps, residual=4.0, factor=0.75, score=3.0).is_product_exact
    assert not replace(steps, residual=5.0, factor=0.9765, score=4.87).is_product_exact
