"""Write a year's feedback as rows that wait for the drain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.demo.settling import Town
from feedback_app.demo.visits import Visit
from feedback_app.demo.voices import Voice
from feedback_app.intake.codes import new_visit_token, visit_token_hash
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.operations import VISIT_TOKEN_DAYS
from feedback_app.intake.rules import Channel, SubmissionKind


def store_visits(session: Session, town: Town, visits: Sequence[Visit], *, key: bytes, rng: Random) -> None:
    """Add the ratings without text, and the used visit tokens of those that prove a visit."""
    hashes = [visit_token_hash(new_visit_token(rng.randbytes), key) if visit.issued_at else None for visit in visits]
    session.execute(
        sa.insert(VisitToken),
        [_token_row(town, visit, token) for visit, token in zip(visits, hashes, strict=True) if token],
    )
    session.execute(
        sa.insert(Submission),
        [_visit_row(town, visit, token) for visit, token in zip(visits, hashes, strict=True)],
    )


def _token_row(town: Town, visit: Visit, token: bytes) -> dict[str, object]:
    issued_at = visit.issued_at or visit.received_at
    return {
        "agency_id": town.agency_id, "token_hash": token, "unit_id": town.units[visit.unit],
        "service_id": town.service_id(visit.unit, visit.service), "visited_on": visit.occurred_on,
        "issued_at": issued_at, "expires_at": issued_at + timedelta(days=VISIT_TOKEN_DAYS), "issued_by": None,
    }  # fmt: skip


def _visit_row(town: Town, visit: Visit, token: bytes | None) -> dict[str, object]:
    return {
        "agency_id": town.agency_id, "unit_id": town.units[visit.unit],
        "service_id": town.service_id(visit.unit, visit.service), "kind": SubmissionKind.RATING,
        "channel": Channel.TOKEN if token else Channel.OPEN, "rating": visit.rating,
        "reasons": list(visit.reasons), "wants_reply": False, "occurred_on": visit.occurred_on,
        "received_at": visit.received_at, "visit_token_hash": token,
    }  # fmt: skip


def store_voices(session: Session, town: Town, voices: Sequence[Voice]) -> dict[int, Voice]:
    """Add the texts; return each by the id of its submission."""
    if not voices:
        return {}
    rows = [
        {
            "agency_id": town.agency_id, "unit_id": town.units[voice.unit],
            "service_id": town.service_id(voice.unit, voice.service), "kind": voice.kind, "channel": Channel.OPEN,
            "rating": voice.rating, "reasons": list(voice.reasons), "text": voice.text.text.strip(),
            "wants_reply": voice.wants_reply, "is_anonymous": voice.is_anonymous,
            "is_confidential": voice.is_confidential, "occurred_on": voice.occurred_on,
            "received_at": voice.received_at,
        }
        for voice in voices
    ]  # fmt: skip
    ids = session.scalars(sa.insert(Submission).returning(Submission.id, sort_by_parameter_order=True), rows)
    return dict(zip(ids, voices, strict=True))
