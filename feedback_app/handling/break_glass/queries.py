"""What is open at a moment, what an operator reads under it, and what the agency is shown of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.handling.break_glass.deciding import may_confirm
from feedback_app.handling.break_glass.operations import UnknownBreakGlassError
from feedback_app.handling.break_glass.rules import WANTED_FOR
from feedback_app.handling.models import Case
from feedback_app.handling.queries import OPEN_STATUSES, UnknownCaseError, version_on
from feedback_app.handling.visibility import opened_by
from feedback_app.identity.grant_models import BreakGlass
from feedback_app.identity.operators import is_operator
from feedback_app.identity.rules import Permission, RequestOutcome
from feedback_app.organisation.models import UnitVersion
from feedback_app.organisation.whole_agencies import over_all_of

OPENED: Final = "handling.open_break_glass"
# The trail keeps more; who looks here wants to see what was read, not to page through it.
PAGES_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in the list of an operator."""

    case: Case
    unit_name: str | None


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """One page that was read under an opening."""

    at: datetime
    page: str
    case_id: int | None


def open_now(session: Session, agency_id: int, user_id: int, *, now: datetime, today: date) -> list[BreakGlass]:
    """Return the openings of an operator in an agency that are open at this moment."""
    return list(
        session.scalars(
            sa.select(BreakGlass)
            .where(
                BreakGlass.agency_id == agency_id, BreakGlass.asked_by == user_id, BreakGlass.began_at <= now,
                BreakGlass.ends_at > now, BreakGlass.ended_at.is_(None), is_operator(user_id, today),
            )
            .order_by(BreakGlass.id)
        )
    )  # fmt: skip


def opening_of(
    session: Session, agency_id: int, opening_id: int, user_id: int, *, now: datetime, today: date
) -> BreakGlass:
    """Return an opening under which somebody may read at this moment.

    Raises
    ------
    UnknownBreakGlassError
        It is somebody else's, over, or has not begun.
    """
    for opening in open_now(session, agency_id, user_id, now=now, today=today):
        if opening.id == opening_id:
            return opening
    raise UnknownBreakGlassError("Akses darurat ini tidak terbuka, atau sudah berakhir.")


def cases_opened(session: Session, opening: BreakGlass, *, today: date, page: int, size: int) -> list[CaseLine]:
    """Return the open cases that an opening shows, the earliest due first; one more than a page holds, if there is."""
    rows = session.execute(
        sa.select(Case, UnitVersion.name)
        .outerjoin(UnitVersion, version_on(Case.agency_id, Case.unit_id, today))
        .where(opened_by(opening), _shown(opening))
        .order_by(Case.due_at.nulls_last(), Case.id)
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    return [CaseLine(*row) for row in rows]


def case_opened(session: Session, opening: BreakGlass, case_id: int) -> Case:
    """Return a case that an opening shows.

    Raises
    ------
    feedback_app.handling.queries.UnknownCaseError
    """
    case = session.scalar(sa.select(Case).where(Case.id == case_id, opened_by(opening)))
    if case is None:
        raise UnknownCaseError("Kasus ini tidak termasuk dalam akses darurat Anda.")
    return case


def openings_in(session: Session, agency_id: int, *, most: int) -> Sequence[BreakGlass]:
    """Return what was asked for in an agency, the newest first."""
    query = sa.select(BreakGlass).where(BreakGlass.agency_id == agency_id)
    return session.scalars(query.order_by(BreakGlass.id.desc()).limit(most)).all()


def count_to_decide(session: Session, user_id: int, *, now: datetime, today: date) -> int:
    """Return how many requests wait for somebody: as administrator of the agency, or for the Inspektorat."""
    administers = over_all_of(BreakGlass.agency_id, user_id, Permission.MANAGE_GRANTS, today)
    rows = session.execute(
        sa.select(BreakGlass, administers).where(
            BreakGlass.began_at.is_(None), BreakGlass.asked_at > now - WANTED_FOR, BreakGlass.asked_by != user_id,
            sa.or_(BreakGlass.outcome.is_(None), BreakGlass.outcome == RequestOutcome.APPROVED),
        )
    )  # fmt: skip
    return sum(
        (is_mine and opening.outcome is None)
        or (opening.inspector_id is None and may_confirm(session, opening, user_id, today))
        for opening, is_mine in rows.all()
    )


def pages_opened(session: Session, agency_id: int, opening_ids: Sequence[int]) -> dict[int, list[OpenedPage]]:
    """Return the pages read under some openings, the first one first, as the trail has them."""
    rows = session.execute(
        sa.select(AuditEvent.subject_id, AuditEvent.at, AuditEvent.detail)
        .where(
            AuditEvent.agency_id == agency_id, AuditEvent.subject_type == "break_glass",
            AuditEvent.subject_id.in_(opening_ids), AuditEvent.action == OPENED,
        )
        .order_by(AuditEvent.at, AuditEvent.id)
    )  # fmt: skip
    found: dict[int, list[OpenedPage]] = {}
    for opening_id, at, detail in rows:
        lines = found.setdefault(opening_id, [])
        if len(lines) < PAGES_SHOWN:
            lines.append(OpenedPage(at, detail.get("page", ""), detail.get("opened_case_id")))
    return found


def _shown(opening: BreakGlass) -> sa.ColumnElement[bool]:
    # The one case that was named is shown however it stands; of an inbox, what is still to be done.
    return sa.true() if opening.case_id is not None else Case.status.in_(OPEN_STATUSES)
