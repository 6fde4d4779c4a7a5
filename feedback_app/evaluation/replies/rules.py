"""What can be contested, for which reasons, and how a contest or an objection ends."""

from __future__ import annotations

import enum
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


class ContestOutcome(enum.StrEnum):
    """What the reviewer found."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"


class ObjectionOutcome(enum.StrEnum):
    """What the superior of the evaluator decided; final."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"


# Source: PP 30/2019 article 59. Whether the annex of PermenPANRB 6/2022 means working days is not known to us.
OBJECTION_DAYS: Final = 14
