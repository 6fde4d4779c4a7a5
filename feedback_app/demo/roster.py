"""The counters of one unit and a year of their roster: who served where on every working day, written down weekly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, record
from feedback_app.demo.accounts import COUNTER
from feedback_app.demo.cities import City
from feedback_app.demo.period import Period
from feedback_app.demo.posts import Post
from feedback_app.demo.settling import Town
from feedback_app.organisation.models import Employee
from feedback_app.organisation.people.counters import add_counter
from feedback_app.organisation.people.models import DutyEntry

DAYS_AHEAD: Final = 6
FORGOTTEN: Final = 1 / 60  # of the days of a counter nobody wrote down who served
WRITTEN_DAYS_BEFORE: Final = 3
_WRITTEN_AT_MINUTES: Final = 15 * 60


def keep_roster(
    session: Session, town: Town, city: City, posts: Sequence[Post], period: Period,
    is_working_day: Callable[[date], bool], rng: Random,
) -> int:  # fmt: skip
    """Add a counter for each service of the counter unit, and its roster of the year; return how many entries came.

    At each counter serves whoever is assigned to its service that day, so that the roster and the posts say the same.
    The town knows its counters from then on.
    """
    counters = _counters(session, town, city, period)
    town.counters.update({(COUNTER, service): counter_id for service, counter_id in counters.items()})
    people = _people(session, town.agency_id)
    days = [
        day
        for number in range((period.today - period.first_day).days + DAYS_AHEAD)
        if is_working_day(day := period.first_day + timedelta(days=number))
    ]
    rows = list(_entries(town, city, posts, period, counters, people, days, rng))
    session.execute(sa.insert(DutyEntry), rows)
    record(
        session, agency_id=town.agency_id, actor=SYSTEM, action="organisation.change_roster", subject_type="unit",
        subject_id=town.units[COUNTER], now=period.at(period.first_day), added=len(rows), removed=0,
    )  # fmt: skip
    return len(rows)


def _counters(session: Session, town: Town, city: City, period: Period) -> dict[str, int]:
    found = {}
    for number, service in enumerate(city.unit(COUNTER).services, start=1):
        row = add_counter(
            session, town.agency_id, town.units[COUNTER], code=f"loket-{number}", name=f"Loket {number}",
            service_id=town.service_id(COUNTER, service.code), actor=SYSTEM, now=period.at(period.first_day),
        )  # fmt: skip
        found[service.code] = row.id
    return found


def _people(session: Session, agency_id: int) -> dict[str, int]:
    rows = session.execute(sa.select(Employee.nip, Employee.id).where(Employee.agency_id == agency_id))
    return {row.nip: row.id for row in rows}


def _entries(
    town: Town, city: City, posts: Sequence[Post], period: Period, counters: dict[str, int], people: dict[str, int],
    days: Sequence[date], rng: Random,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    for service in city.unit(COUNTER).services:
        held = [post for post in posts if (post.unit, post.service) == (COUNTER, service.code)]
        for day in days:
            who = next((post.person for post in held if post.holds_on(day)), None)
            if who is None or rng.random() < FORGOTTEN:
                continue
            monday = day - timedelta(days=day.weekday())
            yield {
                "agency_id": town.agency_id, "unit_id": town.units[COUNTER], "counter_id": counters[service.code],
                "employee_id": people[who.nip], "on_date": day,
                "recorded_at": period.at(monday - timedelta(days=WRITTEN_DAYS_BEFORE), _WRITTEN_AT_MINUTES),
            }  # fmt: skip
