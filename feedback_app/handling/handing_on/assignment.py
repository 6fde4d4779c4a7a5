"""Give a case to a colleague who answers for its unit, or take it over from one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.moves import move, note_act
from feedback_app.handling.rules import CaseStatus, EventKind
from feedback_app.handling.telling.staff import tell_staff
from feedback_app.handling.visibility import may_see
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.notifications.wording import Template
from feedback_app.organisation.oversight import overseers
from feedback_app.organisation.queries import valid_on

# While an answer waits for the citizen nobody works on the case, and after its end neither.
ASSIGNABLE: Final = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS, CaseStatus.ON_HOLD})


class NotAssignableError(ConflictError):
    """Nobody works on the case now, so nobody can be given it."""

    code = "not_assignable"


class AlreadyAssignedError(ConflictError):
    """The case is in these hands already."""

    code = "already_assigned"


class InOtherHandsError(ConflictError):
    """A colleague works on the case; only a head gives it to a third."""

    code = "in_other_hands"


class UnknownColleagueError(InvalidInputError):
    """No such account, or none that answers for the unit of the case and may see it."""

    code = "unknown_colleague"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be given a case."""

    id: int
    name: str


def colleagues(session: Session, case: Case, *, day: date) -> list[Colleague]:
    """Return who may be given a case, by name: whoever answers for its unit, may sign in and may see this very case."""
    above = overseers(session, [case.agency_id], day).above(case.unit_id) if case.unit_id is not None else ()
    rows = session.execute(
        sa.select(User.id, User.name)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.active,
            RoleGrant.agency_id == case.agency_id,
            RoleGrant.role.in_(roles_with(Permission.ANSWER_CASE)),
            valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
            sa.or_(RoleGrant.unit_id.is_(None), RoleGrant.unit_id.in_([case.unit_id, *above])),
        )
        .distinct()
        .order_by(User.name, User.id)
    )
    found = [Colleague(*row) for row in rows]
    # A grant over the unit or above it is all a plain case asks for.
    return [one for one in found if _may_answer(session, case, one.id, day)] if case.is_confidential else found


def may_give(session: Session, case: Case, user_id: int, *, day: date) -> bool:
    """Tell whether somebody may give a case to a third: a head always, an officer what is theirs or nobody's."""
    return case.assigned_to in {None, user_id} or _holds(session, case, user_id, Permission.ASSIGN_CASE, day)


def assign(session: Session, case: Case, to_user_id: int, *, user_id: int, now: datetime) -> None:
    """Give a case to a colleague, who is told; who names themselves takes it over.

    Whoever gives a new case away has read it, so it is verified with this.

    Raises
    ------
    NotAssignableError
        The case waits for the citizen's word, or has ended.
    AlreadyAssignedError
    InOtherHandsError
        An officer gives away what a colleague works on.
    UnknownColleagueError
    """
    day = office_day(now)
    _check(session, case, to_user_id, user_id, day)
    actor, before = person(user_id), case.assigned_to
    if case.status is CaseStatus.NEW:
        move(session, case, CaseStatus.VERIFIED, actor=actor, now=now, action="handling.verify")
    case.assigned_to = to_user_id
    note_act(
        session, case, EventKind.ASSIGNED, actor=actor, now=now, action="handling.assign",
        from_user_id=before, to_user_id=to_user_id,
    )  # fmt: skip
    if to_user_id != user_id:
        event = f"assigned:{case.id}:{case.version}"
        tell_staff(session, case, Template.ASSIGNED, [to_user_id], event=event, now=now)


def assigned_to(event: CaseEvent) -> int | None:
    """Return to whom an event gave a case; None for every other event."""
    to_user_id = event.detail.get("to_user_id") if event.kind is EventKind.ASSIGNED else None
    return to_user_id if isinstance(to_user_id, int) else None


def _check(session: Session, case: Case, to_user_id: int, user_id: int, day: date) -> None:
    if case.status not in ASSIGNABLE:
        raise NotAssignableError("Kasus ini menunggu pelapor atau sudah berakhir, sehingga tidak dapat ditugaskan.")
    if case.assigned_to == to_user_id:
        raise AlreadyAssignedError("Kasus ini sudah ditugaskan kepada orang itu. Pilih rekan lain.")
    if to_user_id != user_id and not may_give(session, case, user_id, day=day):
        raise InOtherHandsError(
            "Kasus ini sedang ditangani rekan Anda. Ambil alih dahulu, atau minta kepala unit menugaskannya."
        )
    if not _may_answer(session, case, to_user_id, day):
        raise UnknownColleagueError("Pilih rekan dari daftar: hanya yang bertugas pada unit ini yang dapat ditugasi.")


def _may_answer(session: Session, case: Case, user_id: int, day: date) -> bool:
    return _holds(session, case, user_id, Permission.ANSWER_CASE, day)


def _holds(session: Session, case: Case, user_id: int, permission: Permission, day: date) -> bool:
    may_sign_in = sa.exists().where(User.id == user_id, User.active)
    seen = sa.select(Case.id).where(
        Case.agency_id == case.agency_id, Case.id == case.id, may_see(user_id, permission, day), may_sign_in
    )
    return session.scalar(seen) is not None
