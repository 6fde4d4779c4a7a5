"""What the index was in earlier periods, and whether it moved. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from feedback_app.reporting import printing
from feedback_app.reporting.pieces import CENTRE, NUMBER, TEXT, Piece, note, paragraph, table, trend
from feedback_app.reporting.report_data import Change, Comparability, Method, PastResult, Report
from feedback_app.survey.elements import Grade
from feedback_app.survey.intervals import Verdict

STEP: Final = 5
LOWEST, HIGHEST = 25, 100


def comparison(report: Report) -> list[Piece]:
    """Return section 4.2."""
    told = paragraph(*_change_sentences(report.change))
    if len(report.past) < 2:
        return [told]
    mixed = any(_remark(one, report.method) for one in report.past)
    sources = [f"{one.name}: {one.source_note}" for one in report.past if one.source_note]
    rows = [
        [
            one.name, printing.whole(one.respondents), printing.figure(one.value), printing.interval(one.low, one.high),
            one.grade.value, _remark(one, report.method),
        ]
        for one in report.past
    ]  # fmt: skip
    return [
        told,
        table(
            "IKM dari periode ke periode",
            ["Periode", "Responden", "Nilai IKM", "Selang 95%", "Mutu", "Keterangan"],
            rows,
            align=[TEXT, NUMBER, NUMBER, CENTRE, CENTRE, TEXT],
            widths=[1, 0, 0, 0, 0, 0],
            strong=[len(rows) - 1],
        ),
        *([note("Periode dengan aturan lain memakai unsur dan batas mutu yang berbeda; bobot lain menggeser nilai "
                "sedikit. Keduanya tidak digabungkan dengan yang lain dan tidak ada pada grafik.")] if mixed else []),
        *([note(f"Dilaporkan sebelum memakai aplikasi ini. {'; '.join(sources)}.")] if sources else []),
        *_trend(report),
    ]  # fmt: skip


def _remark(one: PastResult, how: Method) -> str:
    if one.ruleset is not how.ruleset:
        return "aturan lain"
    if one.weight is not how.weight:
        return f"bobot lain ({printing.short_weight(one.weight, how.rules)})"
    return ""


def _trend(report: Report) -> list[Piece]:
    comparable = [one for one in report.past if not _remark(one, report.method)]
    if len(comparable) < 2:
        return []
    points = [
        {
            "label": one.name, "printed": printing.figure(one.value), "value": float(one.value),
            "low": None if one.low is None else float(one.low), "high": None if one.high is None else float(one.high),
        }
        for one in comparable
    ]  # fmt: skip
    low, high = _axis(comparable)
    floors = [
        {"value": float(band.floor), "label": band.grade.value}
        for band in report.method.rules.bands
        if band.grade is not Grade.D and low < band.floor < high
    ]
    shown = [*(["selang 95%"] if any(one.low is not None for one in comparable) else []), *_named(floors)]
    caption = "Nilai IKM dari periode ke periode" + (f", dengan {printing.listed(shown)}" if shown else "")
    return [trend(caption, points, floors, (low, high))]


def _axis(shown: Sequence[PastResult]) -> tuple[int, int]:
    """Return where the axis begins and ends: marks of five that leave room around every figure."""
    values = [value for one in shown for value in (one.value, one.low, one.high) if value is not None]
    low, high = math.floor((min(values) - 3) / STEP) * STEP, math.ceil((max(values) + 3) / STEP) * STEP
    return max(LOWEST, low), min(HIGHEST, high)


def _named(floors: Sequence[Piece]) -> list[str]:
    grades = sorted(str(floor["label"]) for floor in floors)
    return [f"batas bawah mutu {printing.listed(grades)}"] if grades else []


def _change_sentences(change: Change | None) -> list[str]:
    if change is None:
        return ["Belum ada hasil periode sebelumnya untuk dibandingkan."]
    if change.comparability is Comparability.OTHER_RULES:
        return [f"Hasil ini tidak dibandingkan dengan {change.before}, karena periode itu memakai aturan lain."]
    if change.comparability is Comparability.OTHER_WEIGHT:
        why = "karena bobot unsur yang dipakai berbeda; selisih kecil dapat berasal dari bobot itu saja"
        return [f"Hasil ini tidak dikurangkan dari hasil {change.before}, {why}."]
    if change.value is None:
        return [f"Selisih dengan {change.before} tidak dapat dinilai, karena sebaran jawabannya tidak diketahui."]
    apart = f"{printing.signed(change.value)} poin (selang 95%: {_signed(change)})"
    said = {
        Verdict.HIGHER: f"Dibandingkan dengan {change.before}, IKM naik {apart}.",
        Verdict.LOWER: f"Dibandingkan dengan {change.before}, IKM turun {apart}.",
        Verdict.UNDECIDED: (
            f"Selisih dengan {change.before} adalah {apart}. Selang itu memuat nol, sehingga kenaikan atau penurunan "
            "belum dapat dibedakan dari kebetulan sampel."
        ),
    }
    return [said[change.verdict or Verdict.UNDECIDED]]


def _signed(change: Change) -> str:
    return printing.unbroken(f"{printing.signed(change.low)} sampai {printing.signed(change.high)}")
