"""The report as a workbook: summary, elements, places, respondents, the matrix with its formulas, plan, metadata."""

from __future__ import annotations

from collections.abc import Sequence

from feedback_app.reporting import printing
from feedback_app.reporting.left_out import left_out_sentences
from feedback_app.reporting.metadata import description
from feedback_app.reporting.report_data import Place, PlanLine, Report
from feedback_app.reporting.workbook_matrix import MatrixSheet
from feedback_app.reporting.workbook_page import Book, Page


def workbook(report: Report) -> bytes:
    """Return the workbook."""
    book = Book(f"SKM {report.place.name}, {report.round.name}", report.agency, report.signing.on)
    _summary(book, report)
    _elements(book, report)
    _places(book, report)
    _respondents(book, report)
    if report.blocks:
        MatrixSheet(book, report).write()
    _plan(book, report)
    _metadata(book, report)
    return book.done()


def _summary(book: Book, report: Report) -> None:
    page, place = book.page("Ringkasan", [34, 60]), report.place
    page.title(f"Survei Kepuasan Masyarakat {place.name}")
    performance = "" if place.value is None else printing.performance(place.value, report.method.rules)
    page.line(["Periode", report.round.name])
    page.line(["Hari survei", printing.days(report.round.starts_on, report.round.ends_on)])
    page.line(["Nilai IKM", place.value])
    page.line(["Selang 95%", printing.interval(place.low, place.high)])
    page.line(["Mutu pelayanan", printing.grade(place.grade)])
    page.line(["Kinerja", performance])
    page.line(["Responden", place.respondents])
    page.line(["Kuesioner masuk", place.received])
    for sentence in left_out_sentences(report):
        page.line(["Catatan", sentence])
    page.line(["Populasi", place.population])
    page.line(["Unsur terendah", printing.listed([one.name for one in place.lowest])])


def _elements(book: Book, report: Report) -> None:
    page = book.page("Unsur", [18, 44, 10, 10, 14, 10, 8, 16, 40])
    page.title("Nilai per unsur")
    page.head(["Kunci", "Unsur", "Jawaban", "NRR", "NRR tertimbang", "Nilai", "Mutu", "Kinerja", "Ditanyakan sebagai"])
    for one in report.place.elements:
        performance = printing.performance(one.value, report.method.rules)
        instead = one.replacement or one.partly or ""
        page.line([one.key, one.name, one.n, one.mean, one.weighted, one.value, one.grade.value, performance, instead])
    page.skip()
    page.head(["Kunci", "Pertanyaan", "1", "2", "3", "4", "5", "6", "Kosong"], freeze=False)
    for question in report.questions:
        if not question.counts:
            page.line([question.key, question.stem, printing.WITHHELD])
            continue
        counts = [*question.counts, *[None] * (6 - len(question.counts))]
        page.line([question.key, question.stem, *counts, question.blank])


def _places(book: Book, report: Report) -> None:
    rules = report.method.rules
    page = book.page("Layanan", [10, 18, 18, 44, 11, 11, 10, 10, 10, 8, *[12] * len(rules.elements)])
    page.title("Nilai per unit dan layanan")
    page.head(
        ["Tingkat", "Unit", "Layanan", "Nama", "Populasi", "Responden", "IKM", "Batas bawah", "Batas atas", "Mutu",
         *(element.name for element in rules.elements)]
    )  # fmt: skip
    for place in report.place.walk():
        means = {one.key: one.mean for one in place.elements}
        page.line(
            [printing.LEVELS[place.level], place.unit_code, _service_code(place), place.name, place.population,
             place.respondents, place.value, place.low, place.high, printing.grade(place.grade),
             *(means.get(key) for key in rules.keys)]
        )  # fmt: skip


def _service_code(place: Place) -> str:
    return place.code if place.level.value == "service" else ""


def _respondents(book: Book, report: Report) -> None:
    page = book.page("Responden", [28, 34, 12, 12])
    page.title("Karakteristik responden")
    page.head(["Ciri", "Kelompok", "Jumlah", "Persen"])
    for one in report.characteristics:
        for group in one.groups:
            told = printing.share(group.n, report.place.received)
            page.line([one.title, group.label, printing.WITHHELD if group.n is None else group.n, told])


def _plan(book: Book, report: Report) -> None:
    page = book.page("RTL", [6, 40, 26, 60, 8, 8, 8, 8, 8, 30, 16, 40])
    page.title("Rencana tindak lanjut")
    head = ["No.", "Unit", "Prioritas unsur", "Program/kegiatan", "Tahun", "TW I", "TW II", "TW III", "TW IV",
            "Penanggung jawab", "Status", "Keterangan"]  # fmt: skip
    page.head(head)
    _lines(page, report.plan)
    if report.plan_before:
        page.skip()
        page.line([f"Periode sebelumnya: {report.period_before}"], "strong")
        page.head(head, freeze=False)
        _lines(page, report.plan_before)


def _lines(page: Page, plan: Sequence[PlanLine]) -> None:
    for number, one in enumerate(plan, start=1):
        marks = ["×" if quarter in one.quarters else "" for quarter in (1, 2, 3, 4)]
        page.line(
            [number, one.unit, one.element, one.programme, one.year, *marks, one.responsible,
             printing.STATUSES[one.status], one.note]
        )  # fmt: skip


def _metadata(book: Book, report: Report) -> None:
    page = book.page("Metadata", [34, 110])
    page.title("Metadata statistik")
    for name, value in description(report).items():
        page.line([name, value if isinstance(value, str | int) else "; ".join(map(str, value))])
