"""The figures of the dashboard counted again, case by case from the raw rows, to check what the database counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from feedback_app.audit.models import ActorKind
from feedback_app.handling.figures.counts import ASPECTS, BUCKETS, IN_HAND, KEYS, Asked
from feedback_app.handling.figures.lives import Life
from feedback_app.handling.figures.rules import Span
from feedback_app.handling.rules import CaseStatus, EventKind, Outcome, lapor_bucket


def recount(lives: Sequence[Life], asked: Asked) -> dict[str, list[int]]:
    """Return the ids of the cases behind every figure, in order."""
    return {key: [life.case.id for life in lives if _counts(key)(life, asked)] for key in KEYS}


def _in(moment: datetime | None, span: Span) -> bool:
    return moment is not None and span.starts_at <= moment < span.ends_at


def _came(life: Life, asked: Asked) -> bool:
    return life.came_in(asked.span)


def _moved(life: Life, asked: Asked, to: CaseStatus, outcome: Outcome | None = None) -> bool:
    return any(
        event.kind is EventKind.MOVED and event.to_status is to and event.from_status is not to
        and (outcome is None or event.outcome is outcome) and _in(event.at, asked.span)
        for event in life.events
    )  # fmt: skip


def _reopened(life: Life, asked: Asked) -> bool:
    taken_up = (CaseStatus.ANSWERED, CaseStatus.CLOSED)
    return any(
        event.kind is EventKind.MOVED and event.from_status in taken_up
        and event.to_status is CaseStatus.IN_PROGRESS and _in(event.at, asked.span)
        for event in life.events
    )  # fmt: skip


def _disputed(life: Life, asked: Asked) -> bool:
    return any(
        event.outcome is Outcome.DISPUTED and event.actor_kind is ActorKind.CITIZEN and _in(event.at, asked.span)
        for event in life.events
    )


def _settled_at(life: Life) -> datetime | None:
    if life.case.status is CaseStatus.ARCHIVED:
        return life.case.closed_at
    if life.case.status not in {CaseStatus.ANSWERED, CaseStatus.CLOSED}:
        return None
    return max(
        (
            event.at for event in life.events
            if event.kind is EventKind.MOVED and event.to_status is CaseStatus.ANSWERED
            and event.from_status is not CaseStatus.ANSWERED
        ), default=None,
    )  # fmt: skip


def _ran_out(life: Life, due: datetime | None, met: datetime | None, now: datetime) -> bool:
    if due is None or due >= now or (met is not None and met <= due):
        return False
    is_held = life.case.status is CaseStatus.ON_HOLD and life.held_since is not None and life.held_since <= due
    return not is_held


def _clocks(life: Life) -> dict[str, tuple[datetime | None, datetime | None]]:
    case = life.case
    return {
        "verify": (case.verify_due_at, case.verified_at or case.closed_at),
        "reply": (case.reply_due_at, case.reply_met_at or case.closed_at),
        "settlement": (case.resolve_due_at, _settled_at(life)),
    }


def _broken(life: Life, clock: str, asked: Asked) -> bool:
    return _ran_out(life, *_clocks(life)[clock], asked.now)


def _late(life: Life, asked: Asked) -> bool:
    return any(_in(_clocks(life)[clock][0], asked.span) and _broken(life, clock, asked) for clock in _clocks(life))


def _in_hand(life: Life) -> bool:
    return life.case.status in IN_HAND and life.case.duplicate_of is None


def _due_by(life: Life, first: datetime | None, last: datetime) -> bool:
    due = life.case.due_at
    return _in_hand(life) and due is not None and (first is None or due >= first) and due <= last


def _late_now(life: Life, asked: Asked) -> bool:
    return _in_hand(life) and life.case.due_at is not None and life.case.due_at < asked.now


def _settlement_kept(life: Life, asked: Asked) -> bool:
    due, met = _clocks(life)["settlement"]
    is_settled = life.case.status in {CaseStatus.ANSWERED, CaseStatus.CLOSED}
    return _came(life, asked) and is_settled and due is not None and met is not None and met <= due


def _reply_kept(life: Life, asked: Asked) -> bool:
    met = life.case.reply_met_at
    return _came(life, asked) and met is not None and met <= life.case.reply_due_at


Counts = Callable[[Life, Asked], bool]
_COUNTS: Final[dict[str, Counts]] = {
    "came": _came,
    "answered": lambda life, asked: _moved(life, asked, CaseStatus.ANSWERED),
    "closed_confirmed": lambda life, asked: _moved(life, asked, CaseStatus.CLOSED, Outcome.CONFIRMED),
    "closed_partly": lambda life, asked: _moved(life, asked, CaseStatus.CLOSED, Outcome.PARTLY),
    "closed_silent": lambda life, asked: _moved(life, asked, CaseStatus.CLOSED, Outcome.SILENT),
    "closed_disputed": lambda life, asked: _moved(life, asked, CaseStatus.CLOSED, Outcome.DISPUTED),
    "archived": lambda life, asked: _moved(life, asked, CaseStatus.ARCHIVED),
    "asked": lambda life, asked: _moved(life, asked, CaseStatus.ON_HOLD),
    "reopened": _reopened,
    "disputed": _disputed,
    "late": _late,
    "escalated": lambda life, asked: any(_in(at, asked.span) for at in life.escalated),
    "open_now": lambda life, _: _in_hand(life),
    "late_now": _late_now,
    "late_soon": lambda life, asked: _due_by(life, asked.now, asked.soon_until),
    "verdict_waits": lambda life, _: life.case.status is CaseStatus.ANSWERED,
    "held_now": lambda life, _: life.case.status is CaseStatus.ON_HOLD,
    "replied": lambda life, asked: _came(life, asked) and life.case.first_replied_at is not None,
    "not_replied": lambda life, asked: _came(life, asked) and life.case.first_replied_at is None,
    "settled": lambda life, asked: _came(life, asked) and life.case.status is CaseStatus.CLOSED,
    "not_settled": lambda life, asked: _came(life, asked) and life.case.status is not CaseStatus.CLOSED,
    "reply_kept": _reply_kept,
    "reply_broken": lambda life, asked: _came(life, asked) and _broken(life, "reply", asked),
    "settlement_kept": _settlement_kept,
    "settlement_broken": lambda life, asked: _came(life, asked) and _broken(life, "settlement", asked),
}


def _counts(key: str) -> Counts:
    if key in BUCKETS:
        return lambda life, asked: _came(life, asked) and lapor_bucket(life.case.status) == BUCKETS[key]
    if key in ASPECTS:
        return lambda life, asked: _came(life, asked) and life.is_labelled and life.aspect == ASPECTS[key]
    return _COUNTS[key]
