"""The index of every part: services of a unit, units of an agency with their services. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from feedback_app.reporting import printing
from feedback_app.reporting.pieces import CENTRE, NUMBER, TEXT, Piece, bars, note, section, table
from feedback_app.reporting.report_data import Place, Report
from feedback_app.survey.index import half_up
from feedback_app.survey.rules import SMALLEST_PUBLISHED, ResultLevel

MOST_IN_A_CHART: Final = 25
"""With more places than this the table says it better than a chart."""


def parts(report: Report) -> list[Piece]:
    """Return section 3.4."""
    place = report.place
    kind = "Unit" if place.level is ResultLevel.AGENCY else "Layanan"
    below = [(part, depth) for part, depth in _below(place.parts)]
    hidden = report.is_public and any(part.value is None for part, _depth in below)
    shown = [part for part in place.parts if part.value is not None]
    return [
        section("3.4", f"Indeks per {kind}"),
        table(
            f"IKM per {kind.lower()}",
            [kind, "Responden", "Nilai IKM", "Selang 95%", "Mutu", "Kinerja"],
            [_part_row(report, part, depth) for part, depth in below],
            align=[TEXT, NUMBER, NUMBER, CENTRE, CENTRE, TEXT],
            widths=[1, 0, 0, 0, 0, 0],
            strong=[row for row, (part, depth) in enumerate(below) if depth == 0 and part.parts],
        ),
        *([note(
            f"Nilai dari kurang dari {SMALLEST_PUBLISHED} responden tidak ditampilkan, demikian pula nilai yang "
            "akan membuatnya dapat dihitung.")] if hidden else []),
        *([bars(
            f"Nilai IKM per {kind.lower()}",
            [kind, "Nilai IKM", ""],
            [(one.name, printing.figure(one.value), float(one.value or 0) / 100) for one in _by_value(shown)],
        )] if 1 < len(shown) <= MOST_IN_A_CHART else []),
        _elements_by_part(report, kind, shown),
    ]  # fmt: skip


def _by_value(places: Sequence[Place]) -> list[Place]:
    return sorted(places, key=lambda one: -(one.value or 0))


def _below(parts: Sequence[Place], depth: int = 0) -> list[tuple[Place, int]]:
    return [row for part in parts for row in ((part, depth), *_below(part.parts, depth + 1))]


def _part_row(report: Report, part: Place, depth: int) -> list[str]:
    return [
        ("– " if depth else "") + part.name,
        printing.whole(part.respondents),
        printing.figure(part.value),
        printing.interval(part.low, part.high),
        printing.grade(part.grade),
        "–" if part.value is None else printing.performance(part.value, report.method.rules),
    ]


def _elements_by_part(report: Report, kind: str, shown: Sequence[Place]) -> Piece:
    count = len(report.method.rules.elements)
    return table(
        f"NRR per unsur menurut {kind.lower()} (U1 dan seterusnya menurut nomor pada tabel di atas)",
        [kind, *(f"U{number}" for number in range(1, count + 1))],
        [
            [part.name, *(printing.figure(half_up(one.mean, 2)) for one in part.elements)]
            for part in shown
            if part.elements
        ],
        align=[TEXT, *[NUMBER] * count],
        widths=[1, *[0] * count],
        size=8.5 if count <= 9 else 7,
    )
