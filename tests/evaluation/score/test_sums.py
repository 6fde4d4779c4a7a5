from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from feedback_app.evaluation.score.sums import Contributions, Reference, Strata, cells_of


def rows() -> Contributions:
    return Contributions(
        employee=np.array([9, 4, 9, 9]),
        stratum=np.array([1, 0, 0, 1]),
        n=np.array([3, 5, 2, 1]),
        weight=np.array([1.5, 5.0, 2.0, 0.25]),
        weight_squares=np.array([0.75, 5.0, 2.0, 0.0625]),
        total=np.array([100.0, 400.0, 150.0, 25.0]),
        total_squares=np.array([8000.0, 33000.0, 12000.0, 2500.0]),
    )


def test_rows_of_one_person_and_stratum_become_one_cell() -> None:
    cells = cells_of(rows())
    assert cells.employee.tolist() == [4, 9]
    assert cells.touched.tolist() == [5, 6]
    assert list(zip(cells.person.tolist(), cells.stratum.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1)]
    assert cells.weight.tolist() == [5.0, 2.0, 1.75]
    assert cells.weight_squares.tolist() == [5.0, 2.0, 0.8125]
    assert cells.total.tolist() == [400.0, 150.0, 125.0]
    assert cells.total_squares.tolist() == [33000.0, 12000.0, 10500.0]
    assert cells.per_person(cells.weight).tolist() == [5.0, 3.75]


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        replace(rows(), stratum=np.array([1]))
    with pytest.raises(ValueError, match="one shape"):
        Strata(np.array([1, 2]), *(np.array([1.0]) for _ in range(3)))


def test_row_without_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="weight above 0"):
        replace(rows(), weight=np.zeros(4))


def test_stratum_without_ratings_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one rating"):
        Strata(np.array([1]), *(np.array([0.0]) for _ in range(3)))


def test_negative_variance_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Reference(20.0, 380.0, -1.0, 0.0, 75.0)
