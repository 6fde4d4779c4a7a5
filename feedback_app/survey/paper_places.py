"""For which units and services somebody enters questionnaires on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency, PublicService, UnitVersion
from feedback_app.organisation.queries import reach, valid_on, within
from feedback_app.survey.models import Period, Target
from feedback_app.survey.queries import NotSurveyedError
from feedback_app.survey.rules import PeriodState


@dataclass(frozen=True, slots=True)
class PaperPlace:
    """A unit of an open period, or one of its services, for which somebody enters questionnaires."""

    period: Period
    agency: Agency
    unit_id: int
    unit_name: str
    service_id: int | None
    service_code: str | None
    service_name: str | None

    @property
    def key(self) -> str:
        """Return what names the place in a form: period, unit and service, 0 for the unit as a whole."""
        return f"{self.period.id}-{self.unit_id}-{self.service_id or 0}"


def paper_places(session: Session, user_id: int, day: date, period_id: int | None = None) -> list[PaperPlace]:
    """Return the places of open periods for which somebody enters questionnaires, by period, unit and service."""
    area = reach(user_id, Permission.ENTER_SURVEY, day)
    wanted = (
        _places(day)
        .where(Period.state == PeriodState.OPEN, within(area, Target.agency_id, Target.unit_id))
        .order_by(Period.starts_on, UnitVersion.name, PublicService.name.asc().nulls_first())
    )
    if period_id is not None:
        wanted = wanted.where(Period.id == period_id)
    return [PaperPlace(*row) for row in session.execute(wanted)]


def place_of(session: Session, period: Period, unit_id: int, service_id: int | None, day: date) -> PaperPlace:
    """Return one place of a period.

    Raises
    ------
    feedback_app.survey.queries.NotSurveyedError
    """
    wanted = _places(day).where(
        Period.id == period.id, Target.unit_id == unit_id, Target.service_id.is_not_distinct_from(service_id)
    )
    row = session.execute(wanted).first()
    if row is None:
        raise NotSurveyedError("Unit ini tidak disurvei pada periode ini.")
    return PaperPlace(*row)


def _places(day: date) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Period, Agency, Target.unit_id, UnitVersion.name, Target.service_id, PublicService.code, PublicService.name
        )
        .select_from(Target)
        .join(Period, sa.and_(Period.agency_id == Target.agency_id, Period.id == Target.period_id))
        .join(Agency, Agency.id == Target.agency_id)
        .join(
            UnitVersion,
            sa.and_(
                UnitVersion.agency_id == Target.agency_id, UnitVersion.unit_id == Target.unit_id,
                valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
            ),
        )
        .outerjoin(
            PublicService,
            sa.and_(PublicService.agency_id == Target.agency_id, PublicService.id == Target.service_id),
        )
    )  # fmt: skip
