"""The lines of the tracking page for every life a report can have."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from feedback_app.blueprints.timeline import Progress, timeline
from feedback_app.handling.citizens.tracked import Tracked
from feedback_app.handling.citizens.tracked_case import TrackedCase, TrackedEvent, TrackedReply
from feedback_app.handling.rules import CaseStatus, EventKind, Outcome
from feedback_app.intake.rules import AnalysisState, SubmissionKind

START = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def tracked(case: TrackedCase | None, kind: SubmissionKind = SubmissionKind.COMPLAINT) -> Tracked:
    return Tracked(
        agency_id=1, submission_id=1, agency_name="Pemerintah Kota Kupang", time_zone="Asia/Makassar",
        unit_name="Dinas A", kind=kind, received_at=START, occurred_on=date(2026, 5, 11), text="Lama sekali.",
        analysis=AnalysisState.PENDING if case is None else AnalysisState.DONE, case=case,
    )  # fmt: skip


def case(status: CaseStatus, events: list[TrackedEvent], replies: list[TrackedReply] | None = None) -> TrackedCase:
    ends = hour(300) if status is CaseStatus.ANSWERED else None
    return TrackedCase(1, status, None, hour(120), ends, [TrackedEvent(START, CaseStatus.NEW), *events], replies or [])


TAKEN = TrackedEvent(hour(1), CaseStatus.IN_PROGRESS)
ANSWERED = TrackedEvent(hour(2), CaseStatus.ANSWERED)
SILENT = TrackedEvent(hour(300), CaseStatus.CLOSED, Outcome.SILENT)
DISPUTED = TrackedEvent(hour(3), CaseStatus.IN_PROGRESS, Outcome.DISPUTED)
PARTLY = TrackedEvent(hour(3), CaseStatus.CLOSED, Outcome.PARTLY)
REPLY = TrackedReply(hour(2), "Sudah dicetak.")
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
            [*FIRST_LINES, "Tanggapan", "Penilaian Anda atas tanggapan"],
            "Ditangani Dinas A",
            id="new",
        ),
        pytest.param(
            tracked(case(CaseStatus.IN_PROGRESS, [TAKEN])),
            [*FIRST_LINES, "Tanggapan", "Penilaian Anda atas tanggapan"],
            "Ditangani Dinas A",
            id="in work",
        ),
        pytest.param(
            tracked(case(CaseStatus.ANSWERED, [TAKEN, ANSWERED], [REPLY])),
            [*FIRST_LINES, "Tanggapan dari Dinas A", "Penilaian Anda atas tanggapan"],
            "Penilaian Anda atas tanggapan",
            id="answered",
        ),
        pytest.param(
            tracked(case(CaseStatus.CLOSED, [TAKEN, ANSWERED, PARTLY], [REPLY])),
            [*FIRST_LINES, "Tanggapan dari Dinas A", "Anda menyatakan selesai sebagian"],
            None,
            id="closed by the citizen",
        ),
        pytest.param(
            tracked(case(CaseStatus.CLOSED, [ANSWERED, SILENT], [REPLY])),
            [*FIRST_LINES, "Tanggapan dari Dinas A", "Ditutup tanpa kabar dari Anda"],
            None,
            id="closed by silence is called that",
        ),
        pytest.param(
            tracked(
                case(CaseStatus.IN_PROGRESS, [ANSWERED, DISPUTED], [REPLY])
            ),
            [
                *FIRST_LINES,
                "Tanggapan dari Dinas A",
                "Anda menyatakan belum selesai",
                "Tanggapan lanjutan",
                "Penilaian Anda atas tanggapan",
            ],
            "Tanggapan lanjutan",
            id="disputed opens it again",
        ),
        pytest.param(
            tracked(case(CaseStatus.ARCHIVED, [TrackedEvent(hour(1), CaseStatus.ARCHIVED)])),
            [*FIRST_LINES, "Diarsipkan tanpa tanggapan"],
            None,
            id="archived",
        ),
    ],
)  # fmt: skip
def test_timeline_tells_the_life_of(app: Flask, of: Tracked, lines: list[str], now: str | None) -> None:
    with app.test_request_context():
        steps = timeline(of, now=hour(4))
    assert [step.title for step in steps] == lines
    assert [step.title for step in steps if step.progress is Progress.NOW] == ([now] if now else [])


def test_dispute_is_not_taken_for_the_day_the_unit_began(app: Flask) -> None:
    disputed = case(CaseStatus.IN_PROGRESS, [ANSWERED, DISPUTED], [REPLY])
    with app.test_request_context():
        handled = timeline(tracked(disputed), now=hour(4))[2]
    assert handled.at is None


def test_deadline_is_the_day_at_the_agency(app: Flask) -> None:
    # 16.30 UTC is half past midnight in Kupang.
    late = TrackedCase(1, CaseStatus.NEW, None, datetime(2026, 5, 18, 16, 30, tzinfo=UTC), None)
    with app.test_request_context():
        due = timeline(tracked(late), now=hour(4))[3]
    assert due.note == "Paling lambat 19 Mei 2026."


def test_a_deadline_that_has_passed_is_called_late(app: Flask) -> None:
    with app.test_request_context():
        steps = timeline(tracked(case(CaseStatus.NEW, [])), now=hour(121))
    assert str(steps[3].note).startswith("Seharusnya paling lambat 17 Mei 2026.")


def test_being_sent_on_own_messages_and_a_withdrawal_have_lines_of_their_own(app: Flask) -> None:
    new, archived = CaseStatus.NEW, CaseStatus.ARCHIVED
    told = TrackedCase(
        1, archived, None, hour(120), None,
        [
            TrackedEvent(START, new),
            TrackedEvent(hour(1), new, came_from=new, kind=EventKind.DISPOSED),
            TrackedEvent(hour(3), archived, words="Sudah beres sendiri.", came_from=new, by_reporter=True),
            TrackedEvent(hour(4), new, came_from=archived, by_reporter=True),
            TrackedEvent(hour(5), archived, came_from=new, by_reporter=True),
        ],
        messages=[(hour(2), "Masih menunggu.")],
    )  # fmt: skip
    with app.test_request_context():
        steps = timeline(tracked(told), now=hour(6))
    assert [(step.title, step.quote) for step in steps[3:]] == [
        ("Diteruskan ke unit lain", None),
        ("Pesan Anda", "Masih menunggu."),
        ("Anda menarik laporan ini", "Sudah beres sendiri."),
        ("Anda membatalkan penarikan", None),
        ("Anda menarik laporan ini", None),
    ]


def test_words_of_a_dispute_and_what_follows_from_it_are_shown(app: Flask) -> None:
    disputed = TrackedEvent(hour(3), CaseStatus.IN_PROGRESS, Outcome.DISPUTED, "Loket 3 tutup.", CaseStatus.ANSWERED)
    with app.test_request_context():
        steps = timeline(tracked(case(CaseStatus.IN_PROGRESS, [ANSWERED, disputed], [REPLY])), now=hour(4))
    line = next(step for step in steps if step.title == "Anda menyatakan belum selesai")
    assert line.quote == "Loket 3 tutup."
    assert "petugas yang sama; atasannya ikut melihatnya" in str(line.note)


@pytest.mark.parametrize(
    ("events", "is_handled"),
    [
        pytest.param([], False, id="nobody took it up"),
        pytest.param([TAKEN], True, id="the unit had begun"),
    ],
)
def test_what_was_taken_back_untouched_was_handled_by_nobody(
    app: Flask, events: list[TrackedEvent], is_handled: bool
) -> None:
    back = TrackedEvent(hour(2), CaseStatus.ARCHIVED, came_from=CaseStatus.NEW, by_reporter=True)
    withdrawn = TrackedCase(
        1, CaseStatus.ARCHIVED, None, hour(120), None, [TrackedEvent(START, CaseStatus.NEW), *events, back],
        is_withdrawn=True,
    )  # fmt: skip
    with app.test_request_context():
        lines = [step.title for step in timeline(tracked(withdrawn), now=hour(4))]
    assert ("Ditangani Dinas A" in lines) is is_handled
    assert lines[-1] == "Anda menarik laporan ini"
