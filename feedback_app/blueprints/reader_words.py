"""What happens to the reader of texts, in plain words: heads, rounds and their reasons, alarms, uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from feedback_app.analysis.learning.comparison_rules import MACRO_F1, RARE
from feedback_app.analysis.learning.drift_rules import DriftMeasure
from feedback_app.analysis.learning.models import Decision, DriftAlarm, ReviewReason, UseReason, VersionOrigin
from feedback_app.blueprints.formats import number
from feedback_app.blueprints.labels import Words, label
from feedback_app.handling.desk.corrections import LABELS
from feedback_app.nlp.labels import Language

HEAD_WORDS: Final[Mapping[str, Words]] = {
    "kind": _("Jenis"), "sentiment": _("Nada"), "aspect": _("Pokok"), "urgency": _("Kemendesakan"),
}  # fmt: skip
DECISION_WORDS: Final[Mapping[Decision, Words]] = {
    Decision.PROMOTED: _("versi baru dipakai"),
    Decision.KEPT: _("versi lama dipertahankan"),
    Decision.TOO_FEW: _("belum cukup bahan"),
    Decision.FAILED: _("gagal"),
}
USE_WORDS: Final[Mapping[UseReason, Words]] = {
    UseReason.FIRST: _("bawaan aplikasi"),
    UseReason.PROMOTED: _("menang dalam perbandingan malam hari"),
    UseReason.ROLLED_BACK: _("dikembalikan oleh pengelola"),
}
ORIGIN_WORDS: Final[Mapping[VersionOrigin, Words]] = {
    VersionOrigin.SHIPPED: _("bawaan aplikasi"),
    VersionOrigin.REFIT: _("dilatih di sini"),
}
REASON_WORDS: Final[Mapping[ReviewReason, Words]] = {
    ReviewReason.ABSTAINED: _("sistem tidak yakin"),
    ReviewReason.AUDIT: _("diambil acak untuk mengukur"),
    ReviewReason.DRIFT: _("diambil karena ada perubahan"),
}

_PLAIN_REASONS: Final[Mapping[str, Words]] = {
    "same_model": _("Hasil latihannya sama dengan versi yang dipakai."),
    "champion_changed": _("Versi yang dipakai diganti selama pelatihan; dibandingkan lagi malam berikutnya."),
    "cut_short": _("Terputus sebelum selesai; dicoba lagi malam berikutnya."),
}


def percent(share: float) -> Words:
    """Return a share (0 to 1) in percent, with one decimal."""
    return gettext("%(share)s%%", share=number(share * 100, 1))


def language_words(language: str | None) -> Words:
    """Return the words for the language of a text as it is stored; None where it was not recognised."""
    return str(label(Language(language))) if language else gettext("bahasa tidak dikenali")


def label_words(head: str, value: str | None) -> Words:
    """Return the words of a label as it is stored; those of an unknown one are its name."""
    try:
        return label(LABELS[head](value)) if value else "–"
    except (KeyError, ValueError):
        return value or "–"


def round_reason(reason: Mapping[str, Any]) -> Words:
    """Return one reason of a round's decision as a sentence."""
    if reason.get("code") == "fell":
        return _fell(reason)
    if reason.get("code") == "too_few":
        return _too_few(reason)
    if reason.get("code") == "champion_refused":
        return gettext(
            "Versi %(version)s tidak dapat dibuka lagi oleh aplikasi ini; versi bawaan menggantikannya.",
            version=reason.get("version"),
        )
    if reason.get("code") == "error":
        return gettext("Terhenti oleh kesalahan %(name)s; lihat catatan server.", name=reason.get("error"))
    return _PLAIN_REASONS.get(str(reason.get("code")), str(reason.get("code")))


def alarm_words(alarm: DriftAlarm) -> Words:
    """Return what an alarm says, as a sentence."""
    head = HEAD_WORDS.get(alarm.head, alarm.head)
    if alarm.measure is DriftMeasure.ABSTENTION:
        return gettext(
            "%(head)s: sistem tidak yakin pada %(seen)s tulisan pekan ini, sebelumnya %(expected)s.",
            head=head, seen=percent(alarm.seen), expected=percent(alarm.expected),
        )  # fmt: skip
    if alarm.measure is DriftMeasure.ACCURACY:
        return gettext(
            "%(head)s: hanya %(seen)s jawaban yang benar menurut pemeriksaan acak, padahal dijanjikan %(expected)s.",
            head=head, seen=percent(alarm.seen), expected=percent(alarm.expected),
        )  # fmt: skip
    return gettext(
        "%(head)s: dugaan pekan ini jauh berbeda dari delapan pekan sebelumnya, dan itu bukan kebetulan.",
        head=head,
    )  # fmt: skip


def _too_few(reason: Mapping[str, Any]) -> Words:
    new, wanted = int(reason.get("new", 0)), int(reason.get("wanted", 0))
    return ngettext(
        "Baru %(num)s tulisan acak yang dibaca sejak perbandingan terakhir; perlu %(wanted)s.",
        "Baru %(num)s tulisan acak yang dibaca sejak perbandingan terakhir; perlu %(wanted)s.",
        new, wanted=wanted,
    )  # fmt: skip


def _fell(reason: Mapping[str, Any]) -> Words:
    head = str(reason.get("head"))
    name = gettext("label yang jarang") if reason.get("label") == RARE else label_words(head, reason.get("label"))
    values = {
        "head": HEAD_WORDS.get(head, head),
        "label": name,
        "where": gettext("pada jawaban petugas")
        if reason.get("where") == "held_out"
        else gettext("pada kumpulan contoh"),
        "before": percent(float(reason.get("before", 0))),
        "after": percent(float(reason.get("after", 0))),
    }
    if reason.get("measure") == MACRO_F1:
        return gettext(
            "%(head)s: ketepatan rata-rata semua label turun dari %(before)s menjadi %(after)s %(where)s.", **values
        )
    return gettext("%(head)s, %(label)s: yang ditemukan turun dari %(before)s menjadi %(after)s %(where)s.", **values)
