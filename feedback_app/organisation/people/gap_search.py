"""Find the gaps of an agency: read posts, rosters and people once, and look at each unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import InvalidInputError
from feedback_app.organisation.models import Agency, Assignment, Employee
from feedback_app.organisation.people.gaps import CounterDays, Gap, GapKind, UnitDays, gaps_of_unit
from feedback_app.organisation.people.models import Counter, DutyEntry
from feedback_app.organisation.people.post_edits import as_known_at, fields_of
from feedback_app.organisation.people.post_rules import PostFields, acting_too_long
from feedback_app.organisation.queries import services_by_unit, units_of, valid_between

DAYS_MAX: Final = 400

WorkingDays = Callable[[int, date, date], Sequence[date]]


class GapPeriodError(InvalidInputError):
    """A period that ends before it starts, or is longer than is looked through at once."""

    code = "gap_period"


def find_gaps(
    session: Session, agency: Agency, first: date, last: date, *, unit_ids: Collection[int], people_too: bool,
    working_days: WorkingDays,
) -> list[Gap]:  # fmt: skip
    """Return the gaps of some units of an agency from one day to another, unit by unit.

    Parameters
    ----------
    unit_ids
        The units looked at; those the agency does not have on the last day are passed over.
    people_too
        Also look for people without post or account, whatever unit they may belong to.
    working_days
        Gives the working days of a unit from one day to another.

    Raises
    ------
    GapPeriodError
    """
    if not first <= last or (last - first).days >= DAYS_MAX:
        raise GapPeriodError(f"Pilih masa yang berakhir sesudah dimulai, paling lama {DAYS_MAX} hari.")
    posts = _posts(session, agency.id, first, last)
    counters = _counters(session, agency, first, last)
    services = services_by_unit(session, agency.id)
    found: list[Gap] = []
    for card in units_of(session, agency.id, last):
        if card.id in unit_ids:
            offered = [service.id for service in services.get(card.id, [])]
            days = working_days(card.id, first, last)
            found += gaps_of_unit(UnitDays(card.id, days, posts[card.id], offered, counters[card.id]))
            found += _acting(session, agency.id, card.id, first, last)
    return [*found, *(_people(session, agency.id, posts, last) if people_too else ())]


def _posts(session: Session, agency_id: int, first: date, last: date) -> dict[int, list[PostFields]]:
    rows = session.scalars(
        sa.select(Assignment).where(
            Assignment.agency_id == agency_id, as_known_at(),
            valid_between(Assignment.starts_on, Assignment.ends_on, first, last),
        ).order_by(Assignment.id)
    )  # fmt: skip
    found: dict[int, list[PostFields]] = defaultdict(list)
    for row in rows:
        found[row.unit_id].append(fields_of(row))
    return found


def _counters(session: Session, agency: Agency, first: date, last: date) -> dict[int, list[CounterDays]]:
    filled: dict[int, set[date]] = defaultdict(set)
    entries = sa.select(DutyEntry.counter_id, DutyEntry.on_date).where(
        DutyEntry.agency_id == agency.id, DutyEntry.on_date.between(first, last), as_known_at(None, DutyEntry)
    )
    for counter_id, day in session.execute(entries):
        filled[counter_id].add(day)
    earliest = sa.select(DutyEntry.counter_id, sa.func.min(DutyEntry.on_date)).where(
        DutyEntry.agency_id == agency.id, as_known_at(None, DutyEntry)
    )
    begun: dict[int, date] = {row[0]: row[1] for row in session.execute(earliest.group_by(DutyEntry.counter_id))}
    found: dict[int, list[CounterDays]] = defaultdict(list)
    query = sa.select(Counter).where(Counter.agency_id == agency.id, Counter.is_active).order_by(Counter.code)
    for row in session.scalars(query):
        made = row.created_at.astimezone(ZoneInfo(agency.time_zone)).date()
        since = min(made, begun.get(row.id, made))
        found[row.unit_id].append(CounterDays(row.id, row.service_id, since, frozenset(filled[row.id])))
    return found


def _acting(session: Session, agency_id: int, unit_id: int, first: date, last: date) -> Iterator[Gap]:
    """Yield the Plt of the period whose terms, with those before the period, are too many."""
    rows = session.scalars(
        sa.select(Assignment)
        .where(
            Assignment.agency_id == agency_id, Assignment.unit_id == unit_id, as_known_at(),
            Assignment.is_head, Assignment.starts_on <= last,
        )
        .order_by(Assignment.employee_id, Assignment.starts_on)
    )  # fmt: skip
    by_person: dict[int, list[PostFields]] = defaultdict(list)
    for row in rows:
        by_person[row.employee_id].append(fields_of(row))
    for employee_id, posts in by_person.items():
        for post in acting_too_long(posts):
            ends = post.ends_on or last
            if ends >= first:
                yield Gap(
                    GapKind.ACTING_TOO_LONG, post.starts_on, ends, (ends - post.starts_on).days + 1, unit_id=unit_id,
                    employee_id=employee_id,
                )  # fmt: skip


def _people(session: Session, agency_id: int, posts: dict[int, list[PostFields]], last: date) -> Iterator[Gap]:
    held = [post for of_unit in posts.values() for post in of_unit]
    present = {p.employee_id for p in held if p.starts_on <= last and (p.ends_on is None or p.ends_on >= last)}
    query = sa.select(Employee.id, Employee.user_id, Employee.left_on).where(Employee.agency_id == agency_id)
    for employee_id, user_id, left_on in session.execute(query.order_by(Employee.name, Employee.id)):
        if left_on is not None and left_on < last:
            if employee_id in present:
                yield Gap(GapKind.POST_AFTER_LEAVING, left_on, last, 1, employee_id=employee_id)
        elif employee_id not in present:
            yield Gap(GapKind.NO_POST, last, last, 1, employee_id=employee_id)
        elif user_id is None:
            yield Gap(GapKind.NO_ACCOUNT, last, last, 1, employee_id=employee_id)
