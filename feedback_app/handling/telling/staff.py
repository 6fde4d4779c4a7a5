"""Tell staff of a case: only who may see it, once for each thing that happened, in the language they chose."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.clock import office_day
from feedback_app.handling.models import Case
from feedback_app.handling.visibility import may_see
from feedback_app.identity.models import StaffSettings, User
from feedback_app.identity.rules import Permission
from feedback_app.notifications.operations import owe
from feedback_app.notifications.wording import DEFAULT_LANGUAGE, Template


def tell_staff(
    session: Session,
    case: Case,
    template: Template,
    user_ids: Iterable[int],
    *,
    event: str,
    now: datetime,
    **numbers: int,
) -> int:
    """Owe each of these accounts a message about a case; return how many may see it and so are told.

    `event` names what happened, such as "assigned:" and the id of its line on the timeline: a second call with the same
    one tells nobody again. `numbers` are those the template holds besides the case's own.
    """
    day = office_day(now)
    readers = [user_id for user_id in dict.fromkeys(user_ids) if seen_by(session, user_id, [case.id], day=day)]
    languages = languages_of(session, readers)
    for user_id in readers:
        owe(
            session, agency_id=case.agency_id, template=template, params={"case": case.id, **numbers},
            dedupe_key=f"{template}:{case.id}:{event}:user:{user_id}", now=now, user_id=user_id,
            language=languages.get(user_id, DEFAULT_LANGUAGE),
        )  # fmt: skip
    return len(readers)


def seen_by(session: Session, user_id: int, case_ids: Collection[int], *, day: date) -> set[int]:
    """Return those of some cases that an account may see; none where it may not sign in."""
    may_sign_in = sa.exists().where(User.id == user_id, User.active)
    seen = sa.select(Case.id).where(Case.id.in_(case_ids), may_see(user_id, Permission.READ_INBOX, day), may_sign_in)
    return set(session.scalars(seen))


def languages_of(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    """Return the languages in which accounts want their messages, where they chose one."""
    if not user_ids:
        return {}
    query = sa.select(StaffSettings.user_id, StaffSettings.language).where(StaffSettings.user_id.in_(user_ids))
    return {row.user_id: row.language for row in session.execute(query)}
