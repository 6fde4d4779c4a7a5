from __future__ import annotations

import math

import pytest

from feedback_app.evaluation.rules import METHOD_VERSION, Z_90, Band, band
from feedback_app.evaluation.score.methods import METHODS


def test_method_of_new_cycles_is_one_that_can_be_computed() -> None:
    assert METHOD_VERSION == "fair-score/2"
    assert list(METHODS) == ["fair-score/1", METHOD_VERSION]


def test_z_cuts_off_five_percent_on_each_side() -> None:
    assert math.erfc(Z_90 / math.sqrt(2)) / 2 == pytest.approx(0.05, abs=1e-15)


# delta is 2 throughout; 30 ratings and a reliability of 0.7 are the least that say anything.
@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        pytest.param(2.1, 6.0, Band.ABOVE, id="whole interval above"),
        pytest.param(2.0, 6.0, Band.AS_EXPECTED, id="lower end on the upper edge"),
        pytest.param(-6.0, -2.1, Band.BELOW, id="whole interval below"),
        pytest.param(-6.0, -2.0, Band.AS_EXPECTED, id="upper end on the lower edge"),
        pytest.param(-1.0, 1.0, Band.AS_EXPECTED, id="inside"),
        pytest.param(-2.0, 2.0, Band.AS_EXPECTED, id="from edge to edge"),
        pytest.param(-1.0, 3.0, Band.AS_EXPECTED, id="crosses the upper edge"),
        pytest.param(-3.0, 1.0, Band.AS_EXPECTED, id="crosses the lower edge"),
        pytest.param(-2.1, 2.1, Band.INSUFFICIENT, id="crosses both edges"),
    ],
)
def test_band_follows_from_where_the_interval_lies(low: float, high: float, expected: Band) -> None:
    assert band(low, high, 0.7, 30.0, 2.0) is expected


@pytest.mark.parametrize(
    ("reliability", "n_effective"),
    [
        pytest.param(0.6999, 1000.0, id="reliability just too low"),
        pytest.param(0.99, 29.99, id="ratings just too few"),
    ],
)
@pytest.mark.parametrize(("low", "high"), [(10.0, 20.0), (-20.0, -10.0), (-0.1, 0.1)])
def test_too_little_evidence_bands_nobody_however_extreme(
    reliability: float, n_effective: float, low: float, high: float
) -> None:
    assert band(low, high, reliability, n_effective, 2.0) is Band.INSUFFICIENT


@pytest.mark.parametrize(("low", "high", "delta"), [(1.0, 0.0, 2.0), (0.0, 1.0, -1.0)])
def test_interval_or_edge_that_cannot_be_is_refused(low: float, high: float, delta: float) -> None:
    with pytest.raises(ValueError, match="must not"):
        band(low, high, 0.9, 100.0, delta)


@pytest.mark.parametrize(("low", "high"), [(1e-13, 2e-13), (-2.0, -1.0), (0.0, 0.0)])
def test_where_nobody_differs_no_interval_bands_anybody(low: float, high: float) -> None:
    assert band(low, high, 0.99, 1000.0, 0.0) is Band.INSUFFICIENT
