"""What each line of a case's timeline is called for officers."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from feedback_app.audit.models import ActorKind
from feedback_app.blueprints.labels import label
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
    told: dict[int, str] = {
        1: gettext("Waktu hampir habis: kepala unit diberi tahu"),
        2: gettext("Waktu habis: atasan diberi tahu"),
        3: gettext("Waktu jauh terlampaui: Inspektorat diberi tahu"),
    }
    return told.get(event.detail.get("step", 0), str(gettext("Waktu berjalan: atasan diberi tahu")))


def _moved(event: CaseEvent, who: str) -> str:
    if event.outcome is Outcome.SILENT:
        return str(gettext("Ditutup sistem: tanpa kabar dari pelapor"))
    if event.outcome is Outcome.DISPUTED and event.to_status is CaseStatus.CLOSED:
        return str(gettext("Tanggapan ditinjau %(who)s: tetap, kasus ditutup", who=who))
    if event.outcome is not None:
        return str(label(event.outcome))
    if event.from_status is CaseStatus.ARCHIVED:
        return str(gettext("Dikembalikan dari arsip oleh %(who)s", who=who))
    if event.from_status is CaseStatus.ON_HOLD and event.to_status is CaseStatus.IN_PROGRESS:
        return str(gettext("Penanganan dilanjutkan oleh %(who)s", who=who))
    if event.to_status is CaseStatus.ARCHIVED:
        return _archived(event, who)
    if event.actor_kind is ActorKind.SYSTEM and event.from_status is not None:
        return str(gettext("Dibuka lagi: perkataan pelapor perlu diperiksa"))
    return _by_status(event, who)


def _archived(event: CaseEvent, who: str) -> str:
    reason = event.detail.get("archive_reason")
    if reason is None:
        return str(gettext("Diarsipkan oleh %(who)s", who=who))
    words = label(ArchiveReason(reason))
    return str(gettext("Diarsipkan oleh %(who)s: %(reason)s", who=who, reason=words))


def _by_status(event: CaseEvent, who: str) -> str:
    if event.from_status is CaseStatus.IN_PROGRESS and event.to_status is CaseStatus.VERIFIED:
        return str(gettext("Dilepas oleh %(who)s", who=who))
    titles: dict[CaseStatus, str] = {
        CaseStatus.NEW: gettext("Dibaca, dikelompokkan, dan dibuka sebagai kasus"),
        CaseStatus.VERIFIED: gettext("Diverifikasi oleh %(who)s", who=who),
        CaseStatus.IN_PROGRESS: gettext("Diambil oleh %(who)s", who=who),
        CaseStatus.ANSWERED: gettext("Ditanggapi oleh %(who)s", who=who),
        CaseStatus.ON_HOLD: gettext("Keterangan diminta oleh %(who)s", who=who),
    }
    return titles.get(event.to_status) or str(label(event.to_status))
