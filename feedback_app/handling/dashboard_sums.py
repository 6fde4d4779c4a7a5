"""Count figures of the dashboard in one pass over the cases, or over their timelines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.handling.dashboard_counts import HAPPENED, STANDS, UNSURE, Asked, Condition, Scope, within_span
from feedback_app.handling.dashboard_rules import Span
from feedback_app.handling.models import Case, CaseEvent


def count_standing(
    session: Session, scope: Scope, keys: Sequence[str], asked: Asked, *narrowed: Condition
) -> dict[str, int]:
    """Count figures of what cases say, in one pass over the cases; `narrowed` holds for all that any of them counts."""
    wanted = [sa.func.count().filter(STANDS[key](asked)) for key in keys]
    row = session.execute(sa.select(*wanted).select_from(Case).where(*narrowed, scope.sees())).one()
    return dict(zip(keys, row, strict=True))


def count_happened(session: Session, scope: Scope, keys: Sequence[str], spans: Sequence[Span]) -> list[dict[str, int]]:
    """Count the cases to which something happened, for each span, in one pass over their timelines.

    The spans must not overlap: each line of a timeline counts for one of them.
    """
    of_case = sa.and_(CaseEvent.agency_id == Case.agency_id, CaseEvent.case_id == Case.id)
    place = sa.case(*((within_span(CaseEvent.at, span), number) for number, span in enumerate(spans))).label("place")
    lines = (
        sa.select(CaseEvent.case_id, place, *(HAPPENED[key].label(key) for key in keys))
        .select_from(CaseEvent)
        .join(Case, of_case)
        .where(
            CaseEvent.agency_id == scope.agency_id, *_hull(CaseEvent.at, spans),
            sa.or_(*(HAPPENED[key] for key in keys)), scope.sees(),
        )
        .subquery()
    )  # fmt: skip
    rows = session.execute(
        sa.select(lines.c.place, *(sa.func.count(lines.c.case_id.distinct()).filter(lines.c[key]) for key in keys))
        .where(lines.c.place.is_not(None))
        .group_by(lines.c.place)
    )
    found = {number: dict(zip(keys, counts, strict=True)) for number, *counts in rows}
    return [found.get(number, dict.fromkeys(keys, 0)) for number in range(len(spans))]


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


def _hull(moment: Any, spans: Iterable[Span]) -> tuple[Condition, Condition]:
    known = list(spans)
    return moment >= min(span.starts_at for span in known), moment < max(span.ends_at for span in known)
