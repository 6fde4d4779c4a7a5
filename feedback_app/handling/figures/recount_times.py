"""How long the office had each case in hand, added up again along its timeline, to check the times of the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.figures.counts import IN_HAND, Asked, Scope
from feedback_app.handling.figures.lives import Life
from feedback_app.handling.rules import CaseStatus


@dataclass(frozen=True, slots=True)
class Wait:
    """The working days a case was in the office's hands, and whether what was waited for came."""

    days: float
    is_over: bool


def waits_until_reply(lives: Sequence[Life], asked: Asked, session: Session, scope: Scope) -> list[Wait]:
    """Return how long the cases that came in were in hand until the first reply."""
    return [
        Wait(
            _days_in_hand(life, calendar, life.case.first_replied_at or asked.now),
            life.case.first_replied_at is not None,
        )
        for life, calendar in _with_calendars(lives, asked, session, scope)
    ]


def waits_until_closed(lives: Sequence[Life], asked: Asked, session: Session, scope: Scope) -> list[Wait]:
    """Return how long the cases that came in were in hand until they were closed."""
    return [
        Wait(_days_in_hand(life, calendar, asked.now), life.case.status is CaseStatus.CLOSED)
        for life, calendar in _with_calendars(lives, asked, session, scope)
    ]


def _with_calendars(
    lives: Sequence[Life], asked: Asked, session: Session, scope: Scope
) -> list[tuple[Life, WorkingCalendar]]:
    clocks = clocks_of(session, scope.agency_id)
    return [
        (life, clocks.calendar_of(life.case.unit_id, asked.span.starts_at))
        for life in lives
        if life.came_in(asked.span)
    ]


def _days_in_hand(life: Life, calendar: WorkingCalendar, until: datetime) -> float:
    """Walk along the timeline and add up the stretches in which the office had the case."""
    days, begun, status = 0.0, life.case.opened_at, CaseStatus.NEW
    for event in life.events:
        if event.at > until:
            break
        if status in IN_HAND and event.to_status not in IN_HAND:
            days += _passed(life, calendar, event.at) - _passed(life, calendar, begun)
        if status not in IN_HAND and event.to_status in IN_HAND:
            begun = event.at
        status = event.to_status
    if status in IN_HAND:
        days += _passed(life, calendar, until) - _passed(life, calendar, begun)
    return round(days, 6)


def _passed(life: Life, calendar: WorkingCalendar, moment: datetime) -> float:
    day = moment.astimezone(calendar.time_zone).date()
    whole = calendar.working_days_between(calendar.received_on(life.case.opened_at), day)
    if not whole or not calendar.is_working_day(day):
        return float(whole)
    opens, closes = calendar.start_of(day), calendar.end_of(day)
    part = min(max((moment - opens) / (closes - opens), 0.0), 1.0)
    return whole - 1.0 + part
