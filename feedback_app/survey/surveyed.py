"""Who is surveyed at present, as respondents meet it: the units, and the services among which they choose."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.models import Period, Target, VisitUse
from feedback_app.survey.queries import UnknownPeriodError, open_period, targets_of
from feedback_app.survey.rules import PeriodState


def surveyed_units(session: Session, agency_id: int, day: date) -> frozenset[int]:
    """Return the units of an agency about which somebody may answer on a day."""
    period = open_period(session, agency_id, day)
    if period is None:
        return frozenset()
    units = sa.select(Target.unit_id).where(Target.agency_id == agency_id, Target.period_id == period.id)
    return frozenset(session.scalars(units))


def is_any_surveyed(session: Session, agency_id: int, day: date) -> bool:
    """Tell whether an agency takes answers on a day."""
    return open_period(session, agency_id, day) is not None


def is_surveyed(session: Session, agency_id: int, unit_id: int, day: date) -> bool:
    """Tell whether somebody may answer about a unit on a day, in one look at the index."""
    found = (
        sa.select(sa.literal(1))
        .select_from(Target)
        .join(Period, sa.and_(Period.agency_id == Target.agency_id, Period.id == Target.period_id))
        .where(
            Target.agency_id == agency_id,
            Target.unit_id == unit_id,
            Period.state == PeriodState.OPEN,
            Period.starts_on <= day,
            Period.ends_on >= day,
        )
    )
    return session.scalar(found.limit(1)) is not None


def surveyed_services(session: Session, period: Period, unit_id: int) -> tuple[int | None, ...]:
    """Return about what one may answer in a unit: its services, and None for the unit as a whole."""
    return tuple(target.service_id for target in targets_of(session, period.agency_id, period.id, unit_id))


def next_start(session: Session, agency_id: int, day: date) -> date | None:
    """Return the first day after this one on which a survey is to begin, where one is planned."""
    return session.scalar(
        sa.select(sa.func.min(Period.starts_on)).where(
            Period.agency_id == agency_id,
            Period.state.in_((PeriodState.DRAFT, PeriodState.OPEN)),
            Period.starts_on > day,
        )
    )


def has_answered(session: Session, agency_id: int, visit_hash: bytes) -> bool:
    """Tell whether a questionnaire was sent for a visit."""
    used = sa.select(sa.literal(1)).where(VisitUse.agency_id == agency_id, VisitUse.token_hash == visit_hash)
    return session.scalar(used) is not None


def period_taken(session: Session, agency_id: int, code: str) -> Period:
    """Return the period that a questionnaire was drawn from: one that takes answers, or took them until lately.

    Raises
    ------
    feedback_app.survey.queries.UnknownPeriodError
        No such period, or one that nobody outside has seen.
    """
    found = session.scalar(sa.select(Period).where(Period.agency_id == agency_id, Period.code == code))
    if found is None or found.state not in {PeriodState.OPEN, PeriodState.CLOSED}:
        raise UnknownPeriodError("Kuesioner itu tidak ada lagi. Buka survei dari halaman unit.")
    return found
