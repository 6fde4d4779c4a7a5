"""The first method: baselines first, people after, as if the baselines were known. Kept for comparison."""

from __future__ import annotations

import numpy as np

from feedback_app.evaluation.score.baseline import baselines, residual_sums
from feedback_app.evaluation.score.figures import DELTA_IN_TAU, CycleScores, Predicted, overall_baseline, person_scores
from feedback_app.evaluation.score.joint import MIDDLE
from feedback_app.evaluation.score.sums import Contributions, Reference, Strata, cells_of
from feedback_app.evaluation.score.variance import VarianceComponents, shrink, variance_components


def score_in_two_steps(
    strata: Strata,
    contributions: Contributions,
    *,
    reference: Reference | None = None,
    delta_in_tau: float = DELTA_IN_TAU,
) -> CycleScores:
    """Score everybody from additive sums, each rating against the baseline of its stratum taken as known.

    A person is part of their own baseline here: with few people in a service figures lie nearer to 0 and
    intervals are too narrow, which is why `joint.score_cycle` replaced it. With a `reference` only its `tau2` and
    `sigma2` are used; baselines are always those of the cycle.

    Source: `baseline.baselines`, `variance.variance_components` and `variance.shrink`.
    """
    cells = cells_of(contributions)
    if strata.n.size == 0:
        return CycleScores((), np.empty(0), np.empty(0), reference or Reference(0.0, 0.0, 0.0, 0.0, MIDDLE), 0.0, None)
    found = baselines(strata)
    base = found.stratum[cells.stratum]
    residual, squares = residual_sums(cells.weight, cells.total, cells.total_squares, base)
    weight, own, total = (cells.per_person(column) for column in (cells.weight, cells.weight_squares, residual))
    if reference is not None:
        components = VarianceComponents(reference.tau2, reference.sigma2)
    else:
        square = float(cells.total_squares.sum() / cells.weight.sum()) if cells.weight.size else None
        components = variance_components(weight, total, cells.per_person(squares), own, mean_square=square)
    shrunk = shrink(weight, total / weight, components, own / weight)
    delta = delta_in_tau * components.tau2**0.5
    predicted = Predicted(shrunk.u_hat, shrunk.reliability)
    return CycleScores(
        people=person_scores(cells, found.stratum, predicted, components.tau2, delta),
        baseline=found.stratum,
        leverage=np.zeros(cells.employee.size),
        parameters=Reference(*components, found.between_services, found.between_strata, found.agency_mean),
        delta=delta,
        overall_baseline=overall_baseline(cells, found.stratum),
    )
