"""Many people, each rated at random by visitors of one unit, stored in bulk and computed by the platform itself."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.rules import AnalysisState, Channel, SubmissionKind
from feedback_app.measures.models import PORTAL_RATING, DailyMeasure
from feedback_app.organisation.models import Agency, Employee, Unit
from tests import factories as make

MONTHS = (date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1))
READ_AT = make.NOW
_GOOD, _BAD = "Ramah dan cepat", "Lama dan kurang jelas"


@dataclass(frozen=True)
class Rated:
    """One person and the ratings they had, the newest last."""

    employee: Employee
    unit: Unit
    ratings: tuple[int, ...]
    days: tuple[date, ...]

    @property
    def newest(self) -> int:
        """The value that an attacker wants."""
        return self.ratings[-1]


def rated_people(
    session: Session, agency: Agency, sizes: Sequence[int], chance: random.Random, *, with_words: float
) -> list[Rated]:
    """Make one person a size, each alone in a unit, with so many ratings drawn evenly from 1 to 4 over a quarter.

    The newest rating is of the last month. So many of them have words, which tell a good rating from a bad one.
    """
    found, rows = [], []
    for size in sizes:
        unit = make.unit(session, agency)
        who = make.employee(session, agency)
        make.assignment(session, who, unit)
        days = sorted(MONTHS[chance.randrange(3)] + timedelta(days=chance.randrange(28)) for _ in range(size - 1))
        days.append(MONTHS[-1] + timedelta(days=28))
        person = Rated(who, unit, tuple(chance.randint(1, 4) for _ in days), tuple(days))
        found.append(person)
        rows += [
            _row(unit, rating, day, _words(rating, chance) if chance.random() < with_words else None)
            for rating, day in zip(person.ratings, days, strict=True)
        ]
    _hand_out(session, rows)
    _rate(session, rows, READ_AT)
    # So many rows at once, and the database would plan as if there were none.
    for table in ("units", "unit_versions", "assignments", "employees", "visit_tokens", "submissions", "labels"):
        session.execute(sa.text(f"ANALYZE {table}"))
    return found


def rated_on(
    session: Session, unit: Unit, ratings: Sequence[tuple[int, date, str | None]], service_id: int | None = None
) -> int:
    """Store ratings of days, some with words; return how many."""
    rows = [_row(unit, rating, day, words) | {"service_id": service_id} for rating, day, words in ratings]
    _hand_out(session, rows)
    _rate(session, rows, READ_AT)
    return len(rows)


def visit(session: Session, person: Rated, rating: int) -> dict[str, Any]:
    """Hand out the token of one more visit, on the last day, of which nothing is heard yet."""
    row = _row(person.unit, rating, person.days[-1], None)
    _hand_out(session, [row])
    return row


def rate_late(session: Session, visited: dict[str, Any], read_at: datetime) -> None:
    """Let the rating of such a visit come in, read when the book was closed."""
    _rate(session, [visited], read_at)


def _words(rating: int, chance: random.Random) -> str:
    return f"{_GOOD if rating > 2 else _BAD}, catatan {chance.getrandbits(48):x}."


def _row(unit: Unit, rating: int, day: date, words: str | None) -> dict[str, Any]:
    return {"unit": unit, "rating": rating, "day": day, "words": words, "token": random.SystemRandom().randbytes(32)}


def _hand_out(session: Session, rows: list[dict[str, Any]]) -> None:
    session.execute(
        sa.insert(VisitToken),
        [
            {
                "agency_id": row["unit"].agency_id, "token_hash": row["token"], "unit_id": row["unit"].id,
                "visited_on": row["day"], "issued_at": make.NOW, "expires_at": make.NOW + timedelta(days=14),
            }
            for row in rows
        ],
    )  # fmt: skip


def _rate(session: Session, rows: list[dict[str, Any]], read_at: datetime) -> None:
    ids = session.scalars(
        sa.insert(Submission).returning(Submission.id, sort_by_parameter_order=True),
        [
            {
                "agency_id": row["unit"].agency_id, "unit_id": row["unit"].id, "kind": SubmissionKind.RATING,
                "channel": Channel.TOKEN, "rating": row["rating"], "text": row["words"], "occurred_on": row["day"],
                "service_id": row.get("service_id"),
                "received_at": make.NOW, "visit_token_hash": row["token"], "analysis": AnalysisState.DONE,
            }
            for row in rows
        ],
    ).all()  # fmt: skip
    session.execute(
        sa.insert(Labels),
        [
            {
                "agency_id": row["unit"].agency_id, "submission_id": number, "redacted_text": row["words"],
                "kind_confidence": 0.3, "sentiment_confidence": 0.3, "aspect_confidence": 0.3,
                "urgency_confidence": 0.3, "urgency_source": "model", "model_version": "uji", "labelled_at": read_at,
            }
            for number, row in zip(ids, rows, strict=True)
        ],
    )  # fmt: skip
    _fold(session, rows)


def _fold(session: Session, rows: list[dict[str, Any]]) -> None:
    cells: dict[tuple[int, int, int | None, date], Counter[int]] = {}
    for row in rows:
        key = (row["unit"].agency_id, row["unit"].id, row.get("service_id"), row["day"])
        cells.setdefault(key, Counter())[row["rating"]] += 1
    for (agency_id, unit_id, service_id, day), counts in cells.items():
        old = session.scalar(
            sa.select(DailyMeasure).where(
                DailyMeasure.agency_id == agency_id, DailyMeasure.unit_id == unit_id, DailyMeasure.day == day
            )
        ) if len(rows) == 1 else None  # fmt: skip
        if old is not None:
            counts.update({1: old.n1, 2: old.n2, 3: old.n3, 4: old.n4})
            session.delete(old)
            session.flush()
        session.add(_measure(agency_id, unit_id, service_id, day, counts))
    session.flush()


def _measure(agency_id: int, unit_id: int, service_id: int | None, day: date, counts: Counter[int]) -> DailyMeasure:
    return DailyMeasure(
        agency_id=agency_id, unit_id=unit_id, service_id=service_id, day=day, channel=Channel.TOKEN,
        element=PORTAL_RATING, n=counts.total(),
        total=sum(value * n for value, n in counts.items()),
        total_squares=sum(value**2 * n for value, n in counts.items()),
        **{f"n{value}": counts[value] for value in (1, 2, 3, 4)},
    )  # fmt: skip
