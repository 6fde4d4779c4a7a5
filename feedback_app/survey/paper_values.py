"""What stands in the cells of questionnaires on paper: the words of the form, and the keys they are typed with. Pure.

Files come from spreadsheets in which people write as they like, so several spellings are read; what is none of them is
told and never guessed.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Final, TypeVar

from feedback_app.survey.rules import AgeBand, Education, HourBand, Occupation, Sex, age_band, hour_band

Cell = str | int | float | bool | date | datetime | time | None
Kind = TypeVar("Kind", bound=enum.StrEnum)

AGE_MIN: Final = 5
AGE_MAX: Final = 120


class Formula(str):
    """A formula that the workbook holds without what it comes to: no blank, and nothing that can be read."""

    __slots__ = ()


class Problem(enum.StrEnum):
    """Why a cell cannot be read."""

    ANSWER = "answer"
    NOTHING = "nothing"
    SEX = "sex"
    AGE = "age"
    EDUCATION = "education"
    OCCUPATION = "occupation"
    HOURS = "hours"
    DAY = "day"
    DAY_MISSING = "day_missing"
    DAY_OUTSIDE = "day_outside"
    DAY_TO_COME = "day_to_come"
    SERVICE = "service"
    TOO_MANY_CELLS = "too_many_cells"
    FORMULA = "formula"


# Pages translate them.
PROBLEM_SENTENCES = {
    "answer": "Jawaban ditulis dengan angka pilihannya, mulai dari 1; 0 atau kosong berarti tidak dijawab.",
    "nothing": "Tidak ada satu pun pertanyaan unsur yang dijawab.",
    "sex": "Jenis kelamin ditulis L atau P.",
    "age": "Usia ditulis dalam tahun dengan angka, dari 5 sampai 120.",
    "education": "Pendidikan ditulis SD, SMP, SMA, Diploma, S1, S2, atau S3.",
    "occupation": "Pekerjaan ditulis PNS, TNI, POLRI, Swasta, Wirausaha, atau Lainnya.",
    "hours": "Jam ditulis seperti 09.30, atau 08.00-12.00 dan 13.00-17.00.",
    "day": "Tanggal ditulis seperti 12-05-2026 atau 2026-05-12.",
    "day_missing": "Tanggal survei belum diisi.",
    "day_outside": "Tanggal survei berada di luar masa periode.",
    "day_to_come": "Tanggal survei belum tiba.",
    "service": "Layanan ini tidak disurvei pada unit ini.",
    "too_many_cells": "Baris ini mempunyai lebih banyak kolom daripada baris pertama.",
    "formula": "Sel ini berisi rumus tanpa hasil. Tulis angkanya, atau simpan lagi dari program lembar kerja.",
}


class UnreadableValueError(ValueError):
    """A cell holds something else than what its column is for."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def _spelt(rows: Mapping[Kind, str]) -> Mapping[str, Kind]:
    return MappingProxyType({word: kind for kind, words in rows.items() for word in words.split("|")})


_SEXES: Final = _spelt({
    Sex.MALE: "l|laki-laki|laki laki|laki|lk|pria|male",
    Sex.FEMALE: "p|perempuan|pr|wanita|female",
})  # fmt: skip
_EDUCATIONS: Final = _spelt({
    Education.SD: "sd|sd/sederajat|mi",
    Education.SMP: "smp|sltp|smp/sederajat|mts",
    Education.SMA: "sma|smk|slta|sma/sederajat|sma/smk|ma",
    Education.DIPLOMA: "diploma|d1|d2|d3|d4|di|dii|diii|div|d-i|d-ii|d-iii|d-iv|d-1|d-2|d-3|d-4",
    Education.S1: "s1|s-1|sarjana",
    Education.S2: "s2|s-2|magister",
    Education.S3: "s3|s-3|doktor",
})  # fmt: skip
# "Lainnya (sebutkan)" on the form: whatever somebody is besides these is other, so that no word is refused.
_OCCUPATIONS: Final = _spelt({
    Occupation.PNS: "pns|asn|pppk|pegawai negeri|pegawai negeri sipil|pns/asn",
    Occupation.TNI: "tni",
    Occupation.POLRI: "polri|polisi",
    Occupation.PRIVATE: "swasta|pegawai swasta|karyawan swasta|karyawan|private",
    Occupation.SELF_EMPLOYED: "wirausaha|wiraswasta|pengusaha|pedagang|self_employed",
    Occupation.OTHER: "lainnya|lain-lain|lain|other",
})  # fmt: skip
_HOURS: Final = _spelt({HourBand.MORNING: "pagi", HourBand.AFTERNOON: "siang", HourBand.OTHER: "lain|lainnya"})
_CLOCK: Final = re.compile(
    r"(?:pukul |jam )?(\d{1,2})(?:[.:](\d{2}))?(?:[.:]\d{2})?(?: ?(?:-|–|s/d|sampai) ?.*)?", re.ASCII
)

KEYED_SEXES: Final[Mapping[str, Sex]] = MappingProxyType(
    {"l": Sex.MALE, "p": Sex.FEMALE, "1": Sex.MALE, "2": Sex.FEMALE}
)
KEYED_HOURS: Final[Mapping[str, HourBand]] = MappingProxyType(
    {str(number): band for number, band in enumerate(HourBand, start=1)}
)
KEYED_EDUCATIONS: Final[Mapping[str, Education]] = MappingProxyType(
    {str(number): one for number, one in enumerate(Education, start=1)}
)
KEYED_OCCUPATIONS: Final[Mapping[str, Occupation]] = MappingProxyType(
    {str(number): one for number, one in enumerate(Occupation, start=1)}
)
KEYED_BLANK: Final = frozenset({"", "0"})


def plain(cell: Cell) -> str:
    """Return a cell as it reads: without space around it, a whole number without `.0`.

    >>> plain(3.0), plain(" S1 "), plain(None)
    ('3', 'S1', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def read_answer(cell: Cell, options: int) -> int | None:
    """Return an answer from 1; None where the question was left blank (nothing, or 0).

    Raises
    ------
    UnreadableValueError
        Anything else: nothing is rounded, and a third and a half is no answer.
    """
    text = plain(cell)
    if text in KEYED_BLANK:
        return None
    if len(text) == 1 and text.isascii() and text.isdigit() and int(text) <= options:
        return int(text)
    raise UnreadableValueError(Problem.ANSWER)


def read_age(cell: Cell) -> AgeBand | None:
    """Return the band of an age in years; the years themselves go no further.

    Raises
    ------
    UnreadableValueError
    """
    text = plain(cell).casefold().removesuffix("tahun").removesuffix("th").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= len(str(AGE_MAX)) and AGE_MIN <= int(text) <= AGE_MAX:
        return age_band(int(text))
    raise UnreadableValueError(Problem.AGE)


def read_sex(cell: Cell) -> Sex | None:
    """Return the sex a cell names; raises UnreadableValueError."""
    return _read(cell, _SEXES, Problem.SEX)


def read_education(cell: Cell) -> Education | None:
    """Return the education a cell names; raises UnreadableValueError."""
    return _read(cell, _EDUCATIONS, Problem.EDUCATION)


def read_occupation(cell: Cell) -> Occupation | None:
    """Return the group of an occupation; one that the form does not name is "other"."""
    text = _folded(cell)
    return _OCCUPATIONS.get(text, Occupation.OTHER) if text else None


def read_hours(cell: Cell) -> HourBand | None:
    """Return the band of a time, or of the beginning of a span of hours.

    Raises
    ------
    UnreadableValueError

    >>> read_hours("08.00-12.00").value, read_hours("13:45").value, read_hours("17.30").value
    ('morning', 'afternoon', 'other')
    """
    if isinstance(cell, datetime):
        return hour_band(cell.time())
    if isinstance(cell, time):
        return hour_band(cell)
    text = _folded(cell)
    if not text:
        return None
    if text in _HOURS:
        return _HOURS[text]
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise UnreadableValueError(Problem.HOURS)
    return hour_band(time(int(found[1]), int(found[2] or 0)))


def keyed(text: str, kinds: Mapping[str, Kind], problem: Problem) -> Kind | None:
    """Return what a key stands for; None for nothing or 0.

    Raises
    ------
    UnreadableValueError
    """
    key = text.strip().casefold()
    if key in KEYED_BLANK:
        return None
    if key not in kinds:
        raise UnreadableValueError(problem)
    return kinds[key]


def _folded(cell: Cell) -> str:
    return " ".join(plain(cell).casefold().split())


def _read(cell: Cell, kinds: Mapping[str, Kind], problem: Problem) -> Kind | None:
    text = _folded(cell)
    if not text:
        return None
    if text not in kinds:
        raise UnreadableValueError(problem)
    return kinds[text]
