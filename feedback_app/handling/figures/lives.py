"""Cases with every raw row that a figure is made of, to count it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.handling.clocks.models import CasePause, Escalation
from feedback_app.handling.figures.counts import Scope
from feedback_app.handling.figures.rules import Span
from feedback_app.handling.models import Case, CaseEvent


@dataclass(frozen=True, slots=True)
class Life:
    """One case with everything the figures are made of."""

    case: Case
    events: Sequence[CaseEvent]
    held_since: datetime | None
    escalated: Sequence[datetime]
    aspect: str | None
    is_labelled: bool

    def came_in(self, span: Span) -> bool:
        """Tell whether the case was opened in a span."""
        return span.starts_at <= self.case.opened_at < span.ends_at


def lives_of(session: Session, scope: Scope) -> list[Life]:
    """Return all the cases that are counted for an account, whole."""
    cases = session.scalars(sa.select(Case).where(scope.sees()).order_by(Case.id)).all()
    ids = [case.id for case in cases]
    events = _rows(session, scope, CaseEvent, CaseEvent.case_id.in_(ids), CaseEvent.at, CaseEvent.id)
    pauses = _rows(session, scope, CasePause, CasePause.case_id.in_(ids), CasePause.starts_at)
    rungs = _rows(session, scope, Escalation, Escalation.case_id.in_(ids), Escalation.at)
    submissions = [case.submission_id for case in cases]
    said = {
        row.submission_id: row.aspect
        for row in session.scalars(
            sa.select(Labels).where(Labels.agency_id == scope.agency_id, Labels.submission_id.in_(submissions))
        )
    }
    return [
        Life(
            case,
            events[case.id],
            next((pause.starts_at for pause in pauses[case.id] if pause.ends_at is None), None),
            [rung.at for rung in rungs[case.id]],
            said.get(case.submission_id),
            case.submission_id in said,
        )
        for case in cases
    ]


def _rows(session: Session, scope: Scope, table: Any, wanted: Any, *order: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.scalars(sa.select(table).where(table.agency_id == scope.agency_id, wanted).order_by(*order)):
        found[row.case_id].append(row)
    return found
