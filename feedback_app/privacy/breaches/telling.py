"""Tell those who manage privacy of a breach: that one waits for a second person, or that its clock runs out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.clock import office_day
from feedback_app.handling.handing_on.colleagues import accounts_over
from feedback_app.handling.telling.staff import languages_of
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.notifications.operations import owe
from feedback_app.notifications.wording import DEFAULT_LANGUAGE, Template
from feedback_app.privacy.models import Breach


def tell_others(
    session: Session, breach: Breach, template: Template, event: str, *, but: int | None, now: datetime
) -> None:
    """Owe a mail to everybody who manages privacy in the whole agency, but for one."""
    found = accounts_over(session, breach.agency_id, None, office_day(now), roles_with(Permission.MANAGE_PRIVACY))
    told = [user_id for user_id in found if user_id != but]
    languages = languages_of(session, told)
    for user_id in told:
        owe(
            session, agency_id=breach.agency_id, template=template, params={"breach": breach.id},
            dedupe_key=f"{event}:user:{user_id}", now=now, user_id=user_id,
            language=languages.get(user_id, DEFAULT_LANGUAGE),
        )  # fmt: skip


def tell_late(session: Session, breach: Breach, *, now: datetime) -> None:
    """Tell everybody who manages privacy that the clock of a breach runs out."""
    breach.warned_at = now
    tell_others(session, breach, Template.BREACH_DUE, f"breach:{breach.id}:due", but=None, now=now)
    session.flush()
