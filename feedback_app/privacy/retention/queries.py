"""Which rules are in force, which are to come, and what past runs did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Agency
from feedback_app.privacy.models import RetentionRule, RetentionRun
from feedback_app.privacy.retention.rules import DEFAULTS, RetentionKind

RUNS_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class InForce:
    """A time of keeping as it holds on a day; without a row it is the default of this house."""

    kind: RetentionKind
    days: int
    basis: str
    rule: RetentionRule | None = None


def in_force(session: Session, agency_id: int, day: date) -> list[InForce]:
    """Return what holds for every kind on a day, in the order of `RetentionKind`."""
    rows = session.scalars(
        sa.select(RetentionRule)
        .where(RetentionRule.agency_id == agency_id, RetentionRule.starts_on <= day)
        .order_by(RetentionRule.starts_on)
    )
    latest = {row.kind: row for row in rows}
    return [_in_force(kind, latest.get(kind)) for kind in RetentionKind]


def _in_force(kind: RetentionKind, rule: RetentionRule | None) -> InForce:
    if rule is None:
        return InForce(kind, DEFAULTS[kind].days, DEFAULTS[kind].basis)
    return InForce(kind, rule.days, rule.basis, rule)


def to_come(session: Session, agency_id: int, day: date) -> Sequence[RetentionRule]:
    """Return the rules that begin after a day, the next one first."""
    query = sa.select(RetentionRule).where(RetentionRule.agency_id == agency_id, RetentionRule.starts_on > day)
    return session.scalars(query.order_by(RetentionRule.starts_on, RetentionRule.id)).all()


def past_runs(session: Session, agency_id: int, *, most: int = RUNS_SHOWN) -> Sequence[RetentionRun]:
    """Return the latest runs of an agency, the last one first."""
    query = sa.select(RetentionRun).where(RetentionRun.agency_id == agency_id)
    return session.scalars(query.order_by(RetentionRun.started_at.desc(), RetentionRun.id.desc()).limit(most)).all()


def agencies_to_run(session: Session, *, now: datetime) -> list[int]:
    """Return the agencies whose data no real run has gone through to its end on the present day of their clock."""
    finished = (
        sa.select(RetentionRun.agency_id, sa.func.max(RetentionRun.started_at).label("at"))
        .where(
            RetentionRun.is_dry.is_(False), RetentionRun.finished_at.is_not(None),
            RetentionRun.started_at > now - timedelta(days=2),
        )
        .group_by(RetentionRun.agency_id)
        .subquery()
    )  # fmt: skip
    rows = session.execute(
        sa.select(Agency.id, Agency.time_zone, finished.c.at).outerjoin(finished, finished.c.agency_id == Agency.id)
    )
    return sorted(agency_id for agency_id, zone, at in rows if at is None or _day(at, zone) < _day(now, zone))


def any_run_due(session: Session, *, now: datetime) -> bool:
    """Tell whether the data of an agency was not gone through today."""
    return bool(agencies_to_run(session, now=now))


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()
