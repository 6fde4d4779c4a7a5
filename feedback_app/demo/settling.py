"""Write a city down: agency, units, services, calendar, clocks, accounts, people, posts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from flask_security import hash_password
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, record
from feedback_app.demo.accounts import COUNTER, PASSWORD, DemoAccount, main_accounts, unit_accounts
from feedback_app.demo.cities import OVERSEER, ROOT, City
from feedback_app.demo.period import Period
from feedback_app.demo.posts import Post
from feedback_app.demo.replies import templates
from feedback_app.handling.answers.templates import write_template
from feedback_app.handling.clocks.in_force import set_default_clocks
from feedback_app.identity.models import User
from feedback_app.identity.operations import grant
from feedback_app.identity.rules import GrantSource, Role
from feedback_app.organisation.hours import set_hours
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.national_days import import_holidays
from feedback_app.organisation.operations import (
    create_agency,
    create_employee,
    create_service,
    create_unit,
)
from feedback_app.organisation.people.links import begin_link

SETTLED_DAYS_BEFORE = 30
OPENS, CLOSES = time(7, 30), time(14, 0)
DECREED_DAYS_BEFORE = 4
# Accounts that stand for an office rather than for somebody in the list of civil servants.
_OFFICES = {
    (Role.EVALUATOR, 0): "Penilai Kinerja",
    (Role.EVALUATOR, 1): "Penilai Kinerja Kedua",
    (Role.ADMINISTRATOR, 0): "Pengelola Instansi",
    (Role.ADMINISTRATOR, 1): "Pengelola Kedua",
    (Role.AUDITOR, 0): "Auditor",
    (Role.SUPERIOR, 0): "Atasan Pejabat Penilai",
    (Role.SUPERIOR, 1): "Wali Kota",
    (Role.REVIEWER, 0): "Penelaah Sanggahan",
    (Role.PERSONNEL, 0): "Kepegawaian BKPSDM",
}
# The employee's account is of an officer at the counter who has no other.
_EMPLOYEE_NTH = 2


@dataclass(frozen=True, slots=True)
class Town:
    """A city as the database knows it: ids by the codes of the plan, accounts by e-mail.

    `counters` has the counter of each service of the units that have counters.
    """

    agency_id: int
    units: dict[str, int]
    services: dict[tuple[str, str], int]
    users: dict[str, int]
    counters: dict[tuple[str, str], int] = field(default_factory=dict)

    def service_id(self, unit: str, service: str | None) -> int | None:
        """Return the id of a service of a unit, None for none."""
        return self.services[unit, service] if service else None

    def counter_id(self, unit: str, service: str | None) -> int | None:
        """Return the id of the counter at which a service of a unit is given, None where there is none."""
        return self.counters.get((unit, service)) if service else None


def found(session: Session, city: City, period: Period) -> int:
    """Add the agency with its calendar and clocks; return its id."""
    now = _settled_at(period)
    agency = create_agency(
        session, code=city.code, name=city.name, region_code=city.region_code, time_zone=city.time_zone,
        actor=SYSTEM, now=now,
    )  # fmt: skip
    # The years around too: a deadline may lie in the next, a post may have begun in the last.
    import_holidays(session, agency_id=agency.id, years=range(period.first_day.year, period.today.year + 2))
    set_default_clocks(session, agency.id)
    return agency.id


def settle(session: Session, agency_id: int, city: City, period: Period, posts: Sequence[Post]) -> Town:
    """Add everything an agency needs before its first citizen comes."""
    now = _settled_at(period)
    units, services = _units(session, agency_id, city, period, now)
    users = _accounts(session, agency_id, city, period, posts, units, now)
    _equip(session, agency_id, city, period, units, users)
    _people(session, agency_id, period, posts, units, services)
    _link_own_accounts(session, agency_id, city, posts, users, period.today, now)
    return Town(agency_id, units, services, users)


def _settled_at(period: Period) -> datetime:
    return period.at(period.first_day - timedelta(days=SETTLED_DAYS_BEFORE), 8 * 60)


def _units(
    session: Session, agency_id: int, city: City, period: Period, now: datetime
) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    units: dict[str, int] = {}
    services: dict[tuple[str, str], int] = {}
    for plan in city.units:
        unit = create_unit(
            session, agency_id=agency_id, code=plan.code, name=plan.name, kind=plan.kind, now=now,
            starts_on=date(period.first_day.year - 5, 1, 1), parent_id=units[plan.under] if plan.under else None,
            address=f"{plan.address}, {city.short_name}",
        )  # fmt: skip
        units[plan.code] = unit.id
        for offered in plan.services:
            service = create_service(
                session, agency_id=agency_id, unit_id=unit.id, code=offered.code, name=offered.name,
                sector=offered.sector,
            )  # fmt: skip
            services[plan.code, offered.code] = service.id
    return units, services


def _accounts(
    session: Session, agency_id: int, city: City, period: Period, posts: Sequence[Post], units: dict[str, int],
    now: datetime,
) -> dict[str, int]:  # fmt: skip
    # One hash for all: the password is public, and hashing it well takes a tenth of a second each time.
    hashed = hash_password(PASSWORD)
    users: dict[str, int] = {}
    for account in [*main_accounts(city), *unit_accounts(city)]:
        user = User(
            email=account.email, name=_name_on_account(account, posts, period.today), password=hashed, active=True,
            fs_uniquifier=uuid.uuid4().hex, created_at=now,
        )  # fmt: skip
        session.add(user)
        session.flush()
        users[account.email] = user.id
        grant(
            session, agency_id=agency_id, user_id=user.id, role=account.role,
            unit_id=units[account.unit] if account.unit else None, starts_on=now.date(), actor=SYSTEM, now=now,
            source=GrantSource.DEMO,
        )  # fmt: skip
    return users


def _name_on_account(account: DemoAccount, posts: Sequence[Post], today: date) -> str:
    office = _OFFICES.get((account.role, account.nth))
    return office or holder(account, posts, today).person.name


def holder(account: DemoAccount, posts: Sequence[Post], today: date) -> Post:
    """Return the post whose holder an account belongs to: the head of a unit, or one of its officers."""
    is_employee = account.role is Role.EMPLOYEE
    unit, nth = (COUNTER, _EMPLOYEE_NTH) if is_employee else (account.unit, account.nth)
    in_unit = [post for post in posts if post.unit == unit and post.holds_on(today)]
    wants_head = account.role is Role.UNIT_HEAD
    return sorted(in_unit, key=lambda post: post.is_head is not wants_head)[nth]


def _equip(
    session: Session, agency_id: int, city: City, period: Period, units: dict[str, int], users: dict[str, int]
) -> None:
    """Give units that open on Saturdays their hours, and the officers templates to answer with."""
    now = _settled_at(period)
    for plan in city.units:
        if plan.open_on_saturday:
            set_hours(
                session, agency_id, units[plan.code], starts_on=now.date(), workdays=range(6), opens=OPENS,
                closes=CLOSES, today=now.date(), actor=SYSTEM, now=now,
            )  # fmt: skip
    head = next(account for account in main_accounts(city) if account.role is Role.UNIT_HEAD)
    for name, text in templates().items():
        write_template(session, agency_id, units[ROOT], name, text, user_id=users[head.email], now=now)


def _people(
    session: Session, agency_id: int, period: Period, posts: Sequence[Post], units: dict[str, int],
    services: dict[tuple[str, str], int],
) -> None:  # fmt: skip
    now = _settled_at(period)
    employees: dict[int, int] = {}
    for person in sorted({post.person for post in posts}, key=lambda person: person.key):
        employee = create_employee(session, agency_id=agency_id, nip=person.nip, name=person.name, now=now)
        employees[person.key] = employee.id
    rows = [
        {
            "agency_id": agency_id, "employee_id": employees[post.person.key], "unit_id": units[post.unit],
            "service_id": services[post.unit, post.service] if post.service else None, "position": post.position,
            "is_head": post.is_head, "kind": post.kind, "share": post.share, "decree_number": post.decree_number,
            "starts_on": post.starts_on, "ends_on": post.ends_on,
            "recorded_at": max(now, period.at(post.starts_on - timedelta(days=DECREED_DAYS_BEFORE), 9 * 60)),
        }
        for post in posts
    ]  # fmt: skip
    # All at once, as from a list of posts: the table's constraints hold the rules of who may overlap whom.
    session.execute(sa.insert(Assignment), rows)
    record(
        session, agency_id=agency_id, actor=SYSTEM, action="organisation.assign", subject_type="assignment",
        subject_id=None, now=now, count=len(rows),
    )  # fmt: skip


def _link_own_accounts(
    session: Session, agency_id: int, city: City, posts: Sequence[Post], users: dict[str, int], today: date,
    now: datetime,
) -> None:  # fmt: skip
    """Let the people of the shown accounts be the employees of their names."""
    for account in main_accounts(city):
        if account.unit in {COUNTER, OVERSEER} or account.role is Role.EMPLOYEE:
            nip = holder(account, posts, today).person.nip
            query = sa.select(Employee).where(Employee.agency_id == agency_id, Employee.nip == nip)
            begin_link(session, session.scalars(query).one(), users[account.email], by=None, now=now)
