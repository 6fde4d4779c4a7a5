"""Read the days that personnel offices and their spreadsheets write. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january", "feb februari pebruari february", "mar maret march", "apr april",
            "mei may", "jun juni june", "jul juli july", "agu agt ags agustus aug august",
            "sep sept september", "okt oktober oct october", "nov november nopember nop", "des desember dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
# The oldest who still serve were appointed in the seventies; older days are slips, later ones are placeholders.
EARLIEST: Final = date(1960, 1, 1)
LATEST: Final = date(2100, 12, 31)
# Day 0 of a spreadsheet's count (its year 1900 has a 29 February that never was).
_SERIAL_ZERO: Final = date(1899, 12, 30)
_SERIAL: Final = re.compile(r"[1-9][0-9]{4}(?:[.,]0+)?", re.ASCII)
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ t]00:00(?::00)?)?", re.ASCII)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_IN_WORDS: Final = re.compile(r"(\d{1,2})[ -]+([a-z]{3,9})\.?[ -]+(\d{4})", re.ASCII)


def read_day(raw: str) -> date | None:
    """Return a day as lists write it, or None where it is none; day and month are never swapped on a guess.

    Understood: 31/12/2026, 31-12-2026, 31.12.2026, 2026-12-31, 31 Desember 2026, and a spreadsheet's serial number.

    >>> read_day("31 Desember 2026"), read_day("46387"), read_day("12/31/2026")
    (datetime.date(2026, 12, 31), datetime.date(2026, 12, 31), None)
    """
    text = " ".join(raw.casefold().split())
    try:
        found = _day(text)
    except (ValueError, OverflowError):
        return None
    return found if found is not None and EARLIEST <= found <= LATEST else None


def _day(text: str) -> date | None:
    if _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + timedelta(days=int(text[:5]))
    if match := _ISO.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_FIRST.fullmatch(text):
        return date(int(match[4]), int(match[3]), int(match[1]))
    if match := _IN_WORDS.fullmatch(text):
        return date(int(match[3]), MONTHS.get(match[2], 0), int(match[1]))
    return None
