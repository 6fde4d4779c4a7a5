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
        return _staff(session, message.user_id)
    contact = session.get_one(Contact, (message.agency_id, message.contact_id), populate_existing=True)
    if contact.unsubscribed_at is not None:
        raise NotWantedError(UNSUBSCRIBED)
    try:
        return Recipient(WAY_TO[contact.kind], open_sealed(vault, contact.sealed))
    except (UnreadableSealError, UnicodeDecodeError):
        raise NotWantedError("no key opens the address") from None


def _staff(session: Session, user_id: int) -> Recipient:
    user = session.get_one(User, user_id, populate_existing=True)
    if not user.active:
        raise NotWantedError(ACCOUNT_CLOSED)
    return Recipient(Way.EMAIL, user.email)
