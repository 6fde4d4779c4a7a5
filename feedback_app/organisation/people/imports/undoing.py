"""Undo an import: what it wrote is superseded, what it superseded stands again; refused where more was built on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.people.changes import Wish, ask
from feedback_app.organisation.people.concerned import concerned_by_posts
from feedback_app.organisation.people.imports.applying import moment_at, take_turn
from feedback_app.organisation.people.imports.overlaps import overlapping_rows
from feedback_app.organisation.people.imports.queries import waiting_change
from feedback_app.organisation.people.imports.standing import known
from feedback_app.organisation.people.imports.terms import Slot
from feedback_app.organisation.people.models import PeopleChange, PeopleImport, PeopleImportRow
from feedback_app.organisation.people.post_edits import PostEdit, apply_edits, days_touched, fields_of
from feedback_app.organisation.people.post_rules import OfficeMoment, PostFields, past_of
from feedback_app.organisation.people.records import unlink_account
from feedback_app.organisation.people.rules import ChangeKind, ImportState, RowChange

BLOCKED_SHOWN: Final = 20


class NotAppliedError(ConflictError):
    """There is nothing to undo, or its undoing waits already."""

    code = "people_import_not_applied"


class UndoBlockedError(ConflictError):
    """Later changes stand on what the import wrote; `employee_ids` says whose records."""

    code = "people_undo_blocked"

    def __init__(self, employee_ids: Sequence[int]) -> None:
        super().__init__("Impor ini tidak dapat diurungkan: sesudahnya ada perubahan lain atas data yang sama.")
        self.employee_ids = tuple(employee_ids)


@dataclass(frozen=True, slots=True)
class _Undoing:
    """What undoing does: to posts, and to people (the record, what it said before, what the import made of it)."""

    edits: list[PostEdit]
    people: list[tuple[Employee, Mapping[str, Any], Mapping[str, Any]]]


def undo(session: Session, made: PeopleImport, *, reason: str, actor: Actor, at: OfficeMoment) -> PeopleChange | None:
    """Undo an import; return the change that waits where that moves days gone by, None where it is done.

    Raises
    ------
    NotAppliedError, UndoBlockedError
    feedback_app.organisation.people.changes.MissingReasonError
    feedback_app.organisation.people.changes.NamedRequesterNeededError
    """
    take_turn(session, made.agency_id)
    session.refresh(made, with_for_update=True)
    if made.state is not ImportState.APPLIED or waiting_change(session, made, ChangeKind.UNDO_IMPORT) is not None:
        raise NotAppliedError("Impor ini belum diterapkan, sudah diurungkan, atau pengurungannya sedang menunggu.")
    undoing = _undoing(session, made)
    touches = past_of(days_touched(undoing.edits), at)
    if touches is None:
        _carry_out(session, made, undoing, actor=actor, at=at, reason=reason)
        return None
    return _wait(session, made, undoing, touches, reason, actor, at)


def apply_change(session: Session, change: PeopleChange, *, actor: Actor, now: datetime) -> None:
    """Undo an import as a second person agreed to.

    Raises
    ------
    NotAppliedError, UndoBlockedError
    """
    made = session.get_one(PeopleImport, (change.agency_id, change.import_id))
    take_turn(session, made.agency_id)
    session.refresh(made, with_for_update=True)
    if made.state is not ImportState.APPLIED:
        raise NotAppliedError("Impor ini belum diterapkan, sudah diurungkan, atau pengurungannya sedang menunggu.")
    at = moment_at(session, made.agency_id, now)
    author = Actor(actor.kind, change.requested_by)
    _carry_out(session, made, _undoing(session, made), actor=author, at=at, reason=change.reason)


def _undoing(session: Session, made: PeopleImport) -> _Undoing:
    """Return what undoing does.

    Raises
    ------
    UndoBlockedError
    """
    query = sa.select(Assignment).where(
        Assignment.agency_id == made.agency_id,
        Assignment.import_id == made.id,
        Assignment.recorded_at == made.applied_at,
    )
    rows = session.scalars(query.order_by(Assignment.id)).all()
    replaced = {row.id: row for row in session.scalars(
        sa.select(Assignment).where(
            Assignment.agency_id == made.agency_id, Assignment.id.in_([row.replaces_id for row in rows])
        )
    )}  # fmt: skip
    standing = _standing(session, made.agency_id, rows)
    edits = [
        PostEdit(standing[row.id], fields_of(replaced[row.replaces_id]) if row.replaces_id is not None else None)
        for row in rows
        if row.id in standing
    ]
    people = _people(session, made)
    blocked = {row.employee_id for row in rows if row.id not in standing}
    blocked |= {one.id for one, _, after in people if _differs(one, after)}
    blocked |= _in_the_way(session, made.agency_id, edits)
    if blocked:
        raise UndoBlockedError(sorted(blocked))
    return _Undoing(edits, people)


def _standing(session: Session, agency_id: int, rows: Sequence[Assignment]) -> dict[int, Assignment]:
    """Return the standing row of each that says the same: itself, or what another undoing put back in its place."""
    found: dict[int, Assignment] = {}
    waiting = {row.id: row for row in rows}
    latest = dict(waiting)
    while waiting:
        found |= {first: latest[first] for first in waiting if latest[first].superseded_at is None}
        waiting = {first: row for first, row in waiting.items() if first not in found}
        query = sa.select(Assignment).where(
            Assignment.agency_id == agency_id, Assignment.replaces_id.in_([latest[first].id for first in waiting])
        )
        after = {row.replaces_id: row for row in session.scalars(query)} if waiting else {}
        waiting = {first: row for first, row in waiting.items() if latest[first].id in after}
        latest |= {first: after[latest[first].id] for first in waiting}
    said = {row.id: fields_of(row) for row in rows}
    return {first: row for first, row in found.items() if fields_of(row) == said[first]}


def _people(session: Session, made: PeopleImport) -> list[tuple[Employee, Mapping[str, Any], Mapping[str, Any]]]:
    """Return the records that the import changed, each once, with what they said before and after."""
    rows = session.execute(
        sa.select(PeopleImportRow.employee_id, PeopleImportRow.before, PeopleImportRow.after)
        .where(
            PeopleImportRow.agency_id == made.agency_id, PeopleImportRow.import_id == made.id,
            PeopleImportRow.employee_id.is_not(None),
            PeopleImportRow.change.not_in([RowChange.SAME, RowChange.REFUSED]),
        )
        .order_by(PeopleImportRow.row_number)
    ).all()  # fmt: skip
    changed = {
        row.employee_id: (row.before["person"], row.after["person"])
        for row in rows
        if row.before and row.after and row.before.get("person") and row.before["person"] != row.after["person"]
    }
    query = sa.select(Employee).where(Employee.agency_id == made.agency_id, Employee.id.in_(changed))
    return [(one, *changed[one.id]) for one in session.scalars(query)]


def _differs(employee: Employee, after: Mapping[str, Any]) -> bool:
    left_on = date.fromisoformat(after["left_on"]) if after["left_on"] else None
    kept = (employee.name, employee.rank, employee.left_on)
    return kept != (after["name"], after["rank"], left_on) or employee.user_id != after["user_id"]


def _in_the_way(session: Session, agency_id: int, edits: Sequence[PostEdit]) -> set[int]:
    """Return whose posts cannot stand again because of posts that came later."""
    restored: dict[int, PostFields | None] = {edit.before.id: edit.after for edit in edits if edit.before}
    slots = [
        Slot(row_id, post, restored.get(row_id, post), written_by=place if row_id in restored else None)
        for place, (row_id, post) in enumerate(
            (item for posts in known(session, agency_id).posts.values() for item in posts), start=1
        )
    ]
    clashing = overlapping_rows(slots)
    return {slot.after.employee_id for slot in slots if slot.after and slot.written_by in clashing}


def _carry_out(
    session: Session, made: PeopleImport, undoing: _Undoing, *, actor: Actor, at: OfficeMoment, reason: str
) -> None:
    apply_edits(
        session, made.agency_id, ChangeKind.UNDO_IMPORT, undoing.edits, actor=actor, now=at.now, reason=reason,
        import_id=made.id,
    )  # fmt: skip
    for employee, before, after in undoing.people:
        if after["user_id"] is not None and before["user_id"] is None:
            unlink_account(session, employee, actor=actor, now=at.now, today=at.today)
        employee.name, employee.rank = before["name"], before["rank"]
        employee.left_on = date.fromisoformat(before["left_on"]) if before["left_on"] else None
    made.state, made.undone_at, made.undone_by = ImportState.UNDONE, at.now, actor.user_id
    session.flush()
    record(
        session, agency_id=made.agency_id, actor=actor, action="organisation.undo_people_import",
        subject_type="people_import", subject_id=made.id, now=at.now, posts=len(undoing.edits),
        people=len(undoing.people),
    )  # fmt: skip


def _wait(
    session: Session, made: PeopleImport, undoing: _Undoing, touches: tuple[date, date], reason: str, actor: Actor,
    at: OfficeMoment,
) -> PeopleChange:  # fmt: skip
    pairs = [edit.both for edit in undoing.edits if past_of(days_touched([edit]), at)]
    wish = Wish(
        agency_id=made.agency_id, kind=ChangeKind.UNDO_IMPORT, payload={"posts": len(undoing.edits)}, touches=touches,
        concerned=concerned_by_posts(session, made.agency_id, pairs, touches), reason=reason, import_id=made.id,
    )  # fmt: skip
    return ask(session, wish, actor=actor, now=at.now)
