"""How figures, days and stored words read in an official document: `88,31`, `12 Mei 2026`. Pure; Indonesian only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from feedback_app.survey.elements import Grade, RuleSet, Weight
from feedback_app.survey.index import half_up
from feedback_app.survey.rules import (
    ActionStatus,
    AgeBand,
    Averaging,
    Education,
    HourBand,
    MissingRule,
    Occupation,
    ResultLevel,
    Sex,
    SurveyChannel,
    Trait,
)

MONTHS: Final = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
QUARTERS: Final = ("I", "II", "III", "IV")
WITHHELD: Final = "tidak ditampilkan"

CHANNELS: Final = {
    SurveyChannel.WEB: "Situs web",
    SurveyChannel.COUNTER: "Kode QR di loket",
    SurveyChannel.KIOSK: "Anjungan layanan",
    SurveyChannel.PAPER: "Kuesioner kertas",
    SurveyChannel.IMPORTED: "Berkas rekaman",
}
TRAITS: Final = {
    Trait.SEX: "Jenis kelamin",
    Trait.AGE: "Usia",
    Trait.EDUCATION: "Pendidikan terakhir",
    Trait.OCCUPATION: "Pekerjaan",
    Trait.HOURS: "Jam survei",
}
TRAIT_VALUES: Final[dict[Trait, dict[str, str]]] = {
    Trait.SEX: {Sex.MALE: "Laki-laki", Sex.FEMALE: "Perempuan"},
    Trait.AGE: {
        AgeBand.BELOW_20: "Di bawah 20 tahun",
        AgeBand.FROM_20: "20–29 tahun",
        AgeBand.FROM_30: "30–39 tahun",
        AgeBand.FROM_40: "40–49 tahun",
        AgeBand.FROM_50: "50–59 tahun",
        AgeBand.FROM_60: "60 tahun ke atas",
    },
    Trait.EDUCATION: {
        Education.SD: "SD", Education.SMP: "SMP", Education.SMA: "SMA", Education.DIPLOMA: "Diploma",
        Education.S1: "S1", Education.S2: "S2", Education.S3: "S3",
    },
    Trait.OCCUPATION: {
        Occupation.PNS: "PNS", Occupation.TNI: "TNI", Occupation.POLRI: "POLRI", Occupation.PRIVATE: "Swasta",
        Occupation.SELF_EMPLOYED: "Wirausaha", Occupation.OTHER: "Lainnya",
    },
    Trait.HOURS: {
        HourBand.MORNING: "08.00–12.00", HourBand.AFTERNOON: "13.00–17.00", HourBand.OTHER: "Di luar jam itu",
    },
}  # fmt: skip
STATUSES: Final = {
    ActionStatus.PLANNED: "Direncanakan",
    ActionStatus.RUNNING: "Berjalan",
    ActionStatus.DONE: "Selesai",
    ActionStatus.DROPPED: "Dibatalkan",
}
LEVELS: Final = {ResultLevel.AGENCY: "Instansi", ResultLevel.UNIT: "Unit", ResultLevel.SERVICE: "Layanan"}
AVERAGINGS: Final = {
    Averaging.MEAN: "rata-rata indeks, setiap bagian berbobot sama",
    Averaging.POOLED: "gabungan semua kuesioner, setiap responden berbobot sama",
}
SHORT_AVERAGINGS: Final = {Averaging.MEAN: "rata-rata indeks", Averaging.POOLED: "gabungan semua kuesioner"}
SHORT_MISSING_RULES: Final = {
    MissingRule.PER_ELEMENT: "dihitung per unsur",
    MissingRule.COMPLETE: "hanya kuesioner lengkap",
}
MISSING_RULES: Final = {
    MissingRule.PER_ELEMENT: (
        "pertanyaan yang tidak diisi tidak dihitung; pembagi setiap pertanyaan adalah jumlah jawabannya sendiri"
    ),
    MissingRule.COMPLETE: "hanya kuesioner yang menjawab semua pertanyaan unsur yang dihitung",
}


def figure(value: Decimal | None) -> str:
    """Return a rounded figure with a decimal comma; a dash where there is none.

    >>> figure(Decimal("88.31")), figure(None)
    ('88,31', '–')
    """
    return "–" if value is None else f"{value}".replace(".", ",").replace("-", "−")


def signed(value: Decimal | None) -> str:
    """Return a difference with its sign.

    >>> signed(Decimal("1.20")), signed(Decimal("-0.40"))
    ('+1,20', '−0,40')
    """
    return f"+{figure(value)}" if value is not None and value > 0 else figure(value)


def mean(value: Fraction) -> str:
    """Return a mean with three decimals, as the official form prints it.

    >>> mean(Fraction(138, 49))
    '2,816'
    """
    return figure(half_up(value, 3))


def whole(n: int | None, *, unknown: str = "–") -> str:
    """Return a count with points between thousands.

    >>> whole(12345), whole(None)
    ('12.345', '–')
    """
    return unknown if n is None else f"{n:,}".replace(",", ".")


def share(n: int | None, of: int | None) -> str:
    """Return a part of a whole in percent to 0.1; a dash where either is not told."""
    return f"{figure(half_up(Fraction(100 * n, of), 1))}%" if n is not None and of else "–"


def day(value: date) -> str:
    """Return a day in words.

    >>> day(date(2026, 5, 12))
    '12 Mei 2026'
    """
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def days(first: date, last: date) -> str:
    """Return a span of days, without saying a month or a year twice.

    >>> days(date(2026, 1, 2), date(2026, 6, 30)), days(date(2025, 12, 1), date(2026, 1, 5))
    ('2 Januari sampai dengan 30 Juni 2026', '1 Desember 2025 sampai dengan 5 Januari 2026')
    """
    if first == last:
        return day(first)
    begins = day(first) if first.year != last.year else f"{first.day} {MONTHS[first.month - 1]}"
    if (first.year, first.month) == (last.year, last.month):
        begins = str(first.day)
    return f"{begins} sampai dengan {day(last)}"


def listed(words: list[str]) -> str:
    """Return words as a sentence lists them.

    >>> listed(["a", "b", "c"]), listed(["a", "b"])
    ('a, b, dan c', 'a dan b')
    """
    if len(words) < 3:
        return " dan ".join(words)
    return f"{', '.join(words[:-1])}, dan {words[-1]}"


def interval(low: Decimal | None, high: Decimal | None) -> str:
    """Return an interval that no line breaks, or a dash.

    >>> interval(Decimal("70.90"), Decimal("73.30")) == "70,90\\u00a0–\\u00a073,30"
    True
    """
    return unbroken(f"{figure(low)} – {figure(high)}") if low is not None else "–"


def unbroken(words: str) -> str:
    """Return words that stay on one line."""
    return words.replace(" ", "\u00a0")


def weight(chosen: Weight, rules: RuleSet) -> str:
    """Return how a weight is written: the fraction for the exact one, the rounded number for the others."""
    count = len(rules.elements)
    printed = f" (dicetak {mean(Fraction(1, count))})" if chosen is Weight.EXACT else ""
    return short_weight(chosen, rules) + printed


def short_weight(chosen: Weight, rules: RuleSet) -> str:
    """Return the same in as few letters as it takes: `1/9`, `0,111`."""
    return f"1/{len(rules.elements)}" if chosen is Weight.EXACT else chosen.value.replace(".", ",")


def grade(value: Grade | None) -> str:
    """Return a grade, or a dash."""
    return "–" if value is None else value.value


def performance(value: Decimal, rules: RuleSet) -> str:
    """Return what a grade means, in the words of the rules."""
    return rules.band_of(value).performance


def quarters(numbers: tuple[int, ...], year: int) -> str:
    """Return the quarters of a plan.

    >>> quarters((1, 3), 2027)
    'TW I, III 2027'
    """
    return f"TW {', '.join(QUARTERS[number - 1] for number in numbers)} {year}"
