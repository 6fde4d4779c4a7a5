"""What happened to a report, in order, and what comes next: the lines of the tracking page."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext

from feedback_app.blueprints.formats import day
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.handling.tracked import Tracked, TrackedCase, TrackedEvent
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
    taken_at = next((event.at for event in case.events if _is_taking(event)), None)
    # What was taken back or erased before anybody took it up was handled by nobody.
    if not case.is_withdrawn or taken_at or case.replies:
        yield _handled(tracked, case, taken_at)


def _handled(tracked: Tracked, case: TrackedCase, taken_at: datetime | None) -> Step:
    title = gettext("Ditangani %(unit)s", unit=tracked.unit_name)
    if case.status is CaseStatus.ARCHIVED:
        return Step(title, Progress.DONE, taken_at)
    if case.status is CaseStatus.ON_HOLD:
        return Step(title, Progress.NOW, taken_at, gettext("Penanganannya sedang tertunda."))
    if case.status in {CaseStatus.NEW, CaseStatus.VERIFIED}:
        return Step(title, Progress.NOW, None, gettext("Sudah sampai di unit dan menunggu dikerjakan."))
    return Step(title, Progress.DONE if case.replies else Progress.NOW, taken_at)


def _is_taking(event: TrackedEvent) -> bool:
    # A dispute leads to IN_PROGRESS as well, and being sent on may stay there; those have lines of their own.
    lines_of_their_own = event.was_sent_on or _is_taken_up(event)
    return event.status is CaseStatus.IN_PROGRESS and event.outcome is None and not lines_of_their_own


def _is_taken_up(event: TrackedEvent) -> bool:
    """Tell whether a case went on without a verdict, because the reporter's words ask for an examination."""
    ended = event.came_from in {CaseStatus.ANSWERED, CaseStatus.CLOSED}
    return ended and event.status is CaseStatus.IN_PROGRESS and event.outcome is None


def _past(tracked: Tracked, case: TrackedCase) -> Iterator[Step]:
    """Yield replies, the reporter's own words, moves to other units and endings as they came."""
    replies = [
        Step(gettext("Tanggapan dari %(unit)s", unit=tracked.unit_name), Progress.DONE, at, quote=text)
        for at, text in case.replies
    ]
    messages = [Step(gettext("Pesan Anda"), Progress.DONE, at, quote=text) for at, text in case.messages]
    moves = [step for event in case.events for step in _told(event)]
    yield from sorted([*replies, *messages, *moves], key=_moment)


def _told(event: TrackedEvent) -> Iterator[Step]:
    if event.outcome is not None:
        yield Step(_verdict(event.outcome), Progress.DONE, event.at, _after(event.outcome), event.words)
    elif event.was_sent_on:
        yield Step(gettext("Diteruskan ke unit lain"), Progress.DONE, event.at)
    elif _is_taken_up(event):
        yield Step(gettext("Dibuka lagi untuk diperiksa"), Progress.DONE, event.at)
    elif event.status is CaseStatus.ARCHIVED:
        title = gettext("Anda menarik laporan ini") if event.by_reporter else gettext("Diarsipkan tanpa tanggapan")
        yield Step(title, Progress.DONE, event.at, quote=event.words)
    elif event.came_from is CaseStatus.ARCHIVED:
        note = gettext("Tenggatnya dihitung lagi dari awal.")
        yield Step(gettext("Anda membatalkan penarikan"), Progress.DONE, event.at, note)


def _verdict(outcome: Outcome) -> str:
    words: dict[Outcome, str] = {
        Outcome.CONFIRMED: gettext("Anda menyatakan sudah selesai"),
        Outcome.PARTLY: gettext("Anda menyatakan selesai sebagian"),
        Outcome.DISPUTED: gettext("Anda menyatakan belum selesai"),
        Outcome.SILENT: gettext("Ditutup tanpa kabar dari Anda"),
    }
    return words[outcome]


def _after(outcome: Outcome) -> str | None:
    words: dict[Outcome, str] = {
        Outcome.DISPUTED: gettext(
            "Dibuka kembali pada petugas yang sama; atasannya ikut melihatnya. Tenggat dihitung lagi."
        ),
        Outcome.SILENT: gettext("Dicatat sebagai tanpa kabar. Ini tidak berarti masalahnya selesai."),
    }
    return words.get(outcome)


def _moment(step: Step) -> datetime:
    assert step.at is not None  # noqa: S101 - replies and endings are made with their moment
    return step.at


def _ahead(tracked: Tracked, case: TrackedCase, now: datetime) -> Iterator[Step]:
    """Yield what is still to come, with the clock in force; nothing once the case has ended."""
    if case.status is CaseStatus.ANSWERED:
        yield Step(gettext("Penilaian Anda atas tanggapan"), Progress.NOW, note=_window(tracked, case))
    elif case.is_open:
        note = _promise(tracked, case, now)
        if case.replies:
            yield Step(gettext("Tanggapan lanjutan"), Progress.NOW, note=note)
        else:
            yield Step(gettext("Tanggapan"), Progress.NEXT, note=note)
        yield Step(gettext("Penilaian Anda atas tanggapan"), Progress.NEXT)


def _promise(tracked: Tracked, case: TrackedCase, now: datetime) -> str:
    due = day(local_day(case.reply_due_at, tracked.time_zone))
    if now > case.reply_due_at:
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
