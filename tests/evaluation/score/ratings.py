"""Single ratings, the sums a score is made of, and the same model solved as a whole from the single ratings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from feedback_app.evaluation.score.joint import PRIOR_WIDTH
from feedback_app.evaluation.score.sums import Contributions, Reference, Strata

Column = NDArray[np.float64]
Index = NDArray[np.int64]
NOBODY = -1
POINTS = np.array([25.0, 50.0, 75.0, 100.0])


@dataclass(frozen=True)
class Ratings:
    """One row for each rating: who answers for it alone (or nobody), its stratum, its value; `service` by stratum."""

    person: Index
    stratum: Index
    y: Column
    service: Index

    def and_also(self, person: int, stratum: int, y: float, times: int = 1) -> Ratings:
        return Ratings(
            np.append(self.person, [person] * times),
            np.append(self.stratum, [stratum] * times),
            np.append(self.y, [y] * times),
            self.service,
        )

    def strata(self) -> Strata:
        sums = (
            np.bincount(self.stratum, weights=column, minlength=self.service.size).astype(np.float64)
            for column in (np.ones_like(self.y), self.y, self.y**2)
        )
        return Strata(self.service, *sums)

    def contributions(self) -> Contributions:
        """Return a row for each rating that somebody answers for."""
        whose = self.person != NOBODY
        one, y = np.ones(int(whose.sum())), self.y[whose]
        return Contributions(self.person[whose], self.stratum[whose], one.astype(np.int64), one, one, y, y**2)


def drawn(seed: int, *, ratings: int = 80, people: int = 9, services: int = 4, quarters: int = 2) -> Ratings:
    """Draw ratings of people who work anywhere; every stratum has one, and a few are nobody's."""
    draw = np.random.default_rng(seed)
    strata = services * quarters
    stratum = np.concatenate([np.arange(strata), draw.integers(0, strata, ratings)])
    person = draw.integers(0, people, stratum.size)
    person[draw.random(person.size) < 0.1] = NOBODY
    y = POINTS[np.clip(draw.normal(2.2, 1.0, person.size).round().astype(int), 0, 3)]
    return Ratings(person, stratum, y, np.repeat(np.arange(services), quarters))


@dataclass(frozen=True)
class Whole:
    """What the model says when it is solved as a whole: M, baselines, people, their standard errors."""

    mean: float
    baseline: Column
    u_hat: Column
    standard_error: Column


def solved_as_a_whole(ratings: Ratings, reference: Reference, *, mean_known: bool) -> Whole:
    """Solve y = M + s + u + e with the covariance matrix of all ratings; people are those who occur, by number."""
    people = np.unique(ratings.person[ratings.person != NOBODY])
    z = (ratings.person[:, None] == people[None, :]).astype(float)
    x = np.eye(ratings.service.size)[ratings.stratum]
    same = (ratings.service[:, None] == ratings.service[None, :]).astype(float)
    between = PRIOR_WIDTH * (reference.omega2 * np.eye(ratings.service.size) + reference.kappa2 * same)
    v = x @ between @ x.T + reference.tau2 * z @ z.T + reference.sigma2 * np.eye(ratings.y.size)
    inverse, ones = np.linalg.inv(v), np.ones(ratings.y.size)
    mean_variance = 1.0 / float(ones @ inverse @ ones)
    mean = reference.mean if mean_known else mean_variance * float(ones @ inverse @ ratings.y)
    weighted = inverse @ (ratings.y - mean)
    projected = inverse
    if not mean_known:
        projected = inverse - mean_variance * np.outer(inverse @ ones, inverse @ ones)
    known = reference.tau2**2 * np.einsum("ij,ik,kj->j", z, projected, z)
    return Whole(
        mean,
        mean + between @ x.T @ weighted,
        reference.tau2 * z.T @ weighted,
        np.sqrt(np.maximum(reference.tau2 - known, 0.0)),
    )


def unlike_services() -> st.SearchStrategy[tuple[Strata, Contributions]]:
    """Return sums of services that differ while everybody in them gets the same points, with shares of all sizes."""
    cells = st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(1, 400))
    shares = st.sampled_from([1.0, 0.9, 0.75, 2 / 3, 0.3, 1 / 3, 1 / 7])
    return st.builds(
        _without_people,
        st.lists(cells, min_size=1, max_size=24),
        st.lists(shares, min_size=6, max_size=6),
        st.lists(st.sampled_from(POINTS.tolist()), min_size=4, max_size=4),
    )


def _without_people(
    cells: list[tuple[int, int, int]], shares: list[float], points: list[float]
) -> tuple[Strata, Contributions]:
    person, stratum, n = (np.array(column, dtype=np.int64) for column in zip(*cells, strict=True))
    used, place = np.unique(stratum, return_inverse=True)
    y, share, counts = np.array(points)[stratum], np.array(shares)[person], n.astype(np.float64)
    sums = (np.bincount(place, weights=column).astype(np.float64) for column in (counts, counts * y, counts * y**2))
    rows = Contributions(person, place, n, counts * share, counts * share**2, share * counts * y, share * counts * y**2)
    return Strata(used, *sums), rows
