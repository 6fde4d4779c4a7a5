"""The whole report as one document for the typesetter: cover, five chapters, annexes. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

from feedback_app.reporting import printing
from feedback_app.reporting.annexes import annexes
from feedback_app.reporting.chapter_analysis import analysis
from feedback_app.reporting.chapter_conclusion import conclusion
from feedback_app.reporting.chapter_introduction import introduction
from feedback_app.reporting.chapter_method import method
from feedback_app.reporting.chapter_results import results
from feedback_app.reporting.metadata import data_json
from feedback_app.reporting.report_data import Report
from feedback_app.survey.rules import SMALLEST_GROUP, ResultLevel, Sex, Trait


def document(report: Report) -> dict[str, Any]:
    """Return everything `report.typ` lays out; all of it words, ready to print."""
    return {
        **_frame(report),
        "title": "Laporan Survei Kepuasan Masyarakat",
        "is_public": report.is_public,
        "mark": _mark(report),
        "pieces": [
            *introduction(report), *method(report), *results(report), *analysis(report), *conclusion(report),
            *annexes(report),
        ],
    }  # fmt: skip


def sheet(report: Report, qr: str) -> dict[str, Any]:
    """Return what the publication sheet for the wall says; `qr` is a drawing (SVG) of the public address, or empty."""
    place = report.place
    return {
        **_frame(report),
        "title": "Indeks Kepuasan Masyarakat",
        "value": printing.figure(place.value),
        "grade": printing.grade(place.grade),
        "performance": "" if place.value is None else printing.performance(place.value, report.method.rules),
        "interval": printing.interval(place.low, place.high),
        "respondents": printing.whole(place.respondents),
        "groups": _groups(report),
        "legend": _legend(report),
        "services": "" if place.level is not ResultLevel.UNIT else _services(report),
        "qr": qr,
        "address": report.public_address,
        "thanks": (
            "Terima kasih atas penilaian yang telah Anda berikan. Masukan Anda membantu kami memperbaiki pelayanan."
        ),
        "rules": f"Dihitung menurut {report.method.rules.title}.",
    }


def _frame(report: Report) -> dict[str, Any]:
    place = report.place
    return {
        "agency": report.agency,
        "place": place.name if place.level is not ResultLevel.AGENCY else "",
        "period": report.round.name,
        "days": printing.days(report.round.starts_on, report.round.ends_on),
        "year": str(report.signing.on.year),
        "dated": [report.signing.on.year, report.signing.on.month, report.signing.on.day],
    }


def _mark(report: Report) -> str:
    """Return the line at the foot of every page that ties it to its data."""
    whose = "versi publik" if report.is_public else "versi petugas"
    seen = report.place.input_sha256 or hashlib.sha256(data_json(report)).hexdigest()
    return f"{report.round.code} · versi hasil {report.version} · {whose} · data {seen[:12]}"


def _groups(report: Report) -> list[list[Any]]:
    wanted = {Trait.SEX: "Jenis kelamin", Trait.EDUCATION: "Pendidikan"}
    short = {printing.TRAIT_VALUES[Trait.SEX][Sex.MALE]: "L", printing.TRAIT_VALUES[Trait.SEX][Sex.FEMALE]: "P"}
    return [
        [
            wanted[one.trait],
            [[short.get(group.label, group.label), printing.whole(group.n)] for group in one.groups],
        ]
        for one in report.characteristics
        if one.trait in wanted
    ]


def _legend(report: Report) -> str:
    """Return what the dash stands for, where a group is hidden."""
    if all(n != printing.whole(None) for _name, groups in _groups(report) for _label, n in groups):
        return ""
    return f"– : tidak ditampilkan, supaya kelompok di bawah {SMALLEST_GROUP} orang tidak dikenali."


def _services(report: Report) -> str:
    names = [part.name for part in report.place.parts if part.value is not None]
    return "Layanan yang disurvei: " + printing.listed(names) if 0 < len(names) <= 6 else ""
