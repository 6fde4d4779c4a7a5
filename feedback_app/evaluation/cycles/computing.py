"""Open a cycle and compute it: from the daily figures and the posts of each day, never from the texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.evaluation.attribution.ledger import fingerprint, sums_by_person, write_contributions
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.attribution.spans import assignment_spans
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import (
    METHOD_VERSION,
    Z_90,
    Band,
    CycleKind,
    CycleScores,
    CycleStatus,
    PersonScore,
    Segment,
    responsibility_segments,
    score_people,
)


class CycleDatesError(InvalidInputError):
    """A cycle ends before it starts."""

    code = "cycle_dates"


class CycleExistsError(ConflictError):
    """The agency has a cycle of this name."""

    code = "cycle_exists"


@dataclass(frozen=True, slots=True)
class Computation:
    """What computing a cycle came to."""

    people: int
    with_band: int
    ratings: int
    ratings_beside: int
    ratings_nobody: int
    input_hash: str


def open_cycle(
    session: Session,
    *,
    agency_id: int,
    name: str,
    kind: CycleKind,
    starts_on: date,
    ends_on: date,
    actor: Actor,
    now: datetime,
) -> Cycle:
    """Open an evaluation period.

    Raises
    ------
    CycleDatesError, CycleExistsError
    """
    if ends_on < starts_on:
        raise CycleDatesError("Tanggal akhir siklus harus sama dengan atau sesudah tanggal mulai.")
    cycle = Cycle(
        agency_id=agency_id, name=name.strip(), kind=kind, starts_on=starts_on, ends_on=ends_on,
        status=CycleStatus.DRAFT, method_version=METHOD_VERSION, opened_by=actor.user_id, opened_at=now,
    )  # fmt: skip
    add_unless_taken(session, cycle, CycleExistsError("Siklus dengan nama ini sudah ada. Pakai nama lain."))
    record(
        session, agency_id=agency_id, actor=actor, action="evaluation.open_cycle", subject_type="cycle",
        subject_id=cycle.id, now=now,
    )  # fmt: skip
    return cycle


def compute(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> Computation:
    """Compute a cycle anew: who answered for which ratings, compared with what, and what that says.

    Everything comes from the daily figures; the same rows give the same figures and the same `input_hash`.
    """
    session.refresh(cycle, with_for_update=True)
    for table in (Score, Contribution):
        session.execute(
            sa.delete(table).where(table.agency_id == cycle.agency_id, table.cycle_id == cycle.id),
            execution_options={"synchronize_session": False},
        )
    segments = responsibility_segments(
        assignment_spans(session, cycle.agency_id, cycle.starts_on, cycle.ends_on), cycle.starts_on, cycle.ends_on
    )
    totals = write_contributions(session, cycle, segments)
    scores = score_people(sums_by_person(session, cycle))
    _write_scores(session, cycle, segments, scores)
    cycle.input_hash = fingerprint(session, cycle)
    cycle.output_hash = cycle.input_hash
    cycle.inputs_until = cycle.inputs_until or now
    cycle.status = CycleStatus.COMPUTED
    cycle.method_version = METHOD_VERSION
    cycle.computed_at = now
    cycle.tau2, cycle.sigma2, cycle.delta = scores.tau2, scores.sigma2, scores.delta
    cycle.overall_baseline = scores.overall_baseline
    session.flush()
    record(
        session, agency_id=cycle.agency_id, actor=actor, action="evaluation.compute", subject_type="cycle",
        subject_id=cycle.id, now=now, input_hash=cycle.input_hash, method_version=METHOD_VERSION,
    )  # fmt: skip
    return Computation(
        people=len({segment.employee_id for segment in segments}),
        with_band=sum(person.band is not Band.INSUFFICIENT for person in scores.people),
        ratings=totals.counted,
        ratings_beside=totals.beside,
        ratings_nobody=totals.nobody,
        input_hash=cycle.input_hash,
    )


def _write_scores(session: Session, cycle: Cycle, segments: list[Segment], scores: CycleScores) -> None:
    """Write a row for everybody who held a post in the cycle, also for those without a single rating."""
    known = {person.employee_id: person for person in scores.people}
    beside_rows = session.execute(
        sa.select(Contribution.employee_id, sa.func.sum(Contribution.n))
        .where(
            Contribution.agency_id == cycle.agency_id,
            Contribution.cycle_id == cycle.id,
            Contribution.exclusion.is_not(None),
        )
        .group_by(Contribution.employee_id)
    )
    beside = {employee_id: int(n) for employee_id, n in beside_rows}
    rows = [
        _score_row(cycle, known.get(employee_id) or unrated(employee_id, scores.tau2), beside.get(employee_id, 0))
        for employee_id in sorted({segment.employee_id for segment in segments})
    ]
    if rows:
        session.execute(sa.insert(Score), rows)


def unrated(employee_id: int, tau2: float) -> PersonScore:
    """Return what is known of somebody without ratings: nothing beyond how much people differ at all."""
    spread = tau2**0.5
    return PersonScore(
        employee_id=employee_id, n=0, n_effective=0.0, own_share=0.0, mean_residual=0.0, score=0.0,
        standard_error=spread, low=-Z_90 * spread, high=Z_90 * spread, reliability=0.0, band=Band.INSUFFICIENT,
    )  # fmt: skip


def _score_row(cycle: Cycle, person: PersonScore, n_beside: int) -> dict[str, object]:
    names = (
        "employee_id", "n", "n_effective", "own_share", "mean_residual", "score", "standard_error", "low", "high",
        "reliability", "band",
    )  # fmt: skip
    values = {name: getattr(person, name) for name in names}
    shadow = {f"shadow_{name}": values[name] for name in ("score", "low", "high", "band")}
    return {"agency_id": cycle.agency_id, "cycle_id": cycle.id, "n_beside": n_beside, **values, **shadow}
