"""The calendars and rules in force of an agency and its units, read once and used for many cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.handling.models import ServiceClock
from feedback_app.handling.rules import Classification
from feedback_app.handling.sla import (
    DEFAULT_SLA_RULES,
    CaseClock,
    Pause,
    SlaRule,
    due_after,
    rule_in_force,
    silence_ends,
    working_days_of,
)
from feedback_app.handling.working_days import WorkingCalendar
from feedback_app.organisation.models import Agency, UnitVersion, WorkingHours
from feedback_app.organisation.operations import holidays_of

RULE_FIELDS = (
    "classification", "effective_from", "unit_id", "verify_working_days", "reply_working_days",
    "resolve_working_days", "close_after_silence_working_days", "complete_days", "extension_working_days",
    "objection_working_days", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when a case is verified, answered and settled in time (aware, UTC)."""

    verify_due_at: datetime
    reply_due_at: datetime
    resolve_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Run:
    """How the clocks of a case run: from when, with which pauses, after a reopening, with an extension."""

    start: datetime
    pauses: Sequence[Pause] = ()
    reopened: bool = False
    extended: bool = False


@dataclass(frozen=True, slots=True)
class Clocks:
    """One agency's working calendar and dated rules, and those of its units.

    A unit without rules or hours of its own has those of the nearest unit above it, in the end the agency's. `hours`
    holds each unit's calendars with their first day, the oldest first; `parents` the unit above each.
    """

    calendar: WorkingCalendar
    rules: tuple[SlaRule, ...]
    hours: Mapping[int, Sequence[tuple[date, WorkingCalendar]]] = field(default_factory=dict)
    parents: Mapping[int, int] = field(default_factory=dict)

    def rule(self, classification: Classification, at: datetime, unit_id: int | None = None) -> SlaRule:
        """Return the rule that holds for a classification and a unit at a moment."""
        # The defaults stand behind an agency's own rows: a missing row must not stop everybody's submissions.
        day = at.astimezone(self.calendar.time_zone).date()
        valid = [rule for rule in self.rules if rule.classification is classification and rule.effective_from <= day]
        for level in (*self._upwards(unit_id), None):
            own = [rule for rule in valid if rule.unit_id == level]
            if own:
                return rule_in_force(own, classification, day)
        return rule_in_force(DEFAULT_SLA_RULES, classification, day)

    def calendar_of(self, unit_id: int | None, at: datetime) -> WorkingCalendar:
        """Return the calendar by which a unit works at a moment."""
        day = at.astimezone(self.calendar.time_zone).date()
        for level in self._upwards(unit_id):
            valid = [calendar for starts_on, calendar in self.hours.get(level, ()) if starts_on <= day]
            if valid:
                return valid[-1]
        return self.calendar

    def deadlines(self, classification: Classification, run: datetime | Run, unit_id: int | None = None) -> Deadlines:
        """Return the deadlines of a case whose clocks run from a moment, or as a whole run says."""
        run = run if isinstance(run, Run) else Run(run)
        rule, calendar = self.rule(classification, run.start, unit_id), self.calendar_of(unit_id, run.start)

        def due(clock: CaseClock) -> datetime | None:
            days = working_days_of(rule, clock, reopened=run.reopened, extended=run.extended)
            return None if days is None else due_after(run.start, days, calendar, run.pauses)

        verify, reply = due(CaseClock.VERIFY), due(CaseClock.REPLY)
        assert verify is not None and reply is not None  # noqa: S101, PT018 - only the settlement may have no limit
        return Deadlines(verify, reply, due(CaseClock.RESOLVE))

    def silence_ends_at(
        self, classification: Classification, answered_at: datetime, unit_id: int | None = None
    ) -> datetime:
        """Return the moment from which silence about an answer closes a case."""
        rule = self.rule(classification, answered_at, unit_id)
        return silence_ends(answered_at, rule, self.calendar_of(unit_id, answered_at))

    def _upwards(self, unit_id: int | None) -> Iterator[int]:
        seen: set[int] = set()
        while unit_id is not None and unit_id not in seen:
            seen.add(unit_id)
            yield unit_id
            unit_id = self.parents.get(unit_id)


def clocks_of(session: Session, agency_id: int) -> Clocks:
    """Return the clocks of an agency and its units."""
    agency = session.get_one(Agency, agency_id)
    calendar = WorkingCalendar(
        time_zone=ZoneInfo(agency.time_zone),
        holidays=holidays_of(session, agency_id),
        workdays=frozenset(agency.workdays),
        opens=agency.opens,
        closes=agency.closes,
    )
    rows = session.scalars(sa.select(ServiceClock).where(ServiceClock.agency_id == agency_id))
    rules = tuple(SlaRule(**{name: getattr(row, name) for name in RULE_FIELDS}) for row in rows)
    hours = _hours(session, agency_id, calendar)
    parents = _parents(session, agency_id) if hours or any(rule.unit_id for rule in rules) else {}
    return Clocks(calendar, rules, hours, parents)


def _hours(session: Session, agency_id: int, usual: WorkingCalendar) -> dict[int, list[tuple[date, WorkingCalendar]]]:
    rows = session.scalars(
        sa.select(WorkingHours).where(WorkingHours.agency_id == agency_id).order_by(WorkingHours.starts_on)
    )
    found: dict[int, list[tuple[date, WorkingCalendar]]] = {}
    for row in rows:
        calendar = replace(usual, workdays=frozenset(row.workdays), opens=row.opens, closes=row.closes)
        found.setdefault(row.unit_id, []).append((row.starts_on, calendar))
    return found


def _parents(session: Session, agency_id: int) -> dict[int, int]:
    rows = session.execute(
        sa.select(UnitVersion.unit_id, UnitVersion.parent_id)
        .where(UnitVersion.agency_id == agency_id)
        # Each unit where it stood last.
        .distinct(UnitVersion.unit_id)
        .order_by(UnitVersion.unit_id, UnitVersion.starts_on.desc())
    )
    return {row.unit_id: row.parent_id for row in rows if row.parent_id is not None}


def set_default_clocks(session: Session, agency_id: int) -> None:
    """Give an agency the default rules as rows of its own; rows it has already stay."""
    rows = [
        {"agency_id": agency_id} | {name: getattr(rule, name) for name in RULE_FIELDS} for rule in DEFAULT_SLA_RULES
    ]
    session.execute(insert(ServiceClock).values(rows).on_conflict_do_nothing())
