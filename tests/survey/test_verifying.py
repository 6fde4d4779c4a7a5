"""Stored results made again from their own fractions and from the sums."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.survey.models import Period, Response
from feedback_app.survey.result_models import Result
from feedback_app.survey.results import store_period
from feedback_app.survey.rules import Averaging, PeriodState
from feedback_app.survey.tally_models import Tally
from feedback_app.survey.verifying import verify
from tests import factories as make
from tests.survey import makers


@pytest.fixture
def period(session: Session) -> Period:
    """A closed period over two services of a unit and another unit, stored."""
    agency = make.agency(session)
    unit, other = make.unit(session, agency), make.unit(session, agency)
    services = [make.service(session, unit) for _ in range(2)]
    found = makers.open_period(session, agency, [*services, other], unit_averaging=Averaging.MEAN)
    for at, service in enumerate(services):
        makers.respond_all(session, found, unit, [[1 + at, 2, 3, 4, 3, 2, 3, 4, 3], [4] * 9, [3] * 9], service)
    makers.respond_all(session, found, other, [[3] * 8 + [None], [4] * 9])
    makers.shut(session, found)
    store_period(session, found, now=make.NOW, actor=SYSTEM)
    return found


def test_results_of_untouched_sums_come_out_again(session: Session, period: Period) -> None:
    assert verify(session, [period]) == (5, [])


def test_every_version_is_looked_at(session: Session, period: Period) -> None:
    store_period(session, period, now=make.NOW + timedelta(days=2), actor=SYSTEM)
    assert verify(session, [period]) == (10, [])


def test_a_tampered_sum_shows_in_every_result_above_it(session: Session, period: Period) -> None:
    tally = session.scalars(sa.select(Tally).where(Tally.answer == 1)).one()
    tally.n += 3
    session.flush()
    _count, found = verify(session, [period])
    levels = session.scalars(sa.select(Result.level).where(Result.id.in_([one.result_id for one in found]))).all()
    assert sorted(level.value for level in levels) == ["agency", "service", "unit"]
    assert {"index_exact", "input_sha256", "elements"} <= {one.figure.split(".")[0] for one in found}
    assert max(len(one.stored) for one in found) < 200


def test_what_a_later_version_tells_besides_is_no_difference(session: Session, period: Period) -> None:
    session.execute(sa.text("ALTER TABLE skm_results DISABLE TRIGGER skm_results_fixed"))
    for row in session.scalars(sa.select(Result)):
        row.counts = {key: value for key, value in row.counts.items() if key != "channels"}
    session.flush()
    assert verify(session, [period]) == (5, [])


def test_a_tampered_result_does_not_follow_from_its_own_means(session: Session, period: Period) -> None:
    session.execute(sa.text("ALTER TABLE skm_results DISABLE TRIGGER skm_results_fixed"))
    session.execute(sa.update(Result).where(Result.level == "agency").values(index_value=99))
    # A period that was opened again is not held against its sums, only against itself.
    period.state = PeriodState.OPEN
    session.flush()
    _count, (found,) = verify(session, [period])
    assert (found.figure, found.stored) == ("index_value", "99.00")


def test_a_result_that_is_missing_is_found(session: Session, period: Period) -> None:
    session.execute(sa.text("ALTER TABLE skm_results DISABLE TRIGGER skm_results_fixed"))
    session.execute(sa.delete(Result).where(Result.level == "agency"))
    _count, (found,) = verify(session, [period])
    assert (found.result_id, found.stored, found.again) == (None, "no", "yes")


def test_a_questionnaire_with_more_answers_than_questions_is_found(session: Session, period: Period) -> None:
    makers.unguard(session, Response)
    session.execute(sa.text("UPDATE skm_responses SET answers = answers || NULL::smallint"))
    _count, found = verify(session, [period])
    assert {(one.result_id, one.figure.split()[0]) for one in found} == {(None, "skm_responses")}
    assert {(one.stored, one.again) for one in found} == {("(3, 10)", "(3, 9)"), ("(2, 10)", "(2, 9)")}
