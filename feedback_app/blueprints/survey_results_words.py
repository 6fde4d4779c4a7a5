"""The sentences of the pages of results: what is wrong with a sample, what a comparison says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from feedback_app.blueprints.formats import day, number
from feedback_app.blueprints.labels import label
from feedback_app.survey.comparison import Change, Comparability, Comparison
from feedback_app.survey.intervals import Verdict
from feedback_app.survey.rules import AgeBand, Education, HourBand, Occupation, Sex, SurveyChannel, Trait
from feedback_app.survey.sample import SampleWarning, WarningKind

TRAITS: Final = {
    Trait.SEX: _("Jenis kelamin"),
    Trait.AGE: _("Usia"),
    Trait.EDUCATION: _("Pendidikan"),
    Trait.OCCUPATION: _("Pekerjaan"),
    Trait.HOURS: _("Jam survei"),
}
VERDICTS: Final = {
    Verdict.HIGHER: _("naik"),
    Verdict.LOWER: _("turun"),
    Verdict.UNDECIDED: _("belum dapat dibedakan"),
}
INCOMPARABLE: Final = {
    Comparability.DIFFERENT_RULES: _(
        "Kedua indeks dihitung menurut peraturan yang berbeda dan mengukur unsur yang berbeda, jadi tidak dikurangkan."
    ),
    Comparability.DIFFERENT_WEIGHTS: _(
        "Kedua indeks dihitung dengan bobot unsur yang berbeda; selisihnya sebagian hanya karena bobot, jadi tidak "
        "dikurangkan."
    ),
    Comparability.NO_SPREAD: _(
        "Salah satu indeks tidak memiliki rentang (jawabannya terlalu sedikit, semuanya sama, atau dilaporkan tanpa "
        "data), jadi tidak dapat dikatakan naik atau turun."
    ),
}
CHANGES: Final = {
    Change.AVERAGING: _("Cara menggabungkan layanan atau unit berbeda; itu pun dapat menggeser indeks."),
    Change.MISSING: _("Aturan untuk jawaban kosong berbeda; itu pun dapat menggeser indeks."),
}
WARNINGS: Final = {
    WarningKind.POPULATION_UNKNOWN: _(
        "Banyaknya orang yang dilayani belum diisi, sehingga kecukupan %(count)s responden tidak dapat dinilai."
    ),
    WarningKind.THIN_SAMPLE: _(
        "Sampel belum cukup: %(count)s dari %(of)s responden yang diperlukan menurut tabel (%(percent)s persen)."
    ),
    WarningKind.ONE_CHANNEL: _(
        "%(percent)s persen kuesioner (%(count)s dari %(of)s) datang lewat satu saluran: %(subject)s. Pendapat orang "
        "yang tidak memakai saluran itu kurang terdengar."
    ),
    WarningKind.ONE_HOUR_BAND: _(
        "%(percent)s persen kuesioner yang jamnya diketahui (%(count)s dari %(of)s) berasal dari satu waktu: "
        "%(subject)s. Lakukan survei pada jam lain juga."
    ),
    WarningKind.ONE_DAY: _(
        "%(percent)s persen kuesioner (%(count)s dari %(of)s) berasal dari satu hari: %(subject)s. Periksa apakah hari "
        "itu memang ramai atau satu orang mengirim berulang kali, dan lakukan survei pada hari lain juga."
    ),
    WarningKind.ONE_SERVICE: _(
        "%(subject)s menyumbang %(percent)s persen kuesioner (%(count)s dari %(of)s), jauh di atas bagiannya dari "
        "orang yang dilayani (paling banyak %(limit)s persen)."
    ),
    WarningKind.MISSING_ANSWERS: _(
        "%(percent)s persen jawaban dikosongkan (%(count)s dari %(of)s). Periksa apakah ada pertanyaan yang tidak "
        "dimengerti responden."
    ),
}
_TRAIT_KINDS: Final = {
    Trait.SEX: Sex,
    Trait.AGE: AgeBand,
    Trait.EDUCATION: Education,
    Trait.OCCUPATION: Occupation,
    Trait.HOURS: HourBand,
}


def warning_words(found: SampleWarning, names: Mapping[str, str]) -> str:
    """Return what is wrong with a sample, with its numbers; `names` are those of services or units by number."""
    told = {
        "count": number(found.count, 0),
        "of": number(found.of, 0),
        "percent": number(float(found.percent), 1),
        "limit": number(float(found.limit), 0),
        "subject": _subject(found, names),
    }
    return str(WARNINGS[found.kind]) % told


def difference_words(found: Comparison) -> str:
    """Return the difference of two indexes with its interval, or why there is none."""
    if found.change is None:
        return str(INCOMPARABLE[found.kind])
    change = found.change
    return str(
        gettext(
            "%(verdict)s: %(value)s poin, rentang 95 persen %(low)s sampai %(high)s",
            verdict=VERDICTS[change.verdict], value=signed(float(change.value)), low=signed(float(change.low)),
            high=signed(float(change.high)),
        )
    )  # fmt: skip


def signed(value: float) -> str:
    """Return a number of points with its sign, a true minus."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number(abs(value))}"


def trait_rows(counts: Mapping[str, int], trait: Trait, whole: int) -> list[tuple[str, int]]:
    """Return a characteristic's values in words with their counts, and how many did not tell it."""
    kind = _TRAIT_KINDS[trait]
    rows = [(str(label(member)), counts[member.value]) for member in kind if counts.get(member.value)]
    untold = whole - sum(counts.values())
    return [*rows, (str(gettext("tidak diisi")), untold)] if untold else rows


def _subject(found: SampleWarning, names: Mapping[str, str]) -> str:
    if found.kind is WarningKind.ONE_CHANNEL:
        return str(label(SurveyChannel(found.subject)))
    if found.kind is WarningKind.ONE_HOUR_BAND:
        return str(label(HourBand(found.subject)))
    if found.kind is WarningKind.ONE_DAY:
        return str(day(date.fromisoformat(found.subject)))
    return names.get(found.subject, found.subject)
