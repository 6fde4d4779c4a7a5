"""What figures are computed from cannot be changed, not even by a statement typed by hand."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.models import Period
from tests import factories as make
from tests.survey import makers

OPEN_ONE = "(SELECT id FROM skm_instruments WHERE sealed_at IS NULL)"
ADDED = """
INSERT INTO skm_questions (agency_id, instrument_id, position, key, stem, options)
SELECT agency_id, id, 90, 'lagi', 'Lagi?', '{a,b}' FROM skm_instruments
"""
# A question of a questionnaire that is open to change, pushed into the sealed one.
PUSHED_IN = f"""
UPDATE skm_questions SET position = position + 50,
    instrument_id = (SELECT id FROM skm_instruments WHERE sealed_at IS NOT NULL)
WHERE instrument_id = {OPEN_ONE}
"""


@pytest.fixture
def period(session: Session) -> Period:
    """A closed period with answers, beside a draft of the same agency."""
    agency = make.agency(session)
    unit, asked = make.unit(session, agency), makers.instrument(session, agency)
    found = makers.open_period(session, agency, [unit], asked)
    makers.respond_all(session, found, unit, [[3] * 9] * 3)
    makers.fold(session, found)
    makers.draft_period(session, agency)
    return makers.shut(session, found)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE skm_questions SET stem = 'Lain?'",
        "UPDATE skm_questions SET options = '{a,b,c,d}'",
        "DELETE FROM skm_questions",
        ADDED,
        PUSHED_IN,
        "UPDATE skm_instruments SET sealed_at = NULL",
        "UPDATE skm_periods SET weight = '0.111'",
        "UPDATE skm_periods SET unit_averaging = 'pooled'",
        "UPDATE skm_periods SET agency_averaging = 'pooled'",
        "UPDATE skm_periods SET missing = 'complete'",
        "UPDATE skm_periods SET starts_on = starts_on - 1",
        "UPDATE skm_periods SET instrument_id = (SELECT max(id) FROM skm_instruments)",
        "UPDATE skm_periods SET state = 'draft', closed_at = NULL",
        "UPDATE skm_responses SET answers[1] = 1",
        "UPDATE skm_responses SET answers = answers || NULL::smallint",
        "UPDATE skm_responses SET answered_on = answered_on - 1",
        "UPDATE skm_responses SET unit_id = unit_id",
        "UPDATE skm_responses SET service_id = NULL",
        "UPDATE skm_responses SET period_id = period_id",
        "UPDATE skm_responses SET is_visit = true",
        "DELETE FROM skm_responses",
        "TRUNCATE skm_responses",
    ],
)
@pytest.mark.usefixtures("period")
def test_a_statement_that_would_change_what_was_asked_or_answered_is_refused(session: Session, statement: str) -> None:
    with (
        pytest.raises(sa.exc.ProgrammingError, match=r"never changed|stays sealed|no draft again|is fixed"),
        session.begin_nested(),
    ):
        session.execute(sa.text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE skm_periods SET ends_on = ends_on + 5, name = 'Lain'",
        "UPDATE skm_periods SET state = 'open', closed_at = NULL WHERE state = 'closed'",
        "UPDATE skm_periods SET weight = '0.111', missing = 'complete' WHERE state = 'draft'",
        f"UPDATE skm_questions SET stem = 'Lain?' WHERE instrument_id = {OPEN_ONE}",
        "UPDATE skm_responses SET is_folded = false",
        "UPDATE skm_responses SET entry_key = NULL",
    ],
)
@pytest.mark.usefixtures("period")
def test_what_goes_on_after_the_opening_stays_possible(session: Session, statement: str) -> None:
    assert session.execute(sa.text(statement)).rowcount > 0  # type: ignore[attr-defined]
