"""What a counter's own system does here: asks for visit tokens with its key, and tells how many it served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, Actor, record
from feedback_app.errors import ConflictError, DomainError, InvalidInputError
from feedback_app.intake.counter_keys import note
from feedback_app.intake.counter_models import CounterKey, VisitCount
from feedback_app.intake.models import VisitToken
from feedback_app.intake.rules import VISIT_DAYS_BACK
from feedback_app.intake.visits import issue_visit_tokens

TOKENS_AT_ONCE: Final = 50
TRANSACTIONS_MAX: Final = 100_000
# A month's books are closed by the middle of the next one.
COUNT_DAYS_BACK: Final = 45


class TokenBudgetError(DomainError):
    """The key has issued its tokens of the day."""

    status = 429
    code = "token_budget_spent"


class VisitDayError(InvalidInputError):
    """A day of visits that lies ahead, or too far back."""

    code = "visit_day"


class CountedByMachineError(ConflictError):
    """The counter's own system has counted this day, and a person does not correct it."""

    code = "counted_by_machine"


@dataclass(frozen=True, slots=True)
class DayCount:
    """The visits that one unit finished on a day, of one service or without one."""

    unit_id: int
    service_id: int | None
    day: date
    transactions: int


def issue_by_key(
    session: Session, counter: CounterKey, *, service_id: int | None, day: date, count: int, time_zone: str,
    key: bytes, now: datetime,
) -> list[str]:  # fmt: skip
    """Return fresh tokens for visits of one day, within the counter's budget of the day.

    Raises
    ------
    InvalidInputError
    VisitDayError
    TokenBudgetError
    """
    if not 1 <= count <= TOKENS_AT_ONCE:
        raise InvalidInputError(f"Minta 1 sampai {TOKENS_AT_ONCE} token dalam satu panggilan.")
    today = now.astimezone(ZoneInfo(time_zone)).date()
    _check_day(day, today, VISIT_DAYS_BACK)
    issued = _issued_since(session, counter, datetime.combine(today, time.min, ZoneInfo(time_zone)).astimezone(UTC))
    if issued + count > counter.tokens_a_day:
        raise TokenBudgetError(f"Jatah kunci ini {counter.tokens_a_day} token sehari, dan sudah terpakai {issued}.")
    tokens = issue_visit_tokens(
        session, agency_id=counter.agency_id, unit_id=counter.unit_id, service_id=service_id, visited_on=day,
        count=count, issued_by=None, counter_key_id=counter.id, counter_id=counter.counter_id, key=key, now=now,
    )  # fmt: skip
    note(
        session, counter, SYSTEM, "intake.issue_visit_tokens", now, count=count, service_id=service_id,
        visited_on=day.isoformat(),
    )  # fmt: skip
    return tokens


def count_by_key(session: Session, counter: CounterKey, counted: DayCount, *, today: date, now: datetime) -> None:
    """Store how many visits a counter's system counted on a day; the same day again replaces the number.

    Raises
    ------
    InvalidInputError
    VisitDayError
    """
    _check_count(counted, today)
    _upsert(session, counter.agency_id, counted, now=now, counter_key_id=counter.id)
    note(
        session, counter, SYSTEM, "intake.count_visits", now, transactions=counted.transactions,
        service_id=counted.service_id, day=counted.day.isoformat(),
    )  # fmt: skip


def count_by_hand(
    session: Session, agency_id: int, counted: DayCount, *, actor: Actor, today: date, now: datetime
) -> None:
    """Store how many visits a person counted on a day, unless a machine has counted it.

    Raises
    ------
    InvalidInputError
    VisitDayError
    CountedByMachineError
    """
    _check_count(counted, today)
    if not _upsert(session, agency_id, counted, now=now, recorded_by=actor.user_id):
        raise CountedByMachineError(
            "Hari itu sudah dihitung oleh mesin loket, dan hitungan mesin tidak diubah di sini."
        )
    record(
        session, agency_id=agency_id, actor=actor, action="intake.count_visits", subject_type="unit",
        subject_id=counted.unit_id, now=now, transactions=counted.transactions, service_id=counted.service_id,
        day=counted.day.isoformat(),
    )  # fmt: skip


def _upsert(
    session: Session, agency_id: int, counted: DayCount, *, now: datetime, recorded_by: int | None = None,
    counter_key_id: int | None = None,
) -> bool:  # fmt: skip
    statement = insert(VisitCount).values(
        agency_id=agency_id, unit_id=counted.unit_id, service_id=counted.service_id, day=counted.day,
        transactions=counted.transactions, recorded_at=now, recorded_by=recorded_by, counter_key_id=counter_key_id,
    )  # fmt: skip
    new = statement.excluded
    stored = session.scalar(
        statement.on_conflict_do_update(
            constraint="uq_visit_counts_cell",
            set_={
                "transactions": new.transactions, "recorded_at": new.recorded_at, "recorded_by": new.recorded_by,
                "counter_key_id": new.counter_key_id,
            },
            where=sa.or_(VisitCount.counter_key_id.is_(None), new.counter_key_id.is_not(None)),
        ).returning(VisitCount.id)
    )  # fmt: skip
    return stored is not None


def _check_count(counted: DayCount, today: date) -> None:
    if not 0 <= counted.transactions <= TRANSACTIONS_MAX:
        raise InvalidInputError(f"Jumlah kunjungan ditulis dengan angka dari 0 sampai {TRANSACTIONS_MAX}.")
    _check_day(counted.day, today, COUNT_DAYS_BACK)


def _check_day(day: date, today: date, back: int) -> None:
    if not today - timedelta(days=back) <= day <= today:
        raise VisitDayError(f"Pilih hari ini atau paling lama {back} hari yang lalu.")


def _issued_since(session: Session, counter: CounterKey, since: datetime) -> int:
    # The days of visits are bounded by what may be issued, which lets the index of unit and day answer.
    first_day = since.date() - timedelta(days=VISIT_DAYS_BACK + 1)
    count = sa.select(sa.func.count()).where(
        VisitToken.agency_id == counter.agency_id, VisitToken.unit_id == counter.unit_id,
        VisitToken.visited_on >= first_day, VisitToken.counter_key_id == counter.id, VisitToken.issued_at >= since,
    )  # fmt: skip
    return session.scalar(count) or 0
