"""What stands in the cells of a list of people: shares, titles of posts, yes and no, statuses, names. Pure.

What is none of the spellings is told and never guessed.
"""

from __future__ import annotations

import enum
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from feedback_app.organisation.people.imports.days import read_day
from feedback_app.organisation.people.imports.folding import folded
from feedback_app.organisation.rules import AssignmentKind

SHOWN_CHARACTERS: Final = 40
LONGEST_CELL: Final = 500
SHARE_STEP: Final = Decimal("0.0001")


class Status(enum.StrEnum):
    """Whether somebody still serves the agency."""

    ACTIVE = "active"
    LEFT = "left"  # retired, moved away, died, dismissed


class CellProblemError(Exception):
    """One cell cannot be read; `sentence` tells the staff why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


_KINDS: Final = {
    "definitif": AssignmentKind.DEFINITIVE, "tetap": AssignmentKind.DEFINITIVE, "definitive": AssignmentKind.DEFINITIVE,
    "plt": AssignmentKind.ACTING_VACANT, "pelaksana tugas": AssignmentKind.ACTING_VACANT,
    "acting vacant": AssignmentKind.ACTING_VACANT,
    "plh": AssignmentKind.ACTING_ABSENT, "pelaksana harian": AssignmentKind.ACTING_ABSENT,
    "acting absent": AssignmentKind.ACTING_ABSENT,
    "tugas tambahan": AssignmentKind.ADDITIONAL, "tambahan": AssignmentKind.ADDITIONAL,
    "additional": AssignmentKind.ADDITIONAL,
}  # fmt: skip
_YES: Final = frozenset({"ya", "y", "yes", "true", "1", "benar", "x", "pimpinan", "kepala"})
_NO: Final = frozenset({"tidak", "t", "no", "n", "false", "0", "bukan", "salah"})
# Kedudukan hukum as SIMPEG lists it, and its everyday words.
_STATUSES: Final = {
    "aktif": Status.ACTIVE, "active": Status.ACTIVE, "pns": Status.ACTIVE, "pppk": Status.ACTIVE,
    "cpns": Status.ACTIVE, "tugas belajar": Status.ACTIVE,
    "pensiun": Status.LEFT, "mutasi": Status.LEFT, "pindah": Status.LEFT, "mutasi keluar": Status.LEFT,
    "pindah instansi": Status.LEFT, "pindah keluar": Status.LEFT, "meninggal": Status.LEFT,
    "meninggal dunia": Status.LEFT, "berhenti": Status.LEFT, "diberhentikan": Status.LEFT, "left": Status.LEFT,
    "mengundurkan diri": Status.LEFT,
}  # fmt: skip


def shown(value: str) -> str:
    """Return a cell on one line, cut to a length that fits into a table."""
    text = "".join(mark if mark.isprintable() else " " for mark in value.strip())
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"


def read_date(raw: str) -> date:
    """Return the day in a cell.

    Raises
    ------
    CellProblemError
    """
    found = read_day(raw)
    if found is None:
        raise CellProblemError(
            "Tanggal ini tidak terbaca. Tulis misalnya 31/12/2026, 2026-12-31, atau 31 Desember 2026."
        )
    return found


def read_kind(raw: str) -> AssignmentKind:
    """Return under which title a post is held.

    Raises
    ------
    CellProblemError
    """
    found = _KINDS.get(folded(raw))
    if found is None:
        raise CellProblemError("Jenis penugasan ini tidak dikenal. Tulis definitif, Plt, Plh, atau tugas tambahan.")
    return found


def read_yes(raw: str) -> bool:
    """Return whether a cell says yes.

    Raises
    ------
    CellProblemError
    """
    text = folded(raw)
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise CellProblemError("Kolom pimpinan tidak terbaca. Tulis ya atau tidak.")


def read_share(raw: str) -> Decimal:
    """Return a part of the work, 0 to 1 with four decimals: from 0,5 or 50%.

    Raises
    ------
    CellProblemError
        Also a bare number above 1, of which nobody knows whether it is meant in percent.

    >>> read_share("50%"), read_share("0,25")
    (Decimal('0.5000'), Decimal('0.2500'))
    """
    text = raw.strip().replace(" ", "")
    is_percent = text.endswith("%")
    try:
        value = Decimal(text.removesuffix("%").replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if is_percent:
        value /= 100
    if not value.is_finite() or not 0 <= value <= 1:
        raise CellProblemError("Bagian ini tidak terbaca. Tulis 0 sampai 1, misalnya 0,5, atau 50%.")
    return value.quantize(SHARE_STEP)


def read_status(raw: str) -> Status:
    """Return whether somebody still serves.

    Raises
    ------
    CellProblemError
    """
    found = _STATUSES.get(folded(raw))
    if found is None:
        raise CellProblemError("Status ini tidak dikenal. Tulis aktif, pensiun, atau mutasi.")
    return found


def full_name(name: str, before: str, after: str) -> str:
    """Return a name with its titles, each told once.

    >>> full_name("Maria Bere", "Dr.", "S.Sos.")
    'Dr. Maria Bere, S.Sos.'
    """
    plain = " ".join(name.split())
    if before and not plain.casefold().startswith(before.casefold()):
        plain = f"{' '.join(before.split())} {plain}"
    if after and not plain.casefold().endswith(after.casefold()):
        plain = f"{plain}, {' '.join(after.split())}"
    return plain


def read_words(raw: str) -> str:
    """Return plain words on one line.

    Raises
    ------
    CellProblemError
    """
    text = " ".join(raw.split())
    if text.startswith("=") or len(text) > LONGEST_CELL or "\x00" in text:
        raise CellProblemError("Isi sel ini bukan teks biasa: terlalu panjang, atau rumus tanpa hasil.")
    return text
