"""What a person's figure would be without the ratings that are set aside. The cycle's own figures stay as computed.

It is worked out when somebody reads the evidence and is stored nowhere: what is set aside today may be back tomorrow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.cycles.computing import unrated
from feedback_app.evaluation.evidence.queries import of_person
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import (
    POINTS_PER_STEP,
    Contributions,
    PersonScore,
    VarianceComponents,
    score_people,
)
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.measures.set_aside import is_set_aside

# A change by more than this many between-person standard deviations is pointed out. Source: the design of the fair
# score, on manipulation.
NOTABLE_IN_TAU: Final = 0.1

_Cell = tuple[int, int | None, date]


@dataclass(frozen=True, slots=True)
class Shadow:
    """The figure without what is set aside, how many ratings that leaves out, and whether it moves the figure."""

    score: PersonScore
    n_set_aside: int
    is_notable: bool


@dataclass(frozen=True, slots=True)
class _Sums:
    n: int
    total: int
    total_squares: int


def shadow_score(session: Session, cycle: Cycle, employee_id: int) -> Shadow | None:
    """Return a person's figure without the ratings set aside; None where none of theirs is, or nothing is computed.

    Baselines and variances are those of the cycle: what differs is then the person's own ratings and nothing else.
    """
    if cycle.tau2 is None or cycle.sigma2 is None:
        return None
    cells = _cells(session, cycle, employee_id)
    aside = _set_aside(session, cycle, {row.unit_id for row in cells}) if cells else {}
    touched = {(row.unit_id, row.service_id, row.day): min(row.n, _of(aside, row).n) for row in cells}
    left_out = sum(touched.values())
    if not left_out:
        return None
    components = VarianceComponents(cycle.tau2, cycle.sigma2)
    left = [row for row in (_without(row, _of(aside, row)) for row in cells) if row is not None]
    people = score_people(_contributions(employee_id, left), components=components).people if left else ()
    found = people[0] if people else unrated(employee_id, cycle.tau2)
    stored = session.get_one(Score, (cycle.agency_id, cycle.id, employee_id))
    change = abs(found.score - stored.score)
    return Shadow(found, left_out, change > NOTABLE_IN_TAU * cycle.tau2**0.5)


def _cells(session: Session, cycle: Cycle, employee_id: int) -> Sequence[Any]:
    """Return the cells that count for a person; who answers for one through two posts has both shares in it."""
    cell = (
        Contribution.unit_id, Contribution.service_id, Contribution.day, Contribution.baseline, Contribution.n,
        Contribution.total, Contribution.total_squares,
    )  # fmt: skip
    return session.execute(
        sa.select(*cell, sa.func.sum(Contribution.share).label("share"))
        .where(of_person(cycle, employee_id), Contribution.exclusion.is_(None))
        .group_by(*cell)
    ).all()


def _set_aside(session: Session, cycle: Cycle, units: set[int]) -> dict[_Cell, _Sums]:
    """Return the sums of what is set aside in some units, of the ratings that were read before the computation."""
    cell = (Submission.unit_id, Submission.service_id, Submission.occurred_on)
    rows = session.execute(
        sa.select(
            *cell, sa.func.count(), sa.func.sum(Submission.rating),
            sa.func.sum(Submission.rating * Submission.rating),
        )
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .where(Submission.agency_id == cycle.agency_id, Submission.unit_id.in_(units))
        .where(Submission.channel == Channel.TOKEN, Submission.rating.is_not(None))
        .where(Submission.occurred_on.between(cycle.starts_on, cycle.ends_on))
        .where(Labels.labelled_at <= cycle.computed_at, is_set_aside())
        .group_by(*cell)
    )  # fmt: skip
    return {
        (unit, service, day): _Sums(int(n), int(total or 0), int(squares or 0))
        for unit, service, day, n, total, squares in rows
    }


def _of(aside: dict[_Cell, _Sums], row: Any) -> _Sums:
    return aside.get((row.unit_id, row.service_id, row.day), _Sums(0, 0, 0))


def _without(row: Any, aside: _Sums) -> tuple[float, ...] | None:
    """Return baseline, n, Σw, Σw², Σwy and Σwy² of a cell without some of its ratings; None where none is left."""
    n = row.n - aside.n
    if n <= 0:
        return None
    total, squares = row.total - aside.total, row.total_squares - aside.total_squares
    share = row.share
    return (
        row.baseline, n, n * share, n * share**2,
        share * POINTS_PER_STEP * total, share * POINTS_PER_STEP**2 * squares,
    )  # fmt: skip


def _contributions(employee_id: int, rows: Sequence[tuple[float, ...]]) -> Contributions:
    columns: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        for place, value in enumerate(row):
            columns[place].append(value)
    baseline, n, weight, weight_squares, total, total_squares = (
        np.array(columns[place], dtype=float) for place in range(6)
    )
    return Contributions(
        employee=np.full(len(rows), employee_id, dtype=np.int64),
        n=n.astype(np.int64),
        weight=weight,
        weight_squares=weight_squares,
        total=total,
        total_squares=total_squares,
        baseline=baseline,
    )
