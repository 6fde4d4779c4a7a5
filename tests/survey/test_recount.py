"""The sums counted again from the questionnaires, in the database alone."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Unit
from feedback_app.survey.models import Period, Question, Response
from feedback_app.survey.operations import Respondent
from feedback_app.survey.recount import counted, recount, stored
from feedback_app.survey.rules import Education, SurveyChannel
from feedback_app.survey.tally_models import Cell, Tally, TraitCount
from tests import factories as make
from tests.survey import makers


def filled(session: Session) -> tuple[Period, Unit]:
    """Blank answers, two channels, three questions of one element, two of another and one outside the index."""
    agency = make.agency(session)
    unit = make.unit(session, agency)
    asked = makers.instrument(session, agency)
    more = (("waktu_2", "waktu"), ("waktu_3", "waktu"), ("produk_2", "produk"), ("parkir", None))
    for place, (key, element) in enumerate(more):
        session.add(
            Question(
                agency_id=agency.id, instrument_id=asked.id, position=20 + 3 * place, key=key, element=element,
                stem="Bagaimana?", options=["a", "b", "c", "d"],
            )
        )  # fmt: skip
    period = makers.open_period(session, agency, [unit, make.service(session, unit)], asked)
    drawn = random.Random(7)
    for at in range(40):
        answers = [drawn.choice((1, 2, 3, 4, 4, None)) if at % 2 else drawn.randint(1, 4) for _ in range(13)]
        channel = SurveyChannel.WEB if at % 3 else SurveyChannel.KIOSK
        makers.respond(
            session, period, unit, [1, *answers[1:]], channel=channel, respondent=Respondent(education=Education.S1)
        )
    makers.fold(session, period)
    return period, unit


def test_a_recount_of_untouched_sums_finds_nothing(session: Session) -> None:
    period, _unit = filled(session)
    assert recount(session, agency_id=period.agency_id) == []
    sums = counted(session, period.agency_id, period.id)
    assert sum(row[0] for row in sums["skm_cells"].values()) == 40
    assert sums == stored(session, period.agency_id, period.id)


def test_what_waits_for_the_sums_is_no_difference(session: Session) -> None:
    period, unit = filled(session)
    makers.respond(session, period, unit)
    assert recount(session, agency_id=period.agency_id, period_id=period.id) == []


@pytest.mark.parametrize(
    ("tamper", "table"),
    [
        pytest.param(lambda: sa.update(Cell).values(squares=Cell.squares + 1), "skm_cells", id="squares"),
        pytest.param(lambda: sa.update(Tally).values(n=Tally.n + 1), "skm_tallies", id="answers"),
        pytest.param(lambda: sa.delete(TraitCount), "skm_traits", id="characteristics lost"),
    ],
)
def test_a_tampered_sum_is_found_and_repaired(
    session: Session, tamper: Callable[[], sa.UpdateBase], table: str
) -> None:
    period, unit = filled(session)
    session.execute(tamper())
    found = recount(session, agency_id=period.agency_id, repair=True)
    assert {one.table for one in found} == {table}
    assert {one.place[0] for one in found} == {unit.id}
    assert recount(session, agency_id=period.agency_id) == []


def test_a_sum_without_questionnaires_is_found(session: Session) -> None:
    period, unit = filled(session)
    cell = session.scalars(sa.select(Cell).limit(1)).one()
    session.add(
        Cell(
            agency_id=period.agency_id, period_id=period.id, unit_id=unit.id, instrument_id=cell.instrument_id,
            channel=SurveyChannel.COUNTER, n=1, visits=0, complete=0, total=0, squares=0,
        )
    )  # fmt: skip
    session.flush()
    (found,) = recount(session, agency_id=period.agency_id)
    assert (found.stored, found.counted) == ((1, 0, 0, 0, 0), None)


def test_answers_that_were_made_longer_are_found_though_every_sum_stays_and_are_not_repaired(session: Session) -> None:
    period, unit = filled(session)
    makers.unguard(session, Response)
    lengthened = "UPDATE skm_responses SET answers = answers || NULL::smallint WHERE id = (SELECT min(id) FROM {})"
    session.execute(sa.text(lengthened.format("skm_responses")))
    [found] = recount(session, agency_id=period.agency_id, repair=True)
    assert (found.table, found.place[0]) == ("skm_responses", unit.id)
    assert (found.stored, found.counted) == ((1, 14), (1, 13))
