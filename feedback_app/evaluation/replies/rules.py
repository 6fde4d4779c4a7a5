"""What can be contested, for which reasons, and how a contest or an objection ends."""

from __future__ import annotations

import calendar
import enum
from collections.abc import Mapping
from datetime import date
from typing import Final


class ContestKind(enum.StrEnum):
    """What is contested."""

    RATING = "rating"  # one negative rating or comment
    MONTH = "month"  # the ratings of one month at one unit
    ASSIGNMENT = "assignment"  # a post, its dates or its share
    CASES = "cases"  # the record of cases
    FIGURE = "figure"  # the result as a whole


class ContestReason(enum.StrEnum):
    """Why it should not count; the reasons an employee chooses from."""

    WRONG_PERSON = "wrong_person"
    OUTSIDE_AUTHORITY = "outside_authority"
    ABUSE = "abuse"
    DUPLICATE = "duplicate"
    FACTUAL_ERROR = "factual_error"


class ContestState(enum.StrEnum):
    """How far a contest is."""

    FILED = "filed"
    ASSIGNED = "assigned"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


# Not decided yet, and so still to be given to somebody, decided or taken back.
OPEN_STATES: Final = (ContestState.FILED, ContestState.ASSIGNED)


class ContestOutcome(enum.StrEnum):
    """What the reviewer found."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"


class Correction(enum.StrEnum):
    """What has to be put right after a contest that no rating is left out for."""

    POSTS = "posts"  # a post, its dates or its share: by personnel
    ROSTER = "roster"  # who served at which counter on which day: by personnel
    CASES = "cases"  # how the cases of the period were counted: by the evaluator
    FIGURE = "figure"  # how the result was worked out: by the evaluator


class ObjectionOutcome(enum.StrEnum):
    """What the superior of the evaluator decided; final."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"


def asks_for_version(outcome: ObjectionOutcome | None) -> bool:
    """Tell whether a decision upon an objection can only be carried out by a new version of the cycle."""
    return outcome in (ObjectionOutcome.UPHELD, ObjectionOutcome.PARTLY)


_OF_ANOTHERS_WORK: Final = frozenset(
    {ContestReason.WRONG_PERSON, ContestReason.OUTSIDE_AUTHORITY, ContestReason.FACTUAL_ERROR}
)
# Abuse and doubles are said of ratings; a post or a count can be another's, beyond one's say, or wrong.
REASONS_FOR: Final[Mapping[ContestKind, frozenset[ContestReason]]] = {
    ContestKind.RATING: frozenset(ContestReason),
    ContestKind.MONTH: frozenset(ContestReason),
    ContestKind.ASSIGNMENT: frozenset({ContestReason.WRONG_PERSON, ContestReason.FACTUAL_ERROR}),
    ContestKind.CASES: _OF_ANOTHERS_WORK,
    ContestKind.FIGURE: _OF_ANOTHERS_WORK,
}

# One rating counts or it does not; everything larger can be right in part.
OUTCOMES_FOR: Final[Mapping[ContestKind, tuple[ContestOutcome, ...]]] = {
    kind: (ContestOutcome.UPHELD, ContestOutcome.REJECTED) if kind is ContestKind.RATING else tuple(ContestOutcome)
    for kind in ContestKind
}

# A month right in part is mended by saying who served on which day; leaving out the whole of it would be too much.
_CORRECTIONS: Final[Mapping[ContestKind, tuple[Correction, ...]]] = {
    ContestKind.RATING: (),
    ContestKind.MONTH: (Correction.ROSTER, Correction.POSTS),
    ContestKind.ASSIGNMENT: (Correction.POSTS, Correction.ROSTER),
    ContestKind.CASES: (Correction.CASES, Correction.POSTS),
    ContestKind.FIGURE: (Correction.FIGURE, Correction.POSTS, Correction.ROSTER, Correction.CASES),
}


def leaves_ratings_out(kind: ContestKind, outcome: ContestOutcome) -> bool:
    """Tell whether an outcome leaves ratings out of the cycle by itself.

    >>> leaves_ratings_out(ContestKind.MONTH, ContestOutcome.UPHELD)
    True
    >>> leaves_ratings_out(ContestKind.MONTH, ContestOutcome.PARTLY)
    False
    """
    return outcome is ContestOutcome.UPHELD and kind in (ContestKind.RATING, ContestKind.MONTH)


def corrections_for(kind: ContestKind, outcome: ContestOutcome) -> tuple[Correction, ...]:
    """Return what a reviewer chooses from when something has to be put right by others; nothing where it has not.

    >>> corrections_for(ContestKind.RATING, ContestOutcome.UPHELD)
    ()
    """
    if outcome is ContestOutcome.REJECTED or leaves_ratings_out(kind, outcome):
        return ()
    return _CORRECTIONS[kind]


def days_contested(month: date | None, starts_on: date, ends_on: date) -> tuple[date, date]:
    """Return the first and last day a contest is about: its month, or else the days of the cycle.

    >>> days_contested(date(2026, 2, 1), date(2026, 1, 1), date(2026, 3, 31))[1]
    datetime.date(2026, 2, 28)
    """
    if month is None:
        return starts_on, ends_on
    return month, month.replace(day=calendar.monthrange(month.year, month.month)[1])


# Source: PP 30/2019 article 59. Whether the annex of PermenPANRB 6/2022 means working days is not known to us.
OBJECTION_DAYS: Final = 14
