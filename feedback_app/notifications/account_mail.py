"""Mails to the owner of an account about that account: owed here, with ids alone; links are made when they leave.

The token of a link would open an account, so it stands in no row, no queue and no log: `link_of` makes it in the
worker, from the key of this installation, at the moment of sending.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db_wall.scope import across, whole_account
from feedback_app.identity import account_links
from feedback_app.identity.account_models import Invitation
from feedback_app.identity.models import RoleGrant, StaffSettings, User
from feedback_app.notifications.delivery import MOOT, NotWantedError
from feedback_app.notifications.models import Message
from feedback_app.notifications.operations import owe as owe_message
from feedback_app.notifications.templates import OF_AN_ACCOUNT, Template
from feedback_app.notifications.wording import DEFAULT_LANGUAGE

# Whoever asked waits at the mailbox for minutes; a link that comes the next day is a key nobody expects.
RECOVERY_WANTED_FOR: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """What turns a message into a link: where pages are, and the key that signs what the link says."""

    public_url: str
    key: bytes = field(repr=False)


def owe(session: Session, *, agency_id: int | None, user_id: int, kind: str, now: datetime, **ids: int) -> bool:
    """Owe the owner of an account a mail about it, in the language they chose; return whether one is owed.

    Owed once for a kind and its `ids`; without ids, once for a kind and a moment. With `agency_id` None the outbox of
    the agency is taken in which the account works (`home_agency`). An account without any agency is owed nothing, for
    a message belongs to an agency.

    Raises
    ------
    ValueError
        `kind` is none of `OF_AN_ACCOUNT`.
    """
    template = Template(kind)
    if template not in OF_AN_ACCOUNT:
        raise ValueError(f"{template} is not about an account")
    home = agency_id if agency_id is not None else home_agency(session, user_id)
    if home is None:
        return False
    of = ":".join(f"{name}={ids[name]}" for name in sorted(ids)) or now.isoformat()
    spoken = session.scalar(sa.select(StaffSettings.language).where(StaffSettings.user_id == user_id))
    with across(session, home):
        owe_message(
            session, agency_id=home, template=template, params=ids, now=now, user_id=user_id,
            dedupe_key=f"{template}:user:{user_id}:{of}", language=spoken or DEFAULT_LANGUAGE,
        )  # fmt: skip
    return True


def home_agency(session: Session, user_id: int) -> int | None:
    """Return the agency of the newest grant of an account, ended ones last; None where it never had one."""
    still = sa.or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= sa.func.current_date())
    with whole_account(session, user_id):
        return session.scalar(
            sa.select(RoleGrant.agency_id)
            .where(RoleGrant.user_id == user_id)
            .order_by(still.desc(), RoleGrant.starts_on.desc(), RoleGrant.id.desc())
            .limit(1)
        )


def link_of(session: Session, message: Message, maker: LinkMaker, *, now: datetime) -> str | None:
    """Return the link that a message holds for its reader; None where its kind has none.

    Raises
    ------
    feedback_app.notifications.delivery.NotWantedError
        What the link would open is settled meanwhile, or was asked for too long ago.
    """
    if message.template == Template.INVITATION:
        return _invitation(session, message, maker, now)
    if message.template == Template.RECOVERY:
        return _recovery(session, message, maker, now)
    return None


def _invitation(session: Session, message: Message, maker: LinkMaker, now: datetime) -> str:
    row = session.get(Invitation, (message.agency_id, message.params.get("invitation")), populate_existing=True)
    owner = session.get_one(User, message.user_id, populate_existing=True)
    is_other = row is None or not row.is_open or row.sendings != message.params.get("sending")
    if row is None or is_other or owner.password is not None or row.expires_at <= now:
        raise NotWantedError(MOOT)
    return f"{maker.public_url}/undangan/{account_links.invitation_token(maker.key, row)}"


def _recovery(session: Session, message: Message, maker: LinkMaker, now: datetime) -> str:
    owner = session.get_one(User, message.user_id, populate_existing=True)
    if owner.password is None or now - message.created_at > RECOVERY_WANTED_FOR:
        raise NotWantedError(MOOT)
    return f"{maker.public_url}/masuk/tautan/{account_links.recovery_token(maker.key, owner, now=now)}"
