"""What the dashboard says of the satisfaction survey: the newest result by element, the three lowest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_security import current_user
from sqlalchemy.orm import Session

from feedback_app.blueprints.dashboard_question import Question
from feedback_app.identity.rules import Permission
from feedback_app.organisation.queries import units_of
from feedback_app.survey.models import Period
from feedback_app.survey.queries import open_period
from feedback_app.survey.series import PeriodResult, series
from feedback_app.survey.stored import LOWEST_SHOWN, StoredElement
from feedback_app.survey.within_reach import unit_ids


@dataclass(frozen=True, slots=True)
class SurveyBlock:
    """The newest stored result of a unit (or the agency), its elements from the lowest, and the period that runs."""

    newest: PeriodResult | None
    elements: tuple[StoredElement, ...]
    running: Period | None
    unit_id: int | None
    must_choose: bool
    marked: int = LOWEST_SHOWN


def survey_block(session: Session, question: Question, day: date) -> SurveyBlock | None:
    """Return the block; None where the reader reads no surveys in the agency.

    The agency as a whole is told to who reads all its units; others choose one of theirs.
    """
    agency_id, unit_id = question.scope.agency_id, question.scope.unit_id
    readable = unit_ids(session, current_user.id, agency_id, Permission.READ_SURVEY, day)
    if not readable or (unit_id is not None and unit_id not in readable):
        return None
    running = open_period(session, agency_id, day)
    if unit_id is None and {unit.id for unit in units_of(session, agency_id, day)} - readable:
        return SurveyBlock(None, (), running, None, must_choose=True)
    found = series(session, agency_id, unit_id)
    newest = found[-1] if found else None
    elements = tuple(sorted(newest.result.elements, key=lambda one: one.value)) if newest else ()
    return SurveyBlock(newest, elements, running, unit_id, must_choose=False)
