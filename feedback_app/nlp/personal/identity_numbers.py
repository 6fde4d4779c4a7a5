"""Structure of the two national identity numbers: NIK of a resident, NIP of a civil servant.

Neither has a check digit, so a number can only be plausible, never proven.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from feedback_app.nlp.text.word_lists import word_list

PROVINCES: Final = word_list("provinces")
"""Province codes a NIK can begin with: the 38 in force, and 54 (Timor Timur), which old numbers keep."""

MAX_DISTRICT_SUFFIX: Final = 60
"""The highest kecamatan suffix in use is 51 (Kepmendagri 300.2.2-2430/2025); some room for new ones."""

_FEMALE_DAY_OFFSET = 40


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_plausible_nik(digits: str) -> bool:
    """Tell whether 16 digits have the shape of a NIK or of a family-card number.

    Parameters
    ----------
    digits : str
        Exactly 16 ASCII digits; anything else is not plausible.

    Returns
    -------
    bool
        True when province, regency (01-69, 71-99), district, day (women: day + 40), month and serial fit.
        The century of the two-digit year is unknown, so 29 February is accepted.

    Examples
    --------
    >>> is_plausible_nik("3515140508680001"), is_plausible_nik("8821003455129930")
    (True, False)
    """
    if len(digits) != 16 or digits[:2] not in PROVINCES or digits[2:4] in {"00", "70"}:
        return False
    if not 1 <= int(digits[4:6]) <= MAX_DISTRICT_SUFFIX or digits[12:] == "0000":
        return False
    day = int(digits[6:8])
    day -= _FEMALE_DAY_OFFSET if day > _FEMALE_DAY_OFFSET else 0
    return _is_date(2000, int(digits[8:10]), day)


def is_plausible_nip(digits: str) -> bool:
    """Tell whether 18 digits have the shape of a NIP (PNS) or an NI PPPK.

    Parameters
    ----------
    digits : str
        Exactly 18 ASCII digits; anything else is not plausible.

    Returns
    -------
    bool
        True when the birth date is real, the appointment month is 01-12 (PNS) or 2x (PPPK), the appointment comes
        16 to 70 years after birth, the gender digit is 1 or 2, and the serial is not 000
        (Perka BKN 22/2007, as changed by 43/2007).

    Examples
    --------
    >>> is_plausible_nip("198609262015051001"), is_plausible_nip("820230112345678901")
    (True, False)
    """
    if len(digits) != 18 or digits[:2] not in {"19", "20"} or digits[8:10] not in {"19", "20"}:
        return False
    birth_year, appointed_year, appointed_month = int(digits[:4]), int(digits[8:12]), int(digits[12:14])
    if not (1 <= appointed_month <= 12 or 20 <= appointed_month <= 29):
        return False
    if not 16 <= appointed_year - birth_year <= 70 or digits[14] not in "12" or digits[15:] == "000":
        return False
    return _is_date(birth_year, int(digits[4:6]), int(digits[6:8]))
