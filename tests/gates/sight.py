"""Who ought to see which case, written down again from the law and not from the code that is tested by it.

Reach comes from Perpres 76/2013 (each unit handles what was sent to it, its head answers for all below). What is
confidential is kept from whoever has no need to know (UU 25/2009 art. 40), an allegation from the unit it accuses
(PermenPANRB 62/2018). The tests compare every route with this table; `docs/access.md` prints it.
"""

from __future__ import annotations

import enum
from typing import Final

from feedback_app.identity.rules import PERMISSIONS, Permission, Role


class Place(enum.Enum):
    """Where somebody holds a role, seen from the unit that a report was sent to."""

    OWN = "the unit itself"
    BELOW = "a unit below it"
    ABOVE = "the unit above it"
    SIBLING = "a unit beside it"
    INSPECTORATE = "the Inspektorat"
    AGENCY = "the whole agency"
    OTHER_UNIT = "a unit of another agency"
    OTHER_AGENCY = "another whole agency"


class Kind(enum.Enum):
    """A case as far as it matters for who sees it."""

    PLAIN = "plain"
    INSPECTED = "plain, past 150 % of its clock"
    CONFIDENTIAL = "confidential"
    ALLEGATION = "allegation, with the Inspektorat"
    CLEARED = "found to be no allegation, with the Inspektorat"
    WAITING = "allegation, nobody to examine it yet"


_COVERING: Final = frozenset({Place.OWN, Place.ABOVE, Place.AGENCY})
# A grant over the whole agency is for whoever looks after the machine: no name of a unit, no secret of a unit.
PLACES: Final[dict[Kind, frozenset[Place]]] = {
    Kind.PLAIN: _COVERING,
    Kind.INSPECTED: _COVERING,
    Kind.CONFIDENTIAL: frozenset({Place.OWN, Place.ABOVE}),
    Kind.ALLEGATION: frozenset({Place.INSPECTORATE}),
    # Its sender was told who reads it, and the people it speaks of are the same.
    Kind.CLEARED: frozenset({Place.INSPECTORATE}),
    Kind.WAITING: frozenset({Place.AGENCY}),
}
# What is far too late is read by the Inspektorat, and its dispute reviewed; answering stays with the unit.
OVERSEEN: Final = frozenset({Permission.READ_INBOX, Permission.REVIEW_DISPUTE})
# Read by whoever examines them; a supervisor watches over work, and over no allegation, wherever they supervise.
EXAMINED: Final = frozenset({Kind.ALLEGATION, Kind.CLEARED, Kind.WAITING})
HERE: Final = frozenset(Place) - {Place.OTHER_UNIT, Place.OTHER_AGENCY}


def can_be_held(role: Role, place: Place) -> bool:
    """Tell whether a role can be held at a place: an inspector is of the Inspektorat."""
    return role is not Role.INSPECTOR or place is Place.INSPECTORATE


def sees(role: Role | None, place: Place, kind: Kind, permission: Permission) -> bool:
    """Tell whether a role held at a place opens a case of this kind for one purpose."""
    if role is None or permission not in PERMISSIONS[role] or not can_be_held(role, place):
        return False
    if role is Role.SUPERVISOR and kind in EXAMINED:
        return False
    if place in PLACES[kind]:
        return True
    return kind is Kind.INSPECTED and place is Place.INSPECTORATE and permission in OVERSEEN
