"""The lines of the tracking page for every life a report can have."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from feedback_app.blueprints.timeline import Progress, timeline
from feedback_app.handling.queries import Tracked, TrackedCase
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.intake.rules import AnalysisState, SubmissionKind

START = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
Event = tuple[datetime, CaseStatus, Outcome | None]


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def tracked(case: TrackedCase | None, kind: SubmissionKind = SubmissionKind.COMPLAINT) -> Tracked:
    return Tracked(
        agency_id=1, submission_id=1, agency_name="Pemerintah Kota Kupang", time_zone="Asia/Makassar",
        unit_name="Dinas A", kind=kind, received_at=START, occurred_on=date(2026, 5, 11), text="Lama sekali.",
        analysis=AnalysisState.PENDING if case is None else AnalysisState.DONE, case=case,
    )  # fmt: skip


def case(status: CaseStatus, events: list[Event], replies: list[tuple[datetime, str]] | None = None) -> TrackedCase:
    ends = hour(300) if status is CaseStatus.ANSWERED else None
    return TrackedCase(1, status, None, hour(120), ends, [(START, CaseStatus.NEW, None), *events], replies or [])


TAKEN = (hour(1), CaseStatus.IN_PROGRESS, None)
ANSWERED = (hour(2), CaseStatus.ANSWERED, None)
REPLY = (hour(2), "Sudah dicetak.")
FIRST_LINES = ["Diterima", "Dibaca dan dikelompokkan", "Ditangani Dinas A"]


@pytest.mark.parametrize(
    ("of", "lines", "now"),
    [
        pytest.param(
            tracked(None),
            ["Diterima", "Sedang dibaca dan dikelompokkan", "Ditangani unit", "Tanggapan"],
            "Sedang dibaca dan dikelompokkan",
            id="complaint not read yet",
        ),
        pytest.param(
            tracked(None, SubmissionKind.RATING),
            ["Diterima", "Sedang dibaca dan dikelompokkan"],
            "Sedang dibaca dan dikelompokkan",
            id="rating not read yet",
        ),
        pytest.param(
            tracked(case(CaseStatus.NEW, [])),
            [*FIRST_LINES, "Tanggapan", "Putusan Anda"],
            "Ditangani Dinas A",
            id="new",
        ),
        pytest.param(
            tracked(case(CaseStatus.IN_PROGRESS, [TAKEN])),
            [*FIRST_LINES, "Tanggapan", "Putusan Anda"],
            "Ditangani Dinas A",
            id="in work",
        ),
        pytest.param(
            tracked(case(CaseStatus.ANSWERED, [TAKEN, ANSWERED], [REPLY])),
            [*FIRST_LINES, "Tanggapan dari Dinas A", "Putusan Anda"],
            "Putusan Anda",
            id="answered",
        ),
        pytest.param(
            tracked(case(CaseStatus.CLOSED, [TAKEN, ANSWERED, (hour(3), CaseStatus.CLOSED, Outcome.PARTLY)], [REPLY])),
            [*FIRST_LINES, "Tanggapan dari Dinas A", "Anda menyatakan selesai sebagian"],
            None,
            id="closed by the citizen",
        ),
        pytest.param(
            tracked(case(CaseStatus.CLOSED, [ANSWERED, (hour(300), CaseStatus.CLOSED, Outcome.SILENT)], [REPLY])),
            [*FIRST_LINES, "Tanggapan dari Dinas A", "Ditutup tanpa kabar dari Anda"],
            None,
            id="closed by silence is called that",
        ),
        pytest.param(
            tracked(
                case(CaseStatus.IN_PROGRESS, [ANSWERED, (hour(3), CaseStatus.IN_PROGRESS, Outcome.DISPUTED)], [REPLY])
            ),
            [
                *FIRST_LINES,
                "Tanggapan dari Dinas A",
                "Anda menyatakan belum selesai",
                "Tanggapan lanjutan",
                "Putusan Anda",
            ],
            "Tanggapan lanjutan",
            id="disputed opens it again",
        ),
        pytest.param(
            tracked(case(CaseStatus.ARCHIVED, [(hour(1), CaseStatus.ARCHIVED, None)])),
            [*FIRST_LINES, "Diarsipkan tanpa tanggapan"],
            None,
            id="archived",
        ),
    ],
)  # fmt: skip
def test_timeline_tells_the_life_of(app: Flask, of: Tracked, lines: list[str], now: str | None) -> None:
    with app.test_request_context():
        steps = timeline(of)
    assert [step.title for step in steps] == lines
    assert [step.title for step in steps if step.progress is Progress.NOW] == ([now] if now else [])


def test_dispute_is_not_taken_for_the_day_the_unit_began(app: Flask) -> None:
    disputed = case(CaseStatus.IN_PROGRESS, [ANSWERED, (hour(3), CaseStatus.IN_PROGRESS, Outcome.DISPUTED)], [REPLY])
    with app.test_request_context():
        handled = timeline(tracked(disputed))[2]
    assert handled.at is None


def test_deadline_is_the_day_at_the_agency(app: Flask) -> None:
    # 16.30 UTC is half past midnight in Kupang.
    late = TrackedCase(1, CaseStatus.NEW, None, datetime(2026, 5, 18, 16, 30, tzinfo=UTC), None)
    with app.test_request_context():
        due = timeline(tracked(late))[3]
    assert due.note == "Paling lambat 19 Mei 2026."
