"""BAB V: what follows from the figures, in sentences that the figures bear out. Pure."""

from __future__ import annotations

from feedback_app.reporting import printing
from feedback_app.reporting.pieces import Piece, chapter, numbered, section, signature
from feedback_app.reporting.report_data import Report
from feedback_app.survey.intervals import Verdict


def conclusion(report: Report) -> list[Piece]:
    """Return the fifth chapter with the place for the signature."""
    return [
        chapter("BAB V", "Kesimpulan dan Saran"),
        section("5.1", "Kesimpulan"),
        numbered(_conclusions(report)),
        section("5.2", "Saran"),
        numbered(_advice(report)),
        _signature(report),
    ]


def _conclusions(report: Report) -> list[str]:
    place, rules = report.place, report.method.rules
    if place.value is None or place.grade is None:
        return [f"Indeks gabungan {place.name} tidak ditampilkan; nilai tiap unit ada pada Bab III."]
    best = max(place.elements, key=lambda one: one.mean, default=None)
    lowest = printing.listed([one.name for one in place.lowest])
    return [
        (
            f"IKM {place.name} pada {report.round.name} adalah {printing.figure(place.value)}, mutu "
            f"{place.grade.value} ({printing.performance(place.value, rules).lower()}), dari "
            f"{printing.whole(place.respondents)} responden."
        ),
        *([f"Unsur terkuat adalah {best.name} dengan NRR {printing.mean(best.mean)}.",
           f"Unsur yang perlu diperbaiki lebih dahulu adalah {lowest}."] if best else []),
        *_changed(report),
    ]  # fmt: skip


def _changed(report: Report) -> list[str]:
    change = report.change
    if change is None or change.value is None or change.verdict is None:
        return []
    words = {
        Verdict.HIGHER: "lebih tinggi daripada",
        Verdict.LOWER: "lebih rendah daripada",
        Verdict.UNDECIDED: "belum dapat dibedakan dari",
    }
    return [f"IKM periode ini {words[change.verdict]} {change.before} ({printing.signed(change.value)} poin)."]


def _advice(report: Report) -> list[str]:
    said = [f"Mendahulukan perbaikan unsur {one.name}." for one in report.place.lowest]
    if report.plan:
        said.append(_carry_out(report))
    else:
        said.append("Menyusun rencana tindak lanjut untuk unsur terendah, lengkap dengan waktu dan penanggung jawab.")
    # What went on stands in the plan of this period, and is counted there.
    unfinished = [one for one in report.plan_before if one.is_open and not one.went_on]
    if unfinished:
        said.append(f"Menyelesaikan {len(unfinished)} kegiatan periode sebelumnya yang belum tuntas.")
    if report.warnings:
        said.append("Memperbaiki pengumpulan data pada periode berikutnya menurut catatan sampel pada bagian 2.5.")
    said.append("Mengumumkan hasil survei di tempat pelayanan dan pada situs web.")
    return said


def _carry_out(report: Report) -> str:
    to_do = [one for one in report.plan if one.is_open]
    carried = sum(1 for one in to_do if one.is_carried)
    from_before = f", {carried} di antaranya lanjutan periode sebelumnya" if carried else ""
    return (
        f"Melaksanakan rencana tindak lanjut pada Bab IV ({len(to_do)} kegiatan belum selesai{from_before}) dan "
        "mencatat kemajuannya setiap triwulan."
    )


def _signature(report: Report) -> Piece:
    signing = report.signing
    where = f"{signing.place}, " if signing.place else ""
    return signature([where + printing.day(signing.on), signing.position or report.place.name], signing.name)
