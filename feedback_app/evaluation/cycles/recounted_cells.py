"""The rows of the responsibility ledger a second time, from the ratings looked at one by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.cycles.recount import Recount
from feedback_app.evaluation.cycles.responsible import Stratum
from feedback_app.evaluation.models import Cycle
from feedback_app.intake.rules import Channel
from feedback_app.organisation.people.rules import AttributionLevel

Row = dict[str, Any]

# What tells one row of a person from another; no post, service, counter or exclusion is 0 or nothing.
KEY: Final = (
    "employee_id", "assignment_id", "unit_id", "service_id", "counter_id", "day", "channel", "exclusion",
)  # fmt: skip
_SAID: Final = ("level", "days", "share", "reason", "n", "total", "total_squares", "baseline")
_ROSTER: Final = "catatan loket"


def recounted_cells(raw: Recount, baselines: Mapping[Stratum, float]) -> list[Row]:
    """Return what `laying.write_contributions` writes; a counter's name, which may change, is left out of the words."""
    rows = []
    for cell, rated in raw.cells.items():
        ratings = [rating for _, rating in rated if rating is not None]
        if ratings:
            rows.append(_row(raw, cell, {day for day, _ in rated}, ratings, baselines))
    return rows


def stored_cells(session: Session, cycle: Cycle) -> list[Row]:
    """Return the stored rows in the same form."""
    table = Contribution.__table__.c
    query = sa.select(*(table[name] for name in (*KEY, *_SAID))).where(
        table.agency_id == cycle.agency_id, table.cycle_id == cycle.id
    )
    return [_plain(dict(row._mapping)) for row in session.execute(query)]


def _plain(row: Row) -> Row:
    for name in ("assignment_id", "service_id", "counter_id"):
        row[name] = row[name] or 0
    row["exclusion"] = row["exclusion"] or ""
    if row["level"] is AttributionLevel.COUNTER and row["reason"].startswith(f"{_ROSTER} "):
        row["reason"] = f"{_ROSTER}, {row['reason'].rpartition(', ')[2]}"
    return row


def _row(
    raw: Recount, cell: tuple[Any, ...], days: set[date], ratings: list[int], baselines: Mapping[Stratum, float]
) -> Row:
    employee, assignment, unit, service, counter, channel, part, share, segment, _ = cell
    exclusion = "" if part == "counted" else part
    if channel is not Channel.TOKEN:
        exclusion = Exclusion.NO_PROOF_OF_VISIT.value
    day = min(days)
    stratum = service or -unit, day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    people = round(1 / share)
    by_roster = f"{_ROSTER}, satu-satunya petugas" if people == 1 else f"{_ROSTER}, 1 dari {people} petugas"
    return {
        "employee_id": employee, "assignment_id": assignment, "unit_id": unit, "service_id": service,
        "counter_id": counter, "day": day, "channel": channel, "exclusion": exclusion,
        "level": AttributionLevel.COUNTER if segment is None else AttributionLevel.ASSIGNMENT,
        "days": sum(1 << (one.day - 1) for one in days), "share": share,
        "reason": by_roster if segment is None else raw.segments[segment].reason,
        "n": len(ratings), "total": sum(ratings), "total_squares": sum(rating**2 for rating in ratings),
        "baseline": None if exclusion else baselines.get(stratum),
    }  # fmt: skip
