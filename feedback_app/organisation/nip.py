"""The 18-digit number of a civil servant: what it says, when it cannot be right, and how it is masked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from feedback_app.errors import InvalidInputError

NIP_LENGTH: Final = 18
OLD_NIP_LENGTH: Final = 9
YOUNGEST_APPOINTMENT_YEARS: Final = 16
USUAL_APPOINTMENT_AGE: Final = range(18, 60)
_SPREADSHEET_NUMBER: Final = re.compile(r"\d[.,]?\d*[eE]\+?\d+")
_HIDDEN: Final = "•"


class InvalidNipError(InvalidInputError):
    """The text is not the number of a civil servant. The message never repeats the number."""

    code = "invalid_nip"


@dataclass(frozen=True, slots=True)
class CivilServantNumber:
    """A NIP (PNS) or NI PPPK taken apart; `appointed` is (year, month), without month for PPPK."""

    digits: str
    birth_on: date
    appointed: tuple[int, int | None]
    kind: Literal["pns", "pppk"]
    gender: Literal["male", "female"]
    sequence: int
    warnings: tuple[str, ...] = ()


def parse_nip(raw: str, *, today: date) -> CivilServantNumber:
    """Read the 18-digit number of a civil servant, PNS or PPPK.

    Layout: birth date YYYYMMDD, appointment YYYY and month 01-12 (PNS, TMT CPNS) or a code 20-29 (PPPK),
    gender 1 or 2, sequence 001-999. There is no check digit, so a valid number may still belong to nobody.

    Parameters
    ----------
    raw
        The number as typed or printed; spaces anywhere are ignored.
    today
        The day of the check: an appointment may lie up to one year ahead of it.

    Returns
    -------
    CivilServantNumber
        The parts; `warnings` says in Indonesian what is allowed but unusual (age at appointment outside 18 to
        59).

    Raises
    ------
    InvalidNipError
        The message names the part that is wrong.

    Source: Perka BKN 22/2007 and 43/2007 (NIP); the PPPK layout is known from issued numbers only.

    >>> parse_nip("19860926 201505 1 001", today=date(2026, 1, 5)).appointed
    (2015, 5)
    """
    digits = _eighteen_digits(raw)
    birth_on = _birth_date(digits)
    year, month = _appointment(digits)
    _check_appointment_time(birth_on, year, month, today)
    if digits[14] not in "12":
        raise InvalidNipError("Angka ke-15 NIP menyatakan jenis kelamin dan harus 1 (laki-laki) atau 2 (perempuan).")
    if digits[15:] == "000":
        raise InvalidNipError("Tiga angka terakhir NIP adalah nomor urut 001 sampai 999; 000 tidak dipakai.")
    return CivilServantNumber(
        digits=digits,
        birth_on=birth_on,
        appointed=(year, month),
        kind="pns" if month else "pppk",
        gender="male" if digits[14] == "1" else "female",
        sequence=int(digits[15:]),
        warnings=_age_warnings(birth_on, year, month),
    )


def mask_nip(digits: str) -> str:
    """Return a number fit for a screen: the year of birth and the last two digits, all else hidden.

    That tells colleagues of one name apart and gives away neither the birthday, nor the appointment, nor the
    gender. Anything that is not 18 digits long is hidden whole.

    >>> mask_nip("198609262015051001")
    '1986••••••••••••01'
    """
    if len(digits) != NIP_LENGTH:
        return _HIDDEN * NIP_LENGTH
    return digits[:4] + _HIDDEN * 12 + digits[-2:]


def _eighteen_digits(raw: str) -> str:
    text = "".join(raw.split())
    if _SPREADSHEET_NUMBER.fullmatch(text):
        raise InvalidNipError("NIP terbaca sebagai bilangan dan angkanya terpotong; simpan kolom NIP sebagai teks.")
    if not (text.isascii() and text.isdigit()):
        raise InvalidNipError("NIP hanya boleh berisi angka 0 sampai 9 dan spasi.")
    if len(text) == OLD_NIP_LENGTH:
        raise InvalidNipError("Ini NIP lama (9 angka); tuliskan NIP 18 angka.")
    if len(text) != NIP_LENGTH:
        raise InvalidNipError(f"NIP terdiri atas 18 angka; yang ditulis {len(text)} angka.")
    return text


def _birth_date(digits: str) -> date:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    if digits[:2] not in {"19", "20"}:
        raise InvalidNipError("Empat angka pertama NIP adalah tahun lahir dan harus diawali 19 atau 20.")
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidNipError("Delapan angka pertama NIP bukan tanggal lahir yang ada di kalender.") from None


def _appointment(digits: str) -> tuple[int, int | None]:
    year, month = int(digits[8:12]), int(digits[12:14])
    if digits[8:10] not in {"19", "20"}:
        raise InvalidNipError("Angka ke-9 sampai ke-12 NIP adalah tahun pengangkatan dan harus diawali 19 atau 20.")
    if 1 <= month <= 12:
        return year, month
    # PPPK carry a code in the place of the month; 21 is the one seen, the family 2x is accepted.
    if 20 <= month <= 29:
        return year, None
    raise InvalidNipError("Angka ke-13 dan ke-14 NIP harus bulan 01–12 (PNS) atau kode 20–29 (PPPK).")


def _check_appointment_time(birth_on: date, year: int, month: int | None, today: date) -> None:
    # The number knows no day of appointment, a PPPK's not even a month: compare only what it knows.
    if (year, month or 12) < (birth_on.year + YOUNGEST_APPOINTMENT_YEARS, birth_on.month):
        raise InvalidNipError("Pengangkatan dalam NIP ini terjadi sebelum usia 16 tahun; periksa kembali angkanya.")
    if (year, month or 1) > (today.year + 1, today.month):
        raise InvalidNipError("Pengangkatan dalam NIP ini lebih dari setahun di depan; periksa kembali angkanya.")


def _age_warnings(birth_on: date, year: int, month: int | None) -> tuple[str, ...]:
    age = year - birth_on.year - (1 if month and month < birth_on.month else 0)
    if age in USUAL_APPOINTMENT_AGE:
        return ()
    return (f"Usia saat pengangkatan {age} tahun, di luar 18 sampai 59 tahun; periksa kembali.",)
