"""Merge many cases into one, note each so that it can be taken apart again, and take it apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.errors import DomainError
from feedback_app.handling.bulk.duplicates import MERGEABLE, merge
from feedback_app.handling.bulk.items import REFUSED, check_version, note_item, standing
from feedback_app.handling.bulk.models import BulkAct
from feedback_app.handling.models import Case
from feedback_app.handling.moves import answered_with, note_act, shares_answer
from feedback_app.handling.rules import EventKind


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


def tie_again(session: Session, ties: Sequence[tuple[Case, int | None]], actor: Actor, now: datetime) -> None:
    """Tie cases (locked) to those into which they were merged before an act, or to none.

    Where the earlier main case has ended, waits, was merged itself or is another matter by now, a case stands alone.
    """
    changed = [(case, case.duplicate_of, main_id) for case, main_id in ties if case.duplicate_of != main_id]
    for case, _left, _main_id in changed:
        case.duplicate_of = None
    session.flush()
    for case, left, main_id in changed:
        if _leads(session, case, main_id):
            kind, case.duplicate_of = EventKind.MERGED, main_id
        elif left is None:
            continue
        else:
            kind = EventKind.UNMERGED
        other = case.duplicate_of or left
        note_act(session, case, kind, actor=actor, now=now, action="handling.undo_merge", main_id=other)
    for case, _main_id in ties:
        # What was merged in the meantime does not follow to another unit.
        answered_with(session, case, now=now)


def _leads(session: Session, case: Case, main_id: int | None) -> bool:
    """Tell whether a case can wait for the answer of another."""
    if main_id is None or _copies(session, [case]):
        return False
    main = session.get_one(Case, (case.agency_id, main_id), with_for_update=True, populate_existing=True)
    return main.status in MERGEABLE and main.duplicate_of is None and shares_answer(case, main)
