"""BAB I: why a survey is held, on what it rests, and what it covers. Pure."""

from __future__ import annotations

from typing import Final

from feedback_app.reporting.pieces import Piece, bullets, chapter, numbered, paragraph, section
from feedback_app.reporting.printing import days
from feedback_app.reporting.report_data import Report
from feedback_app.survey.elements import RuleSetCode
from feedback_app.survey.rules import ResultLevel

# UU 25/2009 articles 38 and 39; PermenPANRB 14/2017 article 1(1) for "once a year at least".
LEGAL_BASES: Final = {
    RuleSetCode.PERMENPANRB_14_2017: (
        "Undang-Undang Nomor 25 Tahun 2009 tentang Pelayanan Publik;",
        (
            "Peraturan Menteri Pendayagunaan Aparatur Negara dan Reformasi Birokrasi Nomor 14 Tahun 2017 tentang "
            "Pedoman Penyusunan Survei Kepuasan Masyarakat Unit Penyelenggara Pelayanan Publik."
        ),
    ),
    RuleSetCode.KEPMENPAN_25_2004: (
        (
            "Keputusan Menteri Pendayagunaan Aparatur Negara Nomor KEP/25/M.PAN/2/2004 tentang Pedoman Umum "
            "Penyusunan Indeks Kepuasan Masyarakat Unit Pelayanan Instansi Pemerintah."
        ),
    ),
}


def introduction(report: Report) -> list[Piece]:
    """Return the first chapter."""
    return [
        chapter("BAB I", "Pendahuluan"),
        section("1.1", "Latar Belakang"),
        *_background(report),
        section("1.2", "Dasar Hukum"),
        numbered(LEGAL_BASES[report.method.ruleset]),
        section("1.3", "Maksud dan Tujuan"),
        *_aims(report),
        section("1.4", "Sasaran"),
        *_targets(),
        section("1.5", "Ruang Lingkup"),
        *_scope(report),
    ]


def _background(report: Report) -> list[Piece]:
    place = report.place.name
    return [
        paragraph(
            "Pelayanan publik dinilai pertama-tama oleh orang yang menerimanya. Karena itu penyelenggara pelayanan "
            "wajib menanyakan pendapat penggunanya secara berkala, paling sedikit satu kali dalam setahun, dan "
            "mengumumkan hasilnya.",
            f"Survei Kepuasan Masyarakat (SKM) adalah cara {place} memenuhi kewajiban itu.",
        ),
        paragraph(
            f"Laporan ini memuat hasil survei pada {place} untuk periode {report.round.name}, yang dilaksanakan pada "
            f"{days(report.round.starts_on, report.round.ends_on)}. Angka di dalamnya berasal dari kuesioner yang "
            "diisi pengguna layanan"
            + (" dan dapat dihitung ulang dari matriks jawaban pada lampiran." if report.blocks else "."),
        ),
    ]


def _aims(report: Report) -> list[Piece]:
    return [
        paragraph(
            f"Survei ini dimaksudkan untuk mengukur kepuasan pengguna layanan {report.place.name} terhadap "
            "penyelenggaraan pelayanan. Tujuannya:"
        ),
        bullets(
            [
                "mengetahui Indeks Kepuasan Masyarakat (IKM) dan mutu pelayanan pada periode survei;",
                "mengetahui unsur pelayanan yang kuat dan yang perlu diperbaiki lebih dahulu;",
                "menyusun rencana tindak lanjut dan memantau pelaksanaannya dari satu periode ke periode berikutnya.",
            ]
        ),
    ]


def _targets() -> list[Piece]:
    return [
        paragraph("Survei ini diarahkan pada tiga sasaran:"),
        bullets(
            [
                "keikutsertaan masyarakat dalam menilai kinerja penyelenggara pelayanan;",
                "perbaikan mutu pelayanan yang didasarkan pada penilaian penggunanya;",
                "hasil survei yang terbuka dan dapat diperiksa kembali.",
            ]
        ),
    ]


def _scope(report: Report) -> list[Piece]:
    rules, place = report.method.rules, report.place
    if place.parts:
        parts = "unit" if place.level is ResultLevel.AGENCY else "layanan"
        covers = f"Survei mencakup {len(place.parts)} {parts} pada {place.name}, yang dirinci pada Bab III."
    else:
        covers = f"Survei mencakup pelayanan {place.name} secara keseluruhan."
    asked_otherwise = {one.key: one.replacement for one in place.elements if one.replacement}
    return [
        paragraph(covers, f"Unsur yang dinilai ada {len(rules.elements)}, menurut {rules.title}:"),
        numbered([f"{element.name}. {element.definition}" for element in rules.elements]),
        *[
            paragraph(f"Unsur {rules.element(key).name} pada survei ini ditanyakan sebagai: {instead}.")
            for key, instead in asked_otherwise.items()
        ],
    ]
