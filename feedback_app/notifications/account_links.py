"""Tell people by mail that the account which reads an employee's record is another one, or none any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.identity.models import StaffSettings, User
from feedback_app.notifications.operations import owe
from feedback_app.notifications.templates import Template
from feedback_app.notifications.wording import DEFAULT_LANGUAGE
from feedback_app.organisation.people.models import AccountLink

# Far enough back that nobody is missed; nobody is told twice.
LATELY: Final = timedelta(days=1)


def tell_of_links(session: Session, agency_id: int, *, now: datetime) -> None:
    """Owe a message about each link made or cut lately: to the account, and to those that had been the person's."""
    since = now - LATELY
    made = sa.select(AccountLink.id, AccountLink.user_id).where(
        AccountLink.agency_id == agency_id, AccountLink.linked_at >= since
    )
    later = aliased(AccountLink)
    had = (
        sa.select(later.id, AccountLink.user_id)
        .join(AccountLink, sa.and_(AccountLink.agency_id == later.agency_id, AccountLink.id < later.id))
        .where(later.agency_id == agency_id, later.linked_at >= since, AccountLink.employee_id == later.employee_id)
    )
    cut = sa.select(AccountLink.id, AccountLink.user_id).where(
        AccountLink.agency_id == agency_id, AccountLink.unlinked_at >= since
    )
    for template, query in ((Template.ACCOUNT_LINKED, made.union(had)), (Template.ACCOUNT_UNLINKED, cut)):
        for link_id, user_id in session.execute(query).all():
            _owe(session, agency_id, template, link_id, user_id, now)


def _owe(session: Session, agency_id: int, template: Template, link_id: int, user_id: int, now: datetime) -> None:
    if session.scalar(sa.select(User.active).where(User.id == user_id)):
        spoken = session.scalar(sa.select(StaffSettings.language).where(StaffSettings.user_id == user_id))
        owe(
            session, agency_id=agency_id, template=template, params={}, now=now, user_id=user_id,
            dedupe_key=f"{template}:{link_id}:user:{user_id}", language=spoken or DEFAULT_LANGUAGE,
        )  # fmt: skip
