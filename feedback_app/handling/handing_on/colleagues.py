"""Who answers for a case, and who stands above them: candidates only; what each may see is asked before they are told.

Nobody is chosen by name here. Where a level has no account, the next one up is asked, so that a case never waits for a
post that is vacant; one in the hands of somebody who has left is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.handling.visibility import is_examined, may_see
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission, Role, roles_with
from feedback_app.organisation.oversight import overseers
from feedback_app.organisation.queries import valid_on

HEADS = frozenset({Role.UNIT_HEAD})


def accounts_over(session: Session, agency_id: int, unit_id: int | None, day: date, roles: Iterable[Role]) -> list[int]:
    """Return the active accounts with a role over this very unit, or, without a unit, over the whole agency."""
    return list(
        session.scalars(
            sa.select(RoleGrant.user_id)
            .join(User, User.id == RoleGrant.user_id)
            .where(
                User.active,
                RoleGrant.agency_id == agency_id,
                RoleGrant.unit_id.is_not_distinct_from(unit_id),
                RoleGrant.role.in_(list(roles)),
                valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
            )
            .distinct()
            .order_by(RoleGrant.user_id)
        )
    )


def workers_of(session: Session, case: Case, day: date) -> list[int]:
    """Return who works on a case: whom it is assigned to, or else the officers of its unit, or else its heads."""
    holder = holder_of(session, case, day)
    if holder is not None:
        return [holder]
    if is_kept_apart(session, case):
        return examiners_of(session, case, day)
    found = accounts_over(session, case.agency_id, case.unit_id, day, {Role.OFFICER, Role.INSPECTOR})
    return found or heads_of(session, case, day)


def holder_of(session: Session, case: Case, day: date) -> int | None:
    """Return whom a case is assigned to; None too where they may not sign in or not answer it any more."""
    if case.assigned_to is None:
        return None
    stays = sa.select(Case.id).where(
        Case.agency_id == case.agency_id, Case.id == case.id, may_work_on(case.assigned_to, day)
    )
    return case.assigned_to if session.scalar(stays) is not None else None


def may_work_on(user_id: int, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that somebody may sign in and answer a case."""
    may_sign_in = sa.exists().where(User.id == user_id, User.active)
    return sa.and_(may_see(user_id, Permission.ANSWER_CASE, day), may_sign_in)


def heads_of(session: Session, case: Case, day: date) -> list[int]:
    """Return the heads of a case's unit, or of the nearest unit above that has any."""
    if is_kept_apart(session, case) or case.unit_id is None:
        return examiners_of(session, case, day)
    above = overseers(session, [case.agency_id], day).above(case.unit_id)
    return _nearest(session, case.agency_id, (case.unit_id, *above), day)


def heads_above(session: Session, case: Case, day: date) -> list[int]:
    """Return the heads of the nearest unit above a case's that has any; at the top the unit's own."""
    if is_kept_apart(session, case) or case.unit_id is None:
        return examiners_of(session, case, day)
    above = overseers(session, [case.agency_id], day).above(case.unit_id)
    return _nearest(session, case.agency_id, above, day) or heads_of(session, case, day)


def inspectors_of(session: Session, case: Case, day: date) -> list[int]:
    """Return the heads of the agency's Inspektorat, or its officers where it has no head; nobody without one."""
    if is_kept_apart(session, case):
        return examiners_of(session, case, day)
    unit_id = overseers(session, [case.agency_id], day).inspectorates.get(case.agency_id)
    if unit_id is None:
        return []
    found = accounts_over(session, case.agency_id, unit_id, day, HEADS)
    return found or accounts_over(session, case.agency_id, unit_id, day, roles_with(Permission.ANSWER_CASE))


def examiners_of(session: Session, case: Case, day: date) -> list[int]:
    """Return everybody who reads the cases of the very unit that holds this one, and nobody above or below it."""
    return accounts_over(session, case.agency_id, case.unit_id, day, roles_with(Permission.READ_INBOX))


def is_kept_apart(session: Session, case: Case) -> bool:
    """Tell whether a case stays with the unit that examines it, whoever stands above that unit in the tree."""
    return case.is_confidential and is_examined(session, case)


def _nearest(session: Session, agency_id: int, unit_ids: Iterable[int], day: date) -> list[int]:
    for unit_id in unit_ids:
        found = accounts_over(session, agency_id, unit_id, day, HEADS)
        if found:
            return found
    return []
