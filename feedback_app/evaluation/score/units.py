"""What is said of whole units: their mean against the agency's, drawn back by chance's part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from feedback_app.evaluation.score.figures import DELTA_IN_TAU, Band
from feedback_app.evaluation.score.joint import score_cycle
from feedback_app.evaluation.score.sums import Contributions, FloatArray, IntArray, Reference, Strata


@dataclass(frozen=True, slots=True)
class UnitFigure:
    """A unit's plain `mean` on 25 to 100, and how far it lies from the agency's as far as chance lets it be known."""

    unit_id: int
    n: int
    mean: float
    score: float
    standard_error: float
    low: float
    high: float
    reliability: float
    band: Band


def score_units(
    unit: IntArray,
    n: FloatArray,
    total: FloatArray,
    total_squares: FloatArray,
    *,
    reference: Reference | None = None,
    delta_in_tau: float = DELTA_IN_TAU,
) -> tuple[UnitFigure, ...]:
    """Score units against the mean of the agency's units, sorted by id; units without ratings are left out.

    All arrays have shape (U,): the id, the count, Σy and Σy² of the proven ratings, y on 25 to 100. The model is
    y = M + u_i + e, so a unit takes the place of a person and there is nothing else to compare with: a unit of hard
    services lies lower, which is why this figure says nothing about its people. With a `reference` its τ² (between
    units), σ² and mean are used.
    """
    some = np.asarray(n) > 0
    if not some.any():
        return ()
    counts, sums, squares = (np.asarray(column, dtype=np.float64)[some] for column in (n, total, total_squares))
    every = Strata(np.zeros(1, dtype=np.int64), *(column.sum(keepdims=True) for column in (counts, sums, squares)))
    rows = Contributions(
        employee=np.asarray(unit, dtype=np.int64)[some],
        stratum=np.zeros(counts.size, dtype=np.int64),
        n=counts.astype(np.int64),
        weight=counts,
        weight_squares=counts,
        total=sums,
        total_squares=squares,
    )
    found = score_cycle(every, rows, reference=reference, delta_in_tau=delta_in_tau)
    base = float(found.baseline[0])
    return tuple(
        UnitFigure(
            unit_id=one.employee_id,
            n=one.n,
            mean=base + one.mean_residual,
            score=one.score,
            standard_error=one.standard_error,
            low=one.low,
            high=one.high,
            reliability=one.reliability,
            band=one.band,
        )
        for one in found.people
    )
