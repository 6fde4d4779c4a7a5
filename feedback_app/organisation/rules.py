"""The titles of posts and the codes of units; a civil servant's number is in `nip`."""

from __future__ import annotations

import enum
import re
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
