"""Compute a cycle a second time, from the raw ratings as they were read and known at its time, and compare.

It holds for every cycle that is computed, also for a frozen one after later ratings, posts put right and anomalies
cleared. A figure that agrees within 1e-9 counts as the stored one: with these the output's hash must come out again.
The units' own counts of visits are replaced without a history, so the hash alone vouches for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.cases.recount import recounted_cases
from feedback_app.evaluation.cycles import figures, hashes
from feedback_app.evaluation.cycles.recount import Recount, recount
from feedback_app.evaluation.cycles.recounted_cells import KEY, recounted_cells, stored_cells
from feedback_app.evaluation.cycles.recounted_figures import (
    NUMBERS,
    numbers_of,
    parameters_of,
    recounted_people,
    recounted_scores,
    recounted_units,
)
from feedback_app.evaluation.cycles.reference import reference_of
from feedback_app.evaluation.cycles.stored import figures_stored, output_hash
from feedback_app.evaluation.evidence.small_numbers import too_few, withheld
from feedback_app.evaluation.models import Cycle, CycleMove
from feedback_app.evaluation.rules import POINTS_PER_STEP, CycleStatus
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel

TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A figure that the raw rows do not give; `stored` or `recomputed` is None where there is none.

    `of` says what it is a figure of: an employee, a row of what was laid on one (`contribution`), a unit, the cases of
    an employee, a parameter, or the cycle (the last two without an id).
    """

    of: str
    subject_id: int | None
    figure: str
    stored: Any
    recomputed: Any

    @property
    def employee_id(self) -> int | None:
        """Return the employee it is of, if it is of one."""
        return self.subject_id if self.of == "employee" else None


def verify(session: Session, cycle: Cycle) -> list[Disagreement]:
    """Return every figure of a computed cycle that differs from the raw rows by more than 1e-9, and every hash."""
    if cycle.computed_at is None or cycle.inputs_until is None:
        return []
    cut = Cut.of(cycle, until=cycle.inputs_until, known_at=cycle.computed_at)
    raw = recount(session, cut)
    _, reference = reference_of(session, cycle)
    keys, scores = recounted_scores(raw, cycle, reference)
    people = recounted_people(raw, keys, scores)
    stored = figures_stored(session, cycle)
    baselines = dict(zip(keys, scores.baseline.tolist(), strict=True))
    visits = {row["unit_id"]: (row["transactions"], row["tokens"]) for row in stored.units}
    found = [
        *_compare("parameter", [parameters_of(scores)], [cycle.parameters], ()),
        *_compare("parameter", [numbers_of(scores)], [{name: getattr(cycle, name) for name in NUMBERS}], ()),
        *_compare("employee", _as_told(people, stored.people), stored.people, ("employee_id",)),
        *_compare("unit", recounted_units(raw, visits), stored.units, ("unit_id",)),
        *_compare("cases", recounted_cases(session, cut, raw.spans), stored.cases, ("employee_id", "unit_id", "duty")),
        *_compare("contribution", recounted_cells(raw, baselines), stored_cells(session, cycle), KEY),
        *_withheld(session, cycle, stored.people),
        *_units_withheld(stored.units),
    ]
    return found + [
        Disagreement("cycle", None, name, one, other)
        for name, one, other in (
            ("input_hash", cycle.input_hash, hashes.digest(_input_lines(raw, cycle, reference))),
            ("output_hash", cycle.output_hash, output_hash(session, cycle, stored)),
        )
        if one != other
    ]


def newer_ratings(session: Session, cycle: Cycle) -> int:
    """Return how many ratings of proven visits in the period were read after its cut-off, and so never come in."""
    rows = (
        sa.select(sa.func.count())
        .select_from(Submission)
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .where(Submission.agency_id == cycle.agency_id, Submission.channel == Channel.TOKEN)
        .where(Submission.occurred_on.between(cycle.starts_on, cycle.ends_on), Submission.rating.is_not(None))
        .where(Labels.labelled_at > cycle.inputs_until)
    )
    return int(session.scalars(rows).one())


def _as_told(people: list[dict[str, Any]], stored: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows in whole points where few ratings changed; how many, the hash vouches for."""
    changed = {row["employee_id"] for row in stored if row["n_changed"]}
    return [row | figures.whole_points(row) if row["employee_id"] in changed else row for row in people]


def _units_withheld(units: Iterable[Mapping[str, Any]]) -> Iterable[Disagreement]:
    """Compare which units must be withheld by their own numbers; for what stands beside them the hash vouches."""
    for row in units:
        must = withheld(row["n"]) or too_few(row["n_nobody"]) or row["n_changed"] > 0
        if must and not row["is_withheld"]:
            yield Disagreement("unit", row["unit_id"], "is_withheld", row["is_withheld"], must)


def _withheld(session: Session, cycle: Cycle, people: Iterable[Mapping[str, Any]]) -> Iterable[Disagreement]:
    """Compare which figures are withheld because of their own number.

    What was withheld beside other cycles, as they were told at the time, the hash vouches for.
    """
    is_alone = not _has_neighbours(session, cycle)
    for row in people:
        wanted = withheld(row["n"])
        if row["is_withheld"] != wanted and (wanted or is_alone):
            yield Disagreement("employee", row["employee_id"], "is_withheld", row["is_withheld"], wanted)


def _has_neighbours(session: Session, cycle: Cycle) -> bool:
    """Tell whether another cycle of the year, or an earlier computation of this one, may have been told before."""
    moves = sa.select(sa.func.count()).where(
        CycleMove.agency_id == cycle.agency_id, CycleMove.cycle_id == cycle.id,
        CycleMove.to_status == CycleStatus.COMPUTED,
    )  # fmt: skip
    others = sa.select(Cycle.id).where(
        Cycle.agency_id == cycle.agency_id, Cycle.id != cycle.id, Cycle.computed_at.is_not(None),
        Cycle.starts_on <= cycle.ends_on.replace(month=12, day=31),
        Cycle.ends_on >= cycle.starts_on.replace(month=1, day=1),
    )  # fmt: skip
    return (session.scalar(moves) or 0) > 1 or session.scalar(others.limit(1)) is not None


def _compare(
    of: str, recomputed: Sequence[Mapping[str, Any]], stored: Sequence[Mapping[str, Any]], key: tuple[str, ...]
) -> Iterable[Disagreement]:
    def by_key(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], Mapping[str, Any]]:
        return {tuple(row[name] for name in key): row for row in rows}

    ones, others = by_key(stored), by_key(recomputed)
    for at in sorted(ones.keys() | others.keys()):
        one, other = ones.get(at, {}), others.get(at, {})
        for figure in other or one.keys() - {"agency_id", "cycle_id", "is_withheld"}:
            if not _agree(one.get(figure), other.get(figure)):
                yield Disagreement(of, at[0] if at else None, figure, one.get(figure), other.get(figure))


def _agree(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float | int):
        return abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other))
    return bool(one == other)


def _input_lines(raw: Recount, cycle: Cycle, reference: dict[str, float] | None) -> list[str]:
    lines = hashes.settings_lines(
        cycle.method_version, cycle.starts_on, cycle.ends_on, cycle.delta_in_tau, reference
    )  # fmt: skip
    for (service, quarter), values in raw.strata.items():
        ratings = [value // POINTS_PER_STEP for value in values]
        lines.append(hashes.line("stratum", (service, quarter, *_sums(ratings))))
    for cell, rated in raw.cells.items():
        employee, assignment, unit, service_id, counter, channel, part, share, *_ = cell
        days = {day for day, _ in rated}
        bits = sum(1 << (day.day - 1) for day in days)
        place = (employee, assignment, unit, service_id, counter, min(days), bits, channel, part, share)
        ratings = [rating for _, rating in rated if rating is not None]
        if ratings:
            lines.append(hashes.line("laid", (*place, *_sums(ratings))))
    return lines


def _sums(ratings: Sequence[int]) -> tuple[int, int, int]:
    return len(ratings), sum(ratings), sum(rating**2 for rating in ratings)
