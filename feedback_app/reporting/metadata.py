"""What a data portal asks about a statistic: concept, definition, formula, unit, level, period. Pure.

Source: the fields that Satu Data portals publish of a statistical indicator (Perpres 39/2019 on one data asks for
concept, definition, classification, measure and unit).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from feedback_app.reporting import printing
from feedback_app.reporting.left_out import left_out_sentences
from feedback_app.reporting.matrix import matrix_sha256
from feedback_app.reporting.report_data import Place, Report
from feedback_app.safe_table import SafeTable
from feedback_app.survey.elements import CONVERSION
from feedback_app.survey.index import half_up
from feedback_app.survey.rules import ResultLevel

Described = dict[str, str | int | list[str]]


def description(report: Report) -> Described:
    """Return the metadata by the names that portals use."""
    rules, how, place = report.method.rules, report.method, report.place
    return {
        "nama_indikator": "Indeks Kepuasan Masyarakat (IKM)",
        "konsep": "Kepuasan masyarakat terhadap penyelenggaraan pelayanan publik.",
        "definisi": (
            f"Ukuran kepuasan pengguna layanan dari {len(rules.elements)} unsur pelayanan, masing-masing dinilai 1 "
            "sampai 4 oleh responden yang menerima layanan pada periode survei."
        ),
        "interpretasi": "Makin tinggi nilainya, makin puas pengguna layanan.",
        "rumus": (
            f"IKM = jumlah (NRR unsur × bobot) × {CONVERSION}; NRR = jumlah nilai jawaban unsur / jumlah kuesioner "
            f"terisi unsur itu; bobot = {printing.weight(how.weight, rules)}"
        ),
        "aturan_hitung": [
            f"jawaban kosong: {printing.MISSING_RULES[how.missing]}",
            f"layanan ke unit: {printing.AVERAGINGS[how.unit_averaging]}",
            f"unit ke instansi: {printing.AVERAGINGS[how.agency_averaging]}",
            "pembulatan: setengah ke atas ke dua desimal, satu kali, sebelum mutu ditentukan",
        ],
        "ukuran": "Indeks",
        "satuan": "Indeks",
        "rentang": "25,00–100,00",
        "klasifikasi": [
            f"{band.grade.value} ({band.performance.lower()}): {band.printed_value}" for band in rules.bands
        ],
        "level_estimasi": [printing.LEVELS[level] for level in _levels(place)],
        **_origin(report),
    }


def _origin(report: Report) -> Described:
    """Return where the figures come from: place, days, respondents, rules, hashes."""
    rules, place = report.method.rules, report.place
    return {
        "cakupan": f"{report.agency}: {place.name}",
        "periode": report.round.name,
        "hari_pertama": report.round.starts_on.isoformat(),
        "hari_terakhir": report.round.ends_on.isoformat(),
        "metode_pengumpulan": "Survei; " + (report.round.sampling or "teknik penarikan sampel tidak dicatat"),
        "jumlah_responden": place.respondents or 0,
        "tidak_masuk_indeks": left_out_sentences(report),
        "produsen_data": report.agency,
        "sumber": f"Survei Kepuasan Masyarakat {place.name}, {report.round.name}",
        "dasar_aturan": f"{rules.title} ({rules.code.value})",
        "versi_hasil": report.version,
        "sha256_data_hasil": place.input_sha256,
        "sha256_matriks": matrix_sha256(report) if report.blocks else "",
        "catatan": "IKM hanya berasal dari survei; penilaian pada portal layanan tidak dicampurkan.",
    }


def _levels(place: Place) -> list[ResultLevel]:
    found = {one.level for one in place.walk()}
    return [level for level in (ResultLevel.AGENCY, ResultLevel.UNIT, ResultLevel.SERVICE) if level in found]


def metadata_json(report: Report) -> bytes:
    """Return the metadata as a file."""
    return _json(description(report))


def data_json(report: Report) -> bytes:
    """Return the figures of every place with the metadata, for programs."""
    return _json({"metadata": description(report), "data": list(rows(report))})


def data_csv(report: Report) -> bytes:
    """Return the figures as one row a place and element; the row without an element is the index itself."""
    text = io.StringIO()
    table = SafeTable(text, lineterminator="\n")
    table.row(["periode", "tingkat", "unit", "layanan", "unsur", "responden", "nrr", "nilai", "bawah", "atas", "mutu"])
    for row in rows(report):
        first = [row["periode"], row["tingkat"], row["unit"], row["layanan"]]
        table.row([*first, "", row["responden"], "", row["nilai"], row["bawah"], row["atas"], row["mutu"]])
        for one in row["unsur"]:
            table.row([*first, one["kunci"], one["jawaban"], one["nrr"], one["nilai"], "", "", one["mutu"]])
    return text.getvalue().encode()


def rows(report: Report) -> Iterator[dict[str, Any]]:
    """Give the figures of every place whose figures are told, the parts before the whole; numbers as words."""
    for place in report.place.walk():
        if place.value is None or place.grade is None:
            continue
        yield {
            "periode": report.round.code, "tingkat": place.level.value, "unit": place.unit_code,
            "layanan": place.code if place.level is ResultLevel.SERVICE else "", "nama": place.name,
            "responden": place.respondents, "populasi": place.population, "nilai": str(place.value),
            "bawah": None if place.low is None else str(place.low),
            "atas": None if place.high is None else str(place.high), "mutu": place.grade.value,
            "unsur": [
                {"kunci": one.key, "jawaban": one.n, "nrr": str(half_up(one.mean, 3)), "nilai": str(one.value),
                 "mutu": one.grade.value}
                for one in place.elements
            ],
        }  # fmt: skip


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
