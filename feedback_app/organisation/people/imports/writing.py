"""Write what a list changes: units, people, accounts and posts, and on each row what it became."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.operations import create_unit
from feedback_app.organisation.people.imports.mapping import read_choices
from feedback_app.organisation.people.imports.terms import Edit, Plan
from feedback_app.organisation.people.models import PeopleImport, PeopleImportRow
from feedback_app.organisation.people.post_edits import PostEdit, apply_edits
from feedback_app.organisation.people.post_rules import OfficeMoment, PostFields
from feedback_app.organisation.people.records import link_now
from feedback_app.organisation.people.rules import ChangeKind, ImportState


def carry_out(
    session: Session, made: PeopleImport, plan: Plan, *, actor: Actor, at: OfficeMoment, reason: str = ""
) -> None:
    """Write everything a list changes, in one go."""
    unit_ids = _create_units(session, made, plan, at)
    employee_ids = _write_people(session, made.agency_id, plan, actor, at)
    posts = _write_posts(session, made, plan, unit_ids, employee_ids, actor, at, reason)
    _note_rows(session, made, plan, employee_ids, posts)
    made.state, made.applied_at, made.applied_by = ImportState.APPLIED, at.now, actor.user_id
    session.flush()
    record(
        session, agency_id=made.agency_id, actor=actor, action="organisation.import_people",
        subject_type="people_import", subject_id=made.id, now=at.now, people=len(plan.people), posts=len(plan.edits),
        units=len(unit_ids),
    )  # fmt: skip


def _create_units(session: Session, made: PeopleImport, plan: Plan, at: OfficeMoment) -> dict[int, int]:
    used = {edit.after.unit_id for edit in plan.edits if edit.after and edit.after.unit_id < 0}
    wanted = read_choices(made.mapping).new_units
    return {
        number: create_unit(
            session, agency_id=made.agency_id, code=one.code, name=one.name, kind=one.kind, starts_on=one.starts_on,
            parent_id=one.parent_id, now=at.now,
        ).id
        for number, one in ((-place, one) for place, one in enumerate(wanted, start=1))
        if number in used
    }  # fmt: skip


def _write_people(session: Session, agency_id: int, plan: Plan, actor: Actor, at: OfficeMoment) -> Mapping[int, int]:
    """Add and change people; return the numbers that those added were given."""
    added = [person for before, person in plan.people if before is None]
    made = [
        Employee(
            agency_id=agency_id, nip=one.nip, name=one.name, rank=one.rank, left_on=one.left_on, created_at=at.now
        )
        for one in added
    ]  # fmt: skip
    session.add_all(made)
    changed = [person for before, person in plan.people if before is not None]
    if changed:
        session.execute(sa.update(Employee), [
            {"agency_id": agency_id, "id": one.id, "name": one.name, "rank": one.rank, "left_on": one.left_on}
            for one in changed
        ])  # fmt: skip
    session.flush()
    numbers = {person.id: row.id for person, row in zip(added, made, strict=True)}
    _link(session, agency_id, plan, numbers, actor, at)
    return numbers


def _link(
    session: Session, agency_id: int, plan: Plan, numbers: Mapping[int, int], actor: Actor, at: OfficeMoment
) -> None:
    for person in plan.linked:
        employee = session.get_one(Employee, (agency_id, numbers.get(person.id, person.id)), populate_existing=True)
        assert person.user_id is not None  # noqa: S101 - chosen by it
        link_now(session, employee, person.user_id, actor=actor, now=at.now, today=at.today)


def _write_posts(
    session: Session, made: PeopleImport, plan: Plan, unit_ids: Mapping[int, int], employee_ids: Mapping[int, int],
    actor: Actor, at: OfficeMoment, reason: str,
) -> dict[int, int]:  # fmt: skip
    """Supersede and store the posts; return the number of each row's post."""

    def real(post: PostFields | None) -> PostFields | None:
        if post is None:
            return None
        employee_id, unit_id = employee_ids.get(post.employee_id), unit_ids.get(post.unit_id)
        return replace(post, employee_id=employee_id or post.employee_id, unit_id=unit_id or post.unit_id)

    ids = [edit.row_id for edit in plan.edits if edit.row_id is not None]
    query = sa.select(Assignment).where(Assignment.agency_id == made.agency_id, Assignment.id.in_(ids))
    standing = {row.id: row for row in session.scalars(query)}
    edits = [PostEdit(standing[edit.row_id] if edit.row_id else None, real(edit.after)) for edit in plan.edits]
    rows = apply_edits(
        session, made.agency_id, ChangeKind.IMPORT, edits, actor=actor, now=at.now, reason=reason, import_id=made.id
    )
    kept: list[Edit] = [edit for edit in plan.edits if edit.after is not None]
    return {edit.claimed_by or edit.number: row.id for edit, row in zip(kept, rows, strict=True)}


def _note_rows(
    session: Session, made: PeopleImport, plan: Plan, employee_ids: Mapping[int, int], posts: Mapping[int, int]
) -> None:
    """Note on each row whose record and which post it became."""
    noted = [
        {
            "agency_id": made.agency_id, "import_id": made.id, "row_number": row.number,
            "employee_id": employee_ids.get(row.employee_id, row.employee_id),
            "assignment_id": posts.get(row.number, row.assignment_id),
        }
        for row in plan.rows
        if row.employee_id is not None and not row.is_left_out
        and (row.employee_id in employee_ids or row.number in posts)
    ]  # fmt: skip
    if noted:
        session.execute(sa.update(PeopleImportRow), noted)
