"""Forget what lists said: thirty days after they were settled, or were left lying, their cells are emptied."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.people.models import PeopleImport, PeopleImportRow
from feedback_app.organisation.people.rules import ImportState, RowChange

KEPT: Final = timedelta(days=30)
"""Long enough to look into a doubtful row; what it changed stays in the posts themselves (data minimisation)."""
_EMPTY: Final = sa.text("'{}'::jsonb")
_AT_ONCE: Final = 50


def any_to_empty(session: Session, *, now: datetime) -> bool:
    """Tell whether a list is old enough and still holds cells."""
    return session.scalar(sa.select(_due(now).exists())) or False


def empty_cells(session: Session, *, now: datetime) -> int:
    """Empty the cells of old lists, rows that changed nothing altogether. Return of how many lists."""
    lists = session.scalars(_due(now).limit(_AT_ONCE).with_for_update(skip_locked=True)).all()
    for made in lists:
        rows = (PeopleImportRow.agency_id == made.agency_id, PeopleImportRow.import_id == made.id)
        if made.state is ImportState.PREVIEWED:
            made.state = ImportState.DROPPED
        unused = PeopleImportRow.change.in_([RowChange.SAME, RowChange.REFUSED])
        is_dropped = made.state is ImportState.DROPPED
        session.execute(sa.delete(PeopleImportRow).where(*rows, sa.true() if is_dropped else unused))
        session.execute(sa.update(PeopleImportRow).where(*rows).values(cells=_EMPTY))
        made.counts = {**made.counts, "unknown_units": [], "emptied": True}
    session.flush()
    return len(lists)


def _due(now: datetime) -> sa.Select[PeopleImport]:
    settled_at = sa.func.coalesce(PeopleImport.applied_at, PeopleImport.uploaded_at)
    return sa.select(PeopleImport).where(
        settled_at <= now - KEPT,
        PeopleImport.state != ImportState.WAITING,
        sa.not_(PeopleImport.counts.has_key("emptied")),
    )
