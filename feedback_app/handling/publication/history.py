"""What was shown of a case in the course of time: who released which words, who took them back, what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.publication.text_differences import Piece, differences


@dataclass(frozen=True, slots=True)
class Release:
    """One publication; `withdrawn_by` is None where the platform took it back by itself.

    `text_changes` and `reply_changes` compare with the release before; None for the first, and where nothing changed.
    """

    text: str
    reply: str | None
    published_at: datetime
    published_by: int
    withdrawn_at: datetime | None
    withdrawn_by: int | None
    text_changes: list[Piece] | None = None
    reply_changes: list[Piece] | None = None

    @property
    def repeats(self) -> bool:
        """Tell whether neither text differs from the release before."""
        return self.text_changes is None and self.reply_changes is None


def was_ever_shown(session: Session, case: Case) -> bool:
    """Tell whether anything was ever shown of a case."""
    query = sa.select(Publication.id).where(Publication.agency_id == case.agency_id, Publication.case_id == case.id)
    return session.scalar(query.limit(1)) is not None


def releases(session: Session, case: Case) -> list[Release]:
    """Return everything that was ever shown of a case, the newest first."""
    query = sa.select(Publication).where(Publication.agency_id == case.agency_id, Publication.case_id == case.id)
    rows = session.scalars(query.order_by(Publication.published_at, Publication.id)).all()
    found = [_release(None, row) for row in rows[:1]]
    found += [_release(before, row) for before, row in pairwise(rows)]
    return found[::-1]


def _release(before: Publication | None, row: Publication) -> Release:
    return Release(
        row.text, row.reply, row.published_at, row.published_by, row.withdrawn_at, row.withdrawn_by,
        _changes(before.text, row.text) if before else None,
        _changes(before.reply or "", row.reply or "") if before else None,
    )  # fmt: skip


def _changes(before: str, after: str) -> list[Piece] | None:
    return differences(before, after) if before != after else None
