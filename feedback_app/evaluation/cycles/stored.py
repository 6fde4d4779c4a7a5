"""What a cycle says as it lies in the tables, and the hash over it: what is signed is what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import ConflictError
from feedback_app.evaluation.cycles import hashes
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import CaseRecord, Score, UnitScore

Row = dict[str, Any]

# A million rows are written down and sorted where they lie; the lines are those of `cycles.hashes`.
_CONTRIBUTIONS: Final = """
    SELECT encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY line), ''), 'UTF8')), 'hex')
    FROM (
        SELECT concat_ws('|', 'contribution', employee_id, level, coalesce(assignment_id, 0), unit_id,
                         coalesce(service_id, 0), coalesce(counter_id, 0), day, days, channel, share, reason, n, total,
                         total_squares, coalesce(baseline::text, '-'), coalesce(exclusion, '-')) COLLATE "C"
        FROM contributions WHERE agency_id = :agency_id AND cycle_id = :cycle_id
    ) lines (line)
"""


class StoredFiguresError(ConflictError):
    """The stored figures are not those that the cycle's hash was taken of: somebody wrote past the application."""

    code = "stored_figures"


@dataclass(frozen=True, slots=True)
class StoredFigures:
    """The rows of a cycle's people, units and cases."""

    people: list[Row]
    units: list[Row]
    cases: list[Row]


def figures_stored(session: Session, cycle: Cycle) -> StoredFigures:
    """Return what lies in the tables."""
    return StoredFigures(*(_rows(session, cycle, table) for table in (Score, UnitScore, CaseRecord)))


def output_hash(session: Session, cycle: Cycle, stored: StoredFigures | None = None) -> str:
    """Return the SHA-256 over everything that lies in the tables of a cycle, in hexadecimal."""
    stored = stored or figures_stored(session, cycle)
    given = {"agency_id": cycle.agency_id, "cycle_id": cycle.id}
    lines = hashes.output_lines(cycle.parameters, stored.people, stored.units, stored.cases)
    numbers = (cycle.tau2, cycle.sigma2, cycle.delta, cycle.overall_baseline)
    return hashes.digest(
        [
            *lines,
            hashes.line("cycle", numbers),
            *(hashes.line("total", pair) for pair in sorted(cycle.totals.items())),
            hashes.line("contributions", [session.execute(sa.text(_CONTRIBUTIONS), given).scalar_one()]),
        ]
    )


def check_stored(session: Session, cycle: Cycle) -> None:
    """Refuse to go on with figures that were touched since they were computed.

    Raises
    ------
    StoredFiguresError
    """
    if output_hash(session, cycle) != cycle.output_hash:
        raise StoredFiguresError(
            "Angka yang tersimpan tidak sama dengan yang dihitung: ada yang mengubahnya di luar aplikasi. "
            "Hitung ulang siklus ini dan laporkan kepada pengelola sistem."
        )


def _rows(session: Session, cycle: Cycle, table: type[Any]) -> list[Row]:
    columns = table.__table__.c
    query = sa.select(table.__table__).where(columns.agency_id == cycle.agency_id, columns.cycle_id == cycle.id)
    return [dict(row._mapping) for row in session.execute(query)]
