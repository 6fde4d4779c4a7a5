"""A case as an officer reads it: what to do next, and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask_babel import gettext

from feedback_app.blueprints.event_titles import event_title, event_who
from feedback_app.db import db
from feedback_app.handling.ending.dispute_reviews import reviews_of
from feedback_app.handling.ending.models import DisputeReview, ReviewVerdict
from feedback_app.handling.handing_on.disposition import sent_on
from feedback_app.handling.models import CaseEvent, Reply
from feedback_app.handling.queries import CaseFile
from feedback_app.handling.rules import CaseStatus, EventKind, Outcome, ReplyKind
from feedback_app.identity.queries import names_of

CAN_TAKE = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.ON_HOLD})
CAN_REPLY = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what happened; `quote` is what somebody wrote."""

    title: str
    at: datetime
    quote: str | None = None


def next_step(status: CaseStatus, *, reopened: bool) -> str:
    """Return what to do next with a case, in a sentence."""
    ended = gettext("Tidak ada yang perlu Anda lakukan: kasus ini sudah berakhir.")
    again = gettext("Pelapor menyatakan belum selesai. Baca apa yang masih kurang, perbaiki, lalu tanggapi lagi.")
    first = gettext("Tulis tanggapan untuk pelapor: apa yang sudah dilakukan, dan apa yang berubah.")
    sentences: dict[CaseStatus, str] = {
        CaseStatus.NEW: gettext("Ambil kasus ini agar rekan Anda tahu siapa yang menangani, atau langsung tanggapi."),
        CaseStatus.VERIFIED: gettext("Kasus ini sudah di unit yang tepat. Ambil, atau langsung tanggapi."),
        CaseStatus.IN_PROGRESS: again if reopened else first,
        CaseStatus.ON_HOLD: gettext(
            "Giliran pelapor menjawab. Bila jawabannya tidak diperlukan lagi, lanjutkan tanpa menunggu."
        ),
        CaseStatus.ANSWERED: gettext("Tidak ada yang perlu Anda lakukan: giliran pelapor menilai tanggapan Anda."),
        CaseStatus.CLOSED: ended,
        CaseStatus.ARCHIVED: gettext("Kasus ini diarsipkan. Kembalikan bila ternyata masih harus ditangani."),
    }
    return sentences[status]


def missing_words(file: CaseFile) -> str | None:
    """Return what the citizen found missing in the last answer, while somebody works on it."""
    if file.case.status is not CaseStatus.IN_PROGRESS:
        return None
    said = [
        event.reason
        for event in file.events
        if event.outcome is Outcome.DISPUTED and event.to_status is CaseStatus.IN_PROGRESS
    ]
    return said[-1] if said else None


def story(file: CaseFile, names: Mapping[int, str]) -> list[Told]:
    """Return what happened to a case, from its receipt on; `names` holds those of the accounts on its events."""
    reviews = reviews_of(db.session(), file.case)
    known = {**names, **names_of(db.session(), _others(file, reviews) - set(names))}
    replies = {(reply.sent_at, reply.kind): reply for reply in file.replies}
    told = [Told(gettext("Diterima dari warga"), file.submission.received_at)]
    for event in file.events:
        reply = replies.pop((event.at, _TOLD_WITH[event.to_status]), None) if _may_tell(event) else None
        told.append(_line(event, reply, known))
    told += [_said(reply, known) for reply in replies.values()]
    told += [_reviewed(row, known) for row in reviews if row.verdict is ReviewVerdict.SENT_BACK]
    return sorted(told, key=lambda line: line.at)


def _others(file: CaseFile, reviews: list[DisputeReview]) -> set[int | None]:
    assigned = (event.detail.get("to_user_id") for event in file.events)
    return {*assigned, *(reply.author_id for reply in file.replies), *(row.reviewer_id for row in reviews)}


# What the citizen is told with a move.
_TOLD_WITH: Final = {
    CaseStatus.ANSWERED: ReplyKind.ANSWER,
    CaseStatus.ON_HOLD: ReplyKind.QUESTION,
    CaseStatus.ARCHIVED: ReplyKind.EXPLANATION,
    CaseStatus.CLOSED: ReplyKind.EXPLANATION,
}


def _may_tell(event: CaseEvent) -> bool:
    return event.kind is EventKind.MOVED and event.to_status in _TOLD_WITH


def _line(event: CaseEvent, reply: Reply | None, names: Mapping[int, str]) -> Told:
    if (moved := sent_on(event)) is not None:
        who = event_who(event, names)
        title = gettext("Diteruskan ke %(unit)s oleh %(who)s", unit=moved.unit_name, who=who)
        return Told(title, event.at, moved.reason)
    return Told(event_title(event, names), event.at, reply.text if reply else event.reason)


def _said(reply: Reply, names: Mapping[int, str]) -> Told:
    who = names.get(reply.author_id, "–")
    titles: dict[ReplyKind, str] = {
        ReplyKind.ANSWER: gettext("Ditanggapi oleh %(who)s", who=who),
        ReplyKind.PROGRESS: gettext("Kabar penanganan dari %(who)s", who=who),
        ReplyKind.QUESTION: gettext("Keterangan diminta oleh %(who)s", who=who),
        ReplyKind.EXPLANATION: gettext("Penjelasan kepada pelapor oleh %(who)s", who=who),
    }
    return Told(titles[reply.kind], reply.sent_at, reply.text)


def _reviewed(review: DisputeReview, names: Mapping[int, str]) -> Told:
    assert review.decided_at is not None  # noqa: S101 - a constraint of the table
    who = names.get(review.reviewer_id or 0, "–")
    return Told(gettext("Tanggapan ditinjau %(who)s: dikembalikan", who=who), review.decided_at, review.words)
