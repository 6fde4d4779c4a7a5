"""The things of a person's record that can be contested in a cycle, each under a name that a form can carry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import NotFoundError
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.evidence.person import month_of, of_person, unit_name_at
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.items import item_named
from feedback_app.evaluation.replies.rules import ContestKind
from feedback_app.evaluation.result_models import CaseRecord, Score
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.queries import valid_between


class UnknownThingError(NotFoundError):
    """What a form wants to contest is not in this person's record of the cycle."""

    code = "unknown_thing"


@dataclass(frozen=True, slots=True)
class Contestable:
    """One thing; `words` are those of a citizen (redacted), for a rating only."""

    kind: ContestKind
    submission_id: int | None = None
    assignment_id: int | None = None
    unit_id: int | None = None
    month: date | None = None
    words: str | None = None


def thing_named(
    session: Session, cycle: Cycle, employee: Employee, kind: ContestKind, name: str, *, key: bytes
) -> Contestable:
    """Return what a form names: the handle of a rating, `unit/2026-05` of a month, the id of a post, else nothing.

    Raises
    ------
    UnknownThingError
        Also where it is somebody else's.
    """
    found = _FINDERS[kind](session, cycle, employee.id, name, key)
    if found is None:
        raise UnknownThingError("Hal yang disanggah tidak ada dalam catatan Anda. Pilih kembali dari halaman siklus.")
    return found


@dataclass(frozen=True, slots=True)
class ContestableMonth:
    """A unit and month in which proven ratings were laid on somebody; `name` is how a form says it."""

    unit_id: int
    unit_name: str
    month: date

    @property
    def name(self) -> str:
        """Return the name by which `thing_named` finds it."""
        return f"{self.unit_id}/{self.month:%Y-%m}"


def months_of(session: Session, cycle: Cycle, employee_id: int) -> list[ContestableMonth]:
    """Return the units and months in which proven ratings were laid on somebody, by month and unit."""
    month = month_of(Contribution.day)
    name = unit_name_at(Contribution.unit_id, cycle)
    rows = session.execute(
        sa.select(Contribution.unit_id, name, month)
        .where(of_person(cycle, employee_id), Contribution.channel == Channel.TOKEN)
        .group_by(Contribution.unit_id, month)
        .order_by(month, Contribution.unit_id)
    )
    return [ContestableMonth(*row) for row in rows]


def _rating(session: Session, cycle: Cycle, employee_id: int, name: str, key: bytes) -> Contestable | None:
    item = item_named(session, cycle, employee_id, name, key=key)
    if item is None:
        return None
    return Contestable(
        ContestKind.RATING, submission_id=item.submission_id, unit_id=item.unit_id, month=item.month, words=item.words
    )


def _month(session: Session, cycle: Cycle, employee_id: int, name: str, _key: bytes) -> Contestable | None:
    for one in months_of(session, cycle, employee_id):
        if name == one.name:
            return Contestable(ContestKind.MONTH, unit_id=one.unit_id, month=one.month)
    return None


def _assignment(session: Session, cycle: Cycle, employee_id: int, name: str, _key: bytes) -> Contestable | None:
    post = session.scalar(
        sa.select(Assignment).where(
            Assignment.agency_id == cycle.agency_id,
            Assignment.employee_id == employee_id,
            sa.cast(Assignment.id, sa.Text) == name,
            valid_between(Assignment.starts_on, Assignment.ends_on, cycle.starts_on, cycle.ends_on),
        )
    )
    if post is None:
        return None
    return Contestable(ContestKind.ASSIGNMENT, assignment_id=post.id, unit_id=post.unit_id)


def _cases(session: Session, cycle: Cycle, employee_id: int, _name: str, _key: bytes) -> Contestable | None:
    return _if_there(session, CaseRecord, cycle, employee_id, ContestKind.CASES)


def _figure(session: Session, cycle: Cycle, employee_id: int, _name: str, _key: bytes) -> Contestable | None:
    return _if_there(session, Score, cycle, employee_id, ContestKind.FIGURE)


def _if_there(session: Session, table: Any, cycle: Cycle, employee_id: int, kind: ContestKind) -> Contestable | None:
    query = sa.select(sa.literal(1)).where(
        table.agency_id == cycle.agency_id, table.cycle_id == cycle.id, table.employee_id == employee_id
    )
    return Contestable(kind) if session.scalar(query.limit(1)) else None


_FINDERS = {
    ContestKind.RATING: _rating,
    ContestKind.MONTH: _month,
    ContestKind.ASSIGNMENT: _assignment,
    ContestKind.CASES: _cases,
    ContestKind.FIGURE: _figure,
}
