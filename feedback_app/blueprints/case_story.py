"""A case as an officer reads it: what to do next, what happened, what the classifier suggests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from feedback_app.analysis.models import HEADS, Labels
from feedback_app.audit.models import ActorKind
from feedback_app.blueprints.labels import Words, label
from feedback_app.handling.disposition import sent_on
from feedback_app.handling.models import CaseEvent
from feedback_app.handling.queries import CaseFile
from feedback_app.handling.rules import CaseStatus, Outcome

CAN_TAKE = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.ON_HOLD})
CAN_REPLY = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what happened; `quote` is what somebody wrote."""

    title: str
    at: datetime
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One head of the classifier: its words (None: not sure) and how sure, from 0 to 1."""

    head: str
    words: Words | None
    confidence: float


def suggestions(labels: Labels) -> list[Suggestion]:
    """Return what the classifier suggests, head by head."""
    titles = (gettext("Jenis"), gettext("Nada"), gettext("Pokok"), gettext("Kemendesakan"))
    found = []
    for title, head in zip(titles, HEADS, strict=True):
        value = getattr(labels, head)
        found.append(Suggestion(title, label(value) if value else None, getattr(labels, f"{head}_confidence")))
    return found


def next_step(status: CaseStatus, *, reopened: bool) -> str:
    """Return what to do next with a case, in a sentence."""
    ended = gettext("Tidak ada yang perlu Anda lakukan: kasus ini sudah berakhir.")
    again = gettext("Pelapor menyatakan belum selesai. Baca apa yang masih kurang, perbaiki, lalu tanggapi lagi.")
    first = gettext("Tulis tanggapan untuk pelapor: apa yang sudah dilakukan, dan apa yang berubah.")
    sentences: dict[CaseStatus, str] = {
        CaseStatus.NEW: gettext("Ambil kasus ini agar rekan Anda tahu siapa yang menangani, atau langsung tanggapi."),
        CaseStatus.VERIFIED: gettext("Kasus ini sudah di unit yang tepat. Ambil, atau langsung tanggapi."),
        CaseStatus.IN_PROGRESS: again if reopened else first,
        CaseStatus.ON_HOLD: gettext("Kasus ini tertunda. Ambil kembali untuk melanjutkan."),
        CaseStatus.ANSWERED: gettext("Tidak ada yang perlu Anda lakukan: giliran pelapor menilai tanggapan Anda."),
        CaseStatus.CLOSED: ended,
        CaseStatus.ARCHIVED: ended,
    }
    return sentences[status]


def missing_words(file: CaseFile) -> str | None:
    """Return what the citizen found missing in the last answer, while somebody works on it."""
    if file.case.status is not CaseStatus.IN_PROGRESS:
        return None
    said = [event.reason for event in file.events if event.outcome is Outcome.DISPUTED]
    return said[-1] if said else None


def story(file: CaseFile, names: Mapping[int, str]) -> list[Told]:
    """Return what happened to a case, from its receipt on."""
    replies = iter(file.replies)
    told = [Told(gettext("Diterima dari warga"), file.submission.received_at)]
    for event in file.events:
        if (moved := sent_on(event)) is not None:
            title = gettext("Diteruskan ke %(unit)s oleh %(who)s", unit=moved.unit_name, who=_who(event, names))
            told.append(Told(title, event.at, moved.reason))
            continue
        reply = next(replies, None) if event.to_status is CaseStatus.ANSWERED else None
        told.append(Told(_title(event, _who(event, names)), event.at, reply.text if reply else event.reason))
    return told


def _who(event: CaseEvent, names: Mapping[int, str]) -> str:
    if event.actor_kind is ActorKind.CITIZEN:
        return str(gettext("pelapor"))
    if event.actor_id is None:
        return str(gettext("sistem"))
    return names.get(event.actor_id, "–")


def _title(event: CaseEvent, who: str) -> str:
    if event.outcome is Outcome.SILENT:
        return str(gettext("Ditutup sistem: tanpa kabar dari pelapor"))
    if event.outcome is not None:
        return str(label(event.outcome))
    if event.actor_kind is ActorKind.SYSTEM and event.from_status is not None:
        return str(gettext("Dibuka lagi: perkataan pelapor perlu diperiksa"))
    titles: dict[CaseStatus, str] = {
        CaseStatus.NEW: gettext("Dibaca, dikelompokkan, dan dibuka sebagai kasus"),
        CaseStatus.VERIFIED: gettext("Diverifikasi oleh %(who)s", who=who),
        CaseStatus.IN_PROGRESS: gettext("Diambil oleh %(who)s", who=who),
        CaseStatus.ANSWERED: gettext("Ditanggapi oleh %(who)s", who=who),
        CaseStatus.ON_HOLD: gettext("Ditunda oleh %(who)s", who=who),
        CaseStatus.ARCHIVED: gettext("Diarsipkan oleh %(who)s", who=who),
    }
    return titles.get(event.to_status) or str(label(event.to_status))
