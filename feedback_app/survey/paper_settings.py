"""What a file of questionnaires is read against: the services of a unit that are surveyed, and what they are asked."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Agency, PublicService
from feedback_app.survey.models import Period
from feedback_app.survey.paper_file import PaperSetting
from feedback_app.survey.queries import Questionnaire, instrument_for, questionnaire, targets_of


def paper_setting(
    session: Session, period: Period, unit_id: int, service_id: int | None, *, day: date | None, today: date
) -> PaperSetting:
    """Return what a file for a unit is read against; `day` and `service_id` hold for files without such a column.

    Where a unit is surveyed by its services alone and none is named, each row has to name its own.

    Raises
    ------
    feedback_app.survey.queries.NotSurveyedError
    """
    agency = session.get_one(Agency, period.agency_id)
    places = {target.service_id for target in targets_of(session, period.agency_id, period.id, unit_id)}
    by_row = service_id is None and None not in places and bool(places)
    if not by_row:
        instrument_for(session, period, unit_id, service_id)
        places.add(service_id)
    services = session.execute(
        sa.select(PublicService.id, PublicService.code, PublicService.name).where(
            PublicService.agency_id == period.agency_id, PublicService.unit_id == unit_id
        )
    )
    by_name: dict[str, int | None] = {} if by_row else {"": service_id}
    for row in services:
        if row.id in places:
            by_name |= {row.code.casefold(): row.id, " ".join(row.name.casefold().split()): row.id}
    return PaperSetting(
        unit_id=unit_id, service_id=service_id, day=day, first=period.starts_on, last=period.ends_on, today=today,
        zone=ZoneInfo(agency.time_zone), services=by_name,
        questionnaires=_questionnaires(session, period, unit_id, places),
    )  # fmt: skip


def _questionnaires(
    session: Session, period: Period, unit_id: int, places: set[int | None]
) -> dict[int | None, Questionnaire]:
    read: dict[int, Questionnaire] = {}
    found: dict[int | None, Questionnaire] = {}
    for service_id in places:
        instrument = instrument_for(session, period, unit_id, service_id)
        if instrument not in read:
            read[instrument] = questionnaire(session, period.agency_id, instrument)
        found[service_id] = read[instrument]
    return found
