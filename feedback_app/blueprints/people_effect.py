"""What a change of posts would move, shown before it is made: who answers for what, and what is unusual about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.blueprints.people_words import Names, move_sentence
from feedback_app.evaluation.attribution.moves import ResponsibilityMove, responsibility_moves
from feedback_app.evaluation.rules import AssignmentSpan
from feedback_app.organisation.models import Assignment, PublicService
from feedback_app.organisation.people.gaps import GapKind, UnitDays, gaps_of_unit
from feedback_app.organisation.people.post_edits import PostEdit, as_known_at, days_touched, fields_of
from feedback_app.organisation.people.post_rules import (
    OfficeMoment,
    PostFields,
    PostWarning,
    acting_too_long,
    past_of,
)
from feedback_app.organisation.people.queries import names_of_people
from feedback_app.organisation.queries import units_of
from feedback_app.organisation.rules import AssignmentKind

# A post without a last day is looked at so far ahead; what holds at the end of that holds "from then on".
DAYS_AHEAD: Final = 400
SHOWN_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Effect:
    """Sentences about a change: what moves, how many more moves there are, what is unusual, which past days move."""

    moves: list[str]
    more: int
    warnings: list[PostWarning]
    past: tuple[date, date] | None


def effect_of(session: Session, agency_id: int, edits: Sequence[PostEdit], at: OfficeMoment) -> Effect:
    """Return what some edits would move."""
    days = days_touched(edits)
    if not days:
        return Effect([], 0, _warnings(session, agency_id, edits), None)
    first = min(begin for begin, _ in days)
    horizon = max([at.today, first, *(end for _, end in days if end)]) + timedelta(days=DAYS_AHEAD)
    before, after = _standing(session, agency_id, edits, first, horizon)
    moves = responsibility_moves(_spans(before), _spans(after), first, horizon)
    names = names_for(session, agency_id, moves, at.today)
    shown = [move_sentence(move, names, horizon) for move in moves[:SHOWN_MOST]]
    return Effect(shown, len(moves) - len(shown), _warnings(session, agency_id, edits), past_of(days, at))


def names_for(session: Session, agency_id: int, moves: Sequence[ResponsibilityMove], day: date) -> Names:
    """Return the names of everybody and everything that some moves speak of."""
    people = {employee_id for move in moves for employee_id, _ in (*move.before, *move.after)}
    services = sa.select(PublicService.id, PublicService.name).where(
        PublicService.agency_id == agency_id, PublicService.id.in_({m.service_id for m in moves if m.service_id})
    )
    return Names(
        names_of_people(session, agency_id, people),
        {card.id: card.name for card in units_of(session, agency_id, day)},
        {row.id: row.name for row in session.execute(services)},
    )


def _standing(
    session: Session, agency_id: int, edits: Sequence[PostEdit], first: date, last: date
) -> tuple[dict[int, PostFields], dict[int, PostFields]]:
    """Return the posts of the units concerned by id, before the edits and after; new ones have ids below 0."""
    posts = [post for edit in edits for post in (edit.before and fields_of(edit.before), edit.after) if post]
    rows = session.scalars(
        sa.select(Assignment).where(
            Assignment.agency_id == agency_id, Assignment.unit_id.in_({post.unit_id for post in posts}),
            as_known_at(), Assignment.starts_on <= last,
            sa.or_(Assignment.ends_on.is_(None), Assignment.ends_on >= first),
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
