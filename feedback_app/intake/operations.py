"""Take in what a citizen sends: one row, one commit, nothing else on the way."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app import queue
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.intake.codes import code_hash, derived_code, new_code, visit_token_hash
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.rules import (
    KINDS_WITH_CASE,
    OCCURRED_YEARS_BACK,
    RATING_MAX,
    RATING_MIN,
    TEXT_MAX,
    TEXT_MIN,
    Channel,
    SubmissionKind,
    earliest_day,
    reasons_for,
)
from feedback_app.intake.visits import UsedVisitTokenError

# Built once and run past the ORM: this is the hottest statement there is.
_INSERT_SUBMISSION: Final = sa.insert(Submission.__table__)  # type: ignore[arg-type]
# Which counter a visit was to is the token's to say, never the sender's.
_VISITED_COUNTER: Final = (
    sa.select(VisitToken.counter_id)
    .where(VisitToken.agency_id == sa.bindparam("of_agency"), VisitToken.token_hash == sa.bindparam("of_token"))
    .scalar_subquery()
)
_INSERT_VISITED: Final = _INSERT_SUBMISSION.values(counter_id=_VISITED_COUNTER)


class IncompleteSubmissionError(InvalidInputError):
    """Something needed is missing or out of range; the message says what."""

    code = "incomplete_submission"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a citizen is about to send, checked by `check`.

    `signals` and `network_mark` are what the edge noticed; see `intake.models.Submission`.
    """

    agency_id: int
    unit_id: int
    kind: SubmissionKind
    occurred_on: date
    service_id: int | None = None
    rating: int | None = None
    reasons: tuple[str, ...] = ()
    text: str | None = None
    wants_reply: bool | None = None
    is_anonymous: bool = False
    is_confidential: bool = False
    visit_token: str | None = None
    at_kiosk: bool = False
    unit_is_unknown: bool = False
    signals: tuple[str, ...] = ()
    network_mark: bytes | None = None

    @property
    def channel(self) -> Channel:
        """Return the way it comes: a token proves a visit wherever it is used."""
        if self.visit_token:
            return Channel.TOKEN
        return Channel.KIOSK if self.at_kiosk else Channel.OPEN


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the citizen takes away; the code is shown once and only its hash is stored."""

    code: str
    kind: SubmissionKind


def check(draft: Draft, *, today: date) -> None:
    """Refuse a draft that the rules do not allow.

    Raises
    ------
    IncompleteSubmissionError
    """
    if draft.rating is not None and not RATING_MIN <= draft.rating <= RATING_MAX:
        raise IncompleteSubmissionError("Pilih salah satu nilai dari 1 sampai 4.")
    if draft.kind is SubmissionKind.RATING and draft.rating is None:
        raise IncompleteSubmissionError("Pilih dahulu nilai Anda untuk layanan ini.")
    if draft.reasons and (draft.rating is None or not set(draft.reasons) <= set(reasons_for(draft.rating))):
        raise IncompleteSubmissionError("Alasan yang dipilih tidak sesuai dengan nilai yang Anda berikan.")
    length = len(draft.text or "")
    if length > TEXT_MAX:
        raise IncompleteSubmissionError(f"Tulisan Anda {length} huruf; paling banyak {TEXT_MAX} huruf.")
    if (draft.kind in KINDS_WITH_CASE or draft.wants_reply) and length < TEXT_MIN:
        raise IncompleteSubmissionError(f"Ceritakan dengan paling sedikit {TEXT_MIN} huruf agar dapat ditindaklanjuti.")
    if draft.rating is None and not length:
        raise IncompleteSubmissionError("Tulis pesan Anda.")
    if draft.occurred_on > today:
        raise IncompleteSubmissionError("Tanggal kejadian tidak boleh di masa depan.")
    if draft.occurred_on < earliest_day(today):
        raise IncompleteSubmissionError(
            f"Tanggal kejadian paling lama {OCCURRED_YEARS_BACK} tahun yang lalu. Periksa tahunnya."
        )


class AlreadySubmittedError(ConflictError):
    """The same page sent the same words before; `receipt` is the one given then."""

    code = "already_submitted"

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("Laporan ini sudah kami terima.")
        self.receipt = receipt


def submit(
    session: Session, draft: Draft, *, key: bytes, now: datetime, today: date, once: str | None = None
) -> Receipt:
    """Store a submission with one INSERT and ask for the drain.

    Parameters
    ----------
    key
        The secret with which tracking codes and visit tokens are hashed.
    now, today
        The present moment (UTC) and the present day in the agency's time zone.
    once
        The mark of the page that sends it. The tracking code is then made from the mark and the words, so that of two
        taps at the same moment the second is refused by the UNIQUE constraint on the code.

    Raises
    ------
    IncompleteSubmissionError
        The draft breaks a rule.
    UsedVisitTokenError
        Another rating has used this visit; the UNIQUE constraint is the check, so of many at once one wins.
    AlreadySubmittedError
        This page has sent these words before.
    """
    check(draft, today=today)
    code = derived_code(_mark(draft, once), key) if once else new_code(secrets.token_bytes)
    token = visit_token_hash(draft.visit_token, key) if draft.visit_token else None
    hashes = {"tracking_hash": code_hash(code, key), "visit_token_hash": token}
    try:
        values = _values(draft) | hashes | {"received_at": now}
        if token:
            visited = {"of_agency": draft.agency_id, "of_token": token}
            session.connection().execute(_INSERT_VISITED, values | visited)
        else:
            session.connection().execute(_INSERT_SUBMISSION, values)
    except IntegrityError as error:
        if "uq_submissions_visit_token_counts_once" in str(error.orig):
            raise UsedVisitTokenError(
                "Kunjungan ini sudah dinilai. Satu struk hanya berlaku untuk satu penilaian."
            ) from error
        if once and "uq_submissions_tracking_hash" in str(error.orig):
            raise AlreadySubmittedError(Receipt(code=code, kind=draft.kind)) from error
        raise
    queue.ask(session, "drain")
    return Receipt(code=code, kind=draft.kind)


def _values(draft: Draft) -> dict[str, Any]:
    return {
        "agency_id": draft.agency_id, "unit_id": draft.unit_id, "service_id": draft.service_id, "kind": draft.kind,
        "channel": draft.channel, "rating": draft.rating, "reasons": list(draft.reasons), "text": draft.text,
        "wants_reply": draft.wants_reply, "is_anonymous": draft.is_anonymous,
        "is_confidential": draft.is_confidential, "occurred_on": draft.occurred_on,
        "unit_is_unknown": draft.unit_is_unknown, "signals": list(draft.signals), "network_mark": draft.network_mark,
    }  # fmt: skip


def _mark(draft: Draft, once: str) -> str:
    words = replace(draft, signals=(), network_mark=None)
    return f"once:{once}:{words!r}"
