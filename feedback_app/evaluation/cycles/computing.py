"""Compute a cycle: from the daily figures and the posts of each day, never from the texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import Base
from feedback_app.evaluation.attribution import ledger
from feedback_app.evaluation.attribution.attributed import Attributed, attribute
from feedback_app.evaluation.attribution.contributions import write_contributions
from feedback_app.evaluation.attribution.copying import copy_dicts
from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.cases.records import case_rows
from feedback_app.evaluation.cycles import figures, hashes, stored
from feedback_app.evaluation.cycles.changes import changes_since, told_before
from feedback_app.evaluation.cycles.cut_off import check_closed
from feedback_app.evaluation.cycles.life import note_move
from feedback_app.evaluation.cycles.reference import reference_of
from feedback_app.evaluation.cycles.rules import check_move
from feedback_app.evaluation.cycles.withholding import withhold
from feedback_app.evaluation.models import Cycle, CycleSignature
from feedback_app.evaluation.result_models import CaseRecord, Score, UnitScore
from feedback_app.evaluation.rules import POINTS_PER_STEP, Band, CycleStatus
from feedback_app.evaluation.score.figures import CycleScores
from feedback_app.evaluation.score.joint import score_with
from feedback_app.evaluation.score.methods import METHODS
from feedback_app.evaluation.score.sums import Reference
from feedback_app.evaluation.score.units import score_units

_RESULTS: tuple[type[Base], ...] = (CycleSignature, CaseRecord, UnitScore, Score, Contribution)


@dataclass(frozen=True, slots=True)
class Computation:
    """What computing a cycle came to."""

    people: int
    with_band: int
    ratings: int
    ratings_beside: int
    ratings_nobody: int
    ratings_excluded: int
    input_hash: str
    output_hash: str


@dataclass(frozen=True, slots=True)
class _Found:
    """Everything a cycle says, before it is written."""

    read: Attributed
    strata: ledger.StrataRead
    scores: CycleScores
    people: list[figures.Row]
    units: list[figures.Row]
    cases: list[figures.Row]


def compute(session: Session, cycle: Cycle, *, actor: Actor, now: datetime, note: str | None = None) -> Computation:
    """Compute a cycle, for the first time or anew: who answered for which ratings, and what they say.

    Everything comes from the daily figures as they were at `inputs_until`, which the first computation sets, and from
    posts, rosters and decisions as they are known `now`; the same rows give the same figures and hashes. Signatures
    under earlier figures are gone. The edge calls `cut_off.hold_still` before it takes the time.

    Raises
    ------
    feedback_app.evaluation.cycles.rules.CycleMoveError
        It is signed or frozen.
    feedback_app.evaluation.cycles.cut_off.BookOpenError, feedback_app.evaluation.cycles.cut_off.UnreadRatingsError
    """
    session.refresh(cycle, with_for_update=True)
    check_move(cycle.status, CycleStatus.COMPUTED)
    check_closed(session, cycle, now=now)
    reference_id, reference = reference_of(session, cycle)
    cut = Cut.of(cycle, until=cycle.inputs_until or now, known_at=now)
    told = told_before(session, cycle)
    _clear(session, cycle)
    found = _found(session, cycle, cut, reference)
    # What changed since it was last told is read from these rows.
    write_contributions(
        session, cut, found.read.laid, found.read.segments, found.strata, found.scores.baseline
    )  # fmt: skip
    withhold(session, cycle, found.people, found.units, changes_since(session, cycle, told), found.read)
    _write(session, cycle, found)
    input_hash = ledger.fingerprint(
        found.read.laid,
        found.strata,
        found.read.days,
        hashes.settings_lines(cycle.method_version, cycle.starts_on, cycle.ends_on, cycle.delta_in_tau, reference),
    )
    # The database takes a computed cycle whole, with its hashes.
    with session.no_autoflush:
        _note_outcome(cycle, cut, found, reference_id, actor, now)
        cycle.input_hash, cycle.output_hash = input_hash, stored.output_hash(session, cycle)
    note_move(session, cycle, CycleStatus.COMPUTED, actor, now, note)
    record(
        session, agency_id=cycle.agency_id, actor=actor, action="evaluation.compute", subject_type="cycle",
        subject_id=cycle.id, now=now, input_hash=cycle.input_hash, output_hash=cycle.output_hash,
        method_version=cycle.method_version,
    )  # fmt: skip
    return _told(cycle)


def _clear(session: Session, cycle: Cycle) -> None:
    for table in _RESULTS:
        columns = table.__table__.c
        session.execute(
            sa.delete(table).where(columns.agency_id == cycle.agency_id, columns.cycle_id == cycle.id),
            execution_options={"synchronize_session": False},
        )


def _found(session: Session, cycle: Cycle, cut: Cut, reference: dict[str, float] | None) -> _Found:
    read = attribute(session, cut)
    strata = ledger.strata_of(read.cells, read.days)
    sums = ledger.people_of(read.sums, strata)
    scores = METHODS[cycle.method_version](
        strata.sums(), sums.counted, reference=Reference(**reference) if reference else None,
        delta_in_tau=cycle.delta_in_tau,
    )  # fmt: skip
    shadows = score_with(scores, sums.without_aside) if sums.without_aside.employee.size else ()
    return _Found(
        read=read,
        strata=strata,
        scores=scores,
        people=figures.person_rows(read.people, scores, shadows, ledger.counts_of(read.sums)),
        units=_units(session, cut, read),
        cases=case_rows(session, cut),
    )


def _units(session: Session, cut: Cut, read: Attributed) -> list[figures.Row]:
    sums = ledger.units_of(read.cells)
    columns = np.array([(one.unit_id, one.n, one.total, one.total_squares) for one in sums], dtype=np.int64)
    unit, n, total, squares = columns.reshape(-1, 4).T
    scored = score_units(
        unit, n.astype(np.float64), POINTS_PER_STEP * total.astype(np.float64),
        POINTS_PER_STEP**2 * squares.astype(np.float64),
    )  # fmt: skip
    return figures.unit_rows(sums, scored, figures.visits_of(session, cut))


def _write(session: Session, cycle: Cycle, found: _Found) -> None:
    key = {"agency_id": cycle.agency_id, "cycle_id": cycle.id}
    for table, rows in ((Score, found.people), (UnitScore, found.units), (CaseRecord, found.cases)):
        copy_dicts(session, table, [{**key, **row} for row in rows])


def _note_outcome(
    cycle: Cycle, cut: Cut, found: _Found, reference_id: int | None, actor: Actor, now: datetime
) -> None:  # fmt: skip
    used = found.scores.parameters
    cycle.parameters = {
        "tau2": used.tau2, "sigma2": used.sigma2, "kappa2": used.kappa2, "omega2": used.omega2, "mean": used.mean,
    }  # fmt: skip
    cycle.totals = _totals(found)
    cycle.reference_id = reference_id
    cycle.inputs_until = cut.until
    cycle.computed_at, cycle.computed_by = now, actor.user_id
    cycle.tau2, cycle.sigma2, cycle.delta = used.tau2, used.sigma2, found.scores.delta
    cycle.overall_baseline = found.scores.overall_baseline


def _totals(found: _Found) -> dict[str, int]:
    def added(rows: Sequence[figures.Row], name: str) -> int:
        return sum(int(row[name]) for row in rows)

    proven, nobody = added(found.units, "n"), added(found.units, "n_nobody")
    return {
        "people": len(found.people),
        "with_band": sum(row["band"] is not Band.INSUFFICIENT for row in found.people),
        "proven": proven,
        "counted": proven - nobody,
        "nobody": nobody,
        "beside": added(found.units, "n_beside"),
        "excluded": added(found.people, "n_excluded"),
        "set_aside": added(found.people, "n_set_aside"),
    }


def _told(cycle: Cycle) -> Computation:
    totals: dict[str, Any] = cycle.totals
    return Computation(
        people=totals["people"],
        with_band=totals["with_band"],
        ratings=totals["counted"],
        ratings_beside=totals["beside"],
        ratings_nobody=totals["nobody"],
        ratings_excluded=totals["excluded"],
        input_hash=cycle.input_hash or "",
        output_hash=cycle.output_hash or "",
    )
