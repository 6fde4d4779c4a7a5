"""Which posts may stand beside each other, told once more in Python: what the constraints of the table must say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from feedback_app.organisation.rules import AssignmentKind


@dataclass(frozen=True, slots=True)
class PostSpan:
    """One assignment as the overlap rules see it; both days included, an empty last day means "still"."""

    employee_id: int
    unit_id: int
    service_id: int | None
    kind: AssignmentKind
    is_head: bool
    starts_on: date
    ends_on: date | None = None


def overlap_problem(wanted: PostSpan, others: Iterable[PostSpan]) -> str | None:
    """Return, in a sentence for people, why an assignment cannot stand beside the others; None if it can.

    One definitive post a person; one definitive head or Plt a unit; one Plt or Plh a unit; nobody twice on the same
    work. A Plh may stand beside the definitive head, and one person may be definitive in one unit and acting in
    another (SE BKN 1/SE/I/2021; UU 30/2014 Ps 14).
    """
    problems = (_exclusion(wanted, other) for other in others if _share_a_day(wanted, other))
    return next((problem for problem in problems if problem), None)


def _share_a_day(one: PostSpan, other: PostSpan) -> bool:
    return one.starts_on <= (other.ends_on or date.max) and other.starts_on <= (one.ends_on or date.max)


def _exclusion(one: PostSpan, other: PostSpan) -> str | None:
    kinds = {one.kind, other.kind}
    if one.employee_id == other.employee_id:
        if (one.unit_id, one.service_id) == (other.unit_id, other.service_id):
            return "Pegawai ini sudah ditugaskan pada pekerjaan yang sama dalam masa itu; akhiri dulu yang lama."
        if kinds == {AssignmentKind.DEFINITIVE}:
            return "Pegawai ini sudah memegang jabatan definitif dalam masa itu; akhiri dulu jabatan yang lama."
    if one.unit_id == other.unit_id:
        if kinds <= {AssignmentKind.ACTING_VACANT, AssignmentKind.ACTING_ABSENT}:
            return "Unit ini sudah mempunyai Plt atau Plh dalam masa itu; hanya boleh satu pada satu waktu."
        if one.is_head and other.is_head and kinds <= {AssignmentKind.DEFINITIVE, AssignmentKind.ACTING_VACANT}:
            return (
                "Unit ini sudah mempunyai kepala definitif atau Plt dalam masa itu. "
                "Plt hanya untuk jabatan kosong; bila kepala hanya berhalangan sementara, tugaskan Plh."
            )
    return None
