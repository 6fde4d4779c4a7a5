"""Write a year's feedback as rows that wait for the drain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from random import Random
from typing import Final

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db import Base
from feedback_app.demo.settling import Town
from feedback_app.demo.visits import Visit
from feedback_app.demo.voices import Voice
from feedback_app.handling.rules import CaseStatus
from feedback_app.intake.codes import new_visit_token, visit_token_hash
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.rules import Channel, SubmissionKind
from feedback_app.intake.visits import VISIT_TOKEN_DAYS

READ_AFTER: Final = timedelta(seconds=25)


def store_visits(session: Session, town: Town, visits: Sequence[Visit], *, key: bytes, rng: Random) -> None:
    """Add the ratings without text, and the used visit tokens of those that prove a visit."""
    hashes = [visit_token_hash(new_visit_token(rng.randbytes), key) if visit.issued_at else None for visit in visits]
    rows = list(zip(visits, hashes, strict=True))
    copy_rows(session, VisitToken, _TOKEN_COLUMNS, (_token_row(town, visit, token) for visit, token in rows if token))
    copy_rows(session, Submission, _RATING_COLUMNS, (_rating_row(town, visit, token) for visit, token in rows))


_TOKEN_COLUMNS: Final = (
    "agency_id", "token_hash", "unit_id", "service_id", "visited_on", "issued_at", "expires_at",
    "counter_id",
)  # fmt: skip
_RATING_COLUMNS: Final = (
    "agency_id", "unit_id", "service_id", "kind", "channel", "rating", "reasons", "wants_reply", "occurred_on",
    "received_at", "visit_token_hash", "counter_id",
)  # fmt: skip


def _token_row(town: Town, visit: Visit | Voice, token: bytes) -> tuple[object, ...]:
    issued_at = visit.issued_at or visit.received_at
    return (
        town.agency_id, token, town.units[visit.unit], town.service_id(visit.unit, visit.service), visit.occurred_on,
        issued_at, issued_at + timedelta(days=VISIT_TOKEN_DAYS), town.counter_id(visit.unit, visit.service),
    )  # fmt: skip


def _rating_row(town: Town, visit: Visit, token: bytes | None) -> tuple[object, ...]:
    return (
        town.agency_id, town.units[visit.unit], town.service_id(visit.unit, visit.service),
        SubmissionKind.RATING.value, Channel.TOKEN.value if token else Channel.OPEN.value, visit.rating,
        list(visit.reasons), False, visit.occurred_on, visit.received_at, token,
        town.counter_id(visit.unit, visit.service) if token else None,
    )  # fmt: skip


def copy_rows(session: Session, table: type[Base], columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    """Send rows by COPY, in the session's own transaction: thousands of INSERTs would take most of the load."""
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the only driver there is
    statement = f"COPY {table.__tablename__} ({', '.join(columns)}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def store_voices(
    session: Session, town: Town, voices: Sequence[Voice], *, key: bytes, rng: Random
) -> dict[int, Voice]:  # fmt: skip
    """Add the texts, and the used visit tokens of those that prove a visit; return each by its submission's id."""
    if not voices:
        return {}
    hashes = [visit_token_hash(new_visit_token(rng.randbytes), key) if voice.issued_at else None for voice in voices]
    tokens = [_token_row(town, voice, token) for voice, token in zip(voices, hashes, strict=True) if token]
    copy_rows(session, VisitToken, _TOKEN_COLUMNS, tokens)
    rows = [
        {
            "agency_id": town.agency_id, "unit_id": town.units[voice.unit],
            "service_id": town.service_id(voice.unit, voice.service), "kind": voice.kind,
            "channel": Channel.TOKEN if token else Channel.OPEN, "visit_token_hash": token,
            "counter_id": town.counter_id(voice.unit, voice.service) if token else None,
            "rating": voice.rating, "reasons": list(voice.reasons), "text": voice.text.text.strip(),
            "wants_reply": voice.wants_reply, "is_anonymous": voice.is_anonymous,
            "is_confidential": voice.is_confidential, "occurred_on": voice.occurred_on,
            "received_at": voice.received_at,
        }
        for voice, token in zip(voices, hashes, strict=True)
    ]  # fmt: skip
    ids = session.scalars(sa.insert(Submission).returning(Submission.id, sort_by_parameter_order=True), rows)
    return dict(zip(ids, voices, strict=True))


def read_as_they_came(session: Session, agency_id: int) -> None:
    """Date labels and opened cases half a minute after their submission, as where a worker waits for each.

    The demo sends a year through the drain in a few batches, each of which knows one moment only.
    """
    mine = {"agency_id": agency_id, "wait": READ_AFTER}
    session.execute(sa.text(_LABELLED_AT), mine)
    session.execute(sa.text(_OPENED_AT), {**mine, "status": CaseStatus.NEW.value})


_LABELLED_AT: Final = """
    UPDATE labels l SET labelled_at = s.received_at + :wait
    FROM submissions s
    WHERE l.agency_id = :agency_id AND s.agency_id = :agency_id AND s.id = l.submission_id
"""
_OPENED_AT: Final = """
    UPDATE case_events e SET at = c.opened_at + :wait
    FROM cases c
    WHERE e.agency_id = :agency_id AND c.agency_id = :agency_id AND c.id = e.case_id AND e.to_status = :status
"""
