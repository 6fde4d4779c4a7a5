"""The one way in which posts change: rows are superseded and others stand for them, at once or once somebody agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.organisation.models import Assignment
from feedback_app.organisation.operations import post_refusal
from feedback_app.organisation.people.changes import Wish, ask
from feedback_app.organisation.people.concerned import concerned_by_posts
from feedback_app.organisation.people.models import DutyEntry, PeopleChange
from feedback_app.organisation.people.post_rules import (
    OfficeMoment,
    PostFields,
    as_payload,
    days_changed,
    from_payload,
    past_of,
)
from feedback_app.organisation.people.rules import ChangeKind

POSITION_MAX: Final = 200
DECREE_MAX: Final = 120
_ACTIONS: Final = {
    ChangeKind.ASSIGN: "organisation.assign",
    ChangeKind.END: "organisation.end_post",
    ChangeKind.CORRECT: "organisation.correct_post",
    ChangeKind.CANCEL: "organisation.cancel_post",
}


class StalePostError(ConflictError):
    """The post was changed by somebody else meanwhile."""

    code = "stale_post"


class PostWordsError(InvalidInputError):
    """A post without a title or a decree, or with too long a one."""

    code = "post_words"


@dataclass(frozen=True, slots=True)
class PostEdit:
    """One row in the place of another: `before` None adds a post, `after` None takes one out."""

    before: Assignment | None
    after: PostFields | None

    @property
    def both(self) -> tuple[PostFields | None, PostFields | None]:
        """Return what stood and what will stand."""
        return fields_of(self.before) if self.before else None, self.after


def fields_of(post: Assignment) -> PostFields:
    """Return what a stored post says."""
    return PostFields(
        employee_id=post.employee_id, unit_id=post.unit_id, service_id=post.service_id, position=post.position,
        kind=post.kind, is_head=post.is_head, share=post.share, decree_number=post.decree_number,
        starts_on=post.starts_on, ends_on=post.ends_on,
    )  # fmt: skip


def as_known_at(
    moment: datetime | None = None, row: type[Assignment | DutyEntry] = Assignment
) -> sa.ColumnElement[bool]:
    """Return the condition that a post (or duty entry) stood as known at a moment; None asks for the present."""
    if moment is None:
        return row.superseded_at.is_(None)
    return sa.and_(row.recorded_at <= moment, sa.or_(row.superseded_at.is_(None), row.superseded_at > moment))


def change_posts(
    session: Session, agency_id: int, kind: ChangeKind, edits: Sequence[PostEdit], *, actor: Actor, at: OfficeMoment,
    reason: str, import_id: int | None = None,
) -> list[Assignment] | PeopleChange:  # fmt: skip
    """Carry out some edits together, or ask for all of them where one moves responsibility on days gone by.

    What the database would refuse is refused now also where the change has to wait.

    Raises
    ------
    As the functions above.
    """
    touched = past_of(days_touched(edits), at)
    if touched is None:
        return apply_edits(session, agency_id, kind, edits, actor=actor, now=at.now, reason=reason,
                           import_id=import_id)  # fmt: skip
    _try(session, agency_id, kind, edits, actor, at.now)
    subject = next(edit.before or edit.after for edit in edits)
    wish = Wish(
        agency_id=agency_id, kind=kind, payload={"edits": [_written(edit) for edit in edits]}, touches=touched,
        concerned=concerned_by_posts(session, agency_id, [edit.both for edit in edits], touched), reason=reason,
        employee_id=subject.employee_id if subject else None,
        assignment_id=next((edit.before.id for edit in edits if edit.before), None), import_id=import_id,
    )  # fmt: skip
    return ask(session, wish, actor=actor, now=at.now)


def days_touched(edits: Sequence[PostEdit]) -> list[tuple[date, date | None]]:
    """Return the days on which somebody else answers after some edits."""
    return [days for edit in edits for days in days_changed(*edit.both)]


def apply_edits(
    session: Session, agency_id: int, kind: ChangeKind, edits: Sequence[PostEdit], *, actor: Actor, now: datetime,
    reason: str, import_id: int | None = None,
) -> list[Assignment]:  # fmt: skip
    """Supersede and store at once, in two statements however many edits there are; return the rows that came.

    Whoever calls it has made sure that no past day is touched, or that a second person agreed.

    Raises
    ------
    StalePostError, PostWordsError
    feedback_app.organisation.operations.OverlappingAssignmentError
    feedback_app.organisation.operations.InvalidAssignmentError
    """
    rows = [_row(agency_id, edit, actor, now, import_id) for edit in edits if edit.after]
    with session.begin_nested():
        _supersede(session, agency_id, edits, actor, now, reason)
        try:
            with session.begin_nested():
                session.add_all(rows)
        except IntegrityError as error:
            raise post_refusal(str(error.orig)) from error
    if import_id is None:
        _note(session, agency_id, kind, edits, rows, actor, now)
    return rows


def apply_change(session: Session, change: PeopleChange, *, actor: Actor, now: datetime) -> None:
    """Carry out a change of posts that was approved.

    Raises
    ------
    StalePostError
        A post was changed since it was asked for.
    """
    edits = kept_edits(session, change)
    author = Actor(actor.kind, change.requested_by)
    rows = apply_edits(session, change.agency_id, change.kind, edits, actor=author, now=now, reason=change.reason,
                       import_id=change.import_id)  # fmt: skip
    if rows and change.assignment_id is None:
        change.assignment_id = rows[0].id


def kept_edits(session: Session, change: PeopleChange) -> list[PostEdit]:
    """Return the edits that a change of posts asks for; none of other changes."""
    return [
        PostEdit(
            session.get(Assignment, (change.agency_id, kept["before"])) if kept["before"] else None,
            from_payload(kept["after"]) if kept["after"] else None,
        )
        for kept in change.payload.get("edits", ())
    ]


def _try(
    session: Session, agency_id: int, kind: ChangeKind, edits: Sequence[PostEdit], actor: Actor, now: datetime
) -> None:
    """Carry the edits out and take them back, so that nobody approves what cannot be."""
    attempt = session.begin_nested()
    try:
        apply_edits(session, agency_id, kind, edits, actor=actor, now=now, reason="")
    finally:
        attempt.rollback()
        session.expire_all()


def _supersede(
    session: Session, agency_id: int, edits: Sequence[PostEdit], actor: Actor, now: datetime, reason: str
) -> None:
    ids = [edit.before.id for edit in edits if edit.before]
    if not ids:
        return
    gone = session.scalars(
        sa.update(Assignment)
        .where(Assignment.agency_id == agency_id, Assignment.id.in_(ids), Assignment.superseded_at.is_(None))
        .values(superseded_at=now, superseded_by=actor.user_id, superseded_reason=reason.strip() or None)
        .returning(Assignment.id)
        .execution_options(synchronize_session=False)
    ).all()
    for edit in edits:
        if edit.before is not None:
            session.expire(edit.before)
    if len(gone) != len(set(ids)):
        raise StalePostError("Jabatan ini sudah diubah orang lain sejak Anda membukanya. Muat ulang lalu ulangi.")


def _row(agency_id: int, edit: PostEdit, actor: Actor, now: datetime, import_id: int | None) -> Assignment:
    post = edit.after
    assert post is not None  # noqa: S101 - callers pass only edits that leave a row
    position, decree = post.position.strip(), post.decree_number.strip()
    if not 1 <= len(position) <= POSITION_MAX or not 1 <= len(decree) <= DECREE_MAX:
        raise PostWordsError(
            f"Isi nama jabatan (paling banyak {POSITION_MAX} huruf) dan nomor surat keputusan (paling banyak "
            f"{DECREE_MAX} huruf)."
        )
    return Assignment(
        agency_id=agency_id, employee_id=post.employee_id, unit_id=post.unit_id, service_id=post.service_id,
        position=position, is_head=post.is_head, kind=post.kind, share=Decimal(post.share), decree_number=decree,
        starts_on=post.starts_on, ends_on=post.ends_on, recorded_at=now, recorded_by=actor.user_id,
        replaces_id=edit.before.id if edit.before else None, import_id=import_id,
    )  # fmt: skip


def _note(
    session: Session, agency_id: int, kind: ChangeKind, edits: Sequence[PostEdit], rows: Sequence[Assignment],
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    subject = rows[0] if rows else next(edit.before for edit in edits if edit.before)
    record(
        session, agency_id=agency_id, actor=actor, action=_ACTIONS.get(kind, "organisation.change_posts"),
        subject_type="assignment", subject_id=subject.id, now=now, employee_id=subject.employee_id,
        unit_id=subject.unit_id, superseded=[edit.before.id for edit in edits if edit.before],
        added=[row.id for row in rows],
    )  # fmt: skip


def _written(edit: PostEdit) -> dict[str, object]:
    return {
        "before": edit.before.id if edit.before else None,
        "after": as_payload(edit.after) if edit.after else None,
    }
