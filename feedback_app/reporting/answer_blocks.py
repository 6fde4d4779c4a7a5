"""The raw answers of a period as blocks of patterns, counted by the database."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.reporting.answer_data import Block, Column
from feedback_app.reporting.matrix import ordered
from feedback_app.reporting.places import Directory
from feedback_app.survey.models import Period, Response
from feedback_app.survey.queries import Questionnaire, questionnaire

Place = tuple[int, int | None, int]


def blocks_of(session: Session, period: Period, names: Directory, unit_id: int | None) -> tuple[Block, ...]:
    """Return the answers inside the index of a unit (None: of all) by place and questionnaire.

    An answer about a service that the period does not survey by itself belongs to its unit as a whole.
    """
    where = [Response.agency_id == period.agency_id, Response.period_id == period.id, ~Response.is_withdrawn]
    if unit_id is not None:
        where.append(Response.unit_id == unit_id)
    rows = session.execute(
        sa.select(
            Response.unit_id, Response.service_id, Response.instrument_id, Response.answers, sa.func.count().label("n")
        )
        .where(*where)
        .group_by(Response.unit_id, Response.service_id, Response.instrument_id, Response.answers)
    )
    asked: dict[int, Questionnaire] = {}
    found: dict[Place, dict[tuple[int | None, ...], int]] = {}
    for row in rows:
        if row.instrument_id not in asked:
            asked[row.instrument_id] = questionnaire(session, period.agency_id, row.instrument_id)
        service_id = row.service_id if (row.unit_id, row.service_id) in names.sources else None
        patterns = found.setdefault((row.unit_id, service_id, row.instrument_id), {})
        answers = _inside(row.answers, asked[row.instrument_id])
        patterns[answers] = patterns.get(answers, 0) + row.n
    made = [_block(place, patterns, asked[place[2]], names) for place, patterns in found.items()]
    return tuple(sorted(made, key=_order))


def _inside(answers: list[int | None], asked: Questionnaire) -> tuple[int | None, ...]:
    both = zip(asked.asked, answers, strict=True)
    return tuple(answer for question, answer in both if question.element is not None)


def _block(place: Place, patterns: dict[tuple[int | None, ...], int], asked: Questionnaire, names: Directory) -> Block:
    unit_id, service_id, _instrument = place
    columns = tuple(Column(question.key, question.element or "") for question in asked.inside)
    service = names.services[service_id][0] if service_id is not None else ""
    return Block(names.unit_code(unit_id), service, columns, ordered(patterns))


def _order(block: Block) -> tuple[str, str, list[str]]:
    return block.unit_code, block.service_code, [column.key for column in block.columns]
