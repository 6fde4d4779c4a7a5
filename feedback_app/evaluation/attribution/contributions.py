"""What was laid upon people, written down as the rows of a cycle: how many, by which post, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.copying import NOTHING, copied, copy_into
from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.attribution.grouping import IntArray, packed, taken
from feedback_app.evaluation.attribution.laying import Laid
from feedback_app.evaluation.attribution.ledger import StrataRead
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.attribution.tables import ASIDE, CHANNELS, COUNTED, PARTS, PROVEN, Days, SegmentTable
from feedback_app.evaluation.score.sums import FloatArray
from feedback_app.organisation.people.models import Counter
from feedback_app.organisation.people.rules import AttributionLevel

_NAMES: Final = (
    "agency_id", "cycle_id", "employee_id", "level", "assignment_id", "unit_id", "service_id", "counter_id", "day",
    "days", "channel", "share", "reason", "n", "total", "total_squares", "baseline", "exclusion",
)  # fmt: skip


def write_contributions(
    session: Session, cut: Cut, laid: Laid, segments: SegmentTable, strata: StrataRead, baselines: FloatArray
) -> None:  # fmt: skip
    """Write the rows of a cycle, each with what it is compared with; `baselines` (25 to 100) of each stratum."""
    ours = taken(laid, laid.part != ASIDE)
    ours = taken(ours, np.argsort(packed(ours.employee, ours.day, ours.segment), kind="stable"))
    days = Days(cut.starts_on, cut.ends_on)
    is_proven = ours.channel == PROVEN
    place = strata.place_of(ours.stratum, days.months[ours.day] // 3)
    exclusion = np.where(is_proven, ours.part, PARTS.index(Exclusion.NO_PROOF_OF_VISIT))
    columns = (
        [str(cut.agency_id)] * ours.n.size,
        [str(cut.cycle_id)] * ours.n.size,
        _ids(ours.employee),
        _words((AttributionLevel.COUNTER, AttributionLevel.ASSIGNMENT), np.where(ours.segment < 0, 0, 1)),
        _ids(ours.assignment), _ids(ours.unit), _ids(ours.service), _ids(ours.counter),
        _words(days.dates, ours.day), _ids(ours.days), _words(CHANNELS, ours.channel), _numbers(ours.share),
        _reasons(session, cut, ours, segments), _ids(ours.n), _ids(ours.total), _ids(ours.total_squares),
        _words((*baselines.tolist(), None), np.where(is_proven & (ours.part == COUNTED), place, baselines.size)),
        _words((None, *PARTS[1:]), exclusion),
    )  # fmt: skip
    copy_into(session, Contribution, _NAMES, zip(*columns, strict=True))


def _ids(column: IntArray) -> list[str]:
    """Return numbers above 0 as COPY reads them, 0 as nothing."""
    return [str(value) if value else NOTHING for value in column.tolist()]


def _words(words: Sequence[object], codes: IntArray) -> list[str]:
    written = [copied(word) for word in words]
    return [written[code] for code in codes.tolist()]


def _numbers(column: FloatArray) -> list[str]:
    known, place = np.unique(column, return_inverse=True)
    return _words(known.tolist(), place.astype(np.int64))


def _reasons(session: Session, cut: Cut, laid: Laid, segments: SegmentTable) -> list[str]:
    known = sa.select(Counter.id, Counter.name).where(Counter.agency_id == cut.agency_id)
    names: dict[int, str] = {one.id: one.name for one in session.execute(known)}
    written, reason = [copied(words) for words in segments.reasons], segments.reason.tolist()
    rows = zip(laid.segment.tolist(), laid.counter.tolist(), laid.people.tolist(), strict=True)
    return [
        written[reason[segment]] if segment >= 0 else copied(_by_the_record(names[counter], people))
        for segment, counter, people in rows
    ]


def _by_the_record(counter: str, people: int) -> str:
    among = "satu-satunya petugas" if people == 1 else f"1 dari {people} petugas"
    return f"catatan loket {counter}, {among}"
