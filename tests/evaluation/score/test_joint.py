"""The joint score against two independent solutions of the same model, and by hand."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.mixed_linear_model import (  # type: ignore[import-untyped]
    MixedLM,
    MixedLMParams,
    MixedLMResults,
)

from feedback_app.evaluation.score.figures import Z_90, Band
from feedback_app.evaluation.score.joint import MIDDLE, PRIOR_WIDTH, score_cycle, score_with
from feedback_app.evaluation.score.joint_system import solve
from feedback_app.evaluation.score.sums import Contributions, Reference, Strata, cells_of
from tests.evaluation.score.ratings import NOBODY, Column, Ratings, drawn, solved_as_a_whole

REFERENCE = Reference(tau2=20.0, sigma2=380.0, kappa2=30.0, omega2=5.0, mean=78.0)
VARIANCES = st.builds(
    Reference,
    tau2=st.sampled_from([0.0, 2.0, 20.0, 300.0]),
    sigma2=st.sampled_from([20.0, 380.0]),
    kappa2=st.sampled_from([0.0, 3.0, 30.0, 400.0]),
    omega2=st.sampled_from([0.0, 1.0, 50.0]),
    mean=st.sampled_from([50.0, 78.0]),
)


def figures(ratings: Ratings, reference: Reference) -> tuple[Column, Column]:
    people = score_cycle(ratings.strata(), ratings.contributions(), reference=reference).people
    return np.array([one.score for one in people]), np.array([one.standard_error for one in people])


@given(st.integers(0, 10_000), VARIANCES)
@settings(max_examples=60, deadline=None)
def test_scores_equal_the_model_solved_as_a_whole(seed: int, reference: Reference) -> None:
    ratings = drawn(seed)
    whole = solved_as_a_whole(ratings, reference, mean_known=True)
    found = score_cycle(ratings.strata(), ratings.contributions(), reference=reference)
    score, error = figures(ratings, reference)
    assert found.baseline == pytest.approx(whole.baseline, abs=1e-9)
    assert score == pytest.approx(whole.u_hat, abs=1e-9)
    assert error**2 == pytest.approx(whole.standard_error**2, abs=1e-9 * max(1.0, reference.tau2))


@given(st.integers(0, 10_000), VARIANCES)
@settings(max_examples=60, deadline=None)
def test_unknown_mean_is_the_generalised_least_squares_mean_and_widens_the_intervals(
    seed: int, reference: Reference
) -> None:
    ratings = drawn(seed)
    whole = solved_as_a_whole(ratings, reference, mean_known=False)
    cells = cells_of(ratings.contributions())
    wide = Reference(
        reference.tau2, reference.sigma2, PRIOR_WIDTH * reference.kappa2, PRIOR_WIDTH * reference.omega2, reference.mean
    )
    found = solve(ratings.strata(), cells, wide, mean_known=False)
    weight = cells.per_person(cells.weight)
    error2 = reference.tau2 * (1.0 - found.factor * weight) + found.leverage
    assert found.mean == pytest.approx(whole.mean, abs=1e-9)
    assert found.baseline == pytest.approx(whole.baseline, abs=1e-9)
    assert error2 == pytest.approx(whole.standard_error**2, abs=1e-9 * max(1.0, reference.tau2))


def mixed_model(ratings: Ratings, parts: dict[str, float], reference: Reference) -> tuple[dict[str, float], Column]:
    """Let statsmodels predict the random parts and their covariance, with variances and mean given."""
    frame = pd.DataFrame({"y": ratings.y, "person": ratings.person, "stratum": ratings.stratum, "all": 1})
    frame["service"] = ratings.service[ratings.stratum]
    formula = {name: f"0 + C({name})" for name in parts}
    model = MixedLM.from_formula("y ~ 1", groups="all", re_formula="0", vc_formula=formula, data=frame)
    variances = np.array([parts[name] for name in model.exog_vc.names])
    params = MixedLMParams.from_components(
        fe_params=np.array([reference.mean]), cov_re=np.empty((0, 0)), vcomp=variances / reference.sigma2
    )
    packed = params.get_packed(use_sqrt=False, has_fe=True)
    result: Any = MixedLMResults(model, packed, np.eye(packed.size))
    result.fe_params, result.cov_re, result.vcomp = np.array([reference.mean]), np.empty((0, 0)), variances
    result.scale, result.k_fe, result.k_re, result.k_vc = reference.sigma2, 1, 0, len(parts)
    predicted = result.random_effects[1]
    return predicted.to_dict(), np.asarray(result.random_effects_cov[1])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("layout", ["one level", "crossed"])
def test_scores_and_intervals_equal_an_independent_mixed_model(seed: int, layout: str) -> None:
    one_level = layout == "one level"
    ratings = drawn(seed, ratings=150, people=8, services=1 if one_level else 4, quarters=1 if one_level else 2)
    mine = ratings.person != NOBODY
    ratings = Ratings(ratings.person[mine], ratings.stratum[mine], ratings.y[mine], ratings.service)
    reference = Reference(20.0, 380.0, 0.0, 0.0, 78.0) if one_level else REFERENCE
    parts = {"person": reference.tau2}
    if not one_level:
        parts |= {"service": PRIOR_WIDTH * reference.kappa2, "stratum": PRIOR_WIDTH * reference.omega2}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas and of its own data checks
        predicted, covariance = mixed_model(ratings, parts, reference)
    names = list(predicted)
    found = score_cycle(ratings.strata(), ratings.contributions(), reference=reference)
    assert len(found.people) == 8
    for person in found.people:
        place = names.index(f"person[C(person)[{person.employee_id}]]")
        error = float(covariance[place, place]) ** 0.5
        assert person.score == pytest.approx(predicted[names[place]], abs=1e-6)
        assert person.low == pytest.approx(predicted[names[place]] - Z_90 * error, abs=1e-6)
        assert person.high == pytest.approx(predicted[names[place]] + Z_90 * error, abs=1e-6)


def test_score_of_one_person_at_a_known_baseline_by_hand() -> None:
    # Services do not differ, so the baseline is 75. 60 ratings of 100 and 16 of 75: residuals 25 and 0, mean
    # 1500/76; B = 76·20 / (76·20 + 380) = 0.8, standard error √(20·0.2) = 2.
    ratings = Ratings(
        np.full(76, 9), np.zeros(76, dtype=np.int64), np.array([100.0] * 60 + [75.0] * 16), np.zeros(1, dtype=np.int64)
    )
    (person,) = score_cycle(
        ratings.strata(), ratings.contributions(), reference=Reference(20.0, 380.0, 0.0, 0.0, 75.0)
    ).people
    assert (person.employee_id, person.n, person.n_effective, person.own_share) == (9, 76, 76.0, 1.0)
    assert person.mean_residual == pytest.approx(1500 / 76)
    assert person.score == pytest.approx(0.8 * 1500 / 76)
    assert person.standard_error == pytest.approx(2.0)
    assert person.band is Band.ABOVE


def test_person_alone_in_a_service_has_a_wide_interval_and_no_band() -> None:
    ratings = drawn(3, ratings=3000, people=20, services=5, quarters=1)
    alone = Ratings(ratings.person, ratings.stratum, ratings.y, np.append(ratings.service, 5)).and_also(
        99, 5, 25.0, 500
    )
    people = score_cycle(alone.strata(), alone.contributions(), reference=REFERENCE).people
    person = people[-1]
    assert (person.employee_id, person.n) == (99, 500)
    assert person.reliability < 0.2
    assert person.standard_error > 0.9 * REFERENCE.tau2**0.5
    assert person.band is Band.INSUFFICIENT
    assert any(other.band is not Band.INSUFFICIENT for other in people[:-1])


def test_people_compared_with_nobody_are_all_insufficient_when_the_variances_are_not_given() -> None:
    draw = np.random.default_rng(4)
    y = draw.choice([25.0, 50.0, 75.0, 100.0], 600)
    alone = Ratings(np.repeat(np.arange(6), 100), np.repeat(np.arange(6), 100), y, np.arange(6))
    found = score_cycle(alone.strata(), alone.contributions())
    assert found.tau2 == 0.0
    assert {person.band for person in found.people} == {Band.INSUFFICIENT}


@pytest.mark.parametrize("team", [2, 3, 6])
def test_team_that_shares_everything_equals_the_mixed_model_solved_as_a_whole(team: int) -> None:
    draw = np.random.default_rng(team)
    counts = draw.integers(5, 60, 8)
    crew, stratum = np.repeat(np.arange(8), counts), np.repeat(np.arange(8) % 3, counts)
    y = draw.choice([25.0, 50.0, 75.0, 100.0], crew.size)
    alone = Ratings(crew, stratum, y, np.arange(3))
    whole = alone.contributions()
    share = np.full(crew.size * team, 1 / team)
    members = np.repeat(crew, team) * team + np.tile(np.arange(team), crew.size)
    rows = Contributions(
        members, np.repeat(stratum, team), np.ones(share.size, dtype=np.int64), share, share**2,
        share * np.repeat(y, team), share * np.repeat(y, team) ** 2,
    )  # fmt: skip
    shared = score_cycle(alone.strata(), rows, reference=REFERENCE)
    # The mean of a team of m differs between teams by tau2/m; each member is predicted as that mean.
    of_crew = Reference(REFERENCE.tau2 / team, REFERENCE.sigma2, REFERENCE.kappa2, REFERENCE.omega2, REFERENCE.mean)
    expected = score_cycle(alone.strata(), whole, reference=of_crew)
    for person in shared.people:
        crew_of = expected.people[person.employee_id // team]
        assert person.score == pytest.approx(crew_of.score, abs=1e-9)
        explained = of_crew.tau2 - crew_of.standard_error**2
        assert person.standard_error**2 == pytest.approx(REFERENCE.tau2 - explained, abs=1e-9)
        assert person.own_share == pytest.approx(1 / team)


def test_shares_that_add_up_to_more_than_the_ratings_are_refused() -> None:
    ratings = drawn(1)
    rows = ratings.contributions()
    doubled = Contributions(
        rows.employee, rows.stratum, rows.n, 2 * rows.weight, rows.weight_squares, rows.total, rows.total_squares
    )
    with pytest.raises(ValueError, match="more than one"):
        score_cycle(ratings.strata(), doubled, reference=REFERENCE)


def test_cycle_without_ratings_scores_nobody() -> None:
    none, nobody = np.empty(0), np.empty(0, dtype=np.int64)
    found = score_cycle(Strata(nobody, none, none, none), Contributions(nobody, nobody, nobody, none, none, none, none))
    assert (found.people, found.delta, found.overall_baseline) == ((), 0.0, None)
    assert found.parameters == Reference(0.0, 0.0, 0.0, 0.0, MIDDLE)


def test_cycle_in_which_nobody_answers_for_anything_has_baselines_and_no_people() -> None:
    ratings = drawn(2)
    nobodys = Ratings(np.full_like(ratings.person, NOBODY), ratings.stratum, ratings.y, ratings.service)
    found = score_cycle(nobodys.strata(), nobodys.contributions())
    assert found.people == ()
    assert ((found.baseline > 25) & (found.baseline < 100)).all()
    assert found.overall_baseline is None


def test_width_of_as_expected_is_a_setting_and_the_parameters_used_are_told() -> None:
    ratings = drawn(5)
    found = score_cycle(ratings.strata(), ratings.contributions(), reference=REFERENCE, delta_in_tau=2.0)
    assert found.delta == pytest.approx(2.0 * 20.0**0.5)
    assert found.parameters == REFERENCE
    rows = cells_of(ratings.contributions())
    assert found.overall_baseline == pytest.approx(
        float((rows.weight * found.baseline[rows.stratum]).sum() / rows.weight.sum())
    )


def test_scores_with_the_same_ratings_are_the_same_scores() -> None:
    ratings = drawn(6, ratings=900)
    found = score_cycle(ratings.strata(), ratings.contributions())
    again = score_with(found, ratings.contributions())
    assert [one.employee_id for one in again] == [one.employee_id for one in found.people]
    for one, other in zip(again, found.people, strict=True):
        assert [one.score, one.low, one.high] == pytest.approx([other.score, other.low, other.high], abs=1e-9)
        assert (one.band, one.n) == (other.band, other.n)


def test_scores_without_some_ratings_keep_baselines_and_leave_others_out() -> None:
    ratings = drawn(7, ratings=900)
    found = score_cycle(ratings.strata(), ratings.contributions(), reference=REFERENCE)
    rows = ratings.contributions()
    kept = (rows.employee == 4) & (rows.total < 100)
    less = Contributions(
        rows.employee[kept], rows.stratum[kept], rows.n[kept], rows.weight[kept], rows.weight_squares[kept],
        rows.total[kept], rows.total_squares[kept],
    )  # fmt: skip
    (person,) = score_with(found, less)
    n = float(kept.sum())
    residual = float((less.total - found.baseline[less.stratum]).mean())
    assert person.score == pytest.approx(20.0 * n / (20.0 * n + 380.0) * residual)
    assert person.standard_error > found.people[4].standard_error
