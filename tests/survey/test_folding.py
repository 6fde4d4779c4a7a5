"""Sums of responses: added in any portions, or made anew, they are the same."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.elements import OFFICIAL_QUESTIONS
from feedback_app.survey.folding import Scale, any_to_fold, fold_batch, fold_period, rebuild, scale_of, score_of
from feedback_app.survey.models import Period, Question, Response
from feedback_app.survey.operations import Filled, Respondent, answer
from feedback_app.survey.queries import questionnaire, waiting
from feedback_app.survey.rules import AgeBand, HourBand, Sex, SurveyChannel
from feedback_app.survey.tally_models import Cell, Tally, TraitCount
from tests import factories as make
from tests.survey import makers

KEYS = [question.element for question in OFFICIAL_QUESTIONS]


def everything(session: Session) -> list[Any]:
    """All sums, without the numbers of their rows."""
    cells = {row.id: (row.unit_id, row.channel, row.n, row.visits, row.complete, row.total, row.squares)
             for row in session.scalars(sa.select(Cell).execution_options(populate_existing=True))}  # fmt: skip
    tallies = session.execute(sa.select(Tally.cell_id, Tally.question_id, Tally.answer, Tally.n, Tally.complete))
    traits = session.execute(sa.select(TraitCount.cell_id, TraitCount.trait, TraitCount.value, TraitCount.n))
    return [
        sorted(cells.values()),
        sorted((cells[row[0]][:2], *row[1:]) for row in tallies),
        sorted((cells[row[0]][:2], *row[1:]) for row in traits),
    ]


@pytest.fixture
def answered(session: Session) -> Period:
    """A period with sixty answers of two units over three channels, some with blanks."""
    agency = make.agency(session)
    units = [make.unit(session, agency) for _ in range(2)]
    period = makers.open_period(session, agency, units)
    drawn = random.Random(5)
    for number in range(60):
        given = {key: drawn.randint(1, 4) for key in KEYS if number % 7 or drawn.random() > 0.3}
        who = Respondent(drawn.choice([*Sex, None]), drawn.choice(list(AgeBand)))
        channel = drawn.choice([SurveyChannel.WEB, SurveyChannel.COUNTER, SurveyChannel.KIOSK])
        unit = drawn.choice(units)
        filled = Filled(unit.id, None, makers.DAY, given or {"waktu": 2}, channel, drawn.choice(list(HourBand)), who)
        answer(session, period, filled)
    return period


def test_portions_make_the_same_sums_as_counting_a_unit_anew(session: Session, answered: Period) -> None:
    assert any_to_fold(session)
    portions = []
    while done := fold_batch(session, limit=7, period=(answered.agency_id, answered.id)):
        portions.append(done)
    assert sum(portions) == 60
    assert len(portions) == 9
    assert not any_to_fold(session)
    added = everything(session)
    for unit_id in session.scalars(sa.select(Response.unit_id).distinct()).all():
        rebuild(session, answered.agency_id, answered.id, unit_id)
    assert everything(session) == added


def test_the_sums_are_those_of_the_rows(session: Session, answered: Period) -> None:
    assert fold_period(session, answered.agency_id, answered.id) == 60
    rows = session.scalars(sa.select(Response)).all()
    complete = [sum(a or 0 for a in row.answers) for row in rows if None not in row.answers]
    cells = session.scalars(sa.select(Cell)).all()
    assert sum(cell.n for cell in cells) == 60
    assert sum(cell.complete for cell in cells) == len(complete)
    assert sum(cell.total for cell in cells) == sum(complete)
    assert sum(cell.squares for cell in cells) == sum(score * score for score in complete)
    question = session.execute(sa.select(Question.id, Question.position).where(Question.element == "waktu")).one()
    for value in (1, 2, 3, 4):
        n = session.scalar(
            sa.select(sa.func.sum(Tally.n)).where(Tally.question_id == question.id, Tally.answer == value)
        )
        assert (n or 0) == sum(row.answers[question.position - 1] == value for row in rows)
    female = session.scalar(sa.select(sa.func.sum(TraitCount.n)).where(TraitCount.value == "female"))
    assert female == sum(row.sex is Sex.FEMALE for row in rows)


def test_folding_twice_counts_once(session: Session, answered: Period) -> None:
    fold_period(session, answered.agency_id, answered.id)
    before = everything(session)
    assert fold_period(session, answered.agency_id, answered.id) == 0
    assert everything(session) == before


def test_one_period_is_folded_without_the_others(session: Session, answered: Period) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    other = makers.open_period(session, agency, [unit])
    answer(session, other, Filled(unit.id, None, makers.DAY, dict.fromkeys(KEYS, 4), SurveyChannel.WEB))
    assert fold_period(session, other.agency_id, other.id) == 1
    assert any_to_fold(session)


def test_figures_of_an_open_period_move_in_steps_of_ten(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    first, second = make.service(session, unit), make.service(session, unit)
    period = makers.open_period(session, agency, [first, second])
    makers.respond_all(session, period, unit, [(3,) * 9] * 9, first)
    makers.respond_all(session, period, unit, [(2,) * 9] * 9, second)
    assert not any_to_fold(session)
    assert fold_batch(session) == 0
    makers.respond(session, period, unit, (1,) * 9, first)
    assert any_to_fold(session)
    assert fold_batch(session) == 10
    assert {cell.service_id for cell in session.scalars(sa.select(Cell))} == {first.id}
    assert waiting(session, agency.id, period.id) == 9


def test_making_sums_anew_does_not_let_waiting_answers_in(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = makers.open_period(session, agency, [unit])
    makers.respond_all(session, period, unit, [(3,) * 9] * 10)
    assert fold_batch(session) == 10
    makers.respond(session, period, unit, (1,) * 9)
    assert rebuild(session, agency.id, period.id, unit.id) == 10
    assert waiting(session, agency.id, period.id) == 1


def test_two_questions_of_one_element_weigh_as_much_as_one_of_another(session: Session) -> None:
    agency = make.agency(session)
    asked_of = makers.instrument(session, agency)
    session.add(
        Question(
            agency_id=agency.id, instrument_id=asked_of.id, position=10, key="waktu_2", element="waktu",
            stem="Bagaimana pendapat Saudara tentang waktu tunggu di loket?", options=["a", "b", "c", "d"],
        )
    )  # fmt: skip
    session.flush()
    scale = scale_of(questionnaire(session, agency.id, asked_of.id))
    assert scale.denominator == 2
    assert scale.weights == (2, 2, 1, 2, 2, 2, 2, 2, 2, 1)
    assert score_of([4] * 10, scale) == 2 * 36


def test_a_score_needs_every_question_inside_the_index_and_no_other() -> None:
    scale = Scale((1, 2, 3), (1, 1, 0), 1)
    assert score_of([4, 2, None], scale) == 6
    assert score_of([4, None, 3], scale) is None
