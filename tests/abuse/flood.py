"""Many ratings at once, as the drain finds them: laid into the table in batches, then read and counted as ever."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.drain.run import drain_batch
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.rules import Channel, SubmissionKind
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.organisation.models import PublicService, Unit
from tests.drain.test_run import FakeReader

# Noon in Kupang, on a working day.
NOON = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Sent:
    """One rating: when, how good, from which network, by which channel."""

    at: datetime
    rating: int
    mark: bytes | None = None
    channel: Channel = Channel.OPEN
    service: PublicService | None = None
    signals: tuple[str, ...] = ()


def send_all(session: Session, unit: Unit, sent: Iterable[Sent]) -> None:
    """Store ratings; those of the token channel with a token of their own."""
    rows = [_row(unit, one) for one in sent]
    tokens = [_token(row) for row in rows if row["visit_token_hash"]]
    if tokens:
        session.execute(sa.insert(VisitToken), tokens)
    session.execute(sa.insert(Submission), rows)


def drain_all(session: Session, now: datetime) -> None:
    while drain_batch(session, FakeReader(), limit=2000, now=now).read:
        pass


def usual_weeks(days: int, *, until: datetime = NOON, a_day: int = 10, good: int = 4) -> list[Sent]:
    """Honest open ratings of the weeks before: some each day, over the hours, from networks of their own."""
    return [
        Sent(until - timedelta(days=back, minutes=23 * place), good if place % 4 else 2, secrets.token_bytes(16))
        for back in range(1, days + 1)
        for place in range(a_day)
    ]


def open_mean(session: Session, unit: Unit, *, shown_only: bool = True) -> float:
    """The mean of a unit's open ratings, without what is set aside unless told otherwise."""
    query = sa.select(sa.func.avg(Submission.rating)).where(
        Submission.agency_id == unit.agency_id, Submission.unit_id == unit.id, Submission.channel == Channel.OPEN
    )
    return float(session.scalar(query.where(~is_set_aside()) if shown_only else query) or 0)


def marks(count: int) -> Sequence[bytes]:
    """As many networks."""
    return [secrets.token_bytes(16) for _ in range(count)]


def _row(unit: Unit, one: Sent) -> dict[str, object]:
    return {
        "agency_id": unit.agency_id, "unit_id": unit.id, "service_id": one.service.id if one.service else None,
        "kind": SubmissionKind.RATING, "channel": one.channel, "rating": one.rating, "occurred_on": _day(one.at),
        "received_at": one.at, "network_mark": one.mark, "signals": list(one.signals),
        "visit_token_hash": secrets.token_bytes(32) if one.channel is Channel.TOKEN else None,
    }  # fmt: skip


def _token(row: dict[str, object]) -> dict[str, object]:
    at = row["received_at"]
    assert isinstance(at, datetime)
    return {
        "agency_id": row["agency_id"], "token_hash": row["visit_token_hash"], "unit_id": row["unit_id"],
        "service_id": row["service_id"], "visited_on": row["occurred_on"], "issued_at": at - timedelta(hours=1),
        "expires_at": at + timedelta(days=14), "issued_by": None,
    }  # fmt: skip


def _day(at: datetime) -> date:
    return (at + timedelta(hours=8)).date()
