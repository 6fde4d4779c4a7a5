"""The codes and names of what an agency consists of: their form, and that no two are alike."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.db import Base, add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.organisation.rules import UNIT_CODE_MAX, InvalidUnitCodeError, parse_unit_code

UNKNOWN_UNIT: Final = "tidak-tahu"
RESERVED_UNIT_CODES: Final = frozenset({UNKNOWN_UNIT, "periksa"})
"""Words that stand in addresses where a unit's code would: /lapor/kupang/tidak-tahu."""

_REGION_CODE: Final = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")


class CodeTakenError(ConflictError):
    """The agency, unit or service of this code, or the civil servant of this number, is there already."""

    code = "code_taken"


class InvalidRegionCodeError(InvalidInputError):
    """The text is not a code of Kemendagri for a region."""

    code = "invalid_region_code"


class InvalidCodeError(InvalidInputError):
    """The text cannot be the code of an agency, a unit or a service."""

    code = "invalid_code"


class ReservedCodeError(InvalidInputError):
    """The word stands for something else in addresses."""

    code = "reserved_code"


class MissingNameError(InvalidInputError):
    """A name is empty."""

    code = "missing_name"


def parse_code(raw: str, of: str, example: str) -> str:
    """Return a code in its one form; the refusal says of what it is and gives an example.

    Raises
    ------
    InvalidCodeError
    """
    try:
        return parse_unit_code(raw)
    except InvalidUnitCodeError as error:
        raise InvalidCodeError(
            f"Kode {of} terdiri atas 1 sampai {UNIT_CODE_MAX} huruf kecil, angka, dan tanda hubung tunggal "
            f"di antaranya, misalnya {example}."
        ) from error


def check_unit_code(code: str) -> None:
    """Refuse a word that addresses need for themselves.

    Raises
    ------
    ReservedCodeError
    """
    if code in RESERVED_UNIT_CODES:
        raise ReservedCodeError(f"Kode {code} dipakai pada alamat halaman lain. Pilih kode unit yang lain.")


def parse_name(raw: str) -> str:
    """Return a name with single spaces.

    Raises
    ------
    MissingNameError
    """
    name = " ".join(raw.split())
    if not name:
        raise MissingNameError("Nama belum diisi.")
    return name


def parse_region_code(raw: str) -> str:
    """Return the code of a province, regency or city, district or village (Permendagri 72/2019).

    Raises
    ------
    InvalidRegionCodeError
    """
    if _REGION_CODE.fullmatch(raw.strip()):
        return raw.strip()
    raise InvalidRegionCodeError(
        "Kode wilayah Kemendagri terdiri atas dua angka per tingkat yang dipisah titik, misalnya 53.71 untuk kota "
        "atau 53.71.01.1001 untuk kelurahan."
    )


def add_coded(session: Session, row: Base, sentence: str) -> None:
    """Store a row with a code or number of its own; where that is taken, the refusal is the sentence.

    Raises
    ------
    CodeTakenError
    """
    add_unless_taken(session, row, CodeTakenError(sentence))
