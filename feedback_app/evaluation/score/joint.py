"""The joint score: people and what they are compared with are estimated together, each net of the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from feedback_app.evaluation.score.figures import (
    DELTA_IN_TAU,
    RELIABILITY_BELOW,
    CycleScores,
    PersonScore,
    Predicted,
    overall_baseline,
    person_scores,
)
from feedback_app.evaluation.score.joint_system import NOISE_MIN, solve
from feedback_app.evaluation.score.moments import moments
from feedback_app.evaluation.score.sums import Cells, Contributions, FloatArray, Reference, Strata, cells_of

# Baselines are drawn to the mean as if services differed by twice the standard deviation they do: at its true size the
# hardest service would be taken for a little less hard than it is, and its people would pay for that.
PRIOR_WIDTH: Final = 4.0
MIDDLE: Final = 62.5  # of the scale 25 to 100; stands for the mean where nothing was rated at all


def score_cycle(
    strata: Strata,
    contributions: Contributions,
    *,
    reference: Reference | None = None,
    delta_in_tau: float = DELTA_IN_TAU,
) -> CycleScores:
    """Score everybody in a cycle from additive sums alone.

    The model of a rating is y = M + s_k + u_i + e: the agency's mean, the stratum (service and quarter, drawn to
    the service's and the agency's mean, with `PRIOR_WIDTH` times κ² and ω²), the person, and chance. Its best
    predictions are found at once (see `joint_system.solve`), so that b_k = M + s_k is what an average person would
    get in stratum k, net of the people who worked there. Then, with B_i = τ² n_i/(τ² n_i + σ²) and s_i the own share,

        û_i = B_i · mean(y - b_k)        reliability_i = s_i B_i - leverage_i/τ²

    and the standard error is √(τ² (1 - reliability_i)). The leverage is what not knowing the baseline adds to the
    error. A service given by one person alone hardly tells how hard it is from how good that person is: the
    interval stays wide and the band is "insufficient".

    A rating that several people answer for enters each of their equations with its share w. For a team that
    stays the same, all equal, that is the exact prediction under y = b + mean(u) + e; else it errs towards 0.

    A perfect rating never lowers
    -----------------------------
    At a given `reference` one more rating y of person i alone in stratum k moves û_i by gain · (y - b_k - û_i),
    where gain = cov(u_i, b_k + u_i)/(var(b_k + u_i) + σ²), both given the ratings so far. The numerator is not
    negative: with the signs of the people turned, the matrix of the equations has no positive element off its
    diagonal, and each row sums to more than 0 (σ²/τ² for a person; the prior precision and the ratings nobody
    answers for, for a stratum). The largest element in a column of such a matrix's inverse stands on the
    diagonal (else the row of the largest could not sum to 0), so var(u_i) ≥ |cov(u_i, b_k)|. Hence 100 never
    lowers a score as long as the prediction b_k + û_i is at most 100. A prediction beyond the scale can only come
    from a very good person in a very easy service: 100 is then less than predicted and lowers the score by less
    than the excess. With a shared rating the others' part may move the baseline more than the own part moves the
    person; and where the variances are estimated anew every rating moves everybody a little.

    Parameters
    ----------
    strata, contributions
        See there; C rows in any order, split or merged.
    reference
        Variances and mean to use, such as those of an earlier cycle. Then parts of the agency that share neither
        people nor services do not move each other at all. Left out, they are those of this cycle by moments, with
        M the generalised least squares mean, whose uncertainty enters the intervals.
    delta_in_tau
        Half-width of "as expected" in between-person standard deviations, > 0; with 0 nobody gets a band.

    Raises
    ------
    ValueError
        The people's shares in a stratum exceed its ratings.

    Source: Henderson (1975); Robinson (1991), "That BLUP is a good thing".
    """
    cells = cells_of(contributions)
    if strata.n.size == 0:
        return CycleScores((), np.empty(0), np.empty(0), reference or Reference(0.0, 0.0, 0.0, 0.0, MIDDLE), 0.0, None)
    used = reference or Reference(*moments(strata, cells), mean=float(strata.total.sum() / strata.n.sum()))
    solution = solve(strata, cells, _wide(used), mean_known=reference is not None)
    used = replace(used, mean=solution.mean)
    delta = delta_in_tau * used.tau2**0.5
    predicted = _predicted(cells, solution.baseline, used, solution.leverage)
    people = person_scores(cells, solution.baseline, predicted, used.tau2, delta)
    overall = overall_baseline(cells, solution.baseline)
    return CycleScores(people, solution.baseline, solution.leverage, used, delta, overall)


def _wide(used: Reference) -> Reference:
    return replace(used, kappa2=PRIOR_WIDTH * used.kappa2, omega2=PRIOR_WIDTH * used.omega2)


def score_with(found: CycleScores, contributions: Contributions) -> tuple[PersonScore, ...]:
    """Return the scores some people would have with other ratings, everything else as found.

    Baselines and parameters stay those of the cycle, and a person's uncertainty about the baseline with them: what
    differs is the person's own ratings and nothing else. Rows of any number of people at once; who has no row here is
    not in the answer, and who was not in the cycle is scored as if the baselines were known.
    """
    cells, used = cells_of(contributions), found.parameters
    before = {person.employee_id: place for place, person in enumerate(found.people)}
    weight = cells.per_person(cells.weight)
    leverage = np.zeros(cells.employee.size)
    for place, employee_id in enumerate(cells.employee.tolist()):
        if employee_id in before:
            known = before[employee_id]
            whole, left = (_factor(n, used) * n for n in (found.people[known].n_effective, float(weight[place])))
            leverage[place] = found.leverage[known] * (left / whole) ** 2 if whole else 0.0
    predicted = _predicted(cells, found.baseline, used, leverage)
    return person_scores(cells, found.baseline, predicted, used.tau2, found.delta)


def _factor(weight: float, used: Reference) -> float:
    return used.tau2 / (used.tau2 * weight + max(used.sigma2, NOISE_MIN))


def _predicted(cells: Cells, baseline: FloatArray, used: Reference, leverage: FloatArray) -> Predicted:
    weight = cells.per_person(cells.weight)
    residual = cells.per_person(cells.total - cells.weight * baseline[cells.stratum])
    factor = used.tau2 / (used.tau2 * weight + max(used.sigma2, NOISE_MIN))
    if used.tau2 == 0:
        return Predicted(np.zeros_like(weight), np.zeros_like(weight))
    own_share = cells.per_person(cells.weight_squares) / weight
    reliability = np.clip(own_share * factor * weight - leverage / used.tau2, 0.0, RELIABILITY_BELOW)
    return Predicted(factor * residual, reliability)
