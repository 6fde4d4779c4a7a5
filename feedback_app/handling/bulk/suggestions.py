"""Open cases that seem to tell of the same as another, with the reasons in words (ADR 0012)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.handling.bulk.duplicates import MERGEABLE, Reasons, Similar, similar_cases
from feedback_app.handling.models import Case
from feedback_app.handling.rules import ENDED, Classification
from feedback_app.handling.visibility import may_see
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.nlp.duplicates.grams import rare_grams
from feedback_app.nlp.duplicates.likeness import (
    MOST_COMPARED,
    SAME,
    WINDOW_DAYS,
    likeness,
    shared,
    told,
)

SUGGESTED_MOST: Final = 5
FILLED_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class _Asked:
    """The case for which others are looked for."""

    case: Case
    text: str
    unit_is_unknown: bool


def suggested(session: Session, user_id: int, case: Case, *, day: date) -> list[Similar]:
    """Return open cases within somebody's reach that seem to tell of the same, the likest first.

    They were received within 60 days of the case, by the same unit or without anybody knowing the unit. Where both
    texts name a street, an RT or the like and none of these agree, they tell of two things.
    """
    asked = _asked(session, case)
    if asked is None or case.is_confidential or case.classification is Classification.OVERSIGHT:
        return []
    grams = rare_grams(asked.text)
    if not grams:
        return []
    # Both texts are masked already; to look for personal data again would take longer than all the rest.
    this = told(asked.text)
    rows = session.execute(_candidates(user_id, asked, grams, day)).all()
    scored = [(likeness(this, told(text or "")), case_id, text or "", at) for case_id, text, at in rows]
    likest = sorted((row for row in scored if row[0] >= SAME), reverse=True)[:SUGGESTED_MOST]
    shown = {row.id: row for row in similar_cases(session, user_id, [row[1] for row in likest], day=day)}
    return [replace(shown[case_id], reasons=_reasons(asked, text, at)) for _, case_id, text, at in likest]


def _asked(session: Session, case: Case) -> _Asked | None:
    row = session.execute(
        sa.select(Labels.redacted_text, _unit_is_unknown())
        .join(Case, sa.and_(Case.agency_id == Labels.agency_id, Case.submission_id == Labels.submission_id))
        .join(Submission, sa.and_(Submission.agency_id == Case.agency_id, Submission.id == Case.submission_id))
        .where(Case.agency_id == case.agency_id, Case.id == case.id)
    ).one_or_none()
    return _Asked(case, row[0], row[1]) if row and row[0] else None


def _unit_is_unknown() -> sa.ColumnElement[bool]:
    """Return the condition that a case waits where nobody has said yet which unit it is for."""
    return sa.and_(Submission.unit_is_unknown, Submission.unit_id == Case.unit_id)


def _candidates(user_id: int, asked: _Asked, grams: Sequence[int], day: date) -> sa.Select[int, str | None, datetime]:
    looked_for = sa.cast(list(grams), ARRAY(sa.Integer))
    gram = sa.func.unnest(Labels.rare_grams).column_valued("gram")
    in_common = sa.select(sa.func.count(gram)).where(gram == sa.any_(looked_for)).scalar_subquery()
    comparable = _comparable(user_id, asked, day)
    return (
        sa.select(comparable.c.id, Labels.redacted_text, comparable.c.opened_at)
        .join(
            Labels,
            sa.and_(Labels.agency_id == comparable.c.agency_id, Labels.submission_id == comparable.c.submission_id),
        )
        .where(Labels.rare_grams.overlap(looked_for))
        .order_by(in_common.desc(), comparable.c.id.desc())
        .limit(MOST_COMPARED)
    )


def _comparable(user_id: int, asked: _Asked, day: date) -> sa.FromClause:
    """Return the open cases of the unit and the weeks around: few, so they are looked up before their texts are."""
    case, window = asked.case, timedelta(days=WINDOW_DAYS)
    near = sa.select(Case.agency_id, Case.id, Case.submission_id, Case.opened_at).where(
        Case.agency_id == case.agency_id,
        Case.id != case.id,
        Case.status.in_(MERGEABLE),
        Case.classification == case.classification,
        Case.duplicate_of.is_(None),
        sa.not_(Case.is_confidential),
        Case.opened_at.between(case.opened_at - window, case.opened_at + window),
        may_see(user_id, Permission.ANSWER_CASE, day),
    )
    if asked.unit_is_unknown:
        return near.subquery("comparable")
    waiting = near.join(
        Submission, sa.and_(Submission.agency_id == Case.agency_id, Submission.id == Case.submission_id)
    ).where(Case.unit_id != case.unit_id, _unit_is_unknown())
    both = sa.union_all(near.where(Case.unit_id == case.unit_id), waiting)
    return both.cte("comparable").prefix_with("MATERIALIZED")


def _reasons(asked: _Asked, text: str, opened_at: datetime) -> Reasons:
    common = shared(asked.text, text)
    return Reasons(common.place, common.words, abs((asked.case.opened_at - opened_at).days))


def any_without_grams(session: Session) -> bool:
    """Tell whether an open case's text was read before its rare pieces were kept."""
    return session.scalar(_without_grams().limit(1)) is not None


def fill_rare_grams(session: Session, *, limit: int = FILLED_AT_ONCE) -> int:
    """Keep the rare pieces of open cases whose texts were read before that was done; return of how many.

    What follows from a text and nothing else is no act of anybody, so the audit trail has no line of it.
    """
    rows = session.scalars(_without_grams().limit(limit).with_for_update(of=Labels, skip_locked=True)).all()
    for labels in rows:
        labels.rare_grams = list(rare_grams(labels.redacted_text or ""))
    session.flush()
    return len(rows)


def _without_grams() -> sa.Select[Labels]:
    return (
        sa.select(Labels)
        .join(Case, sa.and_(Case.agency_id == Labels.agency_id, Case.submission_id == Labels.submission_id))
        .join(Submission, sa.and_(Submission.agency_id == Case.agency_id, Submission.id == Case.submission_id))
        .where(
            Case.status.not_in(ENDED),
            Labels.rare_grams.is_(None),
            Labels.redacted_text.is_not(None),
            Submission.erased_at.is_(None),
        )
        .order_by(Case.id)
    )
