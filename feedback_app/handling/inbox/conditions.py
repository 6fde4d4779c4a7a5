"""A question to the inbox as conditions on cases, and the order of its answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa

from feedback_app.analysis.models import Labels
from feedback_app.handling.clocks.sla import Step
from feedback_app.handling.handing_on.duty import is_nobodys
from feedback_app.handling.inbox.filters import UNSURE, DueBy, Filters, Group
from feedback_app.handling.inbox.places import Asker, Place, near
from feedback_app.handling.inbox.search import found_by
from feedback_app.handling.models import Case
from feedback_app.handling.rules import ENDED, LAPOR_BUCKET, CaseStatus
from feedback_app.intake.models import Submission
from feedback_app.organisation.models import UnitVersion
from feedback_app.organisation.queries import valid_on

Condition = sa.ColumnElement[bool]

# Where a clock runs on the office.
WORKED_ON: Final = (CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS)
GROUPS: Final[dict[Group, tuple[CaseStatus, ...]]] = {
    Group.TODO: WORKED_ON,
    Group.REOPENED: WORKED_ON,
    Group.WAITING: (CaseStatus.ANSWERED, CaseStatus.ON_HOLD),
    Group.ENDED: tuple(sorted(ENDED)),
    Group.ALL: tuple(CaseStatus),
}


def in_group(group: Group, *, duplicates: bool = False) -> list[Condition]:
    """Return what puts a case into a group; what is merged into another is no work of its own."""
    found = [] if group is Group.ALL else [_stands(GROUPS[group])]
    if group is Group.REOPENED:
        found.append(Case.reopened_count > 0)
    if group in {Group.TODO, Group.REOPENED} and not duplicates:
        found.append(Case.duplicate_of.is_(None))
    return found


def order_of(group: Group) -> list[sa.ColumnElement[Any]]:
    """Return the order of a group: what ends first, the latest end, or the latest report on top."""
    if group in {Group.TODO, Group.REOPENED}:
        return [Case.due_at.asc(), Case.id.asc()]
    if group is Group.WAITING:
        return [sa.func.coalesce(Case.silence_ends_at, Case.held_until).asc(), Case.id.asc()]
    return [Case.closed_at.desc(), Case.id.desc()] if group is Group.ENDED else [Case.id.desc()]


def narrowed(asked: Filters, who: Asker, left: Collection[int] = ()) -> list[Condition]:
    """Return the conditions of everything asked besides the group; `left` are cases whose holder has left."""
    plain = {
        Case.status: asked.status,
        Case.classification: asked.classification,
    }
    found: list[Condition] = [column == value for column, value in plain.items() if value is not None]
    found += _places(asked, who)
    found += _flags(asked)
    found += _held_by(asked, who, left)
    found += _read_as(asked)
    if asked.due is not None:
        found.append(_due(asked.due, who))
    if asked.from_ or asked.to:
        found.append(who.in_each(lambda place: _opened(place, asked)))
    if asked.q:
        found.append(found_by(asked.q))
    return found


def _stands(statuses: Iterable[CaseStatus]) -> Condition:
    # Written into the statement, so that the planner sees which partial index holds these rows.
    given = sa.bindparam(None, list(statuses), expanding=True, literal_execute=True, type_=Case.status.type)
    return Case.status.in_(given)


def _places(asked: Filters, who: Asker) -> list[Condition]:
    if asked.unit is None:
        return [near(who)]
    here = who.in_each(lambda _: sa.true())
    if not asked.below:
        return [here, Case.unit_id == asked.unit]
    tree = sa.select(sa.literal(asked.unit, sa.BigInteger).label("unit_id")).cte("asked_units", recursive=True)
    below = (
        sa.select(UnitVersion.unit_id)
        .join(tree, tree.c.unit_id == UnitVersion.parent_id)
        .where(valid_on(UnitVersion.starts_on, UnitVersion.ends_on, who.day))
    )
    return [here, Case.unit_id.in_(sa.select(tree.union(below).c.unit_id))]


def _flags(asked: Filters) -> list[Condition]:
    bucket = [status for status, name in LAPOR_BUCKET.items() if name == asked.bucket]
    wanted = [
        (asked.escalated, Case.escalation_step > Step.NONE),
        (asked.reopened, Case.reopened_count > 0),
        (asked.held, Case.status == CaseStatus.ON_HOLD),
        (bool(bucket), Case.status.in_(bucket)),
    ]
    return [condition for is_wanted, condition in wanted if is_wanted]


def _held_by(asked: Filters, who: Asker, left: Collection[int]) -> list[Condition]:
    if asked.assigned is None:
        return []
    if asked.assigned == "nobody":
        return [is_nobodys(left)]
    return [Case.assigned_to == (who.user_id if asked.assigned == "me" else asked.assigned)]


def _read_as(asked: Filters) -> list[Condition]:
    found: list[Condition] = []
    if asked.kind is not None:
        found.append(_exists(Submission, "id", Submission.kind == asked.kind))
    wanted = {Labels.aspect: asked.aspect, Labels.urgency: asked.urgency}
    guesses = [
        column.is_(None) if value == UNSURE else column == value
        for column, value in wanted.items()
        if value is not None
    ]
    return [*found, _exists(Labels, "submission_id", *guesses)] if guesses else found


def _exists(parent: Any, key: str, *conditions: Condition) -> Condition:
    return sa.exists().where(
        parent.agency_id == Case.agency_id, getattr(parent, key) == Case.submission_id, *conditions
    )


def _due(by: DueBy, who: Asker) -> Condition:
    if by is DueBy.OVERDUE:
        return Case.due_at < who.now
    return sa.and_(Case.due_at >= who.now, who.in_each(lambda place: Case.due_at < _end(by, place, who.now)))


def _end(by: DueBy, place: Place, now: datetime) -> datetime:
    """Return the end of today, or of the week's Sunday, where an agency is."""
    today = now.astimezone(place.time_zone).date()
    return _start(today + timedelta(days=1 if by is DueBy.TODAY else 7 - today.weekday()), place)


def _opened(place: Place, asked: Filters) -> Condition:
    found: list[Condition] = [sa.true()]
    if asked.from_:
        found.append(Case.opened_at >= _start(asked.from_, place))
    if asked.to and asked.to < date.max:
        found.append(Case.opened_at < _start(asked.to + timedelta(days=1), place))
    return sa.and_(*found)


def _start(day: date, place: Place) -> datetime:
    # The first and last days that Python knows have no moment in every zone.
    if not 1 < day.year < date.max.year:
        return datetime(max(2, min(day.year, date.max.year - 1)), 1, 1, tzinfo=place.time_zone)
    return datetime.combine(day, time(), place.time_zone)
