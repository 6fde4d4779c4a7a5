"""The clocks of a case as an officer reads them: the one that runs now, all deadlines, and those that moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.orm import Session

from feedback_app.blueprints.due import Due, due
from feedback_app.blueprints.event_titles import escalated
from feedback_app.blueprints.labels import label
from feedback_app.handling.clocks.models import ChangeCause, DeadlineChange
from feedback_app.handling.clocks.sla import CaseClock, Step
from feedback_app.handling.models import Case
from feedback_app.handling.queries import CaseFile
from feedback_app.handling.rules import CaseStatus, EventKind, ReplyKind


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """One promise of a case; `met_at` is when it was kept or broken, None while it is open."""

    title: str
    due_at: datetime
    met_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that is another one now, and why."""

    title: str
    old: datetime | None
    new: datetime | None
    cause: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseDeadlines:
    """What the page says about time: the clock that runs (None where none does), each promise, what moved."""

    clock: str | None
    due: Due | None
    lines: list[DeadlineLine]
    moved: list[Moved]
    escalated: str | None
    is_inspected: bool


def case_deadlines(session: Session, file: CaseFile, *, now: datetime) -> CaseDeadlines:
    """Return the clocks of a case in words."""
    case = file.case
    runs = case.clock is not None
    return CaseDeadlines(
        clock=str(label(case.clock)) if case.clock is not None else None,
        due=due(case.due_at, file.time_zone, now) if runs and case.due_at else None,
        lines=list(_lines(file, now)),
        moved=[_moved(change) for change in _changes(session, case)],
        escalated=_escalated(file),
        is_inspected=case.inspected_since is not None,
    )


def _lines(file: CaseFile, now: datetime) -> Iterator[DeadlineLine]:
    case = file.case
    promises = (
        (CaseClock.VERIFY, case.verify_due_at, case.verified_at),
        (CaseClock.REPLY, case.reply_due_at, case.reply_met_at),
        (CaseClock.RESOLVE, case.resolve_due_at, _settled_at(file)),
    )
    for clock, due_at, met_at in promises:
        if due_at is not None:
            yield DeadlineLine(str(label(clock)), due_at, met_at, (met_at or now) > due_at)


def _settled_at(file: CaseFile) -> datetime | None:
    # The citizen's days to react are not the office's: a case was settled when the answer came that was not reopened.
    if file.case.status not in {CaseStatus.ANSWERED, CaseStatus.CLOSED}:
        return None
    return max((reply.sent_at for reply in file.replies if reply.kind is ReplyKind.ANSWER), default=None)


def _changes(session: Session, case: Case) -> list[DeadlineChange]:
    query = sa.select(DeadlineChange).where(
        DeadlineChange.agency_id == case.agency_id, DeadlineChange.case_id == case.id
    )
    return list(session.scalars(query.order_by(DeadlineChange.at, DeadlineChange.id)))


def _moved(change: DeadlineChange) -> Moved:
    return Moved(str(label(change.clock)), change.old_due_at, change.new_due_at, _cause(change.cause), change.at)


def _cause(cause: ChangeCause) -> str:
    words: dict[ChangeCause, str] = {
        ChangeCause.RESUMED: gettext("waktu menunggu pelapor tidak dihitung"),
        ChangeCause.CALENDAR: gettext("hari libur atau jam kerja berubah"),
        ChangeCause.RULE: gettext("aturan tenggat berubah"),
        ChangeCause.RECLASSIFIED: gettext("jenis penanganan berubah"),
        ChangeCause.REOPENED: gettext("dibuka lagi"),
        ChangeCause.DISPOSED: gettext("diteruskan ke unit lain"),
        ChangeCause.EXTENDED: gettext("diperpanjang"),
        ChangeCause.RESTORED: gettext("dikembalikan dari arsip"),
        ChangeCause.ALLEGATION: gettext("perlu diperiksa sebagai dugaan pelanggaran"),
    }
    return words[cause]


def _escalated(file: CaseFile) -> str | None:
    case = file.case
    told: dict[int, str] = {
        Step.HEAD: gettext("Kepala unit sudah diberi tahu: waktunya hampir habis."),
        Step.SUPERVISOR: gettext("Atasan sudah diberi tahu: waktunya sudah habis."),
        Step.INSPECTORATE: gettext("Inspektorat sudah diberi tahu: waktunya jauh terlampaui."),
    }
    if case.clock is None or case.escalation_step not in told:
        return None
    rungs = [event.detail for event in file.events if event.kind is EventKind.ESCALATED]
    readers = [rung.get("told") for rung in rungs if rung.get("step") == case.escalation_step]
    if readers and readers[-1] == 0:
        return f"{escalated(case.escalation_step, nobody=True)}."
    return told[case.escalation_step]
