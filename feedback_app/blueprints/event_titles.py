"""What each line of a case's timeline is called for officers."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from feedback_app.audit.models import ActorKind
from feedback_app.blueprints.labels import label
from feedback_app.handling.clocks.sla import Step
from feedback_app.handling.models import CaseEvent
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, EventKind, Outcome


def event_who(event: CaseEvent, names: Mapping[int, str]) -> str:
    """Return who made an event happen; a dash for an account that has no name any more."""
    if event.actor_kind is ActorKind.CITIZEN:
        return str(gettext("pelapor"))
    if event.actor_id is None:
        return str(gettext("sistem"))
    return names.get(event.actor_id, "–")


def event_title(event: CaseEvent, names: Mapping[int, str]) -> str:
    """Return the title of an event by its kind, and of a move by where it led."""
    who = event_who(event, names)
    if event.kind is EventKind.MOVED:
        return _moved(event, who)
    after = event.detail.get("after")
    kind = label(Classification(after)) if after else "–"
    titles: dict[EventKind, str] = {
        EventKind.DISPOSED: gettext("Diteruskan oleh %(who)s", who=who),
        EventKind.ASSIGNED: gettext(
            "Ditugaskan kepada %(whom)s oleh %(who)s", whom=names.get(event.detail.get("to_user_id", 0), "–"), who=who
        ),
        EventKind.RECLASSIFIED: gettext("Jenis penanganan diubah oleh %(who)s menjadi: %(kind)s", who=who, kind=kind),
        EventKind.EXTENDED: gettext("Tenggat diperpanjang oleh %(who)s", who=who),
        EventKind.MERGED: gettext("Digabungkan oleh %(who)s", who=who),
        EventKind.UNMERGED: gettext("Dipisahkan lagi oleh %(who)s", who=who),
        EventKind.ESCALATED: _escalated(event),
    }
    return titles[event.kind]


def _escalated(event: CaseEvent) -> str:
    return escalated(event.detail.get("step", 0), nobody=event.detail.get("told") == 0)


def escalated(step: int, *, nobody: bool) -> str:
    """Return what a rung of the ladder is called; `nobody` where no account could be told."""
    why: dict[int, str] = {
        Step.HEAD: gettext("Waktu hampir habis"),
        Step.SUPERVISOR: gettext("Waktu habis"),
        Step.INSPECTORATE: gettext("Waktu jauh terlampaui"),
    }
    who: dict[int, str] = {
        Step.HEAD: gettext("kepala unit diberi tahu"),
        Step.SUPERVISOR: gettext("atasan diberi tahu"),
        Step.INSPECTORATE: gettext("Inspektorat diberi tahu"),
    }
    told = gettext("belum ada yang dapat diberi tahu") if nobody else who.get(step, who[Step.SUPERVISOR])
    return f"{why.get(step, gettext('Waktu berjalan'))}: {told}"


def _moved(event: CaseEvent, who: str) -> str:
    if event.outcome is not None:
        return _judged(event, event.outcome, who)
    if event.to_status is CaseStatus.ARCHIVED:
        return _archived(event, who)
    return _back(event, who) or _on(event, who)


def _judged(event: CaseEvent, outcome: Outcome, who: str) -> str:
    if outcome is Outcome.SILENT:
        return str(gettext("Ditutup sistem: tanpa kabar dari pelapor"))
    if outcome is Outcome.DISPUTED and event.to_status is CaseStatus.CLOSED:
        return str(gettext("Tanggapan ditinjau %(who)s: tetap, kasus ditutup", who=who))
    return str(label(outcome))


def _archived(event: CaseEvent, who: str) -> str:
    reason = event.detail.get("archive_reason")
    if reason is None:
        return str(gettext("Diarsipkan oleh %(who)s", who=who))
    words = label(ArchiveReason(reason))
    return str(gettext("Diarsipkan oleh %(who)s: %(reason)s", who=who, reason=words))


def _back(event: CaseEvent, who: str) -> str | None:
    """Return the title of a move back to where a case stood before; None for any other."""
    came_from, is_systems = event.from_status, event.actor_kind is ActorKind.SYSTEM
    if came_from is CaseStatus.ARCHIVED:
        return str(gettext("Dikembalikan dari arsip oleh %(who)s", who=who))
    if came_from is CaseStatus.VERIFIED and event.to_status is CaseStatus.NEW:
        return str(gettext("Verifikasi dibatalkan oleh %(who)s", who=who))
    if came_from is CaseStatus.IN_PROGRESS and event.to_status is CaseStatus.VERIFIED:
        return str(gettext("Dilepas oleh %(who)s", who=who))
    if came_from is CaseStatus.ON_HOLD and event.to_status is CaseStatus.IN_PROGRESS:
        if is_systems:
            return str(gettext("Keterangan tidak dijawab: kasus kembali dikerjakan"))
        return str(gettext("Penanganan dilanjutkan oleh %(who)s", who=who))
    if is_systems and came_from is not None:
        return str(gettext("Dibuka lagi: perkataan pelapor perlu diperiksa"))
    return None


def _on(event: CaseEvent, who: str) -> str:
    if event.from_status is None:
        return str(gettext("Dibaca, dikelompokkan, dan dibuka sebagai kasus"))
    titles: dict[CaseStatus, str] = {
        CaseStatus.VERIFIED: gettext("Diverifikasi oleh %(who)s", who=who),
        CaseStatus.IN_PROGRESS: gettext("Diambil oleh %(who)s", who=who),
        CaseStatus.ANSWERED: gettext("Ditanggapi oleh %(who)s", who=who),
        CaseStatus.ON_HOLD: gettext("Keterangan diminta oleh %(who)s", who=who),
    }
    return titles.get(event.to_status) or str(label(event.to_status))
