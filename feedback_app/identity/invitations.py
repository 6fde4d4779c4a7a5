"""Invite somebody: an account without a password, and a link with which its owner makes it theirs.

The roles that come along are given in `notifications.account_acts`, which stands above `organisation.access`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person, record
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.identity.account_links import INVITATION_DAYS, InvitationClaim, no_longer_valid
from feedback_app.identity.account_models import Invitation
from feedback_app.identity.models import User
from feedback_app.identity.operations import add_account, read_email
from feedback_app.identity.passwords import put_password
from feedback_app.identity.queries import user_by_email

# Nobody is written to without end: after these an administrator asks the person instead of the mailbox.
SENDINGS_MOST: Final = 20


class AccountClosedError(ConflictError):
    """An account of this address was closed: it is opened again, not invited."""

    code = "account_closed"


class UnknownInvitationError(NotFoundError):
    """No open invitation of this account in this agency."""

    code = "unknown_invitation"


class TooManySendingsError(ConflictError):
    """The same invitation was sent again and again."""

    code = "too_many_sendings"


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an invitation reached: a new account with `invitation`, or one that has a password already."""

    user: User
    invitation: Invitation | None


def invite(session: Session, *, agency_id: int, email: str, name: str, actor: Actor, now: datetime) -> Invited:
    """Make an account for somebody who has none, and invite its owner; who can sign in already needs no invitation.

    Inviting once more somebody who did not come yet sends the same invitation again.

    Raises
    ------
    feedback_app.identity.operations.InvalidEmailError, MissingUserNameError
    AccountClosedError
    TooManySendingsError
    """
    address = read_email(email)
    user = user_by_email(session, address)
    if user is not None and user.password is not None and not user.active:
        raise AccountClosedError(
            "Akun dengan surel ini pernah ditutup. Buka kembali akunnya, lalu berikan wewenangnya."
        )
    if user is None:
        user = add_account(session, email=address, name=name, password=None, now=now)
    return Invited(user, None if user.active else _invitation(session, agency_id, user.id, actor, now))


def _invitation(session: Session, agency_id: int, user_id: int, actor: Actor, now: datetime) -> Invitation:
    if _open(session, agency_id, user_id) is not None:
        return resend(session, agency_id=agency_id, user_id=user_id, actor=actor, now=now)
    row = Invitation(
        agency_id=agency_id, user_id=user_id, invited_by=actor.user_id, invited_at=now, sent_at=now, sendings=1,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, row, actor, "identity.invite", now)
    return row


def resend(session: Session, *, agency_id: int, user_id: int, actor: Actor, now: datetime) -> Invitation:
    """Send an open invitation once more for another seven days; the link of before is worth nothing from now on.

    Raises
    ------
    UnknownInvitationError
    TooManySendingsError
    """
    row = _to_change(session, agency_id, user_id)
    if row.sendings >= SENDINGS_MOST:
        raise TooManySendingsError(
            "Undangan ini sudah terlalu sering dikirim. Pastikan alamat surelnya benar, atau tarik undangannya."
        )
    row.sendings += 1
    row.sent_at, row.expires_at = now, now + timedelta(days=INVITATION_DAYS)
    session.flush()
    _note(session, row, actor, "identity.resend_invitation", now)
    return row


def withdraw(session: Session, *, agency_id: int, user_id: int, actor: Actor, now: datetime) -> None:
    """Take an invitation back: its link is worth nothing. The roles stay on record; without a password none opens.

    Raises
    ------
    UnknownInvitationError
    """
    row = _to_change(session, agency_id, user_id)
    row.withdrawn_at = now
    session.flush()
    _note(session, row, actor, "identity.withdraw_invitation", now)


def invitation_of(
    session: Session, claim: InvitationClaim, *, now: datetime, for_update: bool = False
) -> tuple[Invitation, User]:
    """Return the invitation that a link names, and its account, if the link may still be used.

    Raises
    ------
    feedback_app.identity.account_links.LinkNotValidError
    """
    wanted = sa.select(Invitation).where(
        Invitation.agency_id == claim.agency_id, Invitation.id == claim.invitation_id
    ).execution_options(populate_existing=True)  # fmt: skip
    row = session.scalar(wanted.with_for_update() if for_update else wanted)
    if row is None or not row.is_open or row.sendings != claim.sending or row.expires_at <= now:
        raise no_longer_valid()
    owner = sa.select(User).where(User.id == row.user_id).execution_options(populate_existing=True)
    user = session.scalars(owner.with_for_update() if for_update else owner).one()
    if user.password is not None:
        # Another agency's invitation of the same person was accepted meanwhile.
        raise no_longer_valid()
    return row, user


def accept(session: Session, claim: InvitationClaim, password: str, *, near: Iterable[str], now: datetime) -> User:
    """Let the owner of the link choose the password; the account is theirs and open from now on.

    Raises
    ------
    feedback_app.identity.account_links.LinkNotValidError
    feedback_app.identity.password_rules.WeakPasswordError
    """
    row, user = invitation_of(session, claim, now=now, for_update=True)
    put_password(
        session, user, password, near=near, actor=person(user.id), action="identity.choose_first_password", now=now
    )
    return _accepted(session, row, user, now)


def accept_by_provider(session: Session, *, agency_id: int, user: User, now: datetime) -> User:
    """Open an invited account whose owner came through the agency's own sign-in, and has no password here.

    Raises
    ------
    UnknownInvitationError
        There is no open invitation that has not run out.
    """
    row = _to_change(session, agency_id, user.id)
    if row.expires_at <= now:
        raise _unknown()
    return _accepted(session, row, user, now)


def _accepted(session: Session, row: Invitation, user: User, now: datetime) -> User:
    user.active = True
    row.accepted_at = now
    session.flush()
    _note(session, row, person(user.id), "identity.accept_invitation", now)
    return user


def open_invitation(session: Session, agency_id: int, user_id: int) -> Invitation | None:
    """Return the invitation of an account that was neither accepted nor withdrawn; it may have run out."""
    return _open(session, agency_id, user_id)


def _open(session: Session, agency_id: int, user_id: int, *, for_update: bool = False) -> Invitation | None:
    wanted = sa.select(Invitation).where(
        Invitation.agency_id == agency_id, Invitation.user_id == user_id, Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    ).execution_options(populate_existing=True)  # fmt: skip
    return session.scalar(wanted.with_for_update() if for_update else wanted)


def _to_change(session: Session, agency_id: int, user_id: int) -> Invitation:
    row = _open(session, agency_id, user_id, for_update=True)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> UnknownInvitationError:
    return UnknownInvitationError("Tidak ada undangan yang menunggu untuk akun itu.")


def _note(session: Session, row: Invitation, actor: Actor, action: str, now: datetime) -> None:
    record(
        session, agency_id=row.agency_id, actor=actor, action=action, subject_type="user", subject_id=row.user_id,
        now=now, invitation_id=row.id, sending=row.sendings,
    )  # fmt: skip
