"""What is true of assignments and of the codes of units; a civil servant's number is in `nip`."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from feedback_app.errors import InvalidInputError
from feedback_app.organisation.nip import CivilServantNumber as CivilServantNumber
from feedback_app.organisation.nip import InvalidNipError as InvalidNipError
from feedback_app.organisation.nip import mask_nip as mask_nip
from feedback_app.organisation.nip import parse_nip as parse_nip

UNIT_CODE_MAX: Final = 60
_UNIT_CODE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class InvalidUnitCodeError(InvalidInputError):
    """The text cannot be the code of a unit."""

    code = "invalid_unit_code"


class AssignmentKind(enum.StrEnum):
    """Under which title somebody holds a post (SE BKN 1/SE/I/2021; UU 30/2014 Ps 14)."""

    DEFINITIVE = "definitive"
    ACTING_VACANT = "acting_vacant"  # Plt: the post is vacant
    ACTING_ABSENT = "acting_absent"  # Plh: the holder is away for a while
    ADDITIONAL = "additional"  # tugas tambahan


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

    These are the rules the table's exclusion constraints hold: one definitive post a person; one definitive
    head or Plt a unit; one Plt or Plh a unit; nobody twice on the same work. A Plh may stand beside the
    definitive head, and one person may be definitive in one unit and acting in another (SE BKN 1/SE/I/2021;
    UU 30/2014 Ps 14). The constraints decide; this only words what they say.
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


def parse_unit_code(raw: str) -> str:
    """Return the code of a unit or service in its one form: lower case letters, digits, single hyphens.

    Raises
    ------
    InvalidUnitCodeError
        Empty, longer than 60 characters, or with anything else in it.
    """
    code = raw.strip().lower()
    if len(code) <= UNIT_CODE_MAX and _UNIT_CODE.fullmatch(code):
        return code
    raise InvalidUnitCodeError(
        f"Kode unit terdiri atas 1 sampai {UNIT_CODE_MAX} huruf kecil, angka, dan tanda hubung tunggal "
        "di antaranya, misalnya dinas-dukcapil."
    )


def suggest_unit_code(name: str) -> str:
    """Return a code made from a name; raises InvalidUnitCodeError when the name has no letter or digit.

    >>> suggest_unit_code("Dinas Kependudukan & Pencatatan Sipil")
    'dinas-kependudukan-pencatatan-sipil'
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    hyphened = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower())
    return parse_unit_code(hyphened.strip("-")[:UNIT_CODE_MAX].strip("-"))
