from __future__ import annotations

import numpy as np
import pytest

from feedback_app.evaluation.score.figures import Band
from feedback_app.evaluation.score.sums import Reference
from feedback_app.evaluation.score.units import score_units


def sums(means: list[float], n: list[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    counts = np.array(n)
    return np.arange(len(n)) + 10, counts, counts * np.array(means), counts * (np.array(means) ** 2 + 380.0)


def test_unit_is_drawn_back_by_hand() -> None:
    # tau2 = 20, sigma2 = 380, n = 76, mean of the agency 75: B = 0.8.
    units = score_units(*sums([85.0, 75.0], [76.0, 19.0]), reference=Reference(20.0, 380.0, 0.0, 0.0, 75.0))
    assert [unit.unit_id for unit in units] == [10, 11]
    assert units[0].mean == pytest.approx(85.0)
    assert units[0].score == pytest.approx(8.0)
    assert units[0].standard_error == pytest.approx(2.0)
    assert units[0].band is Band.ABOVE
    assert units[1].band is Band.INSUFFICIENT


def test_units_that_do_not_differ_are_as_the_agency() -> None:
    units = score_units(*sums([75.0, 75.0, 75.0], [10.0, 200.0, 3000.0]))
    assert {unit.score for unit in units} == {0.0}
    assert {unit.band for unit in units} == {Band.INSUFFICIENT}


def test_mean_of_the_agency_is_of_its_units_and_its_uncertainty_widens_the_intervals() -> None:
    means = [60.0, 70.0, 80.0, 90.0]
    units = score_units(*sums(means, [1000.0] * 4))
    assert [unit.mean for unit in units] == pytest.approx(means)
    assert sum(unit.score for unit in units) == pytest.approx(0.0, abs=1e-9)
    # Four units: a quarter of what differs between units is in their mean.
    assert all(0.7 < unit.reliability < 0.75 for unit in units)


def test_units_without_ratings_are_left_out() -> None:
    assert [unit.unit_id for unit in score_units(*sums([75.0, 80.0, 70.0], [40.0, 0.0, 40.0]))] == [10, 12]
    assert score_units(*sums([75.0], [0.0])) == ()
