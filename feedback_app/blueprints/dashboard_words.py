"""What the figures of the dashboard are called, and how a difference reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from feedback_app.blueprints.labels import Words, label
from feedback_app.handling.figures.counts import ASPECTS, BUCKETS
from feedback_app.handling.figures.dashboard import Change
from feedback_app.handling.figures.rules import PeriodKind

FIGURES: Final[Mapping[str, Words]] = {
    "came": _("Laporan masuk"),
    "answered": _("Ditanggapi"),
    "closed_confirmed": _("Ditutup: selesai menurut pelapor"),
    "closed_partly": _("Ditutup: selesai sebagian menurut pelapor"),
    "closed_silent": _("Ditutup tanpa kabar dari pelapor"),
    "closed_disputed": _("Ditutup sesudah peninjauan, walau pelapor tidak setuju"),
    "archived": _("Diarsipkan"),
    "disputed": _("Dinyatakan belum selesai oleh pelapor"),
    "reopened": _("Dibuka lagi"),
    "late": _("Melewati tenggat"),
    "escalated": _("Dinaikkan kepada atasan"),
    "asked": _("Dimintakan keterangan kepada pelapor"),
    "open_now": _("Sedang di tangan unit"),
    "late_now": _("Terlambat sekarang"),
    "late_soon": _("Jatuh tempo dalam dua hari kerja"),
    "verdict_waits": _("Menunggu penilaian pelapor"),
    "held_now": _("Menunggu keterangan pelapor"),
    "replied": _("Sudah mendapat tanggapan pertama"),
    "not_replied": _("Belum mendapat tanggapan"),
    "settled": _("Sudah ditutup"),
    "not_settled": _("Belum ditutup"),
    "reply_kept": _("Kabar pertama tepat waktu"),
    "reply_broken": _("Kabar pertama terlambat"),
    "settlement_kept": _("Penyelesaian tepat waktu"),
    "settlement_broken": _("Penyelesaian terlambat"),
}
BUCKET_WORDS: Final[Mapping[str, Words]] = {
    "belum_terverifikasi": _("Belum terverifikasi"),
    "belum_ditindaklanjuti": _("Terdisposisi, belum ditindaklanjuti"),
    "sedang_diproses": _("Terdisposisi, sedang diproses"),
    "selesai": _("Terdisposisi, selesai"),
    "tertunda": _("Tertunda"),
    "arsip": _("Arsip"),
}
PERIODS: Final[Mapping[PeriodKind, Words]] = {
    PeriodKind.WEEK: _("Minggu ini"),
    PeriodKind.LAST_WEEK: _("Minggu lalu"),
    PeriodKind.MONTH: _("Bulan ini"),
    PeriodKind.QUARTER: _("Triwulan ini"),
    PeriodKind.CHOSEN: _("Tanggal pilihan"),
}


def figure_words(key: str) -> str:
    """Return what a figure is called."""
    if key in BUCKETS:
        return str(BUCKET_WORDS[BUCKETS[key]])
    if key in ASPECTS:
        aspect = ASPECTS[key]
        return str(gettext("Sistem tidak yakin")) if aspect is None else str(label(aspect))
    return str(FIGURES[key])


def difference(change: Change) -> str:
    """Return how a figure differs from the same figure before, in words and not in arrows."""
    if change.more == 0:
        return str(gettext("sama banyak"))
    if change.more > 0:
        return str(ngettext("%(num)s lebih banyak", "%(num)s lebih banyak", change.more))
    return str(ngettext("%(num)s lebih sedikit", "%(num)s lebih sedikit", -change.more))
