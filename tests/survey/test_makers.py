"""The makers of surveys go the way of the rooms."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests import factories as make
from tests.survey import makers


def test_a_survey_made_for_a_test_takes_answers_and_sums(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    service = make.service(session, unit)
    period = makers.open_period(session, agency, [unit, service])
    makers.respond(session, period, unit)
    makers.respond(session, period, unit, [4, 4, None, 4, 4, 4, 4, 4, 4], service)
    makers.respond(session, period, unit, {"waktu": 1}, channel="paper")
    assert makers.fold(session, period) == 3
    assert len(makers.responses(session, period)) == 3
