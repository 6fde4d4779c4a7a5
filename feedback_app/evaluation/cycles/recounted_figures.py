"""The figures of people and units a second time, from the ratings looked at one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from feedback_app.evaluation.attribution.ledger import Counts, UnitSums
from feedback_app.evaluation.cycles import figures
from feedback_app.evaluation.cycles.recount import Recount, Sums
from feedback_app.evaluation.cycles.reference import PARAMETERS
from feedback_app.evaluation.cycles.responsible import Stratum
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import POINTS_PER_STEP
from feedback_app.evaluation.score.figures import CycleScores
from feedback_app.evaluation.score.joint import score_with
from feedback_app.evaluation.score.methods import METHODS
from feedback_app.evaluation.score.sums import Contributions, Reference, Strata
from feedback_app.evaluation.score.units import score_units

NUMBERS: Final = ("tau2", "sigma2", "delta", "overall_baseline")


def recounted_scores(
    raw: Recount, cycle: Cycle, reference: dict[str, float] | None
) -> tuple[list[Stratum], CycleScores]:
    """Return the strata in the order of their baselines, and everybody's scores."""
    keys = sorted(raw.strata)
    values = [np.array(raw.strata[key], dtype=np.float64) for key in keys]
    strata = Strata(
        service=np.array([key[0] for key in keys], dtype=np.int64),
        n=np.array([float(one.size) for one in values]),
        total=np.array([float(one.sum()) for one in values]),
        total_squares=np.array([float((one**2).sum()) for one in values]),
    )
    return keys, METHODS[cycle.method_version](
        strata, _contributions(raw.counted, keys), reference=Reference(**reference) if reference else None,
        delta_in_tau=cycle.delta_in_tau,
    )  # fmt: skip


def parameters_of(scores: CycleScores) -> dict[str, float]:
    """Return what the scores rest on, as `Cycle.parameters` holds it."""
    return {name: getattr(scores.parameters, name) for name in PARAMETERS}


def numbers_of(scores: CycleScores) -> dict[str, float | None]:
    """Return what holds for everybody, as the columns of `Cycle` named `NUMBERS` hold it."""
    return {
        "tau2": scores.parameters.tau2, "sigma2": scores.parameters.sigma2, "delta": scores.delta,
        "overall_baseline": scores.overall_baseline,
    }  # fmt: skip


def recounted_people(raw: Recount, keys: Sequence[Stratum], scores: CycleScores) -> list[dict[str, Any]]:
    """Return the rows of `Score`, before anything is withheld or told in whole points."""
    aside = {who for who, n in raw.counts["n_set_aside"].items() if n}
    left = {key: one for key, one in raw.without_aside.items() if key[0] in aside}
    shadows = score_with(scores, _contributions(left, keys)) if left else ()
    counts = {
        who: Counts(*(raw.counts[name][who] for name in ("n_counter", "n_beside", "n_excluded", "n_set_aside")))
        for who in raw.everybody
    }
    return figures.person_rows(raw.everybody, scores, shadows, counts)


def recounted_units(raw: Recount, visits: Mapping[int, tuple[int | None, int]]) -> list[dict[str, Any]]:
    """Return the rows of `UnitScore`; `visits` are the stored counts by unit."""
    sums = [
        UnitSums(
            unit_id=unit_id, n=len(unit["proven"]), n_beside=len(unit["beside"]), total=sum(unit["proven"]),
            total_squares=sum(rating**2 for rating in unit["proven"]), n_nobody=len(unit["nobody"]),
        )
        for unit_id, unit in sorted(raw.units.items())
    ]  # fmt: skip
    figured = score_units(
        np.array([one.unit_id for one in sums], dtype=np.int64),
        np.array([float(one.n) for one in sums]),
        POINTS_PER_STEP * np.array([float(one.total) for one in sums]),
        POINTS_PER_STEP**2 * np.array([float(one.total_squares) for one in sums]),
    )
    return figures.unit_rows(sums, figured, visits)


def _contributions(sums: Mapping[tuple[int, Stratum], Sums], keys: Sequence[Stratum]) -> Contributions:
    place = {key: number for number, key in enumerate(keys)}
    rows = [(who, place[stratum], one) for (who, stratum), one in sorted(sums.items(), key=lambda item: item[0])]
    return Contributions(
        employee=np.array([row[0] for row in rows], dtype=np.int64),
        stratum=np.array([row[1] for row in rows], dtype=np.int64),
        n=np.array([row[2].n for row in rows], dtype=np.int64),
        weight=np.array([row[2].weight for row in rows], dtype=np.float64),
        weight_squares=np.array([row[2].weight_squares for row in rows], dtype=np.float64),
        total=np.array([row[2].total for row in rows], dtype=np.float64),
        total_squares=np.array([row[2].total_squares for row in rows], dtype=np.float64),
    )
