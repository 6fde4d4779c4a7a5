"""What each thing that happened to a case is called on its reporter's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from feedback_app.blueprints.labels import label
from feedback_app.handling.citizens.tracked_case import TrackedEvent, TrackedReply
from feedback_app.handling.clocks.sla import Step as Rung
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, EventKind, Outcome, ReplyKind


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """One line of what happened; `quote` is what the reporter said with it, `note` what the platform says."""

    at: datetime
    title: str
    note: str | None = None
    quote: str | None = None


def told_events(events: Sequence[TrackedEvent]) -> Iterator[ToldEvent]:
    """Yield the lines of a case's events; what only matters inside the office has none."""
    was_withdrawn = False
    for event in events:
        if event.status is CaseStatus.ARCHIVED and event.kind is EventKind.MOVED:
            was_withdrawn = event.by_reporter
        words = _act(event) if event.kind is not EventKind.MOVED else _move(event, was_withdrawn=was_withdrawn)
        if words is not None:
            title, note = words
            yield ToldEvent(event.at, title, note, event.words)


def told_reply(reply: TrackedReply, unit_name: str) -> str:
    """Return the title of what an officer told the reporter."""
    titles: dict[ReplyKind, str] = {
        ReplyKind.ANSWER: gettext("Tanggapan dari %(unit)s", unit=unit_name),
        ReplyKind.PROGRESS: gettext("Kabar penanganan dari %(unit)s", unit=unit_name),
        ReplyKind.QUESTION: gettext("Pertanyaan dari %(unit)s", unit=unit_name),
        ReplyKind.EXPLANATION: gettext("Penjelasan untuk Anda"),
    }
    return titles[reply.kind]


def is_taking(event: TrackedEvent) -> bool:
    """Tell whether somebody began to work on a case here."""
    # A dispute, an examination and the end of a wait lead to IN_PROGRESS as well; those have lines of their own.
    is_move = event.kind is EventKind.MOVED and event.status is CaseStatus.IN_PROGRESS and event.outcome is None
    return is_move and event.came_from is not CaseStatus.ON_HOLD and not _is_taken_up(event)


def _is_taken_up(event: TrackedEvent) -> bool:
    """Tell whether a case went on without a verdict, because the reporter's words ask for an examination."""
    ended = event.came_from in {CaseStatus.ANSWERED, CaseStatus.CLOSED}
    return ended and event.status is CaseStatus.IN_PROGRESS and event.outcome is None


def _act(event: TrackedEvent) -> tuple[str, str | None] | None:
    if event.kind is EventKind.DISPOSED:
        return gettext("Diteruskan ke unit lain"), None
    if event.kind is EventKind.RECLASSIFIED:
        after = event.detail.get("after")
        kind = label(Classification(after)) if after else None
        note = gettext("Tenggatnya dihitung menurut jenis ini.")
        return (gettext("Jenis penanganan menjadi: %(kind)s", kind=kind), note) if kind else None
    if event.kind is EventKind.EXTENDED:
        return gettext("Waktu penanganan diperpanjang satu kali"), None
    if event.kind is EventKind.MERGED:
        return gettext("Ditangani bersama laporan lain tentang hal yang sama"), None
    if event.kind is EventKind.UNMERGED:
        return gettext("Ditangani sendiri lagi"), None
    if event.kind is EventKind.ESCALATED and event.detail.get("step", 0) >= Rung.SUPERVISOR:
        return gettext("Batas waktu terlewati; atasan unit diberi tahu"), None
    return None


def _move(event: TrackedEvent, *, was_withdrawn: bool) -> tuple[str, str | None] | None:
    if event.outcome is not None:
        return _judged(event, event.outcome)
    if _is_taken_up(event):
        return gettext("Dibuka lagi untuk diperiksa"), None
    if event.status is CaseStatus.ARCHIVED:
        return _archived(event), None
    if event.came_from is CaseStatus.ARCHIVED:
        # What the office puts away and takes up again gives it no new time.
        note = gettext("Tenggatnya dihitung lagi dari awal.") if event.by_reporter else None
        return _brought_back(event, was_withdrawn=was_withdrawn), note
    if event.came_from is CaseStatus.ON_HOLD:
        note = gettext("Hari kerja selama menunggu tidak dihitung.") if event.by_reporter else None
        return gettext("Penanganan dilanjutkan"), note
    return None


def _archived(event: TrackedEvent) -> str:
    if event.by_reporter:
        return str(gettext("Anda menarik laporan ini"))
    if event.archive_reason is ArchiveReason.INCOMPLETE:
        return str(gettext("Diarsipkan karena keterangannya belum dilengkapi"))
    if event.archive_reason is not None:
        return str(gettext("Diarsipkan: %(reason)s", reason=label(event.archive_reason)))
    return str(gettext("Diarsipkan tanpa tanggapan"))


def _brought_back(event: TrackedEvent, *, was_withdrawn: bool) -> str:
    if not event.by_reporter:
        return str(gettext("Dikembalikan dari arsip oleh petugas"))
    if was_withdrawn:
        return str(gettext("Anda membatalkan penarikan"))
    return str(gettext("Anda keberatan, dan laporan dibuka lagi"))


def _judged(event: TrackedEvent, outcome: Outcome) -> tuple[str, str | None]:
    if outcome is Outcome.DISPUTED and event.status is CaseStatus.CLOSED:
        return gettext("Tanggapan ditinjau orang lain dan dinyatakan tetap"), None
    return _verdict(outcome), _after(outcome)


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
