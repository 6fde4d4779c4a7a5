"""Which of our accounts somebody is who came from a provider."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, Actor, person
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, ForbiddenError, NotFoundError
from feedback_app.identity.models import User
from feedback_app.identity.operations import add_account
from feedback_app.identity.queries import user_by_email
from feedback_app.identity.sign_in_rules import EndReason
from feedback_app.identity.sign_ins import end_all, note_act
from feedback_app.identity.sso.models import SsoLink
from feedback_app.identity.sso.rules import LinkBasis, Person


class LinkTakenError(ConflictError):
    """The account, or that of the provider, is linked already."""

    code = "sso_link_taken"


class OwnLinkError(ForbiddenError):
    """Nobody confirms who they are themselves."""

    code = "own_sso_link"


class UnknownLinkError(NotFoundError):
    """No such link, or one that is settled."""

    code = "unknown_sso_link"


class Refusal(enum.Enum):
    """Why somebody whom the provider knows does not come in."""

    UNKNOWN = enum.auto()  # no account of that address
    WAITS = enum.auto()  # an administrator is to confirm who it is
    LINKED = enum.auto()  # the same, and somebody at this or another provider is the owner already
    CLOSED = enum.auto()  # the account may sign in no more


@dataclass(frozen=True, slots=True)
class Reached:
    """The account, or why there is none; `is_invited` where an invitation is to be accepted before it opens."""

    user: User | None
    refusal: Refusal | None = None
    is_invited: bool = False


def reach(session: Session, who: Person, *, now: datetime) -> Reached:
    """Return the account of somebody, linking it at the first time.

    The first time a verified address that one of our accounts has is enough, unless somebody at this or at another
    provider is its owner already; whatever is less waits for an administrator. An address alone never opens an account:
    it may be given to the next employee, a provider may let people write what they like into it, and no provider speaks
    for the people of another (ASVS 5.0, 6.8.1).
    """
    link = session.scalar(
        sa.select(SsoLink)
        .where(SsoLink.issuer == who.issuer, SsoLink.subject == who.subject, SsoLink.ended_at.is_(None))
        .with_for_update()
    )
    if link is not None:
        if link.confirmed_at is None:
            return Reached(None, Refusal.WAITS)
        link.last_used_at = now
        session.flush()
        return _open_or_not(session.get_one(User, link.user_id))
    user = user_by_email(session, who.email) if who.email else None
    if user is None:
        return Reached(None, Refusal.UNKNOWN)
    found = _open_or_not(user)
    if found.refusal is not None:
        return found
    is_linked = _is_linked(session, user.id)
    if who.has_verified_email and not is_linked:
        _add(session, user.id, who, LinkBasis.VERIFIED_EMAIL, now, confirmed=True)
        return found
    _add(session, user.id, who, LinkBasis.ADMINISTRATOR, now, confirmed=False)
    return Reached(None, Refusal.LINKED if is_linked else Refusal.WAITS)


def make_account(session: Session, who: Person, *, now: datetime) -> User | None:
    """Add an account without a password for somebody whom a rule about claims lets in; None without a verified address.

    Raises
    ------
    feedback_app.identity.operations.EmailTakenError
    """
    if who.email is None or not who.has_verified_email:
        return None
    user = add_account(session, email=who.email, name=who.name or who.email.partition("@")[0], password=None, now=now)
    user.active = True
    session.flush()
    _add(session, user.id, who, LinkBasis.CLAIM_RULE, now, confirmed=True)
    return user


def confirm(session: Session, link_id: int, *, actor: Actor, now: datetime) -> SsoLink:
    """Say that somebody at the provider is the owner of the account that waits; a link of before ends.

    Raises
    ------
    UnknownLinkError
    OwnLinkError
    """
    link = _waiting(session, link_id)
    if link.user_id == actor.user_id:
        raise OwnLinkError("Minta pengelola lain memastikan akun Anda sendiri.")
    for older in session.scalars(
        sa.select(SsoLink).where(
            SsoLink.user_id == link.user_id, SsoLink.issuer == link.issuer, SsoLink.ended_at.is_(None),
            SsoLink.confirmed_at.is_not(None),
        )
    ):  # fmt: skip
        end(session, older.id, actor=actor, now=now)
    link.confirmed_at, link.confirmed_by = now, actor.user_id
    session.flush()
    note_act(session, link.user_id, actor, "identity.confirm_sso_link", None, now, link_id=link.id)
    return link


def end(session: Session, link_id: int, *, actor: Actor, now: datetime) -> SsoLink:
    """Cut a link, or refuse one that waits; whoever came in by a confirmed one is signed out at once.

    Raises
    ------
    UnknownLinkError
    """
    link = session.scalar(sa.select(SsoLink).where(SsoLink.id == link_id, SsoLink.ended_at.is_(None)).with_for_update())
    if link is None:
        raise _unknown()
    link.ended_at, link.ended_by = now, actor.user_id
    session.flush()
    note_act(session, link.user_id, actor, "identity.end_sso_link", None, now, link_id=link.id)
    if link.confirmed_at is not None:
        end_all(session, link.user_id, reason=EndReason.REVOKED, now=now, actor=actor)
    return link


def links_of(session: Session, user_id: int) -> Sequence[SsoLink]:
    """Return the links of an account that have not ended, the confirmed ones first."""
    query = sa.select(SsoLink).where(SsoLink.user_id == user_id, SsoLink.ended_at.is_(None))
    return session.scalars(query.order_by(SsoLink.confirmed_at.is_(None), SsoLink.id)).all()


def links_at(session: Session, issuer: str) -> Sequence[SsoLink]:
    """Return the links to a provider that have not ended."""
    query = sa.select(SsoLink).where(SsoLink.issuer == issuer, SsoLink.ended_at.is_(None))
    return session.scalars(query.order_by(SsoLink.id)).all()


def _open_or_not(user: User) -> Reached:
    if user.active:
        return Reached(user)
    # Who was invited has never chosen a password; whoever has one was closed.
    return Reached(user, is_invited=True) if user.password is None else Reached(None, Refusal.CLOSED)


def _is_linked(session: Session, user_id: int) -> bool:
    """Tell whether somebody at any provider is the owner; of two first arrivals at once the later one sees the other.

    Providers that left the file count too: whoever comes next may be another person with the same address.
    """
    session.execute(sa.select(User.id).where(User.id == user_id).with_for_update(key_share=True))
    held = sa.exists().where(
        SsoLink.user_id == user_id, SsoLink.ended_at.is_(None), SsoLink.confirmed_at.is_not(None)
    )  # fmt: skip
    return bool(session.scalar(sa.select(held)))


def is_linked_to(session: Session, user_id: int, who: Person) -> bool:
    """Tell whether somebody from a provider is the confirmed owner of an account."""
    held = sa.exists().where(
        SsoLink.user_id == user_id, SsoLink.issuer == who.issuer, SsoLink.subject == who.subject,
        SsoLink.ended_at.is_(None), SsoLink.confirmed_at.is_not(None),
    )  # fmt: skip
    return bool(session.scalar(sa.select(held)))


def _add(session: Session, user_id: int, who: Person, basis: LinkBasis, now: datetime, *, confirmed: bool) -> None:
    row = SsoLink(
        user_id=user_id, issuer=who.issuer, subject=who.subject, basis=basis, asked_at=now,
        confirmed_at=now if confirmed else None, last_used_at=now if confirmed else None,
    )  # fmt: skip
    add_unless_taken(session, row, LinkTakenError("Akun ini baru saja dihubungkan. Coba masuk sekali lagi."))
    actor = person(user_id) if confirmed else SYSTEM
    action = "identity.add_sso_link" if confirmed else "identity.ask_sso_link"
    note_act(session, user_id, actor, action, None, now, link_id=row.id, basis=basis.value)


def _waiting(session: Session, link_id: int) -> SsoLink:
    link = session.scalar(
        sa.select(SsoLink)
        .where(SsoLink.id == link_id, SsoLink.ended_at.is_(None), SsoLink.confirmed_at.is_(None))
        .with_for_update()
    )
    if link is None:
        raise _unknown()
    return link


def _unknown() -> UnknownLinkError:
    return UnknownLinkError("Hubungan akun itu sudah tidak menunggu. Muat ulang halaman ini.")
