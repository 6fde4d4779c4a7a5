"""Who may decide a contest, and why somebody else may not: nobody judges their own figures or those of their people."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.line_managers import line_managers, units_of_person
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Contest
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.organisation.people.links import accounts_since
from feedback_app.organisation.queries import reach, valid_on


class Conflict(enum.StrEnum):
    """Why somebody who reviews contests may not decide this one."""

    SUBJECT = "subject"  # it is about them
    FILER = "filer"  # they filed it
    LEADS = "leads"  # they lead a unit the employee worked in, or one above it
    OUT_OF_REACH = "out_of_reach"  # their grant does not cover the units it is about


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that reviews contests; `conflict` says why it cannot have this one."""

    user_id: int
    name: str
    conflict: Conflict | None


def candidates(session: Session, cycle: Cycle, contest: Contest, *, today: date) -> list[Candidate]:
    """Return the active accounts that review contests in the agency, by name, each with what stands against it."""
    rows = session.execute(
        sa.select(User.id, User.name)
        .where(User.active, User.id.in_(_reviewers(cycle.agency_id, today)))
        .order_by(User.name, User.id)
    ).all()
    leading = line_managers(session, cycle, contest.employee_id)
    subject = subjects(session, cycle, contest)
    concerned = units_concerned(session, cycle, contest)
    found = []
    for row in rows:
        conflict = _conflict(row.id, contest, subject, leading)
        if conflict is None and not _reaches(session, row.id, cycle.agency_id, concerned, today):
            conflict = Conflict.OUT_OF_REACH
        found.append(Candidate(row.id, row.name, conflict))
    return found


def subjects(session: Session, cycle: Cycle, contest: Contest) -> set[int]:
    """Return the accounts that were the employee's in the cycle or since: cutting a link makes nobody a stranger."""
    return set(session.scalars(accounts_since(contest.agency_id, contest.employee_id, cycle.starts_on)))


def units_concerned(session: Session, cycle: Cycle, contest: Contest) -> set[int]:
    """Return the units a contest is about: its own, or else all in which the employee answered during the cycle."""
    return {contest.unit_id} if contest.unit_id is not None else units_of_person(session, cycle, contest.employee_id)


def _reviewers(agency_id: int, today: date) -> sa.Select[Any]:
    return sa.select(RoleGrant.user_id).where(
        RoleGrant.agency_id == agency_id,
        RoleGrant.role.in_(roles_with(Permission.REVIEW_CONTEST)),
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, today),
    )


def _conflict(user_id: int, contest: Contest, subject: Collection[int], leading: Collection[int]) -> Conflict | None:
    if user_id in subject:
        return Conflict.SUBJECT
    if user_id == contest.filed_by:
        return Conflict.FILER
    return Conflict.LEADS if user_id in leading else None


def _reaches(session: Session, user_id: int, agency_id: int, units: Collection[int], today: date) -> bool:
    area = reach(user_id, Permission.REVIEW_CONTEST, today)
    query = sa.select(area.c.unit_id).where(area.c.agency_id == agency_id)
    return set(units) <= set(session.scalars(query)) if units else bool(session.scalar(query.limit(1)))
