"""What a change of posts would move, found before it is made: who answers for what, and what is unusual about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.moves import ResponsibilityMove, responsibility_moves
from feedback_app.evaluation.rules import AssignmentSpan
from feedback_app.organisation.models import Assignment
from feedback_app.organisation.people.gaps import GapKind, UnitDays, gaps_of_unit
from feedback_app.organisation.people.post_edits import PostEdit, as_known_at, days_touched, fields_of
from feedback_app.organisation.people.post_rules import (
    OfficeMoment,
    PostFields,
    PostWarning,
    acting_too_long,
    past_of,
)
from feedback_app.organisation.queries import valid_between
from feedback_app.organisation.rules import AssignmentKind

# A post without a last day is looked at so far ahead; what holds at the end of that holds "from then on".
DAYS_AHEAD: Final = 400


@dataclass(frozen=True, slots=True)
class PostEffect:
    """What moves up to the horizon, what about the posts is unusual, and the first and last past day that moves."""

    moves: list[ResponsibilityMove]
    horizon: date
    warnings: list[PostWarning]
    past: tuple[date, date] | None


def effect_of_posts(session: Session, agency_id: int, edits: Sequence[PostEdit], at: OfficeMoment) -> PostEffect:
    """Return what some edits would move."""
    days, warnings = days_touched(edits), _warnings(session, agency_id, edits)
    if not days:
        return PostEffect([], at.today, warnings, None)
    first = min(begin for begin, _ in days)
    horizon = max([at.today, first, *(end for _, end in days if end)]) + timedelta(days=DAYS_AHEAD)
    before, after = _standing(session, agency_id, edits, first, horizon)
    moves = responsibility_moves(_spans(before), _spans(after), first, horizon)
    return PostEffect(moves, horizon, warnings, past_of(days, at))


def _standing(
    session: Session, agency_id: int, edits: Sequence[PostEdit], first: date, last: date
) -> tuple[dict[int, PostFields], dict[int, PostFields]]:
    """Return the posts of the units concerned by id, before the edits and after; new ones have ids below 0."""
    posts = [post for edit in edits for post in edit.both if post]
    rows = session.scalars(
        sa.select(Assignment).where(
            Assignment.agency_id == agency_id, Assignment.unit_id.in_({post.unit_id for post in posts}),
            as_known_at(), valid_between(Assignment.starts_on, Assignment.ends_on, first, last),
        )
    )  # fmt: skip
    before = {row.id: fields_of(row) for row in rows}
    gone = {edit.before.id for edit in edits if edit.before}
    after = {number: post for number, post in before.items() if number not in gone}
    after.update({-number: edit.after for number, edit in enumerate(edits, start=1) if edit.after})
    return before, after


def _spans(posts: dict[int, PostFields]) -> list[AssignmentSpan]:
    return [
        AssignmentSpan(
            assignment_id=number, employee_id=post.employee_id, unit_id=post.unit_id, service_id=post.service_id,
            kind=post.kind, is_head=post.is_head, share=post.share, starts_on=post.starts_on, ends_on=post.ends_on,
        )
        for number, post in posts.items()
    ]  # fmt: skip


def _warnings(session: Session, agency_id: int, edits: Sequence[PostEdit]) -> list[PostWarning]:
    found = []
    for edit in edits:
        post = edit.after
        if post is None or post.kind not in {AssignmentKind.ACTING_VACANT, AssignmentKind.ACTING_ABSENT}:
            continue
        beside = [
            fields_of(row) for row in _heads(session, agency_id, post) if not edit.before or row.id != edit.before.id
        ]
        if post in acting_too_long([*(p for p in beside if p.employee_id == post.employee_id), post]):
            found.append(PostWarning.ACTING_TOO_LONG)
        if post.kind is AssignmentKind.ACTING_ABSENT and _lacks_holder(post, beside):
            found.append(PostWarning.ABSENT_WITHOUT_HOLDER)
    return found


def _heads(session: Session, agency_id: int, post: PostFields) -> Sequence[Assignment]:
    query = sa.select(Assignment).where(
        Assignment.agency_id == agency_id, Assignment.unit_id == post.unit_id, as_known_at(), Assignment.is_head
    )
    return session.scalars(query).all()


def _lacks_holder(post: PostFields, beside: Sequence[PostFields]) -> bool:
    last = post.ends_on or post.starts_on
    days = [post.starts_on + timedelta(days=number) for number in range((last - post.starts_on).days + 1)]
    gaps = gaps_of_unit(UnitDays(post.unit_id, days, [*beside, post], ()))
    return any(gap.kind is GapKind.ABSENT_WITHOUT_HOLDER for gap in gaps)
