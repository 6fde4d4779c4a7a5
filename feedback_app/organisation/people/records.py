"""The record of a civil servant besides the posts: name, rank, last day, and the account that is theirs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, ForbiddenError, InvalidInputError
from feedback_app.identity.grants import end_at_once
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.operations import UnknownUserError, grant
from feedback_app.identity.operators import is_operator
from feedback_app.identity.queries import user_by_email
from feedback_app.identity.rules import Role
from feedback_app.organisation.codes import parse_name
from feedback_app.organisation.models import Employee
from feedback_app.organisation.operations import create_employee
from feedback_app.organisation.people.changes import Wish, ask
from feedback_app.organisation.people.links import begin_link, end_link
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.rules import ChangeKind, ChangeState
from feedback_app.organisation.queries import day_at

LINKED: Final = "Akun ditautkan dengan catatan pegawai."
UNLINKED: Final = "Akun dilepas dari catatan pegawai."
LINK_REASON: Final = "Menautkan akun dengan catatan pegawai ini."
# Evaluation lies above this room; whether there is a cycle is all that is asked of it.
_CYCLES: Final = sa.table("cycles", sa.column("agency_id"))
NAME_MAX: Final = 120
RANK_MAX: Final = 60


class AccountTakenError(ConflictError):
    """The account belongs to somebody else, or the civil servant has one."""

    code = "account_taken"


class OwnAccountError(ForbiddenError):
    """Somebody would make their own account that of a civil servant, and so read what is said about that person."""

    code = "own_account"


class RecordWordsError(InvalidInputError):
    """A name or rank longer than any."""

    code = "record_words"


def add_person(
    session: Session, agency_id: int, *, nip: str, name: str, rank: str, actor: Actor, now: datetime
) -> Employee:
    """Add a civil servant.

    Raises
    ------
    feedback_app.organisation.nip.InvalidNipError, feedback_app.organisation.codes.CodeTakenError
    feedback_app.organisation.codes.MissingNameError, RecordWordsError
    """
    name, kept_rank = _words(name, rank)
    employee = create_employee(session, agency_id=agency_id, nip=nip, name=name, now=now)
    employee.rank = kept_rank
    session.flush()
    _note(session, employee, "organisation.add_person", actor, now)
    return employee


def change_person(
    session: Session, employee: Employee, *, name: str, rank: str, left_on: date | None, actor: Actor, now: datetime
) -> None:
    """Put a name, a rank or the last day in service right; posts end by themselves only, one by one.

    Raises
    ------
    feedback_app.organisation.codes.MissingNameError, RecordWordsError
    """
    employee.name, employee.rank = _words(name, rank)
    employee.left_on = left_on
    session.flush()
    _note(session, employee, "organisation.change_person", actor, now)


def link_account(
    session: Session, employee: Employee, *, email: str, actor: Actor, now: datetime, today: date, reason: str = ""
) -> PeopleChange | None:
    """Let an account be that of a civil servant: from then on it reads all that the platform says about them.

    Once the agency has a cycle there is something to read, and the link waits for a second person: neither who asks
    nor whose account it is. Return what waits, None where it is done.

    Raises
    ------
    feedback_app.identity.operations.UnknownUserError
    AccountTakenError, OwnAccountError
    feedback_app.organisation.people.changes.NamedRequesterNeededError
    feedback_app.organisation.people.changes.MissingReasonError
    """
    user = user_by_email(session, email)
    if user is None or not user.active:
        raise UnknownUserError(f"Tidak ada akun dengan surel {email.strip()}.")
    if not link_waits(session, employee.agency_id):
        link_now(session, employee, user.id, actor=actor, now=now, today=today)
        return None
    _check_link(session, employee, user.id, actor, today)
    if session.scalar(_waiting_links(employee, user.id)) is not None:
        raise AccountTakenError("Penautan akun ini sudah menunggu persetujuan.")
    wish = Wish(
        agency_id=employee.agency_id, kind=ChangeKind.LINK, payload={"user_id": user.id}, touches=(today, today),
        concerned=frozenset({employee.id}), reason=reason or LINK_REASON, employee_id=employee.id,
    )  # fmt: skip
    change = ask(session, wish, actor=actor, now=now)
    change.concerned_users = sorted({user.id, *change.concerned_users})
    session.flush()
    return change


def link_now(session: Session, employee: Employee, user_id: int, *, actor: Actor, now: datetime, today: date) -> None:
    """Link an account, where nobody else has to agree or somebody has agreed.

    Raises
    ------
    AccountTakenError, OwnAccountError
    """
    _check_link(session, employee, user_id, actor, today)
    begin_link(session, employee, user_id, by=actor.user_id, now=now)
    _open_grant(session, employee.agency_id, user_id, actor, now, today)
    _note(session, employee, "organisation.link_account", actor, now, user_id=user_id)


def apply_change(session: Session, change: PeopleChange, *, actor: Actor, now: datetime) -> None:
    """Link an account as a second person agreed to.

    Raises
    ------
    feedback_app.identity.operations.UnknownUserError
        It may sign in no more.
    AccountTakenError, OwnAccountError
    """
    employee = session.get_one(
        Employee, (change.agency_id, change.employee_id), with_for_update=True, populate_existing=True
    )
    user = session.get_one(User, change.payload["user_id"])
    if not user.active:
        raise UnknownUserError("Akun itu tidak aktif lagi. Tolak permintaan ini.")
    author = Actor(actor.kind, change.requested_by)
    link_now(session, employee, user.id, actor=author, now=now, today=day_at(session, change.agency_id, now))


def link_waits(session: Session, agency_id: int) -> bool:
    """Tell whether linking an account takes a second person: as soon as there is a cycle to read about somebody."""
    return bool(session.scalar(sa.select(sa.exists().where(_CYCLES.c.agency_id == agency_id))))


def unlink_account(session: Session, employee: Employee, *, actor: Actor, now: datetime, today: date) -> None:
    """Part an account from a civil servant; it reads nothing of theirs from now on."""
    user_id = end_link(session, employee, by=actor.user_id, now=now)
    if user_id is None:
        return
    grants = sa.select(RoleGrant).where(
        RoleGrant.agency_id == employee.agency_id, RoleGrant.user_id == user_id, RoleGrant.role == Role.EMPLOYEE,
        sa.or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today),
    )  # fmt: skip
    for held in session.scalars(grants.with_for_update()).all():
        end_at_once(session, held, reason=UNLINKED, actor=actor, today=today, now=now)
    _note(session, employee, "organisation.unlink_account", actor, now, user_id=user_id)


def _check_link(session: Session, employee: Employee, user_id: int, actor: Actor, today: date) -> None:
    if actor.user_id == user_id:
        raise OwnAccountError("Anda tidak dapat menautkan akun Anda sendiri. Minta rekan kepegawaian melakukannya.")
    if session.scalar(sa.select(is_operator(user_id, today))):
        raise AccountTakenError("Akun itu milik operator platform. Pegawai memakai akun tersendiri.")
    if employee.user_id is not None:
        raise AccountTakenError("Pegawai ini sudah mempunyai akun. Lepaskan dahulu bila keliru.")
    other = sa.select(Employee.id).where(Employee.agency_id == employee.agency_id, Employee.user_id == user_id)
    if session.scalar(other) is not None:
        raise AccountTakenError("Akun itu sudah ditautkan dengan pegawai lain di instansi ini.")


def _waiting_links(employee: Employee, user_id: int) -> sa.Select[int]:
    return sa.select(PeopleChange.id).where(
        PeopleChange.agency_id == employee.agency_id, PeopleChange.kind == ChangeKind.LINK,
        PeopleChange.state == ChangeState.WAITING, PeopleChange.employee_id == employee.id,
        PeopleChange.payload["user_id"].as_integer() == user_id,
    )  # fmt: skip


def _open_grant(session: Session, agency_id: int, user_id: int, actor: Actor, now: datetime, today: date) -> None:
    """Give the role from today on, unless it is held without an end."""
    held = session.scalars(
        sa.select(RoleGrant.id).where(
            RoleGrant.agency_id == agency_id, RoleGrant.user_id == user_id, RoleGrant.role == Role.EMPLOYEE,
            RoleGrant.unit_id.is_(None), RoleGrant.starts_on <= today, RoleGrant.ends_on.is_(None),
        )
    ).first()  # fmt: skip
    if held is None:
        grant(
            session, agency_id=agency_id, user_id=user_id, role=Role.EMPLOYEE, unit_id=None, starts_on=today,
            actor=actor, now=now, reason=LINKED,
        )  # fmt: skip


def _words(name: str, rank: str) -> tuple[str, str | None]:
    whole, kept = parse_name(name), " ".join(rank.split())
    if len(whole) > NAME_MAX or len(kept) > RANK_MAX:
        raise RecordWordsError(f"Nama paling banyak {NAME_MAX} huruf dan pangkat paling banyak {RANK_MAX} huruf.")
    return whole, kept or None


def _note(session: Session, employee: Employee, action: str, actor: Actor, now: datetime, **detail: int) -> None:
    record(
        session, agency_id=employee.agency_id, actor=actor, action=action, subject_type="employee",
        subject_id=employee.id, now=now, **detail,
    )  # fmt: skip
