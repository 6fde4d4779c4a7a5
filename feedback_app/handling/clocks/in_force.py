"""The calendars and rules in force of an agency and its units, read once and used for many cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.handling.clocks.models import StoredSlaRule
from feedback_app.handling.clocks.sla import (
    DEFAULT_SLA_RULES,
    LADDER,
    CaseClock,
    Pause,
    SlaRule,
    Step,
    paused_working_days,
    rule_in_force,
    share_reached,
    silence_ends,
    working_days_of,
)
from feedback_app.handling.clocks.working_days import Week, WorkingCalendar
from feedback_app.handling.rules import Classification
from feedback_app.organisation.calendar import holidays_of
from feedback_app.organisation.models import Agency, UnitVersion, WorkingHours

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

    def of(self, clock: CaseClock) -> datetime | None:
        """Return the deadline of one clock."""
        if clock is CaseClock.RESOLVE:
            return self.resolve_due_at
        return self.verify_due_at if clock is CaseClock.VERIFY else self.reply_due_at


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
    holds each unit's weeks, the oldest first; `parents` the units above each from a day on, the oldest first: a
    case has the rules of those above its unit on the day its clocks began, so a unit that moves moves no open deadline.
    """

    calendar: WorkingCalendar
    rules: tuple[SlaRule, ...]
    hours: Mapping[int, Sequence[Week]] = field(default_factory=dict)
    parents: Mapping[int, Sequence[tuple[date, int | None]]] = field(default_factory=dict)
    # The same few calendars and rules hold for thousands of cases, and those of one day end on the same days.
    _calendars: dict[tuple[int | None, date], WorkingCalendar] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _rules: dict[tuple[Classification, int | None, date], SlaRule] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    _same: dict[WorkingCalendar, WorkingCalendar] = field(default_factory=dict, init=False, repr=False, compare=False)
    _ends: dict[tuple[int, date, int], datetime] = field(default_factory=dict, init=False, repr=False, compare=False)
    _rungs: dict[tuple[int, date, int, int, Step], datetime] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def rule(self, classification: Classification, at: datetime, unit_id: int | None = None) -> SlaRule:
        """Return the rule that holds for a classification and a unit at a moment."""
        day = at.astimezone(self.calendar.time_zone).date()
        key = (classification, unit_id, day)
        if key not in self._rules:
            self._rules[key] = self._rule_on(classification, unit_id, day)
        return self._rules[key]

    def _rule_on(self, classification: Classification, unit_id: int | None, day: date) -> SlaRule:
        # The defaults stand behind an agency's own rows: a missing row must not stop everybody's submissions.
        valid = [rule for rule in self.rules if rule.classification is classification and rule.effective_from <= day]
        for level in (*self.upwards(unit_id, day), None):
            own = [rule for rule in valid if rule.unit_id == level]
            if own:
                return rule_in_force(own, classification, day)
        return rule_in_force(DEFAULT_SLA_RULES, classification, day)

    def calendar_of(self, unit_id: int | None, at: datetime) -> WorkingCalendar:
        """Return the calendar by which a unit works from a moment on; each later day has the hours of that day."""
        day = at.astimezone(self.calendar.time_zone).date()
        if not self.hours and not self.calendar.later:
            return self.calendar
        key = (unit_id, day)
        if key not in self._calendars:
            found = self._calendar_from(unit_id, day)
            self._calendars[key] = self._same.setdefault(found, found)
        return self._calendars[key]

    def hours_level(self, unit_id: int | None, day: date) -> int | None:
        """Return the unit whose hours a unit has on a day: itself or one above it, None where they are the agency's."""
        for level in self.upwards(unit_id, day):
            if any(week.starts_on <= day for week in self.hours.get(level, ())):
                return level
        return None

    def _calendar_from(self, unit_id: int | None, day: date) -> WorkingCalendar:
        levels = [self.hours[level] for level in self.upwards(unit_id, day) if level in self.hours]
        starts = {week.starts_on for weeks in (*levels, self.calendar.later) for week in weeks if week.starts_on > day}
        now = self._week_on(levels, day)
        later = tuple(replace(self._week_on(levels, start), starts_on=start) for start in sorted(starts))
        return replace(self.calendar, workdays=now.workdays, opens=now.opens, closes=now.closes, later=later)

    def _week_on(self, levels: Sequence[Sequence[Week]], day: date) -> Week:
        for weeks in levels:
            begun = [week for week in weeks if week.starts_on <= day]
            if begun:
                return begun[-1]
        return self.calendar.week_of(day)

    def deadlines(self, classification: Classification, run: datetime | Run, unit_id: int | None = None) -> Deadlines:
        """Return the deadlines of a case whose clocks run from a moment, or as a whole run says."""
        run = run if isinstance(run, Run) else Run(run)
        rule, calendar = self.rule(classification, run.start, unit_id), self.calendar_of(unit_id, run.start)
        received_on, paused = calendar.received_on(run.start), paused_working_days(run.pauses, calendar)

        def due(clock: CaseClock) -> datetime | None:
            days = working_days_of(rule, clock, reopened=run.reopened, extended=run.extended)
            return None if days is None else self._end(calendar, received_on, days + paused)

        verify, reply = due(CaseClock.VERIFY), due(CaseClock.REPLY)
        assert verify is not None and reply is not None  # noqa: S101, PT018 - only the settlement may have no limit
        return Deadlines(verify, reply, due(CaseClock.RESOLVE))

    def _end(self, calendar: WorkingCalendar, received_on: date, working_days: int) -> datetime:
        key = (id(calendar), received_on, working_days)
        if key not in self._ends:
            self._ends[key] = calendar.end_of(calendar.add_working_days(received_on, working_days))
        return self._ends[key]

    def rung_at(
        self, classification: Classification, run: Run, unit_id: int | None, clock: CaseClock, step: Step
    ) -> datetime | None:
        """Return when a clock of a case reaches a rung of the ladder; None where the clock has no limit."""
        rule = self.rule(classification, run.start, unit_id)
        days = working_days_of(rule, clock, reopened=run.reopened, extended=run.extended)
        if days is None:
            return None
        calendar = self.calendar_of(unit_id, run.start)
        key = (
            id(calendar), calendar.received_on(run.start), days, paused_working_days(run.pauses, calendar), step,
        )  # fmt: skip
        if key not in self._rungs:
            self._rungs[key] = share_reached(run.start, days, LADDER[step], calendar, run.pauses)
        return self._rungs[key]

    def silence_ends_at(
        self, classification: Classification, answered_at: datetime, unit_id: int | None = None
    ) -> datetime:
        """Return the moment from which silence about an answer closes a case."""
        rule = self.rule(classification, answered_at, unit_id)
        return silence_ends(answered_at, rule, self.calendar_of(unit_id, answered_at))

    def upwards(self, unit_id: int | None, day: date) -> Iterator[int]:
        """Yield a unit and those above it on a day, the nearest first."""
        seen: set[int] = set()
        while unit_id is not None and unit_id not in seen:
            seen.add(unit_id)
            yield unit_id
            unit_id = self._above(unit_id, day)

    def _above(self, unit_id: int, day: date) -> int | None:
        places = self.parents.get(unit_id, ())
        # Before its first day a unit stood where it stood first, after its last where it stood last.
        first = places[0][1] if places else None
        return next((above for starts_on, above in reversed(places) if starts_on <= day), first)


def clocks_of(session: Session, agency_id: int) -> Clocks:
    """Return the clocks of an agency and its units."""
    agency = session.get_one(Agency, agency_id)
    weeks = _weeks(session, agency_id)
    calendar = WorkingCalendar(
        time_zone=ZoneInfo(agency.time_zone),
        holidays=holidays_of(session, agency_id),
        workdays=frozenset(agency.workdays),
        opens=agency.opens,
        closes=agency.closes,
        later=tuple(weeks.get(None, ())),
    )
    rows = session.scalars(sa.select(StoredSlaRule).where(StoredSlaRule.agency_id == agency_id))
    rules = tuple(SlaRule(**{name: getattr(row, name) for name in RULE_FIELDS}) for row in rows)
    hours = {unit_id: found for unit_id, found in weeks.items() if unit_id is not None}
    parents = _parents(session, agency_id) if hours or any(rule.unit_id for rule in rules) else {}
    return Clocks(calendar, rules, hours, parents)


def _weeks(session: Session, agency_id: int) -> dict[int | None, list[Week]]:
    rows = session.scalars(
        sa.select(WorkingHours).where(WorkingHours.agency_id == agency_id).order_by(WorkingHours.starts_on)
    )
    found: dict[int | None, list[Week]] = {}
    for row in rows:
        week = Week(row.starts_on, frozenset(row.workdays), row.opens, row.closes)
        found.setdefault(row.unit_id, []).append(week)
    return found


def _parents(session: Session, agency_id: int) -> dict[int, list[tuple[date, int | None]]]:
    rows = session.execute(
        sa.select(UnitVersion.unit_id, UnitVersion.starts_on, UnitVersion.parent_id)
        .where(UnitVersion.agency_id == agency_id)
        .order_by(UnitVersion.starts_on)
    )
    found: dict[int, list[tuple[date, int | None]]] = {}
    for row in rows:
        found.setdefault(row.unit_id, []).append((row.starts_on, row.parent_id))
    return found


def set_default_clocks(session: Session, agency_id: int) -> None:
    """Give an agency the default rules as rows of its own; rows it has already stay."""
    rows = [
        {"agency_id": agency_id} | {name: getattr(rule, name) for name in RULE_FIELDS} for rule in DEFAULT_SLA_RULES
    ]
    session.execute(insert(StoredSlaRule).values(rows).on_conflict_do_nothing())
