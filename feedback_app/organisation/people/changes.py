"""Changes of the past that wait for a second person: asked for, approved, refused, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.people.carrying_out import executor_of
from feedback_app.organisation.people.links import accounts_ever_of
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.rules import ChangeKind, ChangeState
from feedback_app.organisation.whole_agencies import over_all_of

REASON_MIN: Final = 5
REASON_MAX: Final = 1000


class MissingReasonError(InvalidInputError):
    """Nobody said why."""

    code = "missing_reason"


class NamedRequesterNeededError(ForbiddenError):
    """A change of the past was asked for by no account, so nobody could be the second person."""

    code = "named_requester_needed"


class UnknownPeopleChangeError(NotFoundError):
    """There is no such change, or not for this account."""

    code = "unknown_people_change"


class ChangeDecidedError(ConflictError):
    """The change waits no longer."""

    code = "change_decided"


class NotSecondPersonError(ForbiddenError):
    """Whoever asked for a change cannot decide on it."""

    code = "not_second_person"


class ApproverConcernedError(ForbiddenError):
    """The change is about whoever would decide on it."""

    code = "approver_concerned"


class MayNotApproveError(ForbiddenError):
    """The account decides on no changes of this agency."""

    code = "may_not_approve"


@dataclass(frozen=True, slots=True)
class Wish:
    """A change that somebody asks for; `concerned` are the employees whose figures it could move."""

    agency_id: int
    kind: ChangeKind
    payload: dict[str, Any]
    touches: tuple[date, date]
    concerned: frozenset[int]
    reason: str
    employee_id: int | None = None
    assignment_id: int | None = None
    import_id: int | None = None


def parse_reason(raw: str) -> str:
    """Return a reason with single spaces.

    Raises
    ------
    MissingReasonError
    """
    words = " ".join(raw.split())
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise MissingReasonError(f"Tulis alasannya, {REASON_MIN} sampai {REASON_MAX} huruf.")
    return words


def ask(session: Session, wish: Wish, *, actor: Actor, now: datetime) -> PeopleChange:
    """Let a change wait for a second person.

    Raises
    ------
    NamedRequesterNeededError, MissingReasonError
    """
    if actor.user_id is None:
        raise NamedRequesterNeededError(
            "Perubahan atas hari yang sudah lewat harus diajukan dengan akun, supaya orang lain yang menyetujuinya."
        )
    change = PeopleChange(
        agency_id=wish.agency_id, kind=wish.kind, employee_id=wish.employee_id, assignment_id=wish.assignment_id,
        import_id=wish.import_id, payload=wish.payload, touches_from=wish.touches[0], touches_to=wish.touches[1],
        reason=parse_reason(wish.reason), concerned_employees=sorted(wish.concerned),
        concerned_users=sorted(accounts_ever_of(session, wish.agency_id, wish.concerned)), state=ChangeState.WAITING,
        requested_by=actor.user_id, requested_at=now,
    )  # fmt: skip
    session.add(change)
    session.flush()
    _note(session, change, "organisation.ask_people_change", actor, now)
    return change


def approve(
    session: Session, agency_id: int, change_id: int, *, actor: Actor, now: datetime, today: date
) -> PeopleChange:
    """Agree to a change and carry it out; its rows are known from now on.

    Raises
    ------
    UnknownPeopleChangeError, ChangeDecidedError
    MayNotApproveError
        Not over the whole agency, or by nobody's account.
    NotSecondPersonError, ApproverConcernedError
    feedback_app.errors.DomainError
        What carries it out refuses; the change then still waits.
    """
    change = _decidable(session, agency_id, change_id, actor, today)
    with session.begin_nested():
        _decide(session, change, ChangeState.APPROVED, actor, now, None)
        executor_of(change.kind)(session, change, actor=actor, now=now)
        session.flush()
    _note(session, change, "organisation.approve_people_change", actor, now)
    return change


def refuse(
    session: Session, agency_id: int, change_id: int, *, note: str, actor: Actor, now: datetime, today: date
) -> PeopleChange:
    """Refuse a change, saying why.

    Raises
    ------
    UnknownPeopleChangeError, ChangeDecidedError, MayNotApproveError, NotSecondPersonError, ApproverConcernedError
    MissingReasonError
    """
    change = _decidable(session, agency_id, change_id, actor, today)
    _decide(session, change, ChangeState.REFUSED, actor, now, parse_reason(note))
    _note(session, change, "organisation.refuse_people_change", actor, now)
    return change


def withdraw(session: Session, agency_id: int, change_id: int, *, actor: Actor, now: datetime) -> PeopleChange:
    """Take back what one has asked for.

    Raises
    ------
    UnknownPeopleChangeError
        Also where somebody else asked for it.
    ChangeDecidedError
    """
    change = _waiting(session, agency_id, change_id)
    if actor.user_id is None or change.requested_by != actor.user_id:
        raise UnknownPeopleChangeError("Permintaan itu tidak ada. Pilih dari daftar.")
    change.state, change.decided_at = ChangeState.WITHDRAWN, now
    session.flush()
    _note(session, change, "organisation.withdraw_people_change", actor, now)
    return change


def may_approve(session: Session, agency_id: int, user_id: int, today: date) -> bool:
    """Tell whether an account decides on changes of an agency: over the whole of it."""
    query = sa.select(over_all_of(Agency.id, user_id, Permission.APPROVE_PEOPLE, today)).where(Agency.id == agency_id)
    return bool(session.scalar(query))


def _waiting(session: Session, agency_id: int, change_id: int) -> PeopleChange:
    query = sa.select(PeopleChange).where(PeopleChange.agency_id == agency_id, PeopleChange.id == change_id)
    change = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if change is None:
        raise UnknownPeopleChangeError("Permintaan itu tidak ada. Pilih dari daftar.")
    if change.state is not ChangeState.WAITING:
        raise ChangeDecidedError("Permintaan ini sudah diputuskan atau ditarik. Muat ulang daftarnya.")
    return change


def _decidable(session: Session, agency_id: int, change_id: int, actor: Actor, today: date) -> PeopleChange:
    change = _waiting(session, agency_id, change_id)
    if actor.user_id is None or not may_approve(session, agency_id, actor.user_id, today):
        raise MayNotApproveError("Hanya akun dengan wewenang persetujuan atas seluruh instansi yang dapat memutuskan.")
    if actor.user_id == change.requested_by:
        raise NotSecondPersonError("Anda yang mengajukan perubahan ini; orang lain yang harus memutuskannya.")
    # Whoever was linked at any time, and whoever came since it was asked for: cutting a link helps nobody.
    linked = accounts_ever_of(session, agency_id, change.concerned_employees)
    change.concerned_users = sorted(linked | set(change.concerned_users))
    if actor.user_id in change.concerned_users:
        raise ApproverConcernedError("Perubahan ini menyangkut catatan Anda sendiri; orang lain yang harus memutuskan.")
    return change


def _decide(
    session: Session, change: PeopleChange, state: ChangeState, actor: Actor, now: datetime, note: str | None
) -> None:
    change.state, change.decided_by, change.decided_at, change.decision_note = state, actor.user_id, now, note
    session.flush()


def _note(session: Session, change: PeopleChange, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=change.agency_id, actor=actor, action=action, subject_type="people_change",
        subject_id=change.id, now=now, kind=change.kind.value, employee_id=change.employee_id,
        touches_from=change.touches_from.isoformat(), touches_to=change.touches_to.isoformat(),
    )  # fmt: skip
