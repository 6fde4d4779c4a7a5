"""Surveys that were held, closed and stored, for reports to be made of."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.organisation.models import Agency, PublicService, Unit
from feedback_app.survey.models import Period
from feedback_app.survey.operations import Respondent
from feedback_app.survey.results import store_period
from feedback_app.survey.rules import AgeBand, Education, Occupation, Sex
from tests import factories as make
from tests.survey import makers


def held(
    session: Session, of: Agency, places: Sequence[Unit | PublicService], size: int = 12, *, seed: int = 5,
    answered_on: date = makers.DAY, **values: Any,
) -> Period:  # fmt: skip
    """Return a period in which each place was answered about so often, closed, with its results stored."""
    period = makers.open_period(session, of, places, **values)
    dice = random.Random(seed)
    for place in places:
        unit_id = place.unit_id if isinstance(place, PublicService) else place.id
        unit = session.get_one(Unit, (of.id, unit_id))
        for _ in range(size):
            row = [dice.choice((2, 3, 3, 4)) for _ in range(9)]
            service = place if isinstance(place, PublicService) else None
            makers.respond(session, period, unit, row, service, respondent=someone(dice), answered_on=answered_on)
    return closed(session, period)


def closed(session: Session, period: Period) -> Period:
    """Return a period that has been closed, with its results stored."""
    makers.shut(session, period)
    store_period(session, period, now=make.NOW + timedelta(days=1), actor=SYSTEM)
    return period


def someone(dice: random.Random) -> Respondent:
    """Return what a respondent says of themselves."""
    return Respondent(
        sex=dice.choice(list(Sex)), age=dice.choice(list(AgeBand)), education=dice.choice(list(Education)),
        occupation=dice.choice(list(Occupation)),
    )  # fmt: skip


SEMESTERS: tuple[dict[str, Any], ...] = (
    {"name": "Semester II Tahun 2025", "code": "2025-s2", "starts_on": date(2025, 7, 1), "ends_on": date(2025, 12, 31)},
    {"name": "Semester I Tahun 2026", "code": "2026-s1", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 6, 30)},
)
