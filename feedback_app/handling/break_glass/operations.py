"""Ask for sight of an agency, agree to it, end it; each act stands in the trail of that agency.

Nobody agrees to what they asked for (the database holds it too). What is confidential opens as one named case alone,
and after somebody of the Inspektorat agreed who may see it; so nobody opens what the Inspektorat itself is accused of.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person, record
from feedback_app.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from feedback_app.handling.break_glass.rules import (
    MINUTES_MAX,
    MINUTES_MIN,
    REASON_MAX,
    REASON_MIN,
    Standing,
    standing_of,
)
from feedback_app.handling.models import Case
from feedback_app.handling.queries import UnknownCaseError
from feedback_app.identity.grant_models import BreakGlass
from feedback_app.identity.operators import is_operator
from feedback_app.identity.rules import Permission, RequestOutcome
from feedback_app.organisation.whole_agencies import over_all_of

# What may be taken back while nothing is open: what nobody decided, and what waits for the Inspektorat.
_TAKEN_BACK: Final = frozenset({None, RequestOutcome.APPROVED})


class BreakGlassReasonError(InvalidInputError):
    """An emergency is told in a sentence or two."""

    code = "break_glass_reason"


class BreakGlassMinutesError(InvalidInputError):
    """So short, or so long, that it is no emergency."""

    code = "break_glass_minutes"


class BreakGlassWaitsError(ConflictError):
    """The operator has asked, or sees, already."""

    code = "break_glass_waits"


class UnknownBreakGlassError(NotFoundError):
    """There is no such opening, or not for this account."""

    code = "unknown_break_glass"


class BreakGlassDecidedError(ConflictError):
    """The opening waits no longer."""

    code = "break_glass_decided"


class OwnBreakGlassError(ForbiddenError):
    """Whoever asked cannot agree."""

    code = "own_break_glass"


def ask(
    session: Session, *, agency_id: int, case_id: int | None, reason: str, minutes: int, actor: Actor, now: datetime,
    today: date,
) -> BreakGlass:  # fmt: skip
    """Ask for sight of an agency's inbox, or of one case, for so many minutes from the moment somebody agrees.

    Raises
    ------
    BreakGlassReasonError, BreakGlassMinutesError, BreakGlassWaitsError, UnknownBreakGlassError
    feedback_app.handling.queries.UnknownCaseError
    """
    asker = _operator(session, actor, today)
    words = " ".join(reason.split())
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise BreakGlassReasonError(f"Jelaskan keadaan daruratnya, {REASON_MIN} sampai {REASON_MAX} huruf.")
    if not MINUTES_MIN <= minutes <= MINUTES_MAX:
        raise BreakGlassMinutesError(f"Pilih lamanya, {MINUTES_MIN} sampai {MINUTES_MAX} menit.")
    if case_id is not None and session.get(Case, (agency_id, case_id)) is None:
        raise UnknownCaseError("Kasus itu tidak ada di instansi tersebut. Periksa nomornya.")
    mine = sa.select(BreakGlass).where(BreakGlass.agency_id == agency_id, BreakGlass.asked_by == asker)
    going_on = {Standing.WAITING, Standing.WAITING_FOR_INSPECTORATE, Standing.OPEN}
    if any(standing_of(row, now) in going_on for row in session.scalars(mine.order_by(BreakGlass.id.desc()).limit(20))):
        raise BreakGlassWaitsError("Anda masih mempunyai permintaan untuk instansi itu. Tarik atau akhiri dahulu.")
    made = BreakGlass(
        agency_id=agency_id, case_id=case_id, reason=words, minutes=minutes, asked_by=asker, asked_at=now
    )  # fmt: skip
    session.add(made)
    session.flush()
    note(session, made, "ask", actor, now, minutes=minutes)
    return made


def end(session: Session, agency_id: int, opening_id: int, *, actor: Actor, today: date, now: datetime) -> BreakGlass:
    """End an opening at once, or take back one that waits: its operator, or whoever administers the agency.

    Raises
    ------
    UnknownBreakGlassError, BreakGlassDecidedError
    """
    opening = locked(session, agency_id, opening_id)
    if actor.user_id != opening.asked_by and not administers(session, actor, agency_id, today):
        raise unknown()
    if standing_of(opening, now) is Standing.OPEN:
        opening.ended_at, opening.ended_by = now, actor.user_id
    elif actor.user_id == opening.asked_by and opening.began_at is None and opening.outcome in _TAKEN_BACK:
        opening.outcome, opening.decided_by, opening.decided_at = RequestOutcome.WITHDRAWN, None, now
    else:
        raise BreakGlassDecidedError("Permintaan ini tidak terbuka lagi.")
    session.flush()
    note(session, opening, "end", actor, now)
    return opening


def note_opened(session: Session, opening: BreakGlass, page: str, *, case_id: int | None, now: datetime) -> None:
    """Note a page that was opened under broken glass, so that the agency sees it."""
    note(session, opening, "open", person(opening.asked_by), now, page=page, opened_case_id=case_id)


def administers(session: Session, actor: Actor, agency_id: int, today: date) -> bool:
    """Tell whether somebody looks after the roles of a whole agency."""
    if actor.user_id is None:
        return False
    return bool(session.scalar(sa.select(over_all_of(agency_id, actor.user_id, Permission.MANAGE_GRANTS, today))))


def _operator(session: Session, actor: Actor, today: date) -> int:
    if actor.user_id is None or not session.scalar(sa.select(is_operator(actor.user_id, today))):
        raise unknown()
    return actor.user_id


def locked(session: Session, agency_id: int, opening_id: int) -> BreakGlass:
    """Return an opening, locked until the transaction ends.

    Raises
    ------
    UnknownBreakGlassError
    """
    opening = session.get(BreakGlass, (agency_id, opening_id), with_for_update=True, populate_existing=True)
    if opening is None:
        raise unknown()
    return opening


def unknown() -> UnknownBreakGlassError:
    """Return the one error for what does not exist and what is not for this account."""
    return UnknownBreakGlassError("Permintaan akses darurat itu tidak ada.")


def note(
    session: Session, opening: BreakGlass, act: str, actor: Actor, now: datetime, **detail: int | str | None
) -> None:
    """Note an act in the trail of the agency that the opening is about."""
    record(
        session, agency_id=opening.agency_id, actor=actor, action=f"handling.{act}_break_glass",
        subject_type="break_glass", subject_id=opening.id, now=now, case_id=opening.case_id, **detail,
    )  # fmt: skip
