"""What must hold of the joint score whatever the ratings are."""

from __future__ import annotations

import math
from dataclasses import astuple, fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.evaluation.score.figures import Band, CycleScores, PersonScore
from feedback_app.evaluation.score.joint import score_cycle
from feedback_app.evaluation.score.sums import Contributions, Reference, Strata
from tests.evaluation.score.ratings import NOBODY, Index, Ratings, drawn, unlike_services

REFERENCE = Reference(tau2=20.0, sigma2=380.0, kappa2=30.0, omega2=5.0, mean=78.0)
SEEDS = st.integers(0, 100_000)
REFERENCES = st.sampled_from([None, REFERENCE, Reference(60.0, 300.0, 10.0, 0.0, 60.0)])
SIZES = st.sampled_from([20, 80, 600])


def scored(ratings: Ratings, reference: Reference | None = REFERENCE) -> CycleScores:
    return score_cycle(ratings.strata(), ratings.contributions(), reference=reference)


def by_person(scores: CycleScores) -> dict[int, PersonScore]:
    return {person.employee_id: person for person in scores.people}


def numbers(scores: CycleScores) -> list[float]:
    return [float(value) for person in scores.people for value in astuple(person) if not isinstance(value, str)]


def rows_at(rows: Contributions, places: Index) -> Contributions:
    return Contributions(*(getattr(rows, field.name)[places] for field in fields(rows)))


@given(SEEDS, SIZES, REFERENCES)
@settings(max_examples=40, deadline=None)
def test_order_of_the_rows_does_not_matter(seed: int, size: int, reference: Reference | None) -> None:
    ratings = drawn(seed, ratings=size)
    rows, draw = ratings.contributions(), np.random.default_rng(seed)
    mixed = rows_at(rows, draw.permutation(rows.employee.size))
    one, other = (score_cycle(ratings.strata(), each, reference=reference) for each in (rows, mixed))
    assert numbers(one) == pytest.approx(numbers(other), rel=1e-9, abs=1e-9)


@given(SEEDS, SIZES, REFERENCES)
@settings(max_examples=40, deadline=None)
def test_order_of_the_strata_does_not_matter(seed: int, size: int, reference: Reference | None) -> None:
    ratings = drawn(seed, ratings=size)
    new_place = np.random.default_rng(seed).permutation(ratings.service.size)
    turned = Ratings(ratings.person, new_place[ratings.stratum], ratings.y, ratings.service[np.argsort(new_place)])
    one, other = scored(ratings, reference), scored(turned, reference)
    assert numbers(one) == pytest.approx(numbers(other), rel=1e-9, abs=1e-9)
    assert one.baseline == pytest.approx(other.baseline[new_place], abs=1e-9)


@given(SEEDS, SIZES, REFERENCES)
@settings(max_examples=40, deadline=None)
def test_rows_of_one_person_and_stratum_may_be_merged(seed: int, size: int, reference: Reference | None) -> None:
    ratings = drawn(seed, ratings=size)
    single = ratings.contributions()
    keys, place = np.unique(single.employee * 1000 + single.stratum, return_inverse=True)

    def added(column: Any) -> Any:
        return np.bincount(place, weights=column)

    merged = Contributions(
        keys // 1000, keys % 1000, added(single.n).astype(np.int64), added(single.weight),
        added(single.weight_squares), added(single.total), added(single.total_squares),
    )  # fmt: skip
    one, other = (score_cycle(ratings.strata(), each, reference=reference) for each in (single, merged))
    assert numbers(one) == pytest.approx(numbers(other), rel=1e-9, abs=1e-9)


@given(SEEDS, SIZES, st.sampled_from([25.0, 100.0]), st.integers(1, 2000))
@settings(max_examples=40, deadline=None)
def test_unrelated_unit_changes_nobodys_score_and_band(seed: int, size: int, y: float, times: int) -> None:
    ratings = drawn(seed, ratings=size)
    added = Ratings(ratings.person, ratings.stratum, ratings.y, np.append(ratings.service, [77, 77]))
    added = added.and_also(500, 8, y, times).and_also(501, 9, 50.0, 40).and_also(500, 9, 75.0, 3)
    before, after = by_person(scored(ratings)), by_person(scored(added))
    assert {500, 501} <= after.keys()
    for employee_id, person in before.items():
        assert astuple(after[employee_id])[:-1] == pytest.approx(astuple(person)[:-1], abs=1e-12)
        assert after[employee_id].band is person.band


@given(SEEDS, SIZES, REFERENCES.filter(bool), st.integers(0, 8), st.integers(0, 7), st.integers(1, 50))
@settings(max_examples=100, deadline=None)
def test_perfect_rating_never_lowers_a_score_that_the_scale_allows(
    seed: int, size: int, reference: Reference, person: int, stratum: int, times: int
) -> None:
    ratings = drawn(seed, ratings=size)
    before = scored(ratings, reference)
    known = by_person(before).get(person)
    after = by_person(scored(ratings.and_also(person, stratum, 100.0, times), reference))[person]
    if known is not None and before.baseline[stratum] + known.score <= 100.0:
        assert after.score >= known.score - 1e-9


@given(SEEDS, SIZES, st.integers(0, 7), st.sampled_from([25.0, 50.0, 75.0, 100.0]))
@settings(max_examples=60, deadline=None)
def test_rating_moves_a_score_towards_itself(seed: int, size: int, stratum: int, y: float) -> None:
    ratings = drawn(seed, ratings=size).and_also(3, stratum, 75.0)
    before = scored(ratings)
    known = by_person(before)[3].score
    after = by_person(scored(ratings.and_also(3, stratum, y)))[3].score
    surprise = y - before.baseline[stratum] - known
    assert (after - known) * surprise >= -1e-9
    assert abs(after - known) <= abs(surprise) + 1e-9


def test_prediction_beyond_the_scale_lets_a_perfect_rating_lower_a_score_a_little() -> None:
    easy = drawn(1, ratings=200)
    perfect = Ratings(easy.person, easy.stratum, np.full_like(easy.y, 100.0), easy.service)
    reference = Reference(400.0, 20.0, 30.0, 5.0, 78.0)
    before = scored(perfect.and_also(3, 0, 100.0, 50).and_also(4, 0, 25.0, 20), reference)
    predicted = before.baseline + by_person(before)[3].score
    stratum = int(predicted.argmax())
    assert predicted[stratum] > 100.0
    after = scored(perfect.and_also(3, 0, 100.0, 50).and_also(4, 0, 25.0, 20).and_also(3, stratum, 100.0), reference)
    change = by_person(after)[3].score - by_person(before)[3].score
    assert -(predicted[stratum] - 100.0) <= change < 0.0


@given(st.integers(1, 29), st.sampled_from([25.0, 100.0]), SEEDS, REFERENCES)
@settings(max_examples=60, deadline=None)
def test_few_ratings_band_nobody_however_extreme(n: int, y: float, seed: int, reference: Reference | None) -> None:
    found = scored(drawn(seed, ratings=600).and_also(99, 1, y, n), reference)
    assert by_person(found)[99].band is Band.INSUFFICIENT


@given(SEEDS, SIZES, REFERENCES)
@settings(max_examples=60, deadline=None)
def test_every_figure_of_every_person_keeps_to_its_range(seed: int, size: int, reference: Reference | None) -> None:
    ratings = drawn(seed, ratings=size)
    found = scored(ratings, reference)
    assert [person.employee_id for person in found.people] == np.unique(
        ratings.person[ratings.person != NOBODY]
    ).tolist()
    assert min(astuple(found.parameters)) >= 0
    assert found.delta == 0.5 * found.tau2**0.5
    assert np.isfinite(found.baseline).all()
    for person in found.people:
        assert 0 <= person.reliability < 1
        assert person.low <= person.score <= person.high
        assert person.standard_error**2 == pytest.approx(found.tau2 * (1 - person.reliability), abs=1e-9)
        assert all(math.isfinite(value) for value in astuple(person) if not isinstance(value, str))


@given(unlike_services())
@settings(deadline=None)
def test_services_that_differ_while_their_people_do_not_band_nobody(sums: tuple[Strata, Contributions]) -> None:
    found = score_cycle(*sums)
    assert (found.tau2, found.delta) == (0.0, 0.0)
    assert {(one.band, one.reliability, one.score) for one in found.people} == {(Band.INSUFFICIENT, 0.0, 0.0)}


def test_ratings_without_any_noise_are_still_not_certainty() -> None:
    ratings = Ratings(
        np.repeat([1, 2], 40), np.zeros(80, dtype=np.int64), np.repeat([75.0, 100.0], 40), np.zeros(1, int)
    )
    found = scored(ratings, None)
    assert found.tau2 > 0 == found.sigma2
    assert all(person.reliability < 1 for person in found.people)
