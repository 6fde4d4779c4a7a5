"""What the pages say of a cycle: the name of its period, and the step that comes next, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import format_date, gettext, ngettext
from flask_babel import lazy_gettext as _

from feedback_app.blueprints.formats import day, number
from feedback_app.blueprints.labels import Words
from feedback_app.evaluation.cycles.progress import Progress, Step, computable_from, next_step, signatures_missing
from feedback_app.evaluation.cycles.rules import Period
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleKind, CycleStatus

_ROMAN: Final = ("I", "II", "III", "IV")
# A name is stored once, in the office's language.
_MONTHS: Final = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
_DELTAS: Final = (0.25, 0.5, 0.75, 1.0)
STAGES: Final[Mapping[CycleStatus, Words]] = {
    CycleStatus.DRAFT: _("Dibuka"),
    CycleStatus.COMPUTED: _("Dihitung"),
    CycleStatus.RIGHT_OF_REPLY: _("Hak jawab"),
    CycleStatus.REVIEWED: _("Ditelaah"),
    CycleStatus.SIGNED: _("Ditandatangani"),
    CycleStatus.FROZEN: _("Dibekukan"),
}
METHODS: Final[Mapping[str, Words]] = {
    "fair-score/2": _("fair-score/2: patokan layanan dan nilai pegawai dihitung bersama (disarankan)"),
    "fair-score/1": _("fair-score/1: patokan layanan dihitung lebih dahulu, untuk dibandingkan"),
}
_PLAIN: Final[Mapping[Step, Words]] = {
    Step.COMPUTE: _("Hitung: bukunya sudah ditutup."),
    Step.OPEN_REPLIES: _("Buka hak jawab, supaya pegawai dapat membaca dan menyanggah."),
    Step.FINISH_REVIEW: _("Hak jawab selesai: tutup telaah, lalu tandatangani."),
    Step.SIGN: _("Menunggu dua tanda tangan."),
    Step.FREEZE: _("Sudah ditandatangani dua orang: bekukan."),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a cycle on its page: done, the present one, or still to come."""

    words: str
    state: str

    @property
    def is_present(self) -> bool:
        """Tell whether the cycle stands here."""
        return self.state == "present"


def stages(cycle: Cycle) -> list[Stage]:
    """Return the stages from draft to frozen."""
    order = list(STAGES)
    at = order.index(cycle.status)
    return [
        Stage(str(STAGES[status]), "done" if place < at else "present" if place == at else "coming")
        for place, status in enumerate(order)
    ]


def period_name(period: Period) -> str:
    """Return what a period is called: `Mei 2026`, `Triwulan II 2026`, `Semester I 2026`, `Tahun 2026`."""
    if period.kind is CycleKind.MONTHLY:
        return f"{_MONTHS[period.number - 1]} {period.year}"
    if period.kind is CycleKind.QUARTERLY:
        return f"Triwulan {_ROMAN[period.number - 1]} {period.year}"
    if period.kind is CycleKind.SEMESTER:
        return f"Semester {_ROMAN[period.number - 1]} {period.year}"
    return f"Tahun {period.year}"


def period_words(period: Period) -> str:
    """Return what a period is called in the language of the page."""
    if period.kind is CycleKind.MONTHLY:
        return str(format_date(period.starts_on, "MMMM yyyy"))
    if period.kind is CycleKind.ANNUAL:
        return str(gettext("Tahun %(year)s", year=period.year))
    roman, year = _ROMAN[period.number - 1], period.year
    if period.kind is CycleKind.QUARTERLY:
        return str(gettext("Triwulan %(number)s %(year)s", number=roman, year=year))
    return str(gettext("Semester %(number)s %(year)s", number=roman, year=year))


def delta_choices() -> list[tuple[str, str]]:
    """Return the widths of the band "as expected" to choose from, with what each means."""
    words = {
        0.25: gettext("sempit: beda kecil pun disebut"),
        0.5: gettext("sedang (disarankan)"),
        0.75: gettext("lebar"),
        1.0: gettext("sangat lebar: hanya beda besar yang disebut"),
    }
    return [(str(value), f"{number(value)} · {words[value]}") for value in _DELTAS]


def next_words(cycle: Cycle, progress: Progress, today: date) -> str:
    """Return the step that comes next, in a sentence, with the day or the number it hangs on."""
    step, waiting = next_step(cycle, progress, today), progress.waiting
    if step is Step.DECIDE_CONTESTS:
        return str(
            ngettext(
                "%(num)s sanggahan menunggu putusan penelaah.", "%(num)s sanggahan menunggu putusan penelaah.",
                waiting.undecided,
            )
        )  # fmt: skip
    if step is Step.CORRECT:
        return str(
            ngettext(
                "%(num)s sanggahan diterima dan datanya belum dibetulkan.",
                "%(num)s sanggahan diterima dan datanya belum dibetulkan.", waiting.uncorrected,
            )
        )  # fmt: skip
    if step is Step.RECOMPUTE:
        return str(
            ngettext(
                "Hitung ulang: %(num)s sanggahan diterima.", "Hitung ulang: %(num)s sanggahan diterima.",
                waiting.newer_than_figures,
            )
        )  # fmt: skip
    if step is Step.NOTHING:
        return _frozen_words(progress)
    return _plain_words(step, cycle, progress)


def _frozen_words(progress: Progress) -> str:
    if not progress.objections_waiting:
        return str(gettext("Hasil sudah final."))
    return str(
        ngettext(
            "Hasil sudah final; %(num)s keberatan menunggu putusan.",
            "Hasil sudah final; %(num)s keberatan menunggu putusan.", progress.objections_waiting,
        )
    )  # fmt: skip


def _plain_words(step: Step, cycle: Cycle, progress: Progress) -> str:
    if step is Step.WAIT_FOR_BOOK:
        return str(gettext("Dapat dihitung mulai %(day)s, sesudah bukunya ditutup.", day=day(computable_from(cycle))))
    if step is Step.WAIT_FOR_REPLIES:
        return str(gettext("Hak jawab berlangsung sampai %(day)s.", day=day(cycle.reply_until)))
    if step is Step.SIGN and signatures_missing(progress) == 1:
        return str(gettext("Menunggu tanda tangan kedua."))
    return str(_PLAIN[step])
