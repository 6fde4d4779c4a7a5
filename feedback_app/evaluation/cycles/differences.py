"""What changed between two cycles over the same days, for whom, and by whose word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.errors import ConflictError
from feedback_app.evaluation.attribution.models import RatingExclusion
from feedback_app.evaluation.evidence.queries import reachable
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.identity.models import User
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.posts import as_known_at
from feedback_app.organisation.people.rules import ChangeKind, ChangeState
from feedback_app.organisation.queries import latest_unit_name, valid_between

# Below what a page shows of a figure.
SHOWN_STEP = 0.005


class NotComparableError(ConflictError):
    """The two cycles cover different days, belong to different agencies, or one is not computed yet."""

    code = "not_comparable"


@dataclass(frozen=True, slots=True)
class Figures:
    """What one cycle says of one person; score and interval are None where they are held back."""

    n: int
    band: str
    score: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class KnownPost:
    """A post as it was known when one of the two cycles was computed."""

    unit_name: str
    position: str
    starts_on: date
    ends_on: date | None
    share: float
    decree_number: str


@dataclass(frozen=True, slots=True)
class ApprovedChange:
    """A change of days gone by that somebody asked for and somebody else approved between the two computations."""

    kind: ChangeKind
    touches_from: date
    touches_to: date
    reason: str
    requested_by: str | None
    approved_by: str | None
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonDifference:
    """What is different for one person; a side without a figure is None."""

    employee_id: int
    name: str
    nip: str
    before: Figures | None
    after: Figures | None
    posts_gone: tuple[KnownPost, ...] = ()
    posts_come: tuple[KnownPost, ...] = ()
    changes: tuple[ApprovedChange, ...] = ()
    exclusions_before: int = 0
    exclusions_after: int = 0

    @property
    def band_changed(self) -> bool:
        """Tell whether the conclusion is another."""
        return (self.before.band if self.before else None) != (self.after.band if self.after else None)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two cycles side by side: the figures that hold for everybody, and the people for whom something changed."""

    before: Cycle
    after: Cycle
    people: tuple[PersonDifference, ...]
    unchanged: int
    left_out_before: int
    left_out_after: int


def difference(session: Session, user_id: int, before: Cycle, after: Cycle, day: date) -> Difference:
    """Return what changed from one computed cycle to another over the same days, within an account's reach.

    Raises
    ------
    NotComparableError
    """
    _check(before, after)
    found = _people(session, user_id, before, after, day)
    ids = [person.employee_id for person in found]
    gone, come = _posts(session, before, after, ids)
    changes = _changes(session, before, after, ids)
    left_out = {cycle.id: _left_out(session, cycle) for cycle in (before, after)}
    full = [
        PersonDifference(
            employee_id=person.employee_id, name=person.name, nip=person.nip, before=person.before, after=person.after,
            posts_gone=tuple(gone.get(person.employee_id, ())), posts_come=tuple(come.get(person.employee_id, ())),
            changes=tuple(changes.get(person.employee_id, ())),
            exclusions_before=left_out[before.id].get(person.employee_id, 0),
            exclusions_after=left_out[after.id].get(person.employee_id, 0),
        )
        for person in found
    ]  # fmt: skip
    changed = tuple(person for person in full if _is_changed(person))
    return Difference(
        before=before, after=after, people=changed, unchanged=len(full) - len(changed),
        left_out_before=sum(left_out[before.id].values()), left_out_after=sum(left_out[after.id].values()),
    )  # fmt: skip


def _check(before: Cycle, after: Cycle) -> None:
    same_days = (before.agency_id, before.starts_on, before.ends_on) == (
        after.agency_id, after.starts_on, after.ends_on,
    )  # fmt: skip
    if not same_days or before.id == after.id or before.computed_at is None or after.computed_at is None:
        raise NotComparableError("Pilih dua siklus yang sudah dihitung dan mencakup masa yang sama.")


def _is_changed(person: PersonDifference) -> bool:
    if person.posts_gone or person.posts_come or person.changes or person.band_changed:
        return True
    before, after = person.before, person.after
    if before is None or after is None or before.n != after.n:
        return True
    if person.exclusions_before != person.exclusions_after:
        return True
    pairs = ((before.score, after.score), (before.low, after.low), (before.high, after.high))
    return any(one is not None and other is not None and abs(one - other) >= SHOWN_STEP for one, other in pairs)


def _people(session: Session, user_id: int, before: Cycle, after: Cycle, day: date) -> list[PersonDifference]:
    """Return everybody whom an account may read about in one of the cycles, each side by the posts it was known by."""
    old, new = aliased(Score), aliased(Score)
    rows = session.execute(
        sa.select(Employee.id, Employee.name, Employee.nip, old, new)
        .select_from(Employee)
        .outerjoin(old, sa.and_(_score_in(old, before), reachable(user_id, before, day)))
        .outerjoin(new, sa.and_(_score_in(new, after), reachable(user_id, after, day)))
        .where(Employee.agency_id == after.agency_id)
        .where(sa.or_(old.employee_id.is_not(None), new.employee_id.is_not(None)))
        .order_by(Employee.name, Employee.id)
    )
    return [_person(*row) for row in rows]


def _score_in(table: type[Score], cycle: Cycle) -> sa.ColumnElement[bool]:
    return sa.and_(table.agency_id == Employee.agency_id, table.cycle_id == cycle.id, table.employee_id == Employee.id)


def _person(employee_id: int, name: str, nip: str, old: Score | None, new: Score | None) -> PersonDifference:
    is_withheld = any(score is not None and score.is_withheld for score in (old, new))
    return PersonDifference(employee_id, name, nip, _figures(old, is_withheld), _figures(new, is_withheld))


def _figures(score: Score | None, is_withheld: bool) -> Figures | None:
    if score is None:
        return None
    if is_withheld or score.n == 0:
        return Figures(score.n, score.band, None, None, None)
    return Figures(score.n, score.band, score.score, score.low, score.high)


_Posts = dict[int, list[KnownPost]]


def _posts(session: Session, before: Cycle, after: Cycle, employee_ids: list[int]) -> tuple[_Posts, _Posts]:
    """Return the posts of the period known to the first computation only, and those known to the second only."""
    was_known = as_known_at(before.computed_at)
    rows = session.execute(
        sa.select(Assignment, latest_unit_name(Assignment.agency_id, Assignment.unit_id), was_known)
        .where(Assignment.agency_id == after.agency_id, Assignment.employee_id.in_(employee_ids))
        .where(valid_between(Assignment.starts_on, Assignment.ends_on, after.starts_on, after.ends_on))
        .where(was_known != as_known_at(after.computed_at))
        .order_by(Assignment.starts_on, Assignment.id)
    )
    gone: _Posts = {}
    come: _Posts = {}
    for post, unit_name, is_gone in rows:
        known = KnownPost(
            unit_name, post.position, post.starts_on, post.ends_on, float(post.share), post.decree_number
        )  # fmt: skip
        (gone if is_gone else come).setdefault(post.employee_id, []).append(known)
    return gone, come


def _changes(session: Session, before: Cycle, after: Cycle, employee_ids: list[int]) -> dict[int, list[ApprovedChange]]:
    older, newer = sorted((before.computed_at, after.computed_at))  # type: ignore[type-var]
    requester, approver = aliased(User), aliased(User)
    rows = session.execute(
        sa.select(PeopleChange, requester.name, approver.name)
        .outerjoin(requester, requester.id == PeopleChange.requested_by)
        .outerjoin(approver, approver.id == PeopleChange.decided_by)
        .where(PeopleChange.agency_id == after.agency_id, PeopleChange.state == ChangeState.APPROVED)
        .where(PeopleChange.decided_at > older, PeopleChange.decided_at <= newer)
        .where(PeopleChange.touches_from <= after.ends_on, PeopleChange.touches_to >= after.starts_on)
        .order_by(PeopleChange.decided_at, PeopleChange.id)
    )
    wanted, found = set(employee_ids), dict[int, list[ApprovedChange]]()
    for change, asked_by, approved_by in rows:
        line = ApprovedChange(
            change.kind, change.touches_from, change.touches_to, change.reason, asked_by, approved_by,
            change.decided_at,
        )  # fmt: skip
        for employee_id in wanted & {*change.concerned_employees, change.employee_id}:
            found.setdefault(employee_id, []).append(line)
    return found


def _left_out(session: Session, cycle: Cycle) -> dict[int | None, int]:
    """Return how many ratings are left out of a cycle for each person; under None, for everybody."""
    rows = session.execute(
        sa.select(RatingExclusion.employee_id, sa.func.count())
        .where(RatingExclusion.agency_id == cycle.agency_id, RatingExclusion.cycle_id == cycle.id)
        .group_by(RatingExclusion.employee_id)
    )
    return {row[0]: row[1] for row in rows}
