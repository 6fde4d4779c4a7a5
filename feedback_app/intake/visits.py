"""One-time tokens that prove a visit: a counter hands them out, a rating uses them up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db_wall.roles import Lookup
from feedback_app.db_wall.scope import enter_by
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.intake.codes import InvalidVisitTokenError, new_visit_token, visit_token_hash
from feedback_app.intake.models import Submission, VisitToken

VISIT_TOKEN_DAYS = 14


class UsedVisitTokenError(ConflictError):
    """This visit has been rated already; `place` is the agency and unit it was to, where the token told."""

    code = "used_visit_token"

    def __init__(self, message: str, place: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.place = place


class UnknownVisitTokenError(NotFoundError):
    """No counter issued this token, or its days are over; `place` is the agency and unit of one that was issued."""

    code = "unknown_visit_token"

    def __init__(self, message: str, place: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit token proves."""

    agency_id: int
    unit_id: int
    service_id: int | None
    visited_on: date


def issue_visit_tokens(
    session: Session,
    *,
    agency_id: int,
    unit_id: int,
    service_id: int | None,
    visited_on: date,
    count: int,
    issued_by: int | None,
    key: bytes,
    now: datetime,
    counter_key_id: int | None = None,
    counter_id: int | None = None,
) -> list[str]:
    """Return fresh one-time tokens for visits of one day; only their hashes are stored.

    With a `counter_id` they prove a visit to this counter of the unit, and so to whoever is on duty there that day.
    """
    tokens = [new_visit_token(secrets.token_bytes) for _ in range(count)]
    session.execute(
        sa.insert(VisitToken),
        [
            {
                "agency_id": agency_id, "token_hash": visit_token_hash(token, key), "unit_id": unit_id,
                "service_id": service_id, "visited_on": visited_on, "issued_at": now,
                "expires_at": now + timedelta(days=VISIT_TOKEN_DAYS), "issued_by": issued_by,
                "counter_key_id": counter_key_id, "counter_id": counter_id,
            }
            for token in tokens
        ],
    )  # fmt: skip
    return tokens


def open_visit(session: Session, token: str, *, key: bytes, now: datetime) -> Visit:
    """Return what an unused token proves.

    Raises
    ------
    UnknownVisitTokenError
        Nobody issued it, or its days are over.
    UsedVisitTokenError
        A rating has used it.
    """
    refusal = "Kode kunjungan ini tidak dikenal atau sudah lewat masanya. Anda tetap dapat menilai lewat halaman unit."
    try:
        digest = visit_token_hash(token, key)
    except InvalidVisitTokenError as error:
        raise UnknownVisitTokenError(refusal) from error
    enter_by(session, Lookup.VISIT_TOKEN, digest)
    row = session.execute(
        sa.select(
            VisitToken.agency_id, VisitToken.unit_id, VisitToken.service_id, VisitToken.visited_on,
            VisitToken.expires_at,
        ).where(VisitToken.token_hash == digest)
    ).first()  # fmt: skip
    if row is None:
        raise UnknownVisitTokenError(refusal)
    place = (row.agency_id, row.unit_id)
    if row.expires_at <= now:
        raise UnknownVisitTokenError(refusal, place)
    used = session.scalar(
        sa.select(sa.literal(1)).where(
            Submission.agency_id == row.agency_id, Submission.visit_token_hash == digest
        )
    )  # fmt: skip
    if used:
        raise UsedVisitTokenError("Kunjungan ini sudah dinilai. Satu struk hanya berlaku untuk satu penilaian.", place)
    return Visit(row.agency_id, row.unit_id, row.service_id, row.visited_on)
