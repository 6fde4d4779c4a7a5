"""The first method, kept for comparison."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from feedback_app.evaluation.score.baseline import baselines
from feedback_app.evaluation.score.figures import Band, CycleScores
from feedback_app.evaluation.score.sums import Contributions, Reference, Strata
from feedback_app.evaluation.score.two_step import score_in_two_steps
from feedback_app.evaluation.score.variance import shrink, variance_components
from tests.evaluation.score.ratings import NOBODY, Ratings, drawn, unlike_services


def scored(ratings: Ratings, reference: Reference | None = None) -> CycleScores:
    return score_in_two_steps(ratings.strata(), ratings.contributions(), reference=reference)


def test_scores_follow_from_a_recount_of_the_ratings_one_by_one() -> None:
    ratings = drawn(4, ratings=2000, people=30)
    base = baselines(ratings.strata()).stratum
    people = np.unique(ratings.person[ratings.person != NOBODY])
    residuals = [ratings.y[mine] - base[ratings.stratum[mine]] for mine in (ratings.person == who for who in people)]
    n, mean = np.array([own.size for own in residuals]), np.array([own.mean() for own in residuals])
    everybody = np.concatenate(residuals)
    sigma2 = sum(((own - own.mean()) ** 2).sum() for own in residuals) / (n.sum() - people.size)
    between = (n * (mean - everybody.mean()) ** 2).sum() - (people.size - 1) * sigma2
    tau2 = max(0.0, between / (n.sum() - (n**2).sum() / n.sum()))
    found = scored(ratings)
    assert [found.tau2, found.sigma2] == pytest.approx([tau2, sigma2], rel=1e-9)
    assert found.baseline == pytest.approx(base)
    assert [one.score for one in found.people] == pytest.approx(mean * tau2 / (tau2 + sigma2 / n), rel=1e-9)


def test_reference_gives_the_variances_of_people_and_of_chance() -> None:
    ratings = drawn(9, ratings=400)
    found = scored(ratings, Reference(20.0, 380.0, 1.0, 1.0, 50.0))
    n, mean = (np.array([getattr(one, name) for one in found.people]) for name in ("n_effective", "mean_residual"))
    shrunk = shrink(n, mean, variance_components([2, 2], [2.0, 6.0], [4.0, 20.0])._replace(tau2=20.0, sigma2=380.0))
    assert [one.score for one in found.people] == pytest.approx(shrunk.u_hat)
    assert [one.standard_error for one in found.people] == pytest.approx(shrunk.standard_error)
    assert found.baseline == pytest.approx(scored(ratings).baseline)


def test_ratings_that_are_all_alike_band_nobody() -> None:
    ratings = drawn(2, ratings=400)
    found = scored(Ratings(ratings.person, ratings.stratum, np.full_like(ratings.y, 75.0), ratings.service))
    assert (found.tau2, found.sigma2, found.delta) == (0.0, 0.0, 0.0)
    assert {(one.band, one.score) for one in found.people} == {(Band.INSUFFICIENT, 0.0)}


@given(unlike_services())
@settings(deadline=None)
def test_services_that_differ_while_their_people_do_not_band_nobody(sums: tuple[Strata, Contributions]) -> None:
    found = score_in_two_steps(*sums)
    assert (found.tau2, found.delta) == (0.0, 0.0)
    assert {one.band for one in found.people} == {Band.INSUFFICIENT}


def test_cycle_without_ratings_scores_nobody() -> None:
    none, nobody = np.empty(0), np.empty(0, dtype=np.int64)
    rows = Contributions(nobody, nobody, nobody, none, none, none, none)
    assert score_in_two_steps(Strata(nobody, none, none, none), rows).people == ()


def test_cycle_in_which_nobody_answers_for_anything_has_baselines_and_no_people() -> None:
    ratings = drawn(2)
    found = scored(Ratings(np.full_like(ratings.person, NOBODY), ratings.stratum, ratings.y, ratings.service))
    assert found.people == ()
    assert found.overall_baseline is None
