"""What somebody gains who plays the method: expected figures with and without each trick, in standard deviations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from feedback_app.evaluation.score.figures import N_EFFECTIVE_MIN, RELIABILITY_MIN, PersonScore
from feedback_app.evaluation.score.joint import score_cycle
from feedback_app.evaluation.score.sums import Contributions, FloatArray, IntArray, Reference, Strata
from feedback_app.evaluation.score.units import score_units
from feedback_app.evaluation.simulation.truth import POINTS, chances, spread_for, usual_mean
from feedback_app.evaluation.simulation.truth import between_people as between

SERVICES, COLLEAGUES, RATINGS = 10, 10, 100
LAST: Final = SERVICES - 1
EASE_SPREAD: Final = 0.25  # of the services on the latent scale: about five points
HARDER: Final = -1.0  # by how much hidden hard cases are harder, on that scale: about twenty points
AVERAGE, POOR = 0.0, -1.5  # the player's true skill, in between-person standard deviations
HARD_CASES: Final = 0.2  # the part of a service's cases that are hard in a way nothing in the data shows
MOST_GAIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class Gain:
    """What a trick changes in the expected score of an average and of a poor player, in standard deviations.

    `may_band` says whether the player can still be banded afterwards; who cannot has only made themselves invisible.
    """

    trick: str
    average: float
    poor: float
    may_band: bool


@dataclass(frozen=True, slots=True)
class _Work:
    """Cells of work, shape (K,): who, the stratum it is booked on, its latent ease, how many ratings."""

    person: IntArray
    stratum: IntArray
    ease: FloatArray
    n: FloatArray

    def and_also(self, person: int, stratum: int, ease: float, n: float) -> _Work:
        added = ((self.person, person), (self.stratum, stratum), (self.ease, ease), (self.n, n))
        return _Work(*(np.append(column, value) for column, value in added))

    def without(self, drop: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> _Work:
        return _Work(self.person[~drop], self.stratum[~drop], self.ease[~drop], self.n[~drop])


def gains(seed: int, *, icc: float = 0.05, offices: int = 20) -> tuple[Gain, ...]:
    """Return what each trick gains on average over some offices.

    A score is linear in the ratings once the variances are given, so expected ratings give the expected score
    exactly and nothing has to be drawn but the offices.
    """
    spread = spread_for(icc)
    tricks: dict[str, Callable[[_Work], _Work]] = {
        "flood_easy_service": _flood,
        "refuse_hard_service": _refuse_service,
        "split_service": _split_service,
        "split_off_alone": _split_alone,
        "refuse_hard_cases": _refuse_cases,
    }
    found = [_gain(name, trick, seed, spread, offices) for name, trick in tricks.items()]
    return (*found, _split_unit(spread))


def _gain(name: str, trick: Callable[[_Work], _Work], seed: int, spread: float, offices: int) -> Gain:
    changes: dict[float, list[float]] = {AVERAGE: [], POOR: []}
    may_band = False
    for number in range(offices):
        for player, found in changes.items():
            draw = np.random.default_rng((seed, number))
            work, skill = _office(draw)
            skill[0] = player
            if name == "refuse_hard_cases":
                work = _with_hidden_cases(work)
            before, after = _score(work, skill, spread), _score(trick(work), skill, spread)
            found.append((after.score - before.score) / between(spread))
            may_band |= after.reliability >= RELIABILITY_MIN and after.n_effective >= N_EFFECTIVE_MIN
    return Gain(name, float(np.mean(changes[AVERAGE])), float(np.mean(changes[POOR])), may_band)


def _office(draw: np.random.Generator) -> tuple[_Work, FloatArray]:
    """Draw an office; person 0, the player, works half in its hardest service 0 and half in its easiest, the last."""
    person = np.arange(SERVICES * COLLEAGUES)
    service, ease = person % SERVICES, np.sort(draw.normal(0.0, EASE_SPREAD, SERVICES))
    work = _Work(person, service, ease[service], np.full(person.size, float(RATINGS)))
    work.n[0] = RATINGS / 2
    return work.and_also(0, LAST, float(ease[LAST]), RATINGS / 2), draw.normal(size=person.size)


def _flood(work: _Work) -> _Work:
    return replace(work, n=np.where((work.person == 0) & (work.stratum == LAST), 6.0 * RATINGS, work.n))


def _refuse_service(work: _Work) -> _Work:
    mine = work.person == 0
    easy = float(work.ease[mine & (work.stratum == LAST)][0])
    return work.without(mine & (work.stratum == 0)).and_also(0, LAST, easy, RATINGS / 2)


def _split_service(work: _Work) -> _Work:
    """Book the hard service under four names, the same people in each."""
    there = work.stratum == 0
    parts = replace(work, n=np.where(there, work.n / 4, work.n))
    for name in range(3):
        for person in work.person[there].tolist():
            own = float(work.n[there & (work.person == person)].sum())
            parts = parts.and_also(person, SERVICES + name, float(work.ease[there][0]), own / 4)
    return parts


def _split_alone(work: _Work) -> _Work:
    """Book the player's work under two new names that nobody else works under."""
    return replace(work, stratum=np.where(work.person == 0, SERVICES + work.stratum, work.stratum))


def _with_hidden_cases(work: _Work) -> _Work:
    """Let a fifth of all cases be one latent standard deviation harder, without a name of their own."""
    easier, harder = replace(work, n=work.n * (1 - HARD_CASES)), replace(work, n=work.n * HARD_CASES)
    columns = zip(
        (easier.person, easier.stratum, easier.ease, easier.n),
        (harder.person, harder.stratum, harder.ease + HARDER, harder.n),
        strict=True,
    )
    return _Work(*(np.concatenate(pair) for pair in columns))


def _refuse_cases(work: _Work) -> _Work:
    """Take none of the hidden hard cases and as many others instead."""
    mine = work.person == 0
    easiest = np.array([work.ease[mine & (work.stratum == stratum)].max() for stratum in work.stratum[mine]])
    ease = work.ease.copy()
    ease[mine] = easiest
    return replace(work, ease=ease)


def _score(work: _Work, skill: FloatArray, spread: float) -> PersonScore:
    """Return the player's expected score, at the true variances."""
    chance = chances(work.ease + spread * skill[work.person])
    total, squares = work.n * (chance @ POINTS), work.n * (chance @ POINTS**2)
    used, stratum = np.unique(work.stratum, return_inverse=True)
    n, sums, sums_of_squares = (
        np.bincount(stratum, weights=column).astype(np.float64) for column in (work.n, total, squares)
    )
    rows = Contributions(work.person, stratum, work.n.astype(np.int64), work.n, work.n, total, squares)
    return score_cycle(Strata(used, n, sums, sums_of_squares), rows, reference=_truth(work, spread)).people[0]


def _truth(work: _Work, spread: float) -> Reference:
    usual = usual_mean(np.unique(work.ease[work.person > 0]), spread)
    return _variances(spread, kappa2=float(usual.var(ddof=1)), mean=float(usual.mean()))


def _variances(spread: float, *, kappa2: float, mean: float) -> Reference:
    shares = chances(np.zeros(1))[0]
    sigma2 = float(shares @ POINTS**2 - (shares @ POINTS) ** 2)
    return Reference(tau2=between(spread) ** 2, sigma2=sigma2, kappa2=kappa2, omega2=0.0, mean=mean)


def _split_unit(spread: float) -> Gain:
    """Split one unit of 300 ratings into three; what its parts show on average against what it showed."""
    usual = float(usual_mean(np.zeros(1), spread)[0])
    changes, may_band = [], False
    for player in (AVERAGE, POOR):
        skill = np.concatenate(([player] * 3, np.linspace(-1.5, 1.5, 20)))
        chance = chances(spread * skill)
        totals, squares = 3.0 * RATINGS * (chance @ POINTS), 3.0 * RATINGS * (chance @ POINTS**2)
        shown = []
        for parts in (1, 3):
            n = np.where(np.arange(skill.size) < 3, 3.0 * RATINGS / parts, 3.0 * RATINGS)
            kept = (np.arange(skill.size) < parts) | (np.arange(skill.size) >= 3)
            scale = n / (3.0 * RATINGS)
            found = score_units(
                np.arange(skill.size)[kept], n[kept], (totals * scale)[kept], (squares * scale)[kept],
                reference=_variances(spread, kappa2=0.0, mean=usual),
            )  # fmt: skip
            shown.append(found[0].score)
            may_band = found[0].reliability >= RELIABILITY_MIN
        changes.append((shown[1] - shown[0]) / between(spread))
    return Gain("split_unit", changes[0], changes[1], may_band)
