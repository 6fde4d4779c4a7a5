"""BAB II: who asked whom, how, and how the answers became figures. Pure."""

from __future__ import annotations

from feedback_app.reporting import printing
from feedback_app.reporting.pieces import CENTRE, NUMBER, TEXT, Piece, bullets, chapter, note, paragraph, section, table
from feedback_app.reporting.report_data import Place, Report
from feedback_app.reporting.sample_words import sentence
from feedback_app.survey.elements import CONVERSION, RuleSetCode
from feedback_app.survey.rules import ResultLevel
from feedback_app.survey.sample import LEAST_OF_2004, by_formula, by_table


def method(report: Report) -> list[Piece]:
    """Return the second chapter."""
    return [
        chapter("BAB II", "Metodologi"),
        section("2.1", "Pelaksana Survei"),
        paragraph(
            f"Survei diselenggarakan oleh {report.agency} pada {report.place.name}. Kuesioner dikumpulkan, diperiksa, "
            "dan dihitung dengan aplikasi Suara Layanan."
            if report.place.level is not ResultLevel.AGENCY
            else f"Survei diselenggarakan oleh {report.agency}. Kuesioner dikumpulkan, diperiksa, dan dihitung dengan "
            "aplikasi Suara Layanan."
        ),
        section("2.2", "Metode Pengumpulan Data"),
        *_collection(report),
        section("2.3", "Lokasi Pengumpulan Data"),
        paragraph(*_location(report)),
        section("2.4", "Waktu Pelaksanaan"),
        paragraph(
            f"Jawaban dikumpulkan pada {printing.days(report.round.starts_on, report.round.ends_on)}. Periode ditutup "
            f"pada {printing.day(report.round.closed_on)}, dan angka dalam laporan ini adalah angka pada penutupan itu."
        ),
        section("2.5", "Penentuan Jumlah Responden"),
        *_sample(report),
        section("2.6", "Pengolahan Data"),
        *_processing(report),
    ]


def _collection(report: Report) -> list[Piece]:
    inside = sum(1 for question in report.questions if question.element)
    own = len(report.questions) - inside
    asked = (
        f"Responden mengisi kuesioner berisi {inside} pertanyaan tentang unsur pelayanan dengan empat pilihan jawaban "
        "bernilai 1 (terendah) sampai 4 (tertinggi)"
    )
    more = f", ditambah {own} pertanyaan tambahan di luar indeks." if own else "."
    sampling = report.round.sampling.strip().rstrip(".")
    return [
        paragraph(
            asked + more,
            "Kuesioner tidak menanyakan nama, nomor induk kependudukan, atau nomor telepon.",
            f"Teknik penarikan sampel: {sampling}." if sampling else "",
        ),
        *([paragraph(_channels(report))] if _channels(report) else []),
    ]


def _channels(report: Report) -> str:
    by_channel = next((one.groups for one in report.characteristics if one.trait is None), ())
    told = [f"{group.label} {printing.whole(group.n, unknown=printing.WITHHELD)}" for group in by_channel]
    return f"Jumlah kuesioner menurut saluran: {printing.listed(told)}." if told else ""


def _location(report: Report) -> list[str]:
    place = report.place
    if place.level is ResultLevel.AGENCY:
        return [f"Data dikumpulkan pada unit pelayanan {place.name} yang dirinci pada tabel berikut dan pada Bab III."]
    address = f", {report.address}" if report.address else ""
    return [f"Data dikumpulkan di {place.name}{address}, serta melalui saluran yang disebut pada bagian 2.2."]


def _sample(report: Report) -> list[Piece]:
    rows = [_sample_row(place) for place in (*report.place.parts, report.place)]
    told = [
        paragraph(
            "Populasi adalah jumlah penerima layanan, bukan jumlah penduduk. Jumlah responden minimal dibaca dari "
            "tabel Krejcie dan Morgan pada baris populasi berikutnya yang lebih besar; rumus di balik tabel itu "
            "(λ² = 3,841; P = Q = 0,5; d = 0,05) ditampilkan sebagai pembanding."
        )
    ]
    if report.method.ruleset is RuleSetCode.KEPMENPAN_25_2004:
        told = [paragraph(f"Menurut {report.method.rules.title}, responden paling sedikit {LEAST_OF_2004} orang.")]
    remarks = [*(sentence(one) for one in report.warnings), *_far_below(report)]
    sources = sorted({place.population_source for place in report.place.leaves if place.population_source})
    return [
        *told,
        table(
            "Populasi, jumlah responden minimal, dan responden yang tercapai",
            ["Unit/layanan", "Populasi", "Minimal (tabel)", "Minimal (rumus)", "Tercapai", "Capaian"],
            rows,
            align=[TEXT, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER],
            widths=[1, 0, 0, 0, 0, 0],
            strong=[len(rows) - 1],
        ),
        *([note(f"Sumber populasi: {'; '.join(sources)}.")] if sources else []),
        *([paragraph("Catatan atas sampel:"), bullets(remarks)] if remarks else []),
    ]  # fmt: skip


def _far_below(report: Report) -> list[str]:
    """Return a sentence on each unit of an agency that reached less than half of what the table asks."""
    if report.place.level is not ResultLevel.AGENCY or report.method.ruleset is RuleSetCode.KEPMENPAN_25_2004:
        return []
    asked = [
        (unit, unit.respondents, by_table(unit.population))
        for unit in report.place.parts
        if unit.population and unit.respondents is not None
    ]
    return [
        f"{unit.name}: responden baru {printing.whole(n)} dari {printing.whole(least)} yang diminta tabel "
        f"({printing.share(n, least)}), kurang dari separuhnya."
        for unit, n, least in asked
        if 2 * n < least
    ]


def _sample_row(place: Place) -> list[str]:
    population = place.population
    least = by_table(population) if population else None
    return [
        place.name,
        printing.whole(population),
        printing.whole(least),
        printing.whole(by_formula(population) if population else None),
        printing.whole(place.respondents, unknown=printing.WITHHELD),
        printing.share(place.respondents, least),
    ]


def _processing(report: Report) -> list[Piece]:
    rules, how = report.method.rules, report.method
    return [
        paragraph("Indeks dihitung dengan cara berikut."),
        bullets(
            [
                (
                    "Nilai rata-rata (NRR) unsur adalah jumlah nilai jawaban dibagi jumlah kuesioner yang terisi untuk "
                    "unsur itu. Unsur dengan beberapa pertanyaan: rata-rata dari rata-rata pertanyaannya."
                ),
                f"Jawaban kosong: {printing.MISSING_RULES[how.missing]}.",
                f"NRR tertimbang adalah NRR dikalikan bobot {printing.weight(how.weight, rules)}.",
                f"Indeks adalah jumlah NRR tertimbang; IKM adalah indeks dikalikan {CONVERSION}.",
                f"Indeks unit dari layanannya: {printing.AVERAGINGS[how.unit_averaging]}.",
                f"Indeks instansi dari unitnya: {printing.AVERAGINGS[how.agency_averaging]}.",
                (
                    "Perhitungan memakai bilangan pecahan tanpa pembulatan. Hanya hasil akhir yang dibulatkan ke dua "
                    "desimal (setengah ke atas), dan mutu ditentukan dari angka yang sudah dibulatkan itu."
                ),
                (
                    "Selang kepercayaan 95% dihitung dari sebaran jawaban antarresponden (distribusi t). Selang ini "
                    "tambahan laporan ini dan tidak memengaruhi mutu."
                ),
            ]
        ),
        table(
            f"Nilai persepsi dan mutu pelayanan menurut {rules.title}",
            ["Nilai persepsi", "Nilai interval", "Nilai interval konversi", "Mutu", "Kinerja unit pelayanan"],
            [
                [str(number), band.printed_index, band.printed_value, band.grade.value, band.performance]
                for number, band in enumerate(reversed(rules.bands), start=1)
            ],
            align=[CENTRE, CENTRE, CENTRE, CENTRE, TEXT],
            widths=[0, 0, 0, 0, 1],
        ),
    ]
