"""The figures of the dashboard, each as the condition on the very cases it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.models import ActorKind
from feedback_app.handling.clocks.models import CasePause, Escalation
from feedback_app.handling.figures.rules import Span
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.rules import LAPOR_BUCKET, CaseStatus, EventKind, Outcome
from feedback_app.handling.visibility import may_see
from feedback_app.identity.rules import Permission
from feedback_app.nlp.labels import Aspect
from feedback_app.organisation.queries import reach

Condition = sa.ColumnElement[bool]

UNSURE: Final = "unsure"
IN_HAND: Final = (CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an account may see, looked up once: the units whose plain cases it reads figures of, and other cases."""

    unit_ids: Sequence[int]
    kept_apart: Sequence[int]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures are asked for, of which agency and unit (None: all the units this account reads figures of)."""

    user_id: int
    day: date
    agency_id: int
    unit_id: int | None = None
    seen: Seen | None = None

    def sees(self) -> Condition:
        """Return the condition that a case is counted for this account at all."""
        if self.seen is None:
            may = may_see(self.user_id, Permission.READ_DASHBOARD, self.day)
        else:
            plain = sa.and_(sa.not_(Case.is_confidential), Case.unit_id == _any_of(self.seen.unit_ids))
            may = sa.or_(plain, sa.and_(Case.is_confidential, Case.id == _any_of(self.seen.kept_apart)))
        seen = sa.and_(Case.agency_id == self.agency_id, may)
        return seen if self.unit_id is None else sa.and_(seen, Case.unit_id == self.unit_id)

    def looked_up(self, session: Session) -> Scope:
        """Return this scope with what it sees looked up, for a page that asks many questions of many cases.

        Who sees which case is decided by `may_see`; to decide it for each case again would take most of the page's
        time, and keeps the database from sharing out a scan.
        """
        if self.seen is not None:
            return self
        area = reach(self.user_id, Permission.READ_DASHBOARD, self.day)
        units = session.scalars(sa.select(area.c.unit_id).where(area.c.agency_id == self.agency_id)).all()
        apart = session.scalars(sa.select(Case.id).where(Case.is_confidential, self.sees())).all()
        return replace(self, seen=Seen(units, apart))


def _any_of(ids: Sequence[int]) -> Any:
    return sa.any_(sa.cast(list(ids), ARRAY(sa.BigInteger)))


@dataclass(frozen=True, slots=True)
class Asked:
    """The time a figure is about: its span, the present, and until when something is due soon."""

    span: Span
    now: datetime
    soon_until: datetime


def _moved(to: CaseStatus, outcome: Outcome | None = None) -> Condition:
    moved = sa.and_(
        CaseEvent.kind == EventKind.MOVED, CaseEvent.to_status == to, CaseEvent.from_status.is_distinct_from(to)
    )
    return moved if outcome is None else sa.and_(moved, CaseEvent.outcome == outcome)


# What happened to a case in the span, as a condition on a line of its timeline.
HAPPENED: Final[dict[str, Condition]] = {
    "answered": _moved(CaseStatus.ANSWERED),
    "closed_confirmed": _moved(CaseStatus.CLOSED, Outcome.CONFIRMED),
    "closed_partly": _moved(CaseStatus.CLOSED, Outcome.PARTLY),
    "closed_silent": _moved(CaseStatus.CLOSED, Outcome.SILENT),
    # A reviewer let the answer stand although the citizen calls it unsolved.
    "closed_disputed": _moved(CaseStatus.CLOSED, Outcome.DISPUTED),
    "archived": _moved(CaseStatus.ARCHIVED),
    "reopened": sa.and_(
        _moved(CaseStatus.IN_PROGRESS), CaseEvent.from_status.in_((CaseStatus.ANSWERED, CaseStatus.CLOSED))
    ),
    "disputed": sa.and_(CaseEvent.outcome == Outcome.DISPUTED, CaseEvent.actor_kind == ActorKind.CITIZEN),
    "asked": _moved(CaseStatus.ON_HOLD),
}  # fmt: skip


def _came(asked: Asked) -> Condition:
    return within_span(Case.opened_at, asked.span)


def within_span(moment: Any, span: Span) -> Condition:
    """Return the condition that a moment lies in a span."""
    return sa.and_(moment >= span.starts_at, moment < span.ends_at)


def _settled_at() -> sa.ColumnElement[datetime | None]:
    # What settles a case is its last answer; the days until the citizen judges it are not the office's.
    answered_at = (
        sa.select(sa.func.max(CaseEvent.at))
        .where(CaseEvent.agency_id == Case.agency_id, CaseEvent.case_id == Case.id, HAPPENED["answered"])
        .scalar_subquery()
    )
    return sa.case(
        (Case.status.in_((CaseStatus.ANSWERED, CaseStatus.CLOSED)), answered_at),
        (Case.status == CaseStatus.ARCHIVED, Case.closed_at),
    )


def _ran_out(due: Any, met: Any, asked: Asked) -> Condition:
    """Return the condition that a clock ran out before what it waits for came; while the citizen is asked none runs."""
    held = sa.exists().where(
        CasePause.agency_id == Case.agency_id, CasePause.case_id == Case.id, CasePause.ends_at.is_(None),
        CasePause.starts_at <= due,
    )  # fmt: skip
    return sa.and_(
        due < asked.now, sa.or_(met.is_(None), met > due), sa.not_(sa.and_(Case.status == CaseStatus.ON_HOLD, held))
    )


def _verify_ran_out(asked: Asked) -> Condition:
    return _ran_out(Case.verify_due_at, sa.func.coalesce(Case.verified_at, Case.closed_at), asked)


def _reply_ran_out(asked: Asked) -> Condition:
    return _ran_out(Case.reply_due_at, sa.func.coalesce(Case.reply_met_at, Case.closed_at), asked)


def _settlement_ran_out(asked: Asked) -> Condition:
    return sa.and_(Case.resolve_due_at.is_not(None), _ran_out(Case.resolve_due_at, _settled_at(), asked))


def is_due_within(span: Span) -> Condition:
    """Return the condition that a deadline of a case lies within a span: only then can it have become late in it."""
    return sa.or_(*(within_span(due, span) for due in (Case.verify_due_at, Case.reply_due_at, Case.resolve_due_at)))


def _late(asked: Asked) -> Condition:
    return sa.or_(
        sa.and_(within_span(Case.verify_due_at, asked.span), _verify_ran_out(asked)),
        sa.and_(within_span(Case.reply_due_at, asked.span), _reply_ran_out(asked)),
        sa.and_(within_span(Case.resolve_due_at, asked.span), _settlement_ran_out(asked)),
    )


def climbed_within(span: Span) -> Condition:
    """Return the condition that a case climbed a rung of the ladder within a span."""
    return sa.tuple_(Case.agency_id, Case.id).in_(
        sa.select(Escalation.agency_id, Escalation.case_id).where(within_span(Escalation.at, span))
    )


def _escalated(asked: Asked) -> Condition:
    return climbed_within(asked.span)


def _in_hand() -> Condition:
    # A duplicate waits for the answer to its main case and is nobody's work of its own.
    return sa.and_(Case.status.in_(IN_HAND), Case.duplicate_of.is_(None))


# What a case itself says.
STANDS: Final[dict[str, Callable[[Asked], Condition]]] = {
    "came": _came,
    "late": _late,
    "escalated": _escalated,
    "open_now": lambda _: _in_hand(),
    "late_now": lambda asked: sa.and_(_in_hand(), Case.due_at < asked.now),
    "late_soon": lambda asked: sa.and_(_in_hand(), Case.due_at >= asked.now, Case.due_at <= asked.soon_until),
    "verdict_waits": lambda _: Case.status == CaseStatus.ANSWERED,
    "held_now": lambda _: Case.status == CaseStatus.ON_HOLD,
    "replied": lambda asked: sa.and_(_came(asked), Case.first_replied_at.is_not(None)),
    "not_replied": lambda asked: sa.and_(_came(asked), Case.first_replied_at.is_(None)),
    "settled": lambda asked: sa.and_(_came(asked), Case.status == CaseStatus.CLOSED),
    "not_settled": lambda asked: sa.and_(_came(asked), Case.status != CaseStatus.CLOSED),
    "reply_kept": lambda asked: sa.and_(_came(asked), Case.reply_met_at <= Case.reply_due_at),
    "reply_broken": lambda asked: sa.and_(_came(asked), _reply_ran_out(asked)),
    "settlement_kept": lambda asked: sa.and_(
        _came(asked), Case.status.in_((CaseStatus.ANSWERED, CaseStatus.CLOSED)), _settled_at() <= Case.resolve_due_at
    ),
    "settlement_broken": lambda asked: sa.and_(_came(asked), _settlement_ran_out(asked)),
}  # fmt: skip


def _in_bucket(bucket: str) -> Callable[[Asked], Condition]:
    statuses = [status for status, name in LAPOR_BUCKET.items() if name == bucket]
    return lambda asked: sa.and_(_came(asked), Case.status.in_(statuses))


def _of_aspect(aspect: Aspect | None) -> Callable[[Asked], Condition]:
    said = Labels.aspect.is_(None) if aspect is None else Labels.aspect == aspect
    of_case = sa.and_(Labels.agency_id == Case.agency_id, Labels.submission_id == Case.submission_id)
    return lambda asked: sa.and_(_came(asked), sa.exists().where(of_case, said))


BUCKETS: Final = {f"bucket_{name}": name for name in dict.fromkeys(LAPOR_BUCKET.values())}
ASPECTS: Final[dict[str, Aspect | None]] = {
    **{f"aspect_{aspect.value}": aspect for aspect in Aspect}, f"aspect_{UNSURE}": None,
}  # fmt: skip
STANDS.update({key: _in_bucket(name) for key, name in BUCKETS.items()})
STANDS.update({key: _of_aspect(aspect) for key, aspect in ASPECTS.items()})

KEYS: Final = (*HAPPENED, *STANDS)
STANDING_NOW: Final = Case.status.in_((*IN_HAND, CaseStatus.ANSWERED, CaseStatus.ON_HOLD))
# These say how things stand now, whatever period is looked at.
OF_NOW: Final = frozenset({"open_now", "late_now", "late_soon", "verdict_waits", "held_now"})


def counted_by(key: str, asked: Asked, agency_id: int) -> Condition:
    """Return the condition on the cases a figure counts, besides that they are seen.

    Raises
    ------
    KeyError
        No figure has this key.
    """
    if key in STANDS:
        return STANDS[key](asked)
    happened = sa.select(CaseEvent.case_id).where(
        CaseEvent.agency_id == agency_id, within_span(CaseEvent.at, asked.span), HAPPENED[key]
    )
    return sa.and_(Case.agency_id == agency_id, Case.id.in_(happened))
