"""The annexes: the questionnaire, the sums, the raw answers without anybody in them, and how to check it all. Pure."""

from __future__ import annotations

from typing import Final

from feedback_app.reporting import printing
from feedback_app.reporting.answer_data import Block
from feedback_app.reporting.matrix import element_sums, matrix_sha256, pattern_words
from feedback_app.reporting.pieces import (
    NUMBER,
    TEXT,
    Piece,
    bullets,
    chapter,
    matrix,
    note,
    paragraph,
    questionnaire,
    subsection,
    table,
)  # fmt: skip
from feedback_app.reporting.protection import LEAST_FOR_MATRIX, leaf_key
from feedback_app.reporting.report_data import Report
from feedback_app.survey.rules import ResultLevel

MOST_PATTERNS: Final = 6_000
"""Beyond this many rows the matrix is given as a file only: it would fill more than twenty pages."""


def annexes(report: Report) -> list[Piece]:
    """Return the four annexes."""
    return [
        chapter("Lampiran 1", "Kuesioner"),
        *_questionnaire(report),
        chapter("Lampiran 2", "Hasil Olah Data per Unsur"),
        *_sums(report),
        chapter("Lampiran 3", "Matriks Jawaban Tanpa Identitas"),
        *_matrix(report),
        chapter("Lampiran 4", "Keterangan Perhitungan"),
        *_provenance(report),
    ]


def _questionnaire(report: Report) -> list[Piece]:
    inside = [question for question in report.questions if question.element]
    own = [question for question in report.questions if not question.element]
    return [
        paragraph(
            "Pertanyaan diajukan dengan pilihan jawaban berikut. Pilihan pertama bernilai 1, dan seterusnya."
            if report.questions
            else "Pertanyaan tidak tersimpan bersama hasil ini."
        ),
        questionnaire([(one.stem, one.options) for one in inside]),
        *(
            [
                subsection("Pertanyaan tambahan", below_chapter=True),
                questionnaire([(one.stem, one.options) for one in own]),
            ]
            if own
            else []
        ),
    ]


def _sums(report: Report) -> list[Piece]:
    sums = element_sums(report.blocks, report.method.missing)
    rows = [
        [
            str(number), one.name, printing.whole(one.n), sums.get(one.key, "–"), printing.mean(one.mean),
            printing.mean(one.weighted),
        ]
        for number, one in enumerate(report.place.elements, start=1)
    ]  # fmt: skip
    place = report.place
    summed = sum((one.weighted for one in place.elements), start=place.elements[0].weighted * 0) if rows else None
    rows.append(["", "Jumlah NRR tertimbang", "", "", "", printing.mean(summed) if summed is not None else "–"])
    rows.append(["", "IKM (jumlah NRR tertimbang × 25)", "", "", "", printing.figure(place.value)])
    how = printing.AVERAGINGS[place.averaging] if place.averaging and place.parts else ""
    return [
        table(
            "Nilai per unsur, NRR per unsur, dan NRR tertimbang per unsur",
            ["No.", "Unsur", "Jawaban", "Nilai/unsur", "NRR/unsur", "NRR tertimbang/unsur"],
            rows,
            align=[NUMBER, TEXT, NUMBER, NUMBER, NUMBER, NUMBER],
            widths=[0, 1, 0, 0, 0, 0],
            strong=[len(rows) - 2, len(rows) - 1],
        ),
        *([note(f"NRR dibentuk dari bagian-bagiannya ({how}), sehingga tidak selalu sama dengan nilai/unsur dibagi "
                "jawaban. Perhitungan per bagian ada pada lembar Matriks berkas XLSX.")] if how else []),
    ]  # fmt: skip


def _matrix(report: Report) -> list[Piece]:
    if not report.blocks:
        return [
            paragraph(
                f"Versi untuk umum memuat matriks hanya bila ada paling sedikit {LEAST_FOR_MATRIX} responden dan tidak "
                "ada angka yang ditutup. Petugas memiliki matriks lengkapnya."
            )
        ]
    count = sum(len(block.patterns) for block in report.blocks)
    told = paragraph(
        "Setiap baris adalah jawaban yang diberikan bersama dalam satu kuesioner, dengan berapa kali susunan itu "
        "muncul. Baris diurutkan menurut jawabannya; urutan kedatangan, waktu, dan ciri responden tidak disertakan. "
        "Tanda titik berarti tidak dijawab."
    )
    if count > MOST_PATTERNS:
        where = f"{report.name}-matriks.csv"
        return [told, paragraph(f"Matriks terdiri atas {printing.whole(count)} susunan dan ada pada berkas {where}.")]
    return [told, *(piece for block in report.blocks for piece in _block(report, block))]


def _block(report: Report, block: Block) -> list[Piece]:
    numbers = {key: number for number, key in enumerate(report.method.rules.keys, start=1)}
    columns = ", ".join(f"U{numbers[column.element]}" for column in block.columns)
    names = {leaf_key(leaf): leaf.name for leaf in report.place.leaves}
    units = {place.code: place.name for place in report.place.parts if place.level is ResultLevel.UNIT and place.parts}
    unit = f"{units[block.unit_code]}, " if block.unit_code in units else ""
    whose = unit + names[block.unit_code, block.service_code]
    title = f"{whose}: {printing.whole(block.respondents)} kuesioner. Kolom dari kiri: {columns}."
    return [matrix(title, [pattern_words(pattern) for pattern in block.patterns])]


def _provenance(report: Report) -> list[Piece]:
    place, how = report.place, report.method
    return [
        paragraph("Angka dalam laporan ini dapat dihitung ulang dari data yang sama. Keterangan berikut menandainya."),
        bullets(
            [
                f"Aturan: {how.rules.title} ({how.ruleset.value}).",
                (
                    f"Bobot: {printing.short_weight(how.weight, how.rules)}; jawaban kosong: "
                    f"{printing.SHORT_MISSING_RULES[how.missing]}; layanan ke unit: "
                    f"{printing.SHORT_AVERAGINGS[how.unit_averaging]}; unit ke instansi: "
                    f"{printing.SHORT_AVERAGINGS[how.agency_averaging]}."
                ),
                f"Kuesioner dihitung: {printing.whole(place.respondents)}; masuk: {printing.whole(place.received)}.",
                f"Versi hasil: {report.version}, ditetapkan {printing.day(report.round.closed_on)}.",
            ]
        ),
        *_hashes(report),
        note("Laporan yang dibuat dua kali dari data yang sama sama hingga setiap bita."),
    ]


def _hashes(report: Report) -> list[Piece]:
    """Return the hashes there are: one over counts that are withheld would let few of them be found by trying."""
    rows, said = [], []
    if report.place.input_sha256:
        rows.append(["SHA-256 data hasil", report.place.input_sha256])
        said.append("SHA-256 data hasil dihitung dari jumlah jawaban yang menjadi dasar indeks.")
    if report.blocks:
        rows.append(["SHA-256 matriks", matrix_sha256(report)])
        said.append(f"SHA-256 matriks dihitung dari berkas {report.name}-matriks.csv.")
    return [{"kind": "hashes", "rows": rows}, note(" ".join(said))] if rows else []
