"""What was answered and is in no index, in the words of a report. Pure; Indonesian only."""

from __future__ import annotations

from feedback_app.reporting import printing
from feedback_app.reporting.report_data import Place, Report
from feedback_app.survey.rules import SMALLEST_PUBLISHED, ResultLevel


def left_out_sentences(report: Report) -> list[str]:
    """Return what was answered and is in no index, part by part; of the public figure of an agency, its units."""
    told = [_left_out(part) for place in report.place.walk() for part in place.left_out]
    if not report.is_public or report.place.level is not ResultLevel.AGENCY:
        return told
    shown = sum(1 for part in report.place.parts if part.value is not None)
    rest = f"; {report.units_left_out} unit lain tidak dimasukkan" if report.units_left_out else ""
    return [
        (
            f"Angka instansi dalam versi untuk umum dibentuk dari {shown} unit yang masing-masing memiliki paling "
            f"sedikit {SMALLEST_PUBLISHED} responden{rest}. Karakteristik responden dan sebaran jawaban ada pada "
            "laporan tiap unit."
        ),
        *told,
    ]


def _left_out(part: Place) -> str:
    many = f"Kurang dari {SMALLEST_PUBLISHED}" if part.received is None else printing.whole(part.received)
    elements = printing.listed(list(part.without))
    return f"{many} kuesioner dari {part.name} tidak masuk indeks: unsur {elements} belum dijawab."
