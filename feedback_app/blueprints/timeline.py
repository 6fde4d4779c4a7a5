"""What happened to a report, in order, and what comes next: the lines of the tracking page."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext

from feedback_app.blueprints.formats import day
from feedback_app.blueprints.told_events import is_taking, told_events, told_reply
from feedback_app.handling.citizens.tracked import Tracked
from feedback_app.handling.citizens.tracked_case import TrackedCase
from feedback_app.handling.rules import CaseStatus
from feedback_app.intake.rules import KINDS_WITH_CASE, AnalysisState


class Progress(enum.StrEnum):
    """Whether a step lies behind, is going on, or is still to come."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Step:
    """One line; `quote` is what somebody wrote, `note` what the platform says about it."""

    title: str
    progress: Progress
    at: datetime | None = None
    note: str | None = None
    quote: str | None = None


def timeline(tracked: Tracked, *, now: datetime) -> list[Step]:
    """Return the steps of a report from its receipt to the citizen's own verdict."""
    steps = [Step(gettext("Diterima"), Progress.DONE, tracked.received_at), _reading(tracked)]
    if tracked.case is not None:
        case = tracked.case
        steps += [*_handling(tracked, case), *_past(tracked, case), *_ahead(tracked, case, now)]
    elif tracked.analysis is AnalysisState.PENDING and tracked.kind in KINDS_WITH_CASE and not tracked.erased_at:
        steps += [Step(gettext("Ditangani unit"), Progress.NEXT), Step(gettext("Tanggapan"), Progress.NEXT)]
    return steps


def local_day(moment: datetime, time_zone: str) -> date:
    """Return the day of an aware moment by the clock of the agency."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def _reading(tracked: Tracked) -> Step:
    if tracked.analysis is AnalysisState.PENDING and tracked.case is None:
        return Step(gettext("Sedang dibaca dan dikelompokkan"), Progress.NOW)
    return Step(gettext("Dibaca dan dikelompokkan"), Progress.DONE)


def _handling(tracked: Tracked, case: TrackedCase) -> Iterator[Step]:
    taken_at = next((event.at for event in case.events if is_taking(event)), None)
    # What was taken back or erased before anybody took it up was handled by nobody.
    if not case.is_withdrawn or taken_at or case.replies:
        yield _handled(tracked, case, taken_at)


def _handled(tracked: Tracked, case: TrackedCase, taken_at: datetime | None) -> Step:
    title = gettext("Ditangani %(unit)s", unit=tracked.unit_name)
    if case.status is CaseStatus.ARCHIVED:
        return Step(title, Progress.DONE, taken_at)
    if case.status is CaseStatus.ON_HOLD:
        return Step(title, Progress.DONE, taken_at, gettext("Penanganannya menunggu keterangan Anda."))
    if case.status is CaseStatus.NEW:
        return Step(title, Progress.NOW, None, gettext("Sudah sampai di unit dan menunggu dikerjakan."))
    if case.status is CaseStatus.VERIFIED:
        return Step(title, Progress.NOW, None, gettext("Sudah diverifikasi dan menunggu dikerjakan."))
    return Step(title, Progress.DONE if case.answers else Progress.NOW, taken_at)


def _past(tracked: Tracked, case: TrackedCase) -> Iterator[Step]:
    """Yield what the unit told the reporter, their own words, moves to other units and endings as they came."""
    replies = [
        Step(told_reply(reply, tracked.unit_name), Progress.DONE, reply.at, quote=reply.text) for reply in case.replies
    ]
    messages = [Step(gettext("Pesan Anda"), Progress.DONE, at, quote=text) for at, text in case.messages]
    events = [Step(told.title, Progress.DONE, told.at, told.note, told.quote) for told in told_events(case.events)]
    yield from sorted([*messages, *events, *replies], key=_moment)


def _moment(step: Step) -> datetime:
    assert step.at is not None  # noqa: S101 - replies and endings are made with their moment
    return step.at


def _ahead(tracked: Tracked, case: TrackedCase, now: datetime) -> Iterator[Step]:
    """Yield what is still to come, with the clock in force; nothing once the case has ended."""
    if case.status is CaseStatus.ANSWERED:
        yield Step(gettext("Penilaian Anda atas tanggapan"), Progress.NOW, note=_window(tracked, case))
    elif case.status is CaseStatus.ON_HOLD:
        yield Step(gettext("Keterangan dari Anda"), Progress.NOW, note=_held(tracked, case))
        yield Step(gettext("Tanggapan"), Progress.NEXT)
        yield Step(gettext("Penilaian Anda atas tanggapan"), Progress.NEXT)
    elif case.is_open:
        note = _promise(tracked, case, now)
        if case.answers:
            yield Step(gettext("Tanggapan lanjutan"), Progress.NOW, note=note)
        else:
            yield Step(gettext("Tanggapan"), Progress.NEXT, note=note)
        yield Step(gettext("Penilaian Anda atas tanggapan"), Progress.NEXT)


def _held(tracked: Tracked, case: TrackedCase) -> str | None:
    if case.held_until is None:
        return None
    until = day(local_day(case.held_until, tracked.time_zone))
    # What has been answered once is worked on again; it is not put away for want of a word.
    if case.answers:
        again: str = gettext(
            "Jawab di kotak di atas, atau kirim berkas di bawah, sampai %(day)s. Tanpa jawaban unit kembali "
            "mengerjakan laporan ini.",
            day=until,
        )
        return again
    words: str = gettext(
        "Jawab di kotak di atas, atau kirim berkas di bawah, sampai %(day)s. Tanpa jawaban laporan diarsipkan; "
        "sesudah itu masih dapat Anda buka lagi untuk sementara.",
        day=until,
    )
    return words


def _promise(tracked: Tracked, case: TrackedCase, now: datetime) -> str | None:
    # Who has had news of progress waits for the settlement, which may have no limit.
    due_at = case.resolve_due_at if case.is_told else case.reply_due_at
    if due_at is None:
        return None
    due = day(local_day(due_at, tracked.time_zone))
    if now > due_at:
        late: str = gettext(
            "Seharusnya paling lambat %(day)s. Keterlambatan ini tampil paling atas di kotak masuk unit dan atasannya.",
            day=due,
        )
        return late
    words: str = gettext("Paling lambat %(day)s.", day=due)
    return words


def _window(tracked: Tracked, case: TrackedCase) -> str | None:
    if case.silence_ends_at is None:
        return None
    until = day(local_day(case.silence_ends_at, tracked.time_zone))
    words: str = gettext(
        "Tanpa kabar dari Anda sampai %(day)s, laporan ditutup dan dicatat sebagai tanpa kabar.", day=until
    )
    return words
