"""BAB III: who answered, the index, and the index of every element and every place. Pure."""

from __future__ import annotations

from collections import Counter
from typing import Final

from feedback_app.reporting import printing
from feedback_app.reporting.answer_data import Characteristic, QuestionAnswers
from feedback_app.reporting.left_out import left_out_sentences
from feedback_app.reporting.parts_section import parts
from feedback_app.reporting.pieces import (
    CENTRE,
    NUMBER,
    TEXT,
    Piece,
    bars,
    chapter,
    headline,
    note,
    paragraph,
    section,
    subsection,
    table,
)  # fmt: skip
from feedback_app.reporting.report_data import ElementResult, Report
from feedback_app.survey.rules import SMALLEST_GROUP

WITHHELD_AGENCY: Final = (
    "Indeks gabungan tidak ditampilkan dalam versi untuk umum: bersama angka unit, bagian yang tidak ditampilkan dapat "
    "dihitung darinya. Nilai tiap unit ada pada bagian 3.4."
)


def results(report: Report) -> list[Piece]:
    """Return the third chapter."""
    return [
        chapter("BAB III", "Hasil Pengolahan Data Survei"),
        section("3.1", "Jumlah dan Karakteristik Responden"),
        *_respondents(report),
        section("3.2", "Indeks Kepuasan Masyarakat"),
        *_index(report),
        section("3.3", "Indeks per Unsur"),
        *_elements(report),
        *(parts(report) if report.place.parts else []),
        section("3.5" if report.place.parts else "3.4", "Sebaran Jawaban"),
        *_answers(report),
    ]


def _respondents(report: Report) -> list[Piece]:
    place = report.place
    told = paragraph(
        f"Kuesioner yang dihitung berasal dari {printing.whole(place.respondents)} responden.",
        f"Dari {printing.whole(place.received)} kuesioner yang masuk, {printing.whole(place.complete)} menjawab semua "
        "pertanyaan unsur."
        if place.received
        else "",
    )
    hidden = any(group.n is None for one in report.characteristics for group in one.groups)
    small = note(
        f"Kelompok yang beranggota kurang dari {SMALLEST_GROUP} orang tidak ditampilkan angkanya, agar tidak seorang "
        "pun dapat dikenali; kelompok terkecil berikutnya dan kelompok kosong ikut tidak ditampilkan sejauh perlu agar "
        "angka itu tidak dapat dihitung."
    )
    tables = [_characteristic(one, place.received) for one in report.characteristics if one.groups]
    return [told, *map(paragraph, left_out_sentences(report)), *tables, *([small] if hidden else [])]


def _characteristic(one: Characteristic, received: int | None) -> Piece:
    whole = received or 1
    rows = [
        (
            group.label,
            f"{printing.whole(group.n)} ({printing.share(group.n, whole)})" if group.n is not None else "–",
            None if group.n is None else min(1.0, group.n / whole),
        )
        for group in one.groups
    ]
    title = one.title[0].lower() + one.title[1:]
    return bars(f"Responden menurut {title}", [one.title, "Jumlah (persen)", ""], rows)


def _index(report: Report) -> list[Piece]:
    place, rules = report.place, report.method.rules
    if place.value is None or place.grade is None:
        return [paragraph(WITHHELD_AGENCY)]
    performance = printing.performance(place.value, rules)
    sure = (
        f"Selang kepercayaan 95% nilai itu adalah {printing.interval(place.low, place.high)}."
        if place.low is not None
        else "Selang kepercayaan tidak dapat dihitung: jawaban terlalu sedikit atau semuanya sama."
    )
    return [
        headline(
            [
                ("Nilai IKM", printing.figure(place.value), "dari 100"),
                ("Mutu pelayanan", place.grade.value, performance),
                ("Responden", printing.whole(place.respondents), "kuesioner dihitung"),
            ]
        ),
        paragraph(
            f"Indeks Kepuasan Masyarakat {place.name} pada periode {report.round.name} adalah "
            f"{printing.figure(place.value)}, dengan mutu pelayanan {place.grade.value} atau kinerja "
            f"“{performance}”.",
            sure,
        ),
    ]


def _elements(report: Report) -> list[Piece]:
    place, rules = report.place, report.method.rules
    if not place.elements:
        return []
    rows = [[str(number), *_element_row(report, one)] for number, one in enumerate(place.elements, start=1)]
    summed = sum((one.weighted for one in place.elements), start=place.elements[0].weighted * 0)
    total = ["", "Jumlah NRR tertimbang", "", "", printing.mean(summed), "", "", ""]
    by_value = sorted(place.elements, key=lambda one: -one.mean)
    return [
        table(
            f"Nilai rata-rata per unsur, {report.round.name}",
            ["No.", "Unsur pelayanan", "Jawaban", "NRR", "NRR tertimbang", "Nilai", "Mutu", "Kinerja"],
            [*rows, total],
            align=[NUMBER, TEXT, NUMBER, NUMBER, NUMBER, NUMBER, CENTRE, TEXT],
            widths=[0, 1, 0, 0, 0, 0, 0, 0],
            strong=[len(rows)],
            size=9,
        ),
        note(f"Nilai unsur adalah NRR dikalikan 25. Nomor unsur mengikuti urutan daftar unsur dalam {rules.title}."),
        bars(
            "Nilai unsur dari yang tertinggi",
            ["Unsur pelayanan", "Nilai", ""],
            [(one.name, printing.figure(one.value), float(one.value) / 100) for one in by_value],
        ),
    ]


def _element_row(report: Report, one: ElementResult) -> list[str]:
    return [
        _asked_as(one),
        printing.whole(one.n),
        printing.mean(one.mean),
        printing.mean(one.weighted),
        printing.figure(one.value),
        one.grade.value,
        printing.performance(one.value, report.method.rules),
    ]


def _asked_as(one: ElementResult) -> str:
    if one.replacement:
        return f"{one.name} (ditanyakan sebagai: {one.replacement})"
    return f"{one.name} (pada sebagian layanan ditanyakan sebagai: {one.partly})" if one.partly else one.name


def _answers(report: Report) -> list[Piece]:
    told = [question for question in report.questions if question.counts]
    inside = [question for question in told if question.element]
    own = [question for question in told if not question.element]
    asked = Counter(question.element for question in inside)
    names = {element.key: element.name for element in report.method.rules.elements}
    rows = [
        [
            names[question.element or ""] + (f": {question.stem}" if asked[question.element] > 1 else ""),
            *(_answer(question, at) for at in range(4)),
            printing.whole(question.blank),
        ]
        for question in inside
    ]
    return [
        *([table(
            "Jawaban menurut nilai, dari 1 (terendah) sampai 4 (tertinggi)",
            ["Unsur yang ditanyakan", "1", "2", "3", "4", "Kosong"],
            rows,
            align=[TEXT, *[NUMBER] * 5],
            widths=[1, 0, 0, 0, 0, 0],
        )] if rows else [paragraph("Sebaran jawaban tidak ditampilkan.")]),
        *([subsection("Pertanyaan tambahan di luar indeks")] if own else []),
        *[_own_question(question) for question in own],
    ]  # fmt: skip


def _answer(question: QuestionAnswers, at: int) -> str:
    n = question.counts[at]
    return f"{printing.whole(n)} ({printing.share(n, sum(question.counts))})"


def _own_question(question: QuestionAnswers) -> Piece:
    whole = sum(question.counts) or 1
    return bars(
        question.stem,
        ["Jawaban", "Jumlah (persen)", ""],
        [
            (option, f"{printing.whole(n)} ({printing.share(n, whole)})", n / whole)
            for option, n in zip(question.options, question.counts, strict=True)
        ],
    )
