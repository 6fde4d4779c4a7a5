"""The counters of a unit: where one citizen at a time is served, and whose record says by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import NotFoundError
from feedback_app.organisation.codes import add_coded, parse_code, parse_name
from feedback_app.organisation.models import PublicService
from feedback_app.organisation.people.models import Counter


class UnknownCounterError(NotFoundError):
    """The unit has no such counter."""

    code = "unknown_counter"


class CounterServiceError(NotFoundError):
    """The unit does not give the service that the counter should be for."""

    code = "counter_service"


def counters_of(session: Session, agency_id: int, unit_id: int, *, closed_too: bool = False) -> Sequence[Counter]:
    """Return the counters of a unit by code; those closed only if asked for."""
    query = sa.select(Counter).where(Counter.agency_id == agency_id, Counter.unit_id == unit_id)
    if not closed_too:
        query = query.where(Counter.is_active)
    return session.scalars(query.order_by(Counter.code)).all()


def counter_of(session: Session, agency_id: int, unit_id: int, counter_id: int) -> Counter:
    """Return one counter of a unit.

    Raises
    ------
    UnknownCounterError
    """
    query = sa.select(Counter).where(
        Counter.agency_id == agency_id, Counter.unit_id == unit_id, Counter.id == counter_id
    )
    found = session.scalar(query)
    if found is None:
        raise UnknownCounterError("Loket itu tidak ada di unit ini. Pilih dari daftar.")
    return found


def add_counter(
    session: Session, agency_id: int, unit_id: int, *, code: str, name: str, service_id: int | None, actor: Actor,
    now: datetime,
) -> Counter:  # fmt: skip
    """Add a counter to a unit, for one of its services or for all.

    Raises
    ------
    CounterServiceError
    feedback_app.organisation.codes.InvalidCodeError, MissingNameError, CodeTakenError
    """
    _check_service(session, agency_id, unit_id, service_id)
    counter = Counter(
        agency_id=agency_id, unit_id=unit_id, service_id=service_id, code=parse_code(code, "loket", "loket-2"),
        name=parse_name(name), is_active=True, created_at=now,
    )  # fmt: skip
    add_coded(session, counter, f"Loket dengan kode {counter.code} sudah ada di unit ini. Pakai kode lain.")
    _note(session, counter, "organisation.add_counter", actor, now)
    return counter


def change_counter(
    session: Session, counter: Counter, *, name: str, is_active: bool, actor: Actor, now: datetime
) -> None:
    """Give a counter another name, close it or open it again; what was recorded at it stays.

    Raises
    ------
    feedback_app.organisation.codes.MissingNameError
    """
    counter.name, counter.is_active = parse_name(name), is_active
    session.flush()
    _note(session, counter, "organisation.change_counter", actor, now)


def _check_service(session: Session, agency_id: int, unit_id: int, service_id: int | None) -> None:
    if service_id is None:
        return
    query = sa.select(PublicService.id).where(
        PublicService.agency_id == agency_id, PublicService.unit_id == unit_id, PublicService.id == service_id
    )
    if session.scalar(query) is None:
        raise CounterServiceError("Layanan itu tidak diberikan oleh unit ini. Pilih dari daftar.")


def _note(session: Session, counter: Counter, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=counter.agency_id, actor=actor, action=action, subject_type="counter",
        subject_id=counter.id, now=now, unit_id=counter.unit_id, is_active=counter.is_active,
    )  # fmt: skip
