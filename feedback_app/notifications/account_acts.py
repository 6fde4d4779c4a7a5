"""Acts upon accounts together with the mail that tells their owners: pages and commands come through here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, Actor, person
from feedback_app.errors import ConflictError
from feedback_app.identity import invitations, operations, passwords, recoveries, sign_ins
from feedback_app.identity.account_links import INVITATION_DAYS, RECOVERY_MINUTES, InvitationClaim, RecoveryClaim
from feedback_app.identity.account_models import Invitation, RecoveryRequest
from feedback_app.identity.grant_models import GrantRequest
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.recovery_rules import KEPT, may_mail
from feedback_app.identity.rules import GrantSource, Role
from feedback_app.notifications.account_mail import owe
from feedback_app.notifications.templates import Template
from feedback_app.organisation.access.giving import RoleHeldError, Wanted, give_or_ask


class NoLinkError(ConflictError):
    """There is no password to replace."""

    code = "no_link"


class TooSoonError(ConflictError):
    """A link was sent a moment ago."""

    code = "too_soon"


# Long enough for a mail to arrive before somebody presses the button again.
SENT_AGAIN_AFTER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RoleWanted:
    """A role that comes with an invitation: over a unit and all below it, or, without one, over the whole agency."""

    role: Role
    unit_id: int | None
    starts_on: date
    ends_on: date | None = None
    reason: str = "Diberikan bersama undangan akun."


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an invitation reached: a new account with `invitation`, or somebody who can sign in already.

    So many roles were `given`, and so many wait for a second person (`asked`); those held before count as neither.
    """

    user: User
    invitation: Invitation | None
    given: int
    asked: int


def invite(
    session: Session, *, agency_id: int, email: str, name: str, grants: Sequence[RoleWanted], actor: Actor,
    today: date, now: datetime,
) -> Invited:  # fmt: skip
    """Invite somebody with some roles, and owe them the mail: the link, or that roles were added.

    Who has an account already gets the roles alone. A role of weight is asked for and waits for a second person, unless
    it comes from a terminal (`organisation.access.giving`). No role at all is no mistake: it may be asked for later.

    Raises
    ------
    feedback_app.identity.operations.InvalidEmailError, MissingUserNameError
    feedback_app.identity.invitations.AccountClosedError, TooManySendingsError
    feedback_app.organisation.access.giving.OwnGrantError, OutOfReachError, RolesClashError, InspectorPlaceError,
    OperatorGrantError; feedback_app.identity.grants.GrantReasonError, GrantDaysError
    """
    reached = invitations.invite(session, agency_id=agency_id, email=email, name=name, actor=actor, now=now)
    made = [_with_role(session, agency_id, reached.user.id, one, actor, today, now) for one in grants]
    given = sum(isinstance(one, RoleGrant) for one in made)
    if reached.invitation is not None:
        _owe_invitation(session, reached.invitation, now)
    elif given:
        owe(session, agency_id=agency_id, user_id=reached.user.id, kind=Template.GRANT_GIVEN, now=now)
    return Invited(reached.user, reached.invitation, given, sum(isinstance(one, GrantRequest) for one in made))


def _with_role(
    session: Session, agency_id: int, user_id: int, one: RoleWanted, actor: Actor, today: date, now: datetime
) -> RoleGrant | GrantRequest | None:
    source = GrantSource.CLI if actor.user_id is None else GrantSource.INVITATION
    wanted = Wanted(agency_id, user_id, one.role, one.unit_id, one.starts_on, one.ends_on, one.reason, source)
    try:
        return give_or_ask(session, wanted, actor=actor, today=today, now=now)
    except RoleHeldError:
        # Inviting once more sends the mail again and gives nothing twice.
        return None


def resend_invitation(session: Session, *, agency_id: int, user_id: int, actor: Actor, now: datetime) -> Invitation:
    """Send an open invitation once more.

    Raises
    ------
    feedback_app.identity.invitations.UnknownInvitationError, TooManySendingsError
    """
    row = invitations.resend(session, agency_id=agency_id, user_id=user_id, actor=actor, now=now)
    _owe_invitation(session, row, now)
    return row


def accept_invitation(
    session: Session, claim: InvitationClaim, password: str, *, near: Iterable[str], now: datetime
) -> User:
    """Let the owner of an invitation's link choose the password (see `identity.invitations.accept`)."""
    return invitations.accept(session, claim, password, near=near, now=now)


def recover(
    session: Session, claim: RecoveryClaim, password: str, *, key: bytes, near: Iterable[str], now: datetime
) -> User:
    """Let the holder of a recovery's link choose another password; every sign-in ends, and the owner is told.

    A second factor stays as it is, and is asked for at the sign-in that follows.

    Raises
    ------
    feedback_app.identity.account_links.LinkNotValidError
    feedback_app.identity.password_rules.WeakPasswordError
    """
    user = recoveries.owner_of(session, claim, key, for_update=True)
    passwords.put_password(
        session, user, password, near=near, actor=person(user.id), action="identity.recover_password", now=now
    )
    owe(session, agency_id=None, user_id=user.id, kind=Template.PASSWORD_CHANGED, now=now)
    return user


def change_password(
    session: Session, user: User, *, present: str, new: str, near: Iterable[str], now: datetime, keeps: int | None
) -> None:
    """Let the owner change the password; every sign-in but the one they `keep` ends, and the owner is told.

    Raises
    ------
    feedback_app.identity.passwords.WrongPasswordError, SamePasswordError
    feedback_app.identity.password_rules.WeakPasswordError
    """
    passwords.change_password(
        session, user, present=present, new=new, near=near, actor=person(user.id), now=now, keeps=keeps
    )
    owe(session, agency_id=None, user_id=user.id, kind=Template.PASSWORD_CHANGED, now=now)


def set_password(
    session: Session, *, email: str, password: str, near: Iterable[str], actor: Actor, now: datetime
) -> User:
    """Give an account another password from a terminal; the owner is told.

    Raises
    ------
    feedback_app.identity.operations.UnknownUserError
    feedback_app.identity.password_rules.WeakPasswordError
    """
    user = operations.set_password(session, email=email, password=password, near=near, actor=actor, now=now)
    if user.active:
        owe(session, agency_id=None, user_id=user.id, kind=Template.PASSWORD_CHANGED, now=now)
    return user


def send_recovery(session: Session, user: User, *, agency_id: int | None, actor: Actor, now: datetime) -> None:
    """Send somebody a link for a new password because an administrator says so; strangers' asking holds it back not.

    Raises
    ------
    NoLinkError
    TooSoonError
    """
    if not user.active or user.password is None:
        raise NoLinkError("Akun ini tidak terbuka atau belum punya kata sandi, jadi tidak ada yang dipulihkan.")
    lately = recoveries.mailed_lately(session, user.id, now=now)
    if any(now - moment < SENT_AGAIN_AFTER for moment in lately):
        raise TooSoonError("Tautan baru saja dikirim. Minta pemilik akun memeriksa surelnya, termasuk folder spam.")
    row = RecoveryRequest(user_id=user.id, asked_at=now, settled_at=now, mailed_at=now)
    session.add(row)
    session.flush()
    sign_ins.note_act(session, user.id, actor, "identity.send_recovery", None, now, request=row.id)
    _owe_recovery(session, agency_id, row)


def settle_recoveries(session: Session, *, now: datetime) -> int:
    """Owe a mail for each request that waits and may have one, and forget old ones; return how many were settled.

    No mail goes to an address without an account, to a closed account, to one without a password (its way in is an
    invitation, or the agency's own sign-in), nor oftener than `recovery_rules.may_mail` allows.
    """
    found = recoveries.waiting(session)
    for row in found:
        row.settled_at = now
        user = session.get(User, row.user_id) if row.user_id is not None else None
        if user is not None and user.active and user.password is not None:
            _mail_if_due(session, row, user, now)
    session.flush()
    recoveries.forget(session, now - KEPT)
    return len(found)


def _mail_if_due(session: Session, row: RecoveryRequest, user: User, now: datetime) -> None:
    if not may_mail(recoveries.mailed_lately(session, user.id, now=now), now):
        return
    row.mailed_at = now
    session.flush()
    if _owe_recovery(session, None, row):
        sign_ins.note_act(session, user.id, SYSTEM, "identity.send_recovery", None, now, request=row.id)


def _owe_recovery(session: Session, agency_id: int | None, row: RecoveryRequest) -> bool:
    assert row.user_id is not None and row.mailed_at is not None  # noqa: S101, PT018 - both callers have set them
    return owe(
        session, agency_id=agency_id, user_id=row.user_id, kind=Template.RECOVERY, now=row.mailed_at,
        minutes=RECOVERY_MINUTES, request=row.id,
    )  # fmt: skip


def _owe_invitation(session: Session, row: Invitation, now: datetime) -> None:
    owe(
        session, agency_id=row.agency_id, user_id=row.user_id, kind=Template.INVITATION, now=now, invitation=row.id,
        sending=row.sendings, days=INVITATION_DAYS,
    )  # fmt: skip
