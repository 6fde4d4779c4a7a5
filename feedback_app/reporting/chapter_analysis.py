"""BAB IV: which elements are weak, what changed since, what people say, and what is done about it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from feedback_app.reporting import printing
from feedback_app.reporting.comparison_section import comparison
from feedback_app.reporting.pieces import (
    CENTRE,
    NUMBER,
    TEXT,
    Piece,
    chapter,
    note,
    numbered,
    paragraph,
    section,
    table,
)  # fmt: skip
from feedback_app.reporting.report_data import PlanLine, Report, Voice
from feedback_app.survey.rules import ResultLevel


def analysis(report: Report) -> list[Piece]:
    """Return the fourth chapter."""
    return [
        chapter("BAB IV", "Analisis Hasil dan Rencana Tindak Lanjut"),
        section("4.1", "Unsur Terendah"),
        *_lowest(report),
        section("4.2", "Perbandingan dan Kecenderungan"),
        *comparison(report),
        section("4.3", "Suara Masyarakat di Luar Survei"),
        *_voices(report),
        section("4.4", "Rencana Tindak Lanjut"),
        *_plan(report),
        section("4.5", "Tindak Lanjut Periode Sebelumnya"),
        *_plan_before(report),
    ]


def _lowest(report: Report) -> list[Piece]:
    place, rules = report.place, report.method.rules
    if not place.elements:
        return [paragraph("Unsur tidak diurutkan karena nilainya tidak ditampilkan.")]
    return [
        paragraph("Tiga unsur dengan nilai rata-rata terendah menjadi prioritas perbaikan:"),
        numbered(
            [
                (
                    f"{one.name}: NRR {printing.mean(one.mean)}, nilai {printing.figure(one.value)}, mutu "
                    f"{one.grade.value} ({printing.performance(one.value, rules).lower()})."
                )
                for one in place.lowest
            ]
        ),
        paragraph(
            f"Unsur dengan nilai tertinggi adalah {_highest(report)}. Urutan unsur yang nilainya berdekatan dapat "
            "berbeda pada sampel lain; karena itu ketiganya dibaca bersama, bukan satu per satu."
        ),
    ]


def _highest(report: Report) -> str:
    best = max(report.place.elements, key=lambda one: one.mean)
    return f"{best.name} (NRR {printing.mean(best.mean)})"


def _voices(report: Report) -> list[Piece]:
    if report.is_public:
        where = "pada halaman hasil unit dan diterbitkan menurut aturannya sendiri"
        return [paragraph(f"Ringkasan pengaduan dan komentar ada {where}; angkanya tidak menjadi bagian dari IKM.")]
    if not report.voices:
        return [paragraph("Tidak ada pengaduan atau komentar pada periode ini yang berkaitan dengan unsur survei.")]
    names = {element.key: element.name for element in report.method.rules.elements}
    rows = [
        [
            names.get(one.element, one.element), printing.whole(one.complaints), printing.whole(one.comments),
            "; ".join(one.topics) or "–",
            "; ".join(f"{reason} ({printing.whole(n)})" for reason, n in one.reasons) or "–",
        ]
        for one in _with_silent(report)
    ]  # fmt: skip
    return [
        paragraph(
            "Tabel ini menyandingkan unsur survei dengan yang disampaikan masyarakat di luar survei tentang layanan "
            "pada hari-hari periode survei. Angkanya tidak menjadi bagian dari IKM."
        ),
        table(
            "Pengaduan, komentar, dan alasan penilaian menurut unsur",
            ["Unsur", "Pengaduan", "Komentar", "Pokok terbanyak", "Alasan penilaian rendah"],
            rows,
            align=[TEXT, NUMBER, NUMBER, TEXT, TEXT],
            widths=[1, 0, 0, 1, 1],
            size=9,
        ),
        note(
            "Pokok pengaduan dan komentar adalah perkiraan pengklasifikasi teks dan dapat keliru; alasan dicentang "
            "sendiri oleh penilai."
        ),
    ]


def _with_silent(report: Report) -> list[Voice]:
    """Return what was said, with a row of its own for each of the lowest elements that nobody spoke of."""
    said = {one.element: one for one in report.voices}
    silent = {one.key: Voice(one.key, 0, 0, ()) for one in report.place.lowest if one.key not in said}
    order = {key: at for at, key in enumerate(report.method.rules.keys)}
    return sorted((said | silent).values(), key=lambda one: order.get(one.element, len(order)))


def _plan(report: Report) -> list[Piece]:
    if not report.plan:
        return [paragraph("Rencana tindak lanjut belum disusun pada saat laporan ini dibuat.")]
    of_many = report.place.level is ResultLevel.AGENCY
    head = ["No.", "Prioritas unsur", "Program/kegiatan", *(f"TW {name}" for name in printing.QUARTERS)]
    rows = [
        [
            str(number),
            one.element,
            _programme(one, of_many),
            *_marks(one),
            *([] if report.is_public else [one.responsible]),
            _status(one),
        ]
        for number, one in enumerate(report.plan, start=1)
    ]
    signed = [] if report.is_public else ["Penanggung jawab"]
    return [
        table(
            "Rencana tindak lanjut",
            [*head, *signed, "Status"],
            rows,
            align=[NUMBER, TEXT, TEXT, *[CENTRE] * 4, *[TEXT for _ in signed], TEXT],
            widths=[0, 1, 1.5, *[0] * 4, *[1 for _ in signed], 1.05],
            size=9,
        ),
        note(
            "Angka pada kolom triwulan (TW) adalah tahun pelaksanaan. Unsur dengan nilai terendah disebut lebih dahulu."
        ),
    ]


def _programme(line: PlanLine, of_many: bool) -> str:
    carried = " (lanjutan periode sebelumnya)" if line.is_carried else ""
    return (f"{line.unit}: " if of_many else "") + line.programme + carried


def _marks(line: PlanLine) -> list[str]:
    return [str(line.year) if number in line.quarters else "" for number in (1, 2, 3, 4)]


def _plan_before(report: Report) -> list[Piece]:
    if not report.period_before:
        return [paragraph("Tidak ada periode sebelumnya pada aplikasi ini.")]
    if not report.plan_before:
        return [paragraph(f"Tidak ada rencana tindak lanjut yang tercatat untuk {report.period_before}.")]
    of_many = report.place.level is ResultLevel.AGENCY
    rows = [
        [
            str(number), one.element, (f"{one.unit}: " if of_many else "") + one.programme,
            printing.quarters(one.quarters, one.year),
            _status(one),
            *([] if report.is_public else [one.note or "–"]),
        ]
        for number, one in enumerate(report.plan_before, start=1)
    ]  # fmt: skip
    noted = [] if report.is_public else ["Keterangan"]
    return [
        paragraph(_how_far(report.plan_before, report.period_before)),
        table(
            f"Tindak lanjut {report.period_before}",
            ["No.", "Unsur", "Program/kegiatan", "Waktu", "Status", *noted],
            rows,
            align=[NUMBER, TEXT, TEXT, TEXT, TEXT, *[TEXT for _ in noted]],
            widths=[0, 1, 1.6, 0, 0.9, *[1 for _ in noted]],
            size=9,
        ),
    ]


def _status(line: PlanLine) -> str:
    """Return how far a row is; that it went on hides neither its state nor that it was late."""
    words = [printing.STATUSES[line.status]]
    if line.went_on:
        words = ["Dilanjutkan ke periode ini"]
    return ", ".join([*words, *(["terlambat"] if line.is_late else [])])


def _how_far(plan: Sequence[PlanLine], name: str) -> str:
    counts = {
        status: sum(1 for line in plan if line.status is status and not line.went_on) for status in printing.STATUSES
    }
    told = [f"{count} {printing.STATUSES[status].lower()}" for status, count in counts.items() if count]
    went_on = sum(1 for line in plan if line.went_on)
    if went_on:
        told.append(f"{went_on} dilanjutkan ke periode ini")
    late = sum(1 for line in plan if line.is_late)
    said = f" Terlambat: {late} kegiatan." if late else ""
    return f"Dari {len(plan)} kegiatan dalam rencana {name}: {printing.listed(told)}.{said}"
