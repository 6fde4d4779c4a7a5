"""Count the sums of surveys again from the questionnaires, in the database alone, and compare.

The sums are folded in Python (`folding.py`); this is written another way on purpose, so that a fault in one of the two
shows as a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.folding import rebuild
from feedback_app.survey.models import Period

CellKey = tuple[int, int | None, int, str]
"""Unit, service, questionnaire, channel."""

# A questionnaire's score is the sum over the elements of their mean answer, times the least number that makes it whole:
# the least common multiple of how many questions each element has.
_SCORED: Final = """
WITH RECURSIVE asked AS (
    SELECT instrument_id, id, element,
           row_number() OVER (PARTITION BY instrument_id ORDER BY position) AS place,
           count(*) FILTER (WHERE element IS NOT NULL) OVER (PARTITION BY instrument_id, element) AS alike
    FROM skm_questions WHERE agency_id = :agency_id
), sizes AS (
    SELECT instrument_id, alike, row_number() OVER (PARTITION BY instrument_id ORDER BY alike) AS at
    FROM (SELECT DISTINCT instrument_id, alike FROM asked WHERE element IS NOT NULL) AS known
), multiples AS (
    SELECT instrument_id, at, alike AS multiple FROM sizes WHERE at = 1
    UNION ALL
    SELECT sizes.instrument_id, sizes.at, lcm(multiples.multiple, sizes.alike)
    FROM multiples JOIN sizes ON sizes.instrument_id = multiples.instrument_id AND sizes.at = multiples.at + 1
), weighed AS (
    SELECT asked.instrument_id, asked.id, asked.place,
           CASE WHEN asked.element IS NOT NULL THEN max(multiples.multiple) / asked.alike END AS weight
    FROM asked LEFT JOIN multiples ON multiples.instrument_id = asked.instrument_id
    GROUP BY asked.instrument_id, asked.id, asked.place, asked.element, asked.alike
), scales AS (
    SELECT instrument_id, array_agg(id ORDER BY place) AS questions, array_agg(weight ORDER BY place) AS weights
    FROM weighed GROUP BY instrument_id
), scored AS MATERIALIZED (
    SELECT r.unit_id, r.service_id, r.instrument_id, r.channel, r.is_visit, r.answers, s.questions,
           own.is_complete, own.score
    FROM skm_responses AS r
    JOIN scales AS s ON s.instrument_id = r.instrument_id
    CROSS JOIN LATERAL (
        SELECT bool_and(a.answer IS NOT NULL) FILTER (WHERE a.weight IS NOT NULL) AS is_complete,
               sum(a.weight * a.answer) AS score
        FROM unnest(r.answers, s.weights) AS a (answer, weight)
    ) AS own
    WHERE r.agency_id = :agency_id AND r.period_id = :period_id AND r.is_folded AND NOT r.is_withdrawn
)
"""
_CELLS: Final = f"""{_SCORED}
SELECT unit_id, service_id, instrument_id, channel, count(*) AS n, count(*) FILTER (WHERE is_visit) AS visits,
       count(*) FILTER (WHERE is_complete) AS complete,
       coalesce(sum(score) FILTER (WHERE is_complete), 0)::bigint AS total,
       coalesce(sum(score * score) FILTER (WHERE is_complete), 0)::bigint AS squares
FROM scored GROUP BY unit_id, service_id, instrument_id, channel
"""  # noqa: S608 - constants only
_TALLIES: Final = f"""{_SCORED}
SELECT s.unit_id, s.service_id, s.instrument_id, s.channel, a.question, a.answer, count(*) AS n,
       count(*) FILTER (WHERE s.is_complete) AS complete
FROM scored AS s CROSS JOIN LATERAL unnest(s.questions, s.answers) AS a (question, answer)
WHERE a.answer IS NOT NULL
GROUP BY s.unit_id, s.service_id, s.instrument_id, s.channel, a.question, a.answer
"""  # noqa: S608 - constants only
_TRAITS: Final = """
SELECT r.unit_id, r.service_id, r.instrument_id, r.channel, t.trait, t.value, count(*) AS n
FROM skm_responses AS r
CROSS JOIN LATERAL (
    VALUES ('sex', r.sex), ('age', r.age), ('education', r.education), ('occupation', r.occupation),
           ('hours', r.hours), ('day', r.answered_on::text)
) AS t (trait, value)
WHERE r.agency_id = :agency_id AND r.period_id = :period_id AND r.is_folded AND NOT r.is_withdrawn
  AND t.value IS NOT NULL
GROUP BY r.unit_id, r.service_id, r.instrument_id, r.channel, t.trait, t.value
"""
_STORED_CELL: Final = """
FROM skm_cells AS c {join} WHERE c.agency_id = :agency_id AND c.period_id = :period_id
"""
_STORED: Final = {
    "skm_cells": (
        "SELECT c.unit_id, c.service_id, c.instrument_id, c.channel, c.n, c.visits, c.complete, c.total, c.squares"
        + _STORED_CELL.format(join="")
    ),
    "skm_tallies": (
        "SELECT c.unit_id, c.service_id, c.instrument_id, c.channel, t.question_id, t.answer, t.n, t.complete"
        + _STORED_CELL.format(join="JOIN skm_tallies AS t ON t.agency_id = c.agency_id AND t.cell_id = c.id")
    ),
    "skm_traits": (
        "SELECT c.unit_id, c.service_id, c.instrument_id, c.channel, t.trait, t.value, t.n"
        + _STORED_CELL.format(join="JOIN skm_traits AS t ON t.agency_id = c.agency_id AND t.cell_id = c.id")
    ),
}
_COUNTED: Final = {"skm_cells": _CELLS, "skm_tallies": _TALLIES, "skm_traits": _TRAITS}
# An array of another length than the questions holds the same answers for every sum: NULL at its end is no answer.
_LENGTHS: Final = """
SELECT r.unit_id, r.service_id, r.instrument_id, r.channel, cardinality(r.answers) AS answers, q.n AS asked,
       count(*) AS n
FROM skm_responses AS r
JOIN (
    SELECT instrument_id, count(*) AS n FROM skm_questions WHERE agency_id = :agency_id GROUP BY instrument_id
) AS q ON q.instrument_id = r.instrument_id
WHERE r.agency_id = :agency_id AND r.period_id = :period_id AND NOT r.is_withdrawn AND cardinality(r.answers) <> q.n
GROUP BY r.unit_id, r.service_id, r.instrument_id, r.channel, cardinality(r.answers), q.n
ORDER BY r.unit_id, r.service_id, r.instrument_id, r.channel, cardinality(r.answers)
"""
# How many columns name a sum; those after them are the sum itself.
_NAMING: Final = {"skm_cells": 4, "skm_tallies": 6, "skm_traits": 6}

Sums = dict[tuple[Any, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A sum that is not what the questionnaires give; `stored` or `counted` is None where there is none.

    In the table `skm_responses`: so many questionnaires of a place with so many answers (`stored`), that should have
    another number of them (`counted`). No sum can be made of such ones anew.
    """

    table: str
    agency_id: int
    period_id: int
    place: tuple[Any, ...]
    stored: tuple[int, ...] | None
    counted: tuple[int, ...] | None


def counted(session: Session, agency_id: int, period_id: int) -> dict[str, Sums]:
    """Return the sums of a period by table, counted from its questionnaires."""
    return _read(session, _COUNTED, agency_id, period_id)


def stored(session: Session, agency_id: int, period_id: int) -> dict[str, Sums]:
    """Return the sums of a period by table, as they are stored; sums of nothing are left out."""
    found = _read(session, _STORED, agency_id, period_id)
    return {table: {place: sums for place, sums in rows.items() if any(sums)} for table, rows in found.items()}


def recount(
    session: Session, *, agency_id: int | None = None, period_id: int | None = None, repair: bool = False
) -> list[Discrepancy]:
    """Return every sum that differs from the questionnaires it should hold; `repair` makes those units' sums anew.

    Questionnaires that still wait for the sums are no difference. All is read as of one moment only if the caller's
    transaction is REPEATABLE READ.
    """
    periods = sa.select(Period.agency_id, Period.id).order_by(Period.agency_id, Period.id)
    if agency_id is not None:
        periods = periods.where(Period.agency_id == agency_id)
    if period_id is not None:
        periods = periods.where(Period.id == period_id)
    of = session.execute(periods).all()
    broken = [one for row in of for one in wrong_lengths(session, row[0], row[1])]
    found = [one for row in of for one in _differences(session, row[0], row[1])]
    if repair:
        for place in sorted(_units(found) - _units(broken)):
            rebuild(session, *place)
    return broken + found


def wrong_lengths(session: Session, agency_id: int, period_id: int) -> list[Discrepancy]:
    """Return the questionnaires of a period that have more or fewer answers than they were asked questions."""
    rows = session.execute(sa.text(_LENGTHS), {"agency_id": agency_id, "period_id": period_id})
    return [
        Discrepancy("skm_responses", agency_id, period_id, tuple(row[:4]), (row.n, row.answers), (row.n, row.asked))
        for row in rows
    ]


def _units(found: Iterable[Discrepancy]) -> set[tuple[int, int, int]]:
    return {(one.agency_id, one.period_id, one.place[0]) for one in found}


def _differences(session: Session, agency_id: int, period_id: int) -> Iterable[Discrepancy]:
    held, right = stored(session, agency_id, period_id), counted(session, agency_id, period_id)
    for table, rows in right.items():
        for place in sorted(held[table].keys() | rows.keys(), key=str):
            if held[table].get(place) != rows.get(place):
                yield Discrepancy(table, agency_id, period_id, place, held[table].get(place), rows.get(place))


def _read(session: Session, statements: Mapping[str, str], agency_id: int, period_id: int) -> dict[str, Sums]:
    asked = {"agency_id": agency_id, "period_id": period_id}
    return {
        table: {
            tuple(row[: _NAMING[table]]): tuple(row[_NAMING[table] :])
            for row in session.execute(sa.text(statement), asked)
        }
        for table, statement in statements.items()
    }
