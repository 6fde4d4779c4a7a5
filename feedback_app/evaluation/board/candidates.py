"""Whom a leader may thank, and whom support may help: people as the last frozen cycles found them, never ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.cycles.reference import is_last_frozen
from feedback_app.evaluation.evidence.posts import stands_in
from feedback_app.evaluation.evidence.queries import ScoreRow, scores_of
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import Band
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Assignment
from feedback_app.organisation.queries import reach, within


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person, the units of their posts in the cycle (within reach), and whether the cycle before says the same."""

    row: ScoreRow
    unit_ids: tuple[int, ...]
    is_twice: bool


@dataclass(frozen=True, slots=True)
class Candidates:
    """The people a frozen cycle found above and below expectation, by name; `before` is the frozen cycle before it."""

    cycle: Cycle
    before: Cycle | None
    recognised: tuple[Candidate, ...]
    supported: tuple[Candidate, ...]


def candidates(session: Session, user_id: int, agency_id: int, day: date) -> Candidates | None:
    """Return the candidates within somebody's reach to read evidence; None where they have none or nothing is frozen.

    An open cycle names nobody: what is still contested or unsigned is nothing to act upon.
    """
    area = reach(user_id, Permission.READ_EVIDENCE, day)
    if not session.scalar(sa.select(sa.exists().where(area.c.agency_id == agency_id))):
        return None
    newest = _frozen(session, agency_id)
    if not newest:
        return None
    cycle = newest[0]
    before = next((one for one in newest[1:] if one.kind is cycle.kind and one.ends_on < cycle.starts_on), None)
    earlier = {row.employee_id: row.score.band for row in scores_of(session, user_id, before, day)} if before else {}
    units = _units(session, user_id, cycle, day)
    rows = scores_of(session, user_id, cycle, day)

    def banded(band: Band) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(row, tuple(units.get(row.employee_id, ())), earlier.get(row.employee_id) is band)
            for row in sorted(rows, key=lambda row: (row.name.casefold(), row.employee_id))
            if row.score.band is band and not row.score.is_withheld
        )

    return Candidates(cycle, before, banded(Band.ABOVE), banded(Band.BELOW))


def _frozen(session: Session, agency_id: int) -> Sequence[Cycle]:
    """Return the frozen cycles that no frozen later version replaces, the latest first."""
    return session.scalars(
        sa.select(Cycle)
        .where(Cycle.agency_id == agency_id, is_last_frozen())
        .order_by(Cycle.ends_on.desc(), Cycle.frozen_at.desc(), Cycle.id.desc())
    ).all()


def _units(session: Session, user_id: int, cycle: Cycle, day: date) -> dict[int, list[int]]:
    area = reach(user_id, Permission.READ_EVIDENCE, day)
    rows = session.execute(
        sa.select(Assignment.employee_id, Assignment.unit_id)
        .where(stands_in(cycle), within(area, Assignment.agency_id, Assignment.unit_id))
        .distinct()
        .order_by(Assignment.employee_id, Assignment.unit_id)
    )
    found: dict[int, list[int]] = {}
    for employee_id, unit_id in rows:
        found.setdefault(employee_id, []).append(unit_id)
    return found
