"""What is kept for how long. The days are this house's choice unless a source is named; an agency sets its own.

No law names a number of days for feedback: data end when their purpose is met or the time of keeping is over (UU
27/2022 Ps 42), erasing follows the agency's schedule of records (jadwal retensi arsip, UU 43/2009; UU 27/2022 Ps 44).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LONGEST_DAYS: Final = 36_500
BASIS_MIN, BASIS_MAX = 5, 300


class RetentionKind(enum.StrEnum):
    """What a rule is about."""

    CONTACTS = "contacts"
    ATTACHMENTS = "attachments"
    WORDS = "words"
    REQUEST_WORDS = "request_words"
    MESSAGES = "messages"
    VISIT_TOKENS = "visit_tokens"
    STAGED_IMPORTS = "staged_imports"


@dataclass(frozen=True, slots=True)
class Default:
    """The days that hold where an agency set none, the fewest it may set, since when they count, and why.

    `basis` is a sentence for people and names the source; `from_when` says from which moment the days count.
    """

    days: int
    least_days: int
    from_when: str
    basis: str


DEFAULTS: Final[dict[RetentionKind, Default]] = {
    RetentionKind.CONTACTS: Default(
        90, 35, "case ended, or feedback received where no case came of it",
        "Purpose met (UU 27/2022 Ps 42): there is nothing left to tell. At least 35 days: until then a case may be "
        "reopened and its reporter has to be told. 90 days are this house's choice.",
    ),
    RetentionKind.ATTACHMENTS: Default(
        730, 90, "case ended, or feedback received where no case came of it",
        "Photos and documents often show specific data (UU 27/2022 Ps 4). Two years are this house's choice; the "
        "agency's records schedule goes before it (UU 43/2009).",
    ),
    RetentionKind.WORDS: Default(
        1825, 365, "case ended, or feedback received where no case came of it",
        "Records schedule of the agency (UU 43/2009; UU 27/2022 Ps 44). Five years are this house's choice until the "
        "agency sets its own; ratings, labels and days stay, for they say nothing of a person and are in the sums.",
    ),
    RetentionKind.REQUEST_WORDS: Default(
        1095, 365, "request settled",
        "Proof that a request was met (UU 27/2022 Ps 31); its words go, kind, days and outcome stay. Three years are "
        "this house's choice.",
    ),
    RetentionKind.MESSAGES: Default(
        180, 60, "message sent or given up",
        "Purpose met (UU 27/2022 Ps 42): the numbers in a message go, that it was sent stays. This house's choice.",
    ),
    RetentionKind.VISIT_TOKENS: Default(
        400, 90, "day of the visit",
        "Data minimisation: the minute a token was printed points to one visit; after that its day alone is kept. At "
        "least 90 days: until then receipts are counted by the hour. This house's choice.",
    ),
    RetentionKind.STAGED_IMPORTS: Default(
        30, 7, "import begun and not published",
        "Purpose met (UU 27/2022 Ps 42): a list that was left lying is read again from its file. This house's choice.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fixed:
    """A time of keeping that is no setting: days and why. Jobs of their own, or nothing, carry it out."""

    days: int | None
    basis: str


# Beside the rules, so that nobody has to look for what they do not name.
FIXED: Final[dict[str, Fixed]] = {
    "network_marks": Fixed(
        30, "A rate signal and never an identity; the job `forget_networks` takes it out (measures/network_marks.py)."
    ),
    "people_lists": Fixed(
        30, "Cells of lists of people; the job `empty_people_lists` takes them out (organisation/people/imports)."
    ),
    "sign_ins": Fixed(
        180, "Finding misuse of an account (UU 27/2022 Ps 35); they belong to no agency and go once a day."
    ),
    "audit_trail": Fixed(None, "Kept: the trail proves that the rest was done, and holds ids, no words (Ps 31)."),
    "evaluation": Fixed(
        None, "Kept with the personnel record it belongs to, by the agency's records schedule (UU 43/2009)."
    ),
    "posts": Fixed(None, "Kept: who held which post when is a record of the state (UU 43/2009)."),
    "ratings": Fixed(None, "Kept: a rating without its words says nothing of a person and is in the sums."),
}


def cutoff_of(days: int, now: datetime) -> datetime:
    """Return the moment before which something has been kept long enough.

    >>> from datetime import UTC
    >>> cutoff_of(30, datetime(2026, 5, 31, tzinfo=UTC)).isoformat()
    '2026-05-01T00:00:00+00:00'
    """
    return now - timedelta(days=days)
