"""What frozen cycles say about the people of an agency, for the talent file of the merit system."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.cycles.reference import is_last_frozen
from feedback_app.evaluation.evidence.content import moment, two
from feedback_app.evaluation.evidence.told import tells_apart
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.organisation.models import Agency, Employee
from feedback_app.organisation.rules import mask_nip

PROVENANCE: Final = (
    "Suara Layanan: penilaian warga dengan bukti kunjungan, siklus dibekukan dan ditandatangani dua orang. "
    "Bahan pertimbangan, bukan predikat kinerja."
)
COLUMNS: Final = (
    "agency", "cycle", "version", "kind", "starts_on", "ends_on", "frozen_at", "employee", "nip", "band", "n",
    "score", "low", "high", "reliability", "method", "input_sha256", "output_sha256", "provenance",
)  # fmt: skip

Row = dict[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class FrozenCycle:
    """A frozen cycle that a talent file is made of."""

    id: int
    name: str
    version: int
    starts_on: date
    ends_on: date
    frozen_at: datetime
    people: int


def frozen_cycles(session: Session, agency_id: int) -> list[FrozenCycle]:
    """Return the frozen cycles of an agency, each in its last frozen version, the latest first."""
    people = sa.select(sa.func.count()).where(Score.agency_id == Cycle.agency_id, Score.cycle_id == Cycle.id)
    rows = session.execute(
        sa.select(
            Cycle.id, Cycle.name, Cycle.version, Cycle.starts_on, Cycle.ends_on, Cycle.frozen_at,
            people.correlate(Cycle).scalar_subquery(),
        )
        .where(Cycle.agency_id == agency_id, is_last_frozen())
        .order_by(Cycle.ends_on.desc(), Cycle.name, Cycle.id)
    )  # fmt: skip
    return [FrozenCycle(*row) for row in rows]


def talent_rows(session: Session, agency: Agency, *, key: bytes, with_nip: bool = False) -> Iterator[Row]:
    """Return one row for every person of every frozen cycle in its last version, the figures withheld where few.

    Parameters
    ----------
    key
        What the mark of a person is made with: the same person bears the same one in every file of the agency, and
        nobody without the key can work it out from a number.
    with_nip
        Write whole numbers, for a personnel system that joins by them; masked else.
    """
    rows = session.execute(
        sa.select(Cycle, Score, Employee.nip)
        .join(Score, sa.and_(Score.agency_id == Cycle.agency_id, Score.cycle_id == Cycle.id))
        .join(Employee, sa.and_(Employee.agency_id == Score.agency_id, Employee.id == Score.employee_id))
        .where(Cycle.agency_id == agency.id, is_last_frozen())
        .order_by(Cycle.ends_on.desc(), Cycle.id, Employee.name, Employee.id)
    )
    for cycle, score, nip in rows:
        yield _row(agency, cycle, score, nip if with_nip else mask_nip(nip), _mark(agency, score.employee_id, key))


def _mark(agency: Agency, employee_id: int, key: bytes) -> str:
    words = f"talent/{agency.id}/{employee_id}".encode()
    return hmac.new(key, words, hashlib.sha256).hexdigest()[:24]


def _row(agency: Agency, cycle: Cycle, score: Score, nip: str, mark: str) -> Row:
    told = tells_apart(score, cycle)

    def shown(value: float) -> float | None:
        return two(value) if told else None

    return {
        "agency": agency.code, "cycle": cycle.name, "version": cycle.version, "kind": cycle.kind.value,
        "starts_on": cycle.starts_on.isoformat(), "ends_on": cycle.ends_on.isoformat(),
        "frozen_at": moment(cycle.frozen_at), "employee": mark, "nip": nip, "band": score.band.value, "n": score.n,
        "score": shown(score.score), "low": shown(score.low), "high": shown(score.high),
        "reliability": shown(score.reliability), "method": cycle.method_version, "input_sha256": cycle.input_hash,
        "output_sha256": cycle.output_hash, "provenance": PROVENANCE,
    }  # fmt: skip
