"""Count figures of the dashboard in one pass over the cases, or over their timelines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.handling.figures.counts import HAPPENED, STANDS, UNSURE, Asked, Condition, Scope, within_span
from feedback_app.handling.figures.rules import Span
from feedback_app.handling.models import Case, CaseEvent


def count_standing(
    session: Session, scope: Scope, keys: Sequence[str], asked: Asked, *narrowed: Condition
) -> dict[str, int]:
    """Count figures of what cases say, in one pass over the cases; `narrowed` holds for all that any of them counts."""
    [found] = count_standing_each(session, scope, [(keys, asked)], *narrowed)
    return found


def count_standing_each(
    session: Session, scope: Scope, questions: Sequence[tuple[Sequence[str], Asked]], *narrowed: Condition
) -> list[dict[str, int]]:
    """Count figures of several times in one pass over the cases, as `count_standing` does for one."""
    wanted = [sa.func.count().filter(STANDS[key](asked)) for keys, asked in questions for key in keys]
    row = iter(session.execute(sa.select(*wanted).select_from(Case).where(*narrowed, scope.sees())).one())
    return [{key: next(row) for key in keys} for keys, _ in questions]


def count_happened(session: Session, scope: Scope, keys: Sequence[str], spans: Sequence[Span]) -> list[dict[str, int]]:
    """Count the cases to which something happened, for each span; the spans must not overlap."""
    [found] = count_happened_each(session, scope, keys, [spans])
    return found


def count_happened_each(
    session: Session, scope: Scope, keys: Sequence[str], rows: Sequence[Sequence[Span]]
) -> list[list[dict[str, int]]]:
    """Count the cases to which something happened in one pass over their timelines, for several rows of spans.

    The spans of one row must not overlap: each line of a timeline counts for one of them.
    """
    lines = _lines(scope, keys, [span for spans in rows for span in spans])
    counts = [_counted(lines, keys, number, spans) for number, spans in enumerate(rows)]
    found = {(number, place): figures for number, place, *figures in session.execute(sa.union_all(*counts))}
    return [
        [dict(zip(keys, found.get((number, place), [0] * len(keys)), strict=True)) for place in range(len(spans))]
        for number, spans in enumerate(rows)
    ]


def _lines(scope: Scope, keys: Sequence[str], spans: Sequence[Span]) -> sa.CTE:
    of_case = sa.and_(CaseEvent.agency_id == Case.agency_id, CaseEvent.case_id == Case.id)
    return (
        sa.select(CaseEvent.case_id, CaseEvent.at, *(HAPPENED[key].label(key) for key in keys))
        .select_from(CaseEvent)
        .join(Case, of_case)
        .where(
            CaseEvent.agency_id == scope.agency_id, *_hull(CaseEvent.at, spans),
            sa.or_(*(HAPPENED[key] for key in keys)), scope.sees(),
        )
        .cte("lines")
    )  # fmt: skip


def _counted(lines: sa.CTE, keys: Sequence[str], number: int, spans: Sequence[Span]) -> sa.Select[Any]:
    place = sa.case(*((within_span(lines.c.at, span), at) for at, span in enumerate(spans))).label("place")
    # A case to which something happened twice in a span counts once.
    cases = (
        sa.select(place, *(sa.func.bool_or(lines.c[key]).label(key) for key in keys))
        .group_by(place, lines.c.case_id)
        .subquery()
    )
    return (
        sa.select(sa.literal(number), cases.c.place, *(sa.func.count().filter(cases.c[key]) for key in keys))
        .where(cases.c.place.is_not(None))
        .group_by(cases.c.place)
    )


def count_aspects(session: Session, scope: Scope, spans: Sequence[Span]) -> dict[str, tuple[int, ...]]:
    """Count what the cases that came in are about, by the key of each aspect, for each span."""
    of_case = sa.and_(Labels.agency_id == Case.agency_id, Labels.submission_id == Case.submission_id)
    counts = [sa.func.count().filter(within_span(Case.opened_at, span)) for span in spans]
    rows = session.execute(
        sa.select(Labels.aspect, *counts)
        .select_from(Case)
        .join(Labels, of_case)
        .where(scope.sees(), *_hull(Case.opened_at, spans))
        .group_by(Labels.aspect)
    )
    return {f"aspect_{aspect.value if aspect else UNSURE}": tuple(numbers) for aspect, *numbers in rows}


def hull(spans: Iterable[Span]) -> Span:
    """Return the shortest span that holds several."""
    known = list(spans)
    return Span(min(span.starts_at for span in known), max(span.ends_at for span in known))


def _hull(moment: Any, spans: Iterable[Span]) -> tuple[Condition, Condition]:
    around = hull(spans)
    return moment >= around.starts_at, moment < around.ends_at
