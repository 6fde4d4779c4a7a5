"""To whom, and to which units, many cases can go at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy.orm import Session

from feedback_app.handling.handing_on.assignment import Colleague, colleagues
from feedback_app.handling.handing_on.disposition import open_to
from feedback_app.handling.models import Case
from feedback_app.handling.queries import UnknownCaseError, case_for
from feedback_app.identity.rules import Permission
from feedback_app.organisation.queries import UnitCard, units_of


def colleagues_for(session: Session, user_id: int, case_ids: Sequence[int], *, day: date) -> list[Colleague]:
    """Return who may be given one case or another, by name; those who may not have all are told of case by case."""
    found = {
        colleague.id: colleague
        for case in _one_of_each_place(session, user_id, case_ids, day)
        for colleague in colleagues(session, case, day=day)
    }
    return sorted(found.values(), key=lambda colleague: (colleague.name, colleague.id))


def units_for(session: Session, user_id: int, case_ids: Sequence[int], *, day: date) -> list[UnitCard]:
    """Return the units to which one case or another may be sent on, by name."""
    places = list(_one_of_each_place(session, user_id, case_ids, day))
    if not places:
        return []
    allowed = frozenset[int]().union(*(open_to(session, case, day=day) for case in places))
    return [card for card in units_of(session, places[0].agency_id, day) if card.id in allowed]


def _one_of_each_place(session: Session, user_id: int, case_ids: Sequence[int], day: date) -> Iterator[Case]:
    # Plain cases of a unit go the same ways; each confidential one has its own.
    seen: set[tuple[object, ...]] = set()
    for case_id in case_ids:
        try:
            case = case_for(session, user_id, case_id, permission=Permission.ANSWER_CASE, day=day)
        except UnknownCaseError:
            continue
        place = (case.agency_id, case.unit_id, case.id if case.is_confidential else None)
        if place not in seen:
            seen.add(place)
            yield case
