"""Why ratings stand beside a score, and for whom a rating that was left out still counts."""

from __future__ import annotations

import enum
from typing import Final


class Exclusion(enum.StrEnum):
    """Why ratings do not count in a score; all but the first and the last are what somebody decided upon a contest."""

    NO_PROOF_OF_VISIT = "no_proof_of_visit"
    WRONG_PERSON = "wrong_person"
    OUTSIDE_AUTHORITY = "outside_authority"
    ABUSE = "abuse"
    DUPLICATE = "duplicate"
    FACTUAL_ERROR = "factual_error"
    RESTRICTED = "restricted"  # whoever gave it had its processing suspended (UU 27/2022 Ps 41)


# A rating of somebody else's work, or of what this person had no say in, is still true of the unit and of others.
LEFT_OUT_FOR_ONE: Final = frozenset({Exclusion.WRONG_PERSON, Exclusion.OUTSIDE_AUTHORITY})
