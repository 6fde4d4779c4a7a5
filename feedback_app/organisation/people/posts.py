"""Change who holds which post: a row that was wrong or went on otherwise is superseded, and another stands for it.

Whatever would move responsibility on days gone by is not done but asked for (`changes`), whoever wants it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.errors import InvalidInputError, NotFoundError
from feedback_app.organisation.models import Assignment
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.post_edits import PostEdit as PostEdit
from feedback_app.organisation.people.post_edits import apply_change as apply_change
from feedback_app.organisation.people.post_edits import apply_edits as apply_edits
from feedback_app.organisation.people.post_edits import as_known_at as as_known_at
from feedback_app.organisation.people.post_edits import change_posts as change_posts
from feedback_app.organisation.people.post_edits import days_touched as days_touched
from feedback_app.organisation.people.post_edits import fields_of as fields_of
from feedback_app.organisation.people.post_rules import ONE_DAY, OfficeMoment, PostFields, with_days
from feedback_app.organisation.people.rules import ChangeKind


class UnknownPostError(NotFoundError):
    """The agency has no such post."""

    code = "unknown_post"


class PostDaysError(InvalidInputError):
    """The day on which a post should end or change lies outside of it."""

    code = "post_days"


def planned_end(post: Assignment, last_day: date) -> list[PostEdit]:
    """Return what ends a post with a day.

    Raises
    ------
    PostDaysError
    """
    if last_day < post.starts_on:
        raise PostDaysError("Hari terakhir jabatan tidak boleh sebelum hari pertamanya. Batalkan bila memang keliru.")
    return [PostEdit(post, with_days(fields_of(post), ends_on=last_day))]


def planned_change_of_places(
    one: Assignment, other: Assignment, first_day: date, *, decree_number: str
) -> list[PostEdit]:
    """Return what lets two people change places from a day on.

    Both posts end the day before; each goes on, as long as it was to last, with the other's holder.

    Raises
    ------
    PostDaysError
        A post does not hold on the day before and on the day, or both are of one person.
    """
    pair = (fields_of(one), fields_of(other))
    if one.employee_id == other.employee_id:
        raise PostDaysError("Pilih jabatan dua orang yang berbeda untuk ditukar.")
    if any(post.starts_on >= first_day or (post.ends_on and post.ends_on < first_day) for post in pair):
        raise PostDaysError("Kedua jabatan harus sudah dipegang sebelum tanggal tukar dan masih berlaku pada hari itu.")
    edits = [
        PostEdit(row, with_days(post, ends_on=first_day - ONE_DAY))
        for row, post in zip((one, other), pair, strict=True)
    ]
    for post, partner in (pair, pair[::-1]):
        moved = replace(post, employee_id=partner.employee_id, decree_number=decree_number)
        edits.append(PostEdit(None, with_days(moved, starts_on=first_day, ends_on=post.ends_on)))
    return edits


def add_post(
    session: Session, agency_id: int, post: PostFields, *, actor: Actor, at: OfficeMoment, reason: str = "",
    import_id: int | None = None,
) -> Assignment | PeopleChange:  # fmt: skip
    """Give somebody a post; return it, or the change that waits where it begins before today.

    Raises
    ------
    feedback_app.organisation.operations.OverlappingAssignmentError
    feedback_app.organisation.operations.InvalidAssignmentError
    feedback_app.organisation.people.changes.MissingReasonError
    PostWordsError
    """
    edits = [PostEdit(None, post)]
    return _one(change_posts(session, agency_id, ChangeKind.ASSIGN, edits, actor=actor, at=at, reason=reason,
                             import_id=import_id))  # fmt: skip


def end_post(
    session: Session, post: Assignment, last_day: date, *, actor: Actor, at: OfficeMoment, reason: str,
    import_id: int | None = None,
) -> Assignment | PeopleChange:  # fmt: skip
    """Let a post end with a day; return the row that stands for it now, or the change that waits.

    Raises
    ------
    PostDaysError, StalePostError
    feedback_app.organisation.people.changes.MissingReasonError
    """
    edits = planned_end(post, last_day)
    return _one(change_posts(session, post.agency_id, ChangeKind.END, edits, actor=actor, at=at, reason=reason,
                             import_id=import_id))  # fmt: skip


def correct_post(
    session: Session, post: Assignment, right: PostFields, *, actor: Actor, at: OfficeMoment, reason: str,
    import_id: int | None = None,
) -> Assignment | PeopleChange:  # fmt: skip
    """Put what is right in the place of what was recorded; return the new row, or the change that waits.

    Raises
    ------
    StalePostError, PostWordsError
    feedback_app.organisation.operations.OverlappingAssignmentError
    feedback_app.organisation.operations.InvalidAssignmentError
    feedback_app.organisation.people.changes.MissingReasonError
    """
    edits = [PostEdit(post, right)]
    return _one(change_posts(session, post.agency_id, ChangeKind.CORRECT, edits, actor=actor, at=at, reason=reason,
                             import_id=import_id))  # fmt: skip


def cancel_post(
    session: Session, post: Assignment, *, actor: Actor, at: OfficeMoment, reason: str, import_id: int | None = None
) -> Assignment | PeopleChange:
    """Take out a post that never was; return the superseded row, or the change that waits.

    Raises
    ------
    StalePostError
    feedback_app.organisation.people.changes.MissingReasonError
    """
    done = change_posts(session, post.agency_id, ChangeKind.CANCEL, [PostEdit(post, None)], actor=actor, at=at,
                        reason=reason, import_id=import_id)  # fmt: skip
    return done if isinstance(done, PeopleChange) else post


def change_places(
    session: Session, one: Assignment, other: Assignment, first_day: date, *, decree_number: str, actor: Actor,
    at: OfficeMoment, reason: str,
) -> list[Assignment] | PeopleChange:  # fmt: skip
    """Let two people change places from a day on: both posts end the day before, and begin with the other.

    Raises
    ------
    PostDaysError
        A post does not hold on the day before and on the day, or both are of one person.
    StalePostError
    feedback_app.organisation.operations.OverlappingAssignmentError
    feedback_app.organisation.people.changes.MissingReasonError
    """
    edits = planned_change_of_places(one, other, first_day, decree_number=decree_number)
    return change_posts(session, one.agency_id, ChangeKind.CORRECT, edits, actor=actor, at=at, reason=reason)


def _one(done: list[Assignment] | PeopleChange) -> Assignment | PeopleChange:
    return done if isinstance(done, PeopleChange) else done[0]
