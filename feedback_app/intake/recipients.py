"""Where a message goes, asked at the last moment: who stopped messages meanwhile, or was erased, gets none."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.models import User
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import UnreadableSealError, Vault, open_sealed
from feedback_app.notifications.delivery import ACCOUNT_CLOSED, UNSUBSCRIBED, NotWantedError, Recipient
from feedback_app.notifications.models import Message
from feedback_app.notifications.rules import Way
from feedback_app.notifications.templates import Template

WAY_TO: dict[ContactKind, Way] = {ContactKind.EMAIL: Way.EMAIL, ContactKind.WHATSAPP: Way.WHATSAPP}


def deliverable(ways: Collection[Way]) -> sa.ColumnElement[bool]:
    """Return the condition that there is a way to send a message, among those an operator has set up."""
    kinds = [kind for kind, way in WAY_TO.items() if way in ways]
    reachable = sa.exists().where(
        Contact.agency_id == Message.agency_id, Contact.id == Message.contact_id, Contact.kind.in_(kinds)
    )
    to_staff = Message.user_id.is_not(None) if Way.EMAIL in ways else sa.false()
    return sa.or_(to_staff, reachable)


def recipient_of(session: Session, message: Message, vault: Vault) -> Recipient:
    """Return where a message goes.

    Raises
    ------
    feedback_app.notifications.delivery.NotWantedError
        There is nobody to send it to any more, or no key opens the address.
    """
    if message.user_id is not None:
        return _staff(session, message.user_id, is_invited=message.template == Template.INVITATION)
    contact = session.get_one(Contact, (message.agency_id, message.contact_id), populate_existing=True)
    # Who wants no news is told all the same where the law owes them a notice (UU 27/2022 Ps 46).
    if contact.unsubscribed_at is not None and message.template != Template.BREACH_NOTICE:
        raise NotWantedError(UNSUBSCRIBED)
    try:
        return Recipient(WAY_TO[contact.kind], open_sealed(vault, contact.sealed))
    except (UnreadableSealError, UnicodeDecodeError):
        raise NotWantedError("no key opens the address") from None


def _staff(session: Session, user_id: int, *, is_invited: bool) -> Recipient:
    user = session.get_one(User, user_id, populate_existing=True)
    # Who is invited has no open account yet; whether the invitation still holds, its link asks (`account_mail`).
    if not user.active and not is_invited:
        raise NotWantedError(ACCOUNT_CLOSED)
    return Recipient(Way.EMAIL, user.email)
