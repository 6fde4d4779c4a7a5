"""What the index was in earlier periods, and whether it moved. Pure."""

from __future__ import annotations

from feedback_app.reporting import printing
from feedback_app.reporting.pieces import CENTRE, NUMBER, TEXT, Piece, note, paragraph, table, trend
from feedback_app.reporting.report_data import Change, Comparability, Report
from feedback_app.survey.elements import Grade
from feedback_app.survey.intervals import Verdict


def comparison(report: Report) -> list[Piece]:
    """Return section 4.2."""
    told = paragraph(*_change_sentences(report.change))
    if len(report.past) < 2:
        return [told]
    mixed = len({one.ruleset for one in report.past}) > 1
    sources = [f"{one.name}: {one.source_note}" for one in report.past if one.source_note]
    rows = [
        [
            one.name, printing.whole(one.respondents), printing.figure(one.value), printing.interval(one.low, one.high),
            one.grade.value, "" if one.ruleset is report.method.ruleset else "aturan lain",
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
        *([note("Periode dengan aturan lain memakai unsur dan batas mutu yang berbeda, sehingga tidak digabungkan "
                "dengan yang lain.")] if mixed else []),
        *([note(f"Dilaporkan sebelum memakai aplikasi ini. {'; '.join(sources)}.")] if sources else []),
        *_trend(report),
    ]  # fmt: skip


def _trend(report: Report) -> list[Piece]:
    comparable = [one for one in report.past if one.ruleset is report.method.ruleset]
    if len(comparable) < 2:
        return []
    points = [
        {
            "label": one.name, "printed": printing.figure(one.value), "value": float(one.value),
            "low": None if one.low is None else float(one.low), "high": None if one.high is None else float(one.high),
        }
        for one in comparable
    ]  # fmt: skip
    floors = [
        {"value": float(band.floor), "label": band.grade.value}
        for band in report.method.rules.bands
        if band.grade is not Grade.D
    ]
    return [
        trend("Nilai IKM dari periode ke periode, dengan selang 95% dan batas bawah mutu A, B, dan C", points, floors)
    ]


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
    return f"{printing.signed(change.low)} sampai {printing.signed(change.high)}"
