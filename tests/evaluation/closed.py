"""Cycles whose book is closed: the last visit of their days can no longer be rated."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, Actor, person
from feedback_app.evaluation.cycles.computing import Computation, compute
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.life import finish_review, open_replies
from feedback_app.evaluation.cycles.opening import open_cycle
from feedback_app.evaluation.cycles.rules import book_closed_from
from feedback_app.evaluation.cycles.signing import sign
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleKind
from feedback_app.intake.counter_queries import DAYS_UNTIL_CLOSED
from tests import factories as make

START, END = date(2026, 4, 1), date(2026, 6, 30)
# A morning, anywhere in Indonesia, after the book of the second quarter of 2026 is closed.
CLOSED = datetime(2026, 8, 3, 1, 0, tzinfo=UTC)


def after(ends_on: date) -> datetime:
    """A moment on the first day on which a cycle that ends on a day may be computed."""
    return datetime.combine(book_closed_from(ends_on, DAYS_UNTIL_CLOSED) + timedelta(days=1), time(1), UTC)


def opened(
    session: Session, agency_id: int, name: str = "TW II 2026", *, kind: CycleKind = CycleKind.QUARTERLY,
    starts_on: date = START, ends_on: date = END, method: str = "fair-score/2",
) -> Cycle:  # fmt: skip
    """A cycle as a draft."""
    return open_cycle(
        session, agency_id=agency_id, name=name, kind=kind, starts_on=starts_on, ends_on=ends_on, actor=SYSTEM,
        now=make.NOW, method=method,
    )  # fmt: skip


def computed(
    session: Session, cycle: Cycle, *, now: datetime | None = None, actor: Actor = SYSTEM, note: str | None = None
) -> Computation:  # fmt: skip
    """Compute a cycle on the first day on which it may be, or at a moment."""
    return compute(session, cycle, actor=actor, now=now or after(cycle.ends_on), note=note)


def closed_cycle(session: Session, agency_id: int, name: str = "TW II 2026") -> Cycle:
    """A computed cycle over the second quarter of 2026."""
    cycle = opened(session, agency_id, name)
    computed(session, cycle)
    return cycle


def frozen(session: Session, cycle: Cycle, *, now: datetime) -> Cycle:
    """Take a computed cycle the whole way: shown, reviewed when its window is over, signed by two, frozen."""
    open_replies(session, cycle, days=1, actor=SYSTEM, now=now)
    finish_review(session, cycle, actor=SYSTEM, now=now + timedelta(days=10))
    for _ in range(2):
        signer = person(make.user(session).id)
        sign(session, cycle, seen_hash=str(cycle.output_hash), actor=signer, now=now + timedelta(days=11))
    freeze(session, cycle, actor=SYSTEM, now=now + timedelta(days=12))
    return cycle
