"""Agree to an opening or refuse it: a second operator or the agency's administrator, and the Inspektorat where it must.

What is confidential opens as one named case alone, and after somebody of the Inspektorat agreed who may see it
themselves; so nobody opens what the Inspektorat itself is accused of.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.handling.break_glass.operations import (
    BreakGlassDecidedError,
    OwnBreakGlassError,
    UnknownBreakGlassError,
    administers,
    locked,
    note,
    unknown,
)
from feedback_app.handling.break_glass.rules import Standing, standing_of
from feedback_app.handling.models import Case
from feedback_app.handling.visibility import is_examined, may_see
from feedback_app.identity.grant_models import BreakGlass
from feedback_app.identity.grants import said_why
from feedback_app.identity.operators import is_operator
from feedback_app.identity.rules import Permission, RequestOutcome
from feedback_app.organisation.queries import permissions_of


def approve(
    session: Session, agency_id: int, opening_id: int, *, actor: Actor, today: date, now: datetime
) -> BreakGlass:
    """Agree to an opening; it begins at once, or, for a confidential case, when the Inspektorat has agreed too.

    Raises
    ------
    UnknownBreakGlassError, OwnBreakGlassError, BreakGlassDecidedError
    """
    opening = _to_decide(session, agency_id, opening_id, actor, today)
    _in_standing(opening, now, Standing.WAITING)
    opening.outcome, opening.decided_by, opening.decided_at = RequestOutcome.APPROVED, actor.user_id, now
    _begin_if_agreed(session, opening, now)
    session.flush()
    note(session, opening, "approve", actor, now)
    return opening


def confirm(
    session: Session, agency_id: int, opening_id: int, *, actor: Actor, today: date, now: datetime
) -> BreakGlass:
    """Agree for the Inspektorat that one case is opened though it is confidential.

    Raises
    ------
    UnknownBreakGlassError, BreakGlassDecidedError
    """
    opening = _confirmable(session, agency_id, opening_id, actor, today)
    _in_standing(opening, now, Standing.WAITING, Standing.WAITING_FOR_INSPECTORATE)
    if opening.inspector_id is not None:
        raise BreakGlassDecidedError("Inspektorat sudah menyetujui permintaan ini.")
    opening.inspector_id, opening.inspected_at = actor.user_id, now
    _begin_if_agreed(session, opening, now)
    session.flush()
    note(session, opening, "confirm", actor, now)
    return opening


def refuse(
    session: Session, agency_id: int, opening_id: int, *, why: str, actor: Actor, today: date, now: datetime
) -> BreakGlass:
    """Refuse an opening, saying why; the Inspektorat may too, until it begins.

    Raises
    ------
    UnknownBreakGlassError, OwnBreakGlassError, BreakGlassDecidedError
    feedback_app.identity.grants.GrantReasonError
    """
    try:
        opening = _confirmable(session, agency_id, opening_id, actor, today)
    except UnknownBreakGlassError:
        opening = _to_decide(session, agency_id, opening_id, actor, today)
    _in_standing(opening, now, Standing.WAITING, Standing.WAITING_FOR_INSPECTORATE)
    opening.refusal = said_why(why)
    opening.outcome, opening.decided_by, opening.decided_at = RequestOutcome.REFUSED, actor.user_id, now
    session.flush()
    note(session, opening, "refuse", actor, now)
    return opening


def may_confirm(session: Session, opening: BreakGlass, user_id: int, today: date) -> bool:
    """Tell whether somebody agrees for the Inspektorat: it is one case, and none they may not see themselves."""
    if opening.case_id is None or Permission.CONFIRM_BREAK_GLASS not in permissions_of(session, user_id, today):
        return False
    case = session.get_one(Case, (opening.agency_id, opening.case_id))
    if not case.is_confidential:
        return False
    seen = sa.exists().where(
        Case.agency_id == case.agency_id, Case.id == case.id, may_see(user_id, Permission.READ_INBOX, today)
    )
    return not is_examined(session, case) or bool(session.scalar(sa.select(seen)))


def _confirmable(session: Session, agency_id: int, opening_id: int, actor: Actor, today: date) -> BreakGlass:
    opening = locked(session, agency_id, opening_id)
    if actor.user_id is None or not may_confirm(session, opening, actor.user_id, today):
        raise unknown()
    if actor.user_id == opening.asked_by:
        raise OwnBreakGlassError("Anda yang meminta; orang kedua yang memutuskan.")
    return opening


def _begin_if_agreed(session: Session, opening: BreakGlass, now: datetime) -> None:
    if opening.outcome is not RequestOutcome.APPROVED:
        return
    case = session.get(Case, (opening.agency_id, opening.case_id)) if opening.case_id is not None else None
    if case is not None and case.is_confidential and opening.inspector_id is None:
        return
    opening.began_at, opening.ends_at = now, now + timedelta(minutes=opening.minutes)


def _to_decide(session: Session, agency_id: int, opening_id: int, actor: Actor, today: date) -> BreakGlass:
    opening = locked(session, agency_id, opening_id)
    runs = actor.user_id is not None and session.scalar(sa.select(is_operator(actor.user_id, today)))
    if not runs and not administers(session, actor, agency_id, today):
        raise unknown()
    if actor.user_id == opening.asked_by:
        raise OwnBreakGlassError("Anda yang meminta; orang kedua yang memutuskan.")
    return opening


def _in_standing(opening: BreakGlass, now: datetime, *allowed: Standing) -> None:
    standing = standing_of(opening, now)
    if standing is Standing.LAPSED:
        raise BreakGlassDecidedError("Permintaan ini sudah lewat sehari. Bila masih perlu, operator memintanya lagi.")
    if standing not in allowed:
        raise BreakGlassDecidedError("Permintaan ini sudah diputuskan.")
