"""Merge many cases into one, and note each so that it can be taken apart again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import DomainError
from feedback_app.handling.bulk_items import REFUSED, check_version, note_item, standing
from feedback_app.handling.duplicates import merge
from feedback_app.handling.models import Case
from feedback_app.handling.officer_models import BulkAct


def merge_all(
    session: Session,
    act: BulkAct,
    cases: Sequence[Case],
    versions: Mapping[int, int | None],
    *,
    user_id: int,
    now: datetime,
) -> int:
    """Merge locked cases into the one due first, all or none; return how many were refused.

    What was merged into one of them before is noted too, for it comes along.
    """
    touched = [*cases, *_copies(session, cases)]
    before = {case.id: standing(case) for case in touched}
    try:
        with session.begin_nested():
            for case in cases:
                check_version(case, versions[case.id])
            merge(session, cases, user_id=user_id, now=now)
    except DomainError as error:
        for case in cases:
            note_item(session, act, case, {REFUSED: error.message})
        return len(cases)
    for case in touched:
        note_item(session, act, case, before[case.id])
    return 0


def _copies(session: Session, cases: Sequence[Case]) -> Sequence[Case]:
    query = sa.select(Case).where(
        Case.agency_id == cases[0].agency_id, Case.duplicate_of.in_([case.id for case in cases])
    )
    return session.scalars(query.order_by(Case.id).with_for_update()).all()
