"""The study with known truth: who is found, who is wronged, and whether the intervals hold what they promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields
from typing import Final

import numpy as np

from feedback_app.evaluation.score.figures import DELTA_IN_TAU, Band, CycleScores
from feedback_app.evaluation.score.methods import Method
from feedback_app.evaluation.score.sums import FloatArray, IntArray
from feedback_app.evaluation.simulation.truth import Office, Rated, few_to_many, rated, spread_for

HARDEST: Final = -1.0  # the hardest service on the latent scale: about twenty points below the usual one
EASE_SPREAD: Final = 0.25  # of the other services: about five points
FEW: Final = 10
TENTH: Final = 0.1


@dataclass(frozen=True, slots=True)
class Size:
    """How large the study is: `people` per office, `units` they are spread over, the ICC, offices drawn per seed."""

    people: int = 100
    units: int = 10
    icc: float = 0.05
    rounds: int = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """What came out, as shares from 0 to 1.

    caught_raw, caught_score
        of the truly worst tenth, how many are among the lowest tenth by plain mean, and by score;
    flagged_small_n_raw, flagged_small_n_score
        of that lowest tenth, how many have fewer than 10 ratings;
    coverage_90
        of all people, whose true effect the 90 % interval holds;
    wrong_below
        of the people who are not below (true effect at least -delta), how many are banded below;
    hard_service_wrong_below
        of average people in the hardest service, how many are banded below;
    coverage_90_services, coverage_90_pairs
        coverage where people are spread over services that differ, and where two people share each service's work;
    banded
        of all people, how many get a band at all.

    The first six and `banded` are of offices with one service, where the plain mean is at its best.
    """

    caught_raw: float
    caught_score: float
    flagged_small_n_raw: float
    flagged_small_n_score: float
    coverage_90: float
    wrong_below: float
    hard_service_wrong_below: float
    coverage_90_services: float
    coverage_90_pairs: float
    banded: float


def study(seed: int, size: Size, method: Method, *, tick: Callable[[], None] = lambda: None) -> Figures:
    """Draw offices from one seed and say what a method makes of them; `tick` is called after each."""
    draw = np.random.default_rng(seed)
    rows = []
    for _ in range(size.rounds):
        rows.append(_one_round(draw, size, method))
        tick()
    return Figures(*(float(value) for value in np.mean(rows, axis=0)))


def mean_of(found: list[Figures]) -> Figures:
    """Return the mean of several seeds' figures."""
    return Figures(*(float(value) for value in np.mean([astuple(one) for one in found], axis=0)))


def names() -> Iterator[str]:
    """Return the names of the figures, in their order."""
    return (field.name for field in fields(Figures))


def _one_round(draw: np.random.Generator, size: Size, method: Method) -> tuple[float, ...]:
    one = _Seen.of(_office(draw, size, services=1), draw, method)
    several = _Seen.of(_office(draw, size, services=size.units), draw, method)
    pairs = _Seen.of(_office(draw, size, services=max(1, size.people // 2)), draw, method)
    hard = _hard_office(draw, size)
    average = _Seen.of(hard, draw, method).below[(hard.service == 0) & (hard.skill == 0.0)]
    (caught_raw, few_raw), (caught, few) = one.tenth(one.raw), one.tenth(one.score)
    return (
        caught_raw, caught, few_raw, few, one.coverage(), one.wrong_below(), float(average.mean()),
        several.coverage(), pairs.coverage(), float(one.banded.mean()),
    )  # fmt: skip


def _office(draw: np.random.Generator, size: Size, services: int) -> Office:
    """Draw people of whom each works in one service."""
    person = np.arange(size.people)
    ease = draw.normal(0.0, EASE_SPREAD, services) if services > 1 else np.zeros(1)
    skill, n = draw.normal(size=size.people), few_to_many(draw, size.people)
    return Office(person, person % services, n, skill, ease, spread_for(size.icc))


def _hard_office(draw: np.random.Generator, size: Size) -> Office:
    """Draw an office with one very hard service, in which half of the people are average."""
    office = _office(draw, size, services=size.units)
    office.ease[0] = HARDEST
    there = np.flatnonzero(office.service == 0)
    office.skill[there[: max(1, there.size // 2)]] = 0.0
    return office


@dataclass(frozen=True, slots=True)
class _Seen:
    """One office: the truth and what the method says, by person; shape (P,)."""

    truth: Rated
    n: IntArray
    raw: FloatArray
    score: FloatArray
    low: FloatArray
    high: FloatArray
    below: FloatArray
    banded: FloatArray

    @classmethod
    def of(cls, office: Office, draw: np.random.Generator, method: Method) -> _Seen:
        truth = rated(office, draw)
        found: CycleScores = method(truth.strata, truth.contributions)
        columns = ((one.score, one.low, one.high) for one in found.people)
        score, low, high = (np.array(column) for column in zip(*columns, strict=True))
        bands = np.array([one.band for one in found.people])
        raw = truth.contributions.total / office.n
        return cls(truth, office.n, raw, score, low, high, bands == Band.BELOW, bands != Band.INSUFFICIENT)

    def tenth(self, figure: FloatArray) -> tuple[float, float]:
        """Return how many of the truly worst tenth a figure finds, and how many of the found have few ratings."""
        size = max(1, round(TENTH * self.n.size))
        worst, flagged = (np.argsort(by, kind="stable")[:size] for by in (self.truth.effect, figure))
        return float(np.isin(worst, flagged).mean()), float((self.n[flagged] < FEW).mean())

    def coverage(self) -> float:
        effect = self.truth.effect
        return float(((self.low <= effect) & (effect <= self.high)).mean())

    def wrong_below(self) -> float:
        fine = self.truth.effect >= -DELTA_IN_TAU * self.truth.between
        return float(self.below[fine].mean())
