"""What earlier frozen cycles said about somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.cycles.reference import is_last_frozen
from feedback_app.evaluation.evidence.told import tells_apart
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import Band, CycleKind

SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class EarlierCycle:
    """What one frozen cycle said; the figures are None where it withheld them or told nobody apart."""

    cycle_id: int
    name: str
    version: int
    kind: CycleKind
    starts_on: date
    ends_on: date
    method_version: str
    n: int
    band: Band
    score: float | None
    low: float | None
    high: float | None
    reliability: float | None
    output_hash: str


def history_of(session: Session, cycle: Cycle, employee_id: int) -> tuple[EarlierCycle, ...]:
    """Return the frozen cycles that ended before this one began, the latest first, each in its last version.

    Of a frozen cycle only what was frozen before it itself was: what it shows stays as it was signed.
    """
    query = (
        sa.select(Cycle, Score)
        .join(Score, sa.and_(Score.agency_id == Cycle.agency_id, Score.cycle_id == Cycle.id))
        .where(Cycle.agency_id == cycle.agency_id, is_last_frozen(by=cycle.frozen_at))
        .where(Cycle.ends_on < cycle.starts_on, Score.employee_id == employee_id)
        .order_by(Cycle.ends_on.desc(), Cycle.starts_on.desc(), Cycle.id.desc())
        .limit(SHOWN)
    )
    return tuple(_earlier(one, score) for one, score in session.execute(query))


def _earlier(cycle: Cycle, score: Score) -> EarlierCycle:
    told = tells_apart(score, cycle)
    return EarlierCycle(
        cycle_id=cycle.id, name=cycle.name, version=cycle.version, kind=cycle.kind, starts_on=cycle.starts_on,
        ends_on=cycle.ends_on, method_version=cycle.method_version, n=score.n, band=score.band,
        score=score.score if told else None, low=score.low if told else None, high=score.high if told else None,
        reliability=score.reliability if told else None, output_hash=cycle.output_hash or "",
    )  # fmt: skip
