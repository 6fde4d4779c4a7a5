"""Add responses to the sums of their period, away from the request that stored them.

While a period is open they are added in steps (`rules.OPEN_STEP`), so that no two looks at its figures tell one answer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from feedback_app.survey.models import Response
from feedback_app.survey.queries import Questionnaire, questionnaire
from feedback_app.survey.rules import OPEN_STEP, Trait
from feedback_app.survey.tally_models import Cell, Tally, TraitCount

FOLD_BATCH: Final = 5_000
# Who folds and who counts a place anew wait for each other: sums are few rows, and seconds are enough.
_ONE_AT_A_TIME: Final = 7_310_001
_PLACE: Final = ("agency_id", "period_id", "unit_id", "service_id", "instrument_id", "channel")
_STEPPED: Final = ("agency_id", "period_id", "unit_id", "service_id")
_WAITS: Final = sa.and_(~Response.is_folded, ~Response.is_withdrawn)
_TRAITS: Final = (
    (Trait.SEX, "sex"), (Trait.AGE, "age"), (Trait.EDUCATION, "education"), (Trait.OCCUPATION, "occupation"),
    (Trait.HOURS, "hours"),
)  # fmt: skip

Place = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """How the answers of one instrument make a score: `weights` by position, 0 outside the index.

    Each element weighs the same, however many questions it has; `denominator` keeps the weights whole.
    """

    questions: tuple[int, ...]
    weights: tuple[int, ...]
    denominator: int


@dataclass(slots=True)
class _Sums:
    n: int = 0
    visits: int = 0
    complete: int = 0
    total: int = 0
    squares: int = 0
    answers: Counter[tuple[int, int]] = field(default_factory=Counter)
    complete_answers: Counter[tuple[int, int]] = field(default_factory=Counter)
    traits: Counter[tuple[Trait, str]] = field(default_factory=Counter)


def scale_of(asked: Questionnaire) -> Scale:
    """Return how the answers of a questionnaire make a score."""
    questions_of = Counter(question.element for question in asked.inside)
    denominator = math.lcm(*questions_of.values()) if questions_of else 1
    return Scale(
        tuple(question.id for question in asked.asked),
        tuple(denominator // questions_of[q.element] if q.element is not None else 0 for q in asked.asked),
        denominator,
    )


def score_of(answers: Sequence[int | None], scale: Scale) -> int | None:
    """Return the score of one questionnaire, or None where a question inside the index is blank."""
    total = 0
    for given, weight in zip(answers, scale.weights, strict=True):
        if weight and given is None:
            return None
        total += weight * (given or 0)
    return total


def fold_batch(session: Session, *, limit: int = FOLD_BATCH, period: tuple[int, int] | None = None) -> int:
    """Add responses that wait to the sums; return how many.

    Only of places in which enough wait; `period` (agency, id) takes everything of that period.
    """
    take_turn(session)
    waits = sa.select(Response.agency_id, Response.id).where(_WAITS)
    if period is not None:
        waits = waits.where(Response.agency_id == period[0], Response.period_id == period[1])
    else:
        ready = _ready().subquery()
        # A unit without a service is a place too, which no comparison by equality finds.
        same = sa.and_(*(getattr(Response, name).is_not_distinct_from(ready.c[name]) for name in _STEPPED))
        waits = waits.where(sa.exists().where(same))
    # Materialized: as a mere subquery a plan may run it once a row, and each run claims `limit` other responses.
    claimed = waits.limit(limit).with_for_update(skip_locked=True, of=Response).cte("claimed")
    claimed = claimed.prefix_with("MATERIALIZED")
    return _fold(session, sa.tuple_(Response.agency_id, Response.id).in_(sa.select(claimed)))


def fold_period(session: Session, agency_id: int, period_id: int) -> int:
    """Add everything of one period that waits; return how many."""
    done = 0
    while folded := fold_batch(session, period=(agency_id, period_id)):
        done += folded
    return done


def rebuild(session: Session, agency_id: int, period_id: int, unit_id: int) -> int:
    """Make the sums of one unit in a period anew from the responses they hold; return how many there are."""
    take_turn(session)
    cells = sa.select(Cell.id).where(
        Cell.agency_id == agency_id, Cell.period_id == period_id, Cell.unit_id == unit_id
    )  # fmt: skip
    for table in (Tally, TraitCount):
        session.execute(sa.delete(table).where(table.agency_id == agency_id, table.cell_id.in_(cells)))
    session.execute(sa.delete(Cell).where(Cell.agency_id == agency_id, Cell.id.in_(cells)))
    here = sa.and_(
        Response.agency_id == agency_id, Response.period_id == period_id, Response.unit_id == unit_id,
        Response.is_folded, ~Response.is_withdrawn,
    )  # fmt: skip
    return _fold(session, here)


def any_to_fold(session: Session) -> bool:
    """Tell whether enough responses of one place wait for the sums."""
    return session.execute(_ready().limit(1)).first() is not None


def take_turn(session: Session) -> None:
    """Wait until nobody else folds or counts anew; whoever also locks responses takes this turn first."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))


def _ready() -> sa.Select[Any]:
    places = [getattr(Response, name) for name in _STEPPED]
    return sa.select(*places).where(_WAITS).group_by(*places).having(sa.func.count() >= OPEN_STEP)


def _fold(session: Session, which: sa.ColumnElement[bool]) -> int:
    columns = [getattr(Response, name) for name in _PLACE]
    traits = [getattr(Response, name) for _trait, name in _TRAITS]
    rows = session.execute(
        sa.update(Response).where(which).values(is_folded=True)
        .returning(*columns, Response.answers, Response.is_visit, Response.answered_on, *traits),
        execution_options={"synchronize_session": False},
    ).all()  # fmt: skip
    if rows:
        _add(session, _summed(session, rows))
    return len(rows)


def _summed(session: Session, rows: Iterable[sa.Row[Any]]) -> dict[Place, _Sums]:
    scales: dict[tuple[int, int], Scale] = {}
    sums: dict[Place, _Sums] = {}
    for row in rows:
        instrument = (row.agency_id, row.instrument_id)
        if instrument not in scales:
            scales[instrument] = scale_of(questionnaire(session, *instrument))
        _count(sums.setdefault(tuple(row[: len(_PLACE)]), _Sums()), row, scales[instrument])
    return sums


def _count(into: _Sums, row: sa.Row[Any], scale: Scale) -> None:
    into.n += 1
    into.visits += row.is_visit
    given = [(question, value) for question, value in zip(scale.questions, row.answers, strict=True) if value]
    into.answers.update(given)
    into.traits.update((trait, value.value) for trait, name in _TRAITS if (value := getattr(row, name)) is not None)
    into.traits[Trait.DAY, row.answered_on.isoformat()] += 1
    score = score_of(row.answers, scale)
    if score is not None:
        into.complete += 1
        into.total += score
        into.squares += score * score
        into.complete_answers.update(given)


def _add(session: Session, sums: dict[Place, _Sums]) -> None:
    tallies: list[dict[str, object]] = []
    traits: list[dict[str, object]] = []
    for place, found in sorted(sums.items(), key=lambda item: tuple(str(part) for part in item[0])):
        of_cell = {"agency_id": place[0], "cell_id": _add_cell(session, place, found)}
        tallies += [
            {**of_cell, "question_id": question, "answer": value, "n": n,
             "complete": found.complete_answers[question, value]}
            for (question, value), n in found.answers.items()
        ]  # fmt: skip
        traits += [
            {**of_cell, "trait": trait.value, "value": value, "n": n} for (trait, value), n in found.traits.items()
        ]
    _upsert(session, Tally, tallies, ("n", "complete"))
    _upsert(session, TraitCount, traits, ("n",))


def _add_cell(session: Session, place: Place, found: _Sums) -> int:
    counts = ("n", "visits", "complete", "total", "squares")
    statement = insert(Cell).values(
        **dict(zip(_PLACE, place, strict=True)), **{name: getattr(found, name) for name in counts}
    )
    cell_id: int = session.execute(
        statement.on_conflict_do_update(
            constraint="uq_skm_cells_place",
            set_={name: getattr(Cell, name) + statement.excluded[name] for name in counts},
        ).returning(Cell.id)
    ).scalar_one()
    return cell_id


def _upsert(session: Session, table: Any, rows: list[dict[str, Any]], counts: tuple[str, ...]) -> None:
    if not rows:
        return
    names = list(rows[0])
    # One statement with a list for each column: thousands of sums in one way to the server and back.
    lists = {name: sa.bindparam(name, [row[name] for row in rows], ARRAY(_plain(rows[0][name]))) for name in names}
    statement = insert(table).from_select(names, sa.select(*(sa.func.unnest(lists[name]) for name in names)))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[column.name for column in table.__table__.primary_key],
            set_={name: getattr(table, name) + statement.excluded[name] for name in counts},
        )
    )


def _plain(value: object) -> sa.types.TypeEngine[Any]:
    return sa.BigInteger() if isinstance(value, int) else sa.Text()
