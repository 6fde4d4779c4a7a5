from __future__ import annotations

import numpy as np
import pytest

from feedback_app.evaluation.score.moments import Moments, moments
from feedback_app.evaluation.score.sums import Contributions, Strata, cells_of
from tests.evaluation.score.ratings import NOBODY, Ratings


def of(ratings: Ratings) -> Moments:
    return moments(ratings.strata(), cells_of(ratings.contributions()))


def listed(*rows: tuple[int, int, list[float]], service: list[int]) -> Ratings:
    """Return ratings from (person, stratum, values)."""
    person = np.concatenate([[who] * len(values) for who, _, values in rows])
    stratum = np.concatenate([[where] * len(values) for _, where, values in rows])
    return Ratings(person, stratum, np.concatenate([values for _, _, values in rows]), np.array(service))


def test_people_of_one_service_by_hand() -> None:
    # (0, 2), (4, 6), (8, 10): within 2 + 2 + 2 = 6 over 3; between 2·(16 + 0 + 16) = 64.
    # sigma2 = 6/3 = 2; tau2 = (64 - 2·2) / (6 - 12/6) = 60/4 = 15.
    found = of(listed((1, 0, [0, 2]), (2, 0, [4, 6]), (3, 0, [8, 10]), service=[1]))
    assert found == pytest.approx((15.0, 2.0, 0.0, 0.0))


def test_people_are_compared_within_their_service_only() -> None:
    # The same twice, the second service 50 higher: each comparison stays what it is.
    low = [(1, 0, [0.0, 2]), (2, 0, [4.0, 6]), (3, 0, [8.0, 10])]
    high = [(11, 1, [50.0, 52]), (12, 1, [54.0, 56]), (13, 1, [58.0, 60])]
    found = of(listed(*low, *high, service=[1, 2]))
    assert found[:2] == pytest.approx((15.0, 2.0))
    # Services 5 and 55, n = 6 each: between = 2·6·25² = 7500.
    # Σ n_is²/n_s = 2·(3·4/6) = 4, Σ n_i²/N = 6·4/12 = 2; kappa2 = (7500 - 2·1 - 15·(4 - 2)) / (12 - 72/12).
    assert found.kappa2 == pytest.approx((7500 - 2 - 30) / 6)


def test_service_given_by_one_person_tells_nothing_about_people() -> None:
    found = of(listed((1, 0, [0, 2, 4]), (2, 1, [50, 52, 54]), service=[1, 2]))
    assert found.tau2 == 0.0
    assert found.sigma2 == pytest.approx(4.0)


def test_single_ratings_cannot_tell_people_from_chance_so_all_is_chance() -> None:
    found = of(listed((1, 0, [10]), (2, 0, [20]), (3, 0, [30]), service=[1]))
    assert found[:2] == pytest.approx((0.0, 100.0))


def test_ratings_nobody_answers_for_tell_nothing_about_people() -> None:
    rows = [(1, 0, [0.0, 2]), (2, 0, [4.0, 6]), (3, 0, [8.0, 10])]
    with_others = of(listed(*rows, (NOBODY, 0, [100.0] * 50), service=[1]))
    assert with_others[:2] == pytest.approx((15.0, 2.0))


def test_ratings_that_are_all_alike_vary_in_nothing() -> None:
    found = of(listed((1, 0, [75] * 300), (2, 0, [75] * 7), (3, 1, [75] * 50), service=[1, 2]))
    assert found == (0.0, 0.0, 0.0, 0.0)


def test_nothing_at_all_has_no_variance() -> None:
    none, nobody = np.empty(0), np.empty(0, dtype=np.int64)
    rows = Contributions(nobody, nobody, nobody, none, none, none, none)
    assert moments(Strata(nobody, none, none, none), cells_of(rows)) == (0.0, 0.0, 0.0, 0.0)


def bound_people(draw: np.random.Generator, *, tau2: float, kappa2: float) -> Ratings:
    """Draw ten services of one to four people who work nowhere else, 30 to 60 ratings each."""
    people = draw.integers(1, 5, 10)
    where = np.repeat(np.arange(10), people)
    usual = draw.normal(75, kappa2**0.5, 10)[where] + draw.normal(0, tau2**0.5, where.size)
    n = draw.integers(30, 60, where.size)
    y = np.repeat(usual, n) + draw.normal(0, 313.0**0.5, int(n.sum()))
    return Ratings(np.repeat(np.arange(where.size), n), np.repeat(where, n), y, np.arange(10))


def test_how_hard_services_are_is_found_where_each_has_few_people_of_its_own() -> None:
    draw = np.random.default_rng(11)
    found = np.array([of(bound_people(draw, tau2=25.0, kappa2=100.0)).kappa2 for _ in range(200)])
    assert found.mean() == pytest.approx(100.0, rel=0.15)
    assert (found == 0).mean() < 0.02


def test_a_heads_small_part_on_a_few_days_does_not_swallow_what_services_differ_by() -> None:
    # Ten services of one officer each; on the last two of 30 visits the head of all has a tenth.
    draw = np.random.default_rng(5)
    found = []
    for _ in range(40):
        y = np.repeat(draw.normal(75, 9.0, 10), 30).reshape(10, 30) + draw.normal(0, 18.0, (10, 30))
        rows = [
            (who, k, n, w * n, w * w * n, w * part.sum(), w * (part**2).sum())
            for k in range(10)
            for who, part, n, w in ((k, y[k, :28], 28, 1.0), (k, y[k, 28:], 2, 0.9), (99, y[k, 28:], 2, 0.1))
        ]
        person, stratum, n, *sums = (np.array(column) for column in zip(*rows, strict=True))
        strata = Strata(np.arange(10), np.full(10, 30.0), y.sum(axis=1), (y**2).sum(axis=1))
        found.append(moments(strata, cells_of(Contributions(person, stratum, n, *sums))))
    assert {one.tau2 for one in found} == {0.0}
    assert np.mean([one.kappa2 for one in found]) == pytest.approx(81.0, rel=0.25)


def office(draw: np.random.Generator, *, tau2: float, kappa2: float, omega2: float) -> Ratings:
    """Draw 60 services in two quarters with 6 people each, who also help in the next service."""
    services, people, quarters = 60, 360, 2
    person = np.repeat(np.arange(people), quarters * 2)
    service = (person % services + np.tile([0, 1], person.size // 2)) % services
    stratum = service * quarters + np.tile([0, 0, 1, 1], person.size // 4)
    n = draw.integers(2, 60, person.size)
    skill = draw.normal(0, tau2**0.5, people)
    ease = np.repeat(draw.normal(75, kappa2**0.5, services), quarters) + draw.normal(
        0, omega2**0.5, services * quarters
    )
    who, where = np.repeat(person, n), np.repeat(stratum, n)
    y = ease[where] + skill[who] + draw.normal(0, 380.0**0.5, who.size)
    return Ratings(who, where, y, np.repeat(np.arange(services), quarters))


@pytest.mark.parametrize(("tau2", "kappa2", "omega2"), [(20.0, 40.0, 10.0), (5.0, 0.0, 0.0), (40.0, 10.0, 0.0)])
def test_variances_of_a_simulated_office_are_recovered_on_average(tau2: float, kappa2: float, omega2: float) -> None:
    found = [of(office(np.random.default_rng(seed), tau2=tau2, kappa2=kappa2, omega2=omega2)) for seed in range(12)]
    mean = np.mean(found, axis=0)
    # Three standard errors of the mean of twelve offices of 360 people and 60 services, and what the cut at 0 adds.
    assert mean[0] == pytest.approx(tau2, rel=0.12)
    assert mean[1] == pytest.approx(380.0, rel=0.01)
    assert mean[2] == pytest.approx(kappa2, rel=0.2, abs=0.5)
    assert mean[3] == pytest.approx(omega2, rel=0.2, abs=0.5)


def test_fixed_teams_give_the_variance_of_whole_ratings_times_what_they_hide() -> None:
    rows = [(1, 0, [0.0, 2]), (2, 0, [4.0, 6]), (3, 0, [8.0, 10])]
    ratings = listed(*rows, service=[1])
    alone = cells_of(ratings.contributions())
    pairs = Contributions(
        np.repeat(alone.employee[alone.person], 2) * 10 + np.tile([0, 1], 3), np.zeros(6, dtype=np.int64),
        np.full(6, 2), np.repeat(alone.weight / 2, 2), np.repeat(alone.weight / 4, 2), np.repeat(alone.total / 2, 2),
        np.repeat(alone.total_squares / 2, 2),
    )  # fmt: skip
    found, whole = moments(ratings.strata(), cells_of(pairs)), moments(ratings.strata(), alone)
    assert found.sigma2 == pytest.approx(whole.sigma2)
    assert found.tau2 == pytest.approx(2 * whole.tau2)
