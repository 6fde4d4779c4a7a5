"""Who looks again at what somebody else decided about a case: heads of its unit, then of those above, nearest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.clock import office_day
from feedback_app.handling.handing_on.colleagues import accounts_over
from feedback_app.handling.models import Case
from feedback_app.handling.telling.staff import tell_staff
from feedback_app.handling.visibility import may_see
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.notifications.wording import Template
from feedback_app.organisation.oversight import Overseers, overseers


def reviewers(session: Session, case: Case, *, without: Collection[int], day: date) -> list[int]:
    """Return the nearest accounts that may look again at a case, leaving out those whose own work it is.

    Where a unit and those above it have nobody else, the heads of the Inspektorat are asked about a plain case; they
    see it only once its `inspected_since` is set. Nobody may be left.
    """
    over = overseers(session, [case.agency_id], day)
    for unit_id in _levels(case, over):
        found = [who for who in _heads(session, case.agency_id, unit_id, day) if who not in without]
        if seen := [who for who in found if may_review(session, case, who, day=day)]:
            return seen
    inspectorate = over.inspectorates.get(case.agency_id)
    if case.is_confidential or inspectorate is None:
        return []
    return [who for who in _heads(session, case.agency_id, inspectorate, day) if who not in without]


def ask_for_review(
    session: Session, case: Case, template: Template, *, without: Collection[int], event: str, now: datetime
) -> list[int]:
    """Tell the nearest reviewers that a case waits for them, and return them.

    Where there is nobody else the Inspektorat is let read it.
    """
    day = office_day(now)
    asked = reviewers(session, case, without=without, day=day)
    if asked and not may_review(session, case, asked[0], day=day):
        case.inspected_since = case.inspected_since or now
        session.flush()
    tell_staff(session, case, template, asked, event=event, now=now)
    return asked


def may_review(session: Session, case: Case, user_id: int, *, day: date) -> bool:
    """Tell whether somebody with an active account sees a case and may review what was decided about it."""
    may_sign_in = sa.exists().where(User.id == user_id, User.active)
    query = sa.select(Case.id).where(
        Case.agency_id == case.agency_id,
        Case.id == case.id,
        may_see(user_id, Permission.REVIEW_DISPUTE, day),
        may_sign_in,
    )
    return session.scalar(query) is not None


def _levels(case: Case, over: Overseers) -> Iterator[int]:
    if case.unit_id is not None:
        yield case.unit_id
        yield from over.above(case.unit_id)


def _heads(session: Session, agency_id: int, unit_id: int, day: date) -> list[int]:
    return accounts_over(session, agency_id, unit_id, day, roles_with(Permission.REVIEW_DISPUTE))
