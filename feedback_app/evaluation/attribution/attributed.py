"""Everything a cycle reads, in memory: its cells, who answers for them, and what was laid upon each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.cells import Cells, read_cells
from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.attribution.laying import Laid, PersonSums, lay, sums_by_person
from feedback_app.evaluation.attribution.segments import segments_of
from feedback_app.evaluation.attribution.spans import declared_levels, posts_of
from feedback_app.evaluation.attribution.tables import Days, Duty, SegmentTable, duty_of


@dataclass(frozen=True, slots=True)
class Attributed:
    """What a cycle reads; `people` are all who answer through a post or a duty, with or without a rating."""

    days: Days
    segments: SegmentTable
    duty: Duty
    cells: Cells
    laid: Laid
    sums: PersonSums
    people: set[int]


def attribute(session: Session, cut: Cut) -> Attributed:
    """Read the cells of a cycle and lay them upon people."""
    period = (cut.agency_id, cut.starts_on, cut.ends_on)
    days = Days(cut.starts_on, cut.ends_on)
    segments = segments_of(posts_of(session, cut), days)
    duty = duty_of(session, cut, days)
    levels = declared_levels(session, *period, known_at=cut.known_at)
    cells = read_cells(session, cut, days, segments, levels, duty)
    laid = lay(cells, segments, duty, days)
    people = set(np.union1d(segments.employee, duty.employee).tolist())
    return Attributed(days, segments, duty, cells, laid, sums_by_person(laid, days), people)
