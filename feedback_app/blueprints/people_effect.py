"""What a change of posts would move, in the sentences that are read before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.blueprints.people_words import Names, move_sentence
from feedback_app.evaluation.attribution.moves import ResponsibilityMove
from feedback_app.evaluation.post_effects import effect_of_posts
from feedback_app.organisation.people.post_edits import PostEdit
from feedback_app.organisation.people.post_rules import OfficeMoment, PostWarning
from feedback_app.organisation.people.queries import names_of_people
from feedback_app.organisation.queries import names_of_services, units_of

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
    found = effect_of_posts(session, agency_id, edits, at)
    names = _names(session, agency_id, found.moves, at.today)
    shown = [move_sentence(move, names, found.horizon) for move in found.moves[:SHOWN_MOST]]
    return Effect(shown, len(found.moves) - len(shown), found.warnings, found.past)


def _names(session: Session, agency_id: int, moves: Sequence[ResponsibilityMove], day: date) -> Names:
    people = {employee_id for move in moves for employee_id, _ in (*move.before, *move.after)}
    return Names(
        names_of_people(session, agency_id, people),
        {card.id: card.name for card in units_of(session, agency_id, day)},
        names_of_services(session, agency_id, {move.service_id for move in moves if move.service_id}),
    )
