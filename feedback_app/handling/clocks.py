"""The calendars and rules in force of an agency, read once and used for many cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.handling.models import ServiceClock
from feedback_app.handling.rules import Classification
from feedback_app.handling.sla import DEFAULT_SLA_RULES, SlaRule, reply_due, resolve_due, rule_in_force, silence_ends
from feedback_app.handling.working_days import WorkingCalendar
from feedback_app.organisation.models import Agency
from feedback_app.organisation.operations import holidays_of


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when a case is answered and settled in time (aware, UTC)."""

    reply_due_at: datetime
    resolve_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """One agency's working calendar and dated rules."""

    calendar: WorkingCalendar
    rules: tuple[SlaRule, ...]

    def deadlines(self, classification: Classification, start: datetime) -> Deadlines:
        """Return the deadlines of a case whose clock starts at a moment."""
        rule = self._rule(classification, start)
        return Deadlines(reply_due(start, rule, self.calendar), resolve_due(start, rule, self.calendar))

    def silence_ends_at(self, classification: Classification, answered_at: datetime) -> datetime:
        """Return the moment from which silence about an answer closes a case."""
        return silence_ends(answered_at, self._rule(classification, answered_at), self.calendar)

    def _rule(self, classification: Classification, at: datetime) -> SlaRule:
        # The defaults stand behind an agency's own rows: a missing row must not stop everybody's submissions.
        day = at.astimezone(self.calendar.time_zone).date()
        own = [rule for rule in self.rules if rule.classification is classification and rule.effective_from <= day]
        return rule_in_force(own or DEFAULT_SLA_RULES, classification, day)


def clocks_of(session: Session, agency_id: int) -> Clocks:
    """Return the clocks of an agency."""
    agency = session.get_one(Agency, agency_id)
    calendar = WorkingCalendar(
        time_zone=ZoneInfo(agency.time_zone),
        holidays=holidays_of(session, agency_id),
        workdays=frozenset(agency.workdays),
        opens=agency.opens,
        closes=agency.closes,
    )
    rows = session.scalars(sa.select(ServiceClock).where(ServiceClock.agency_id == agency_id))
    rules = tuple(
        SlaRule(
            classification=row.classification,
            effective_from=row.effective_from,
            verify_working_days=row.verify_working_days,
            reply_working_days=row.reply_working_days,
            resolve_working_days=row.resolve_working_days,
            close_after_silence_working_days=row.close_after_silence_working_days,
            source=row.source,
        )
        for row in rows
    )
    return Clocks(calendar, rules)


def set_default_clocks(session: Session, agency_id: int) -> None:
    """Give an agency the default rules as rows of its own; rows it has already stay."""
    rows = [
        {
            "agency_id": agency_id,
            "classification": rule.classification,
            "effective_from": rule.effective_from,
            "verify_working_days": rule.verify_working_days,
            "reply_working_days": rule.reply_working_days,
            "resolve_working_days": rule.resolve_working_days,
            "close_after_silence_working_days": rule.close_after_silence_working_days,
            "source": rule.source,
        }
        for rule in DEFAULT_SLA_RULES
    ]
    session.execute(insert(ServiceClock).values(rows).on_conflict_do_nothing())
