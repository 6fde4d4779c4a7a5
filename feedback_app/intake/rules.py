"""What a citizen may send: sizes, reasons, and what must be filled in for which kind."""

from __future__ import annotations

import enum
import re
from datetime import date
from typing import Final

TEXT_MIN: Final = 10
TEXT_MAX: Final = 4000
RATING_MIN: Final = 1
RATING_MAX: Final = 4
LOW_RATING_MAX: Final = 2
# Tokens are handed out at the counter; the few days back are for a printer that was out of order.
VISIT_DAYS_BACK: Final = 7
ATTACHMENTS_MAX: Final = 5
ATTACHMENT_BYTES_MAX: Final = 10 * 1024 * 1024
# Older than any service still remembers; a day before it is a typing error.
OCCURRED_YEARS_BACK: Final = 5


class SubmissionKind(enum.StrEnum):
    """What the citizen says it is. Imported feedback may not say (then it is `unspecified`)."""

    RATING = "rating"
    COMPLAINT = "complaint"
    ASPIRATION = "aspiration"
    INFORMATION_REQUEST = "information_request"
    PRAISE = "praise"
    UNSPECIFIED = "unspecified"


class Channel(enum.StrEnum):
    """The way it came. Only `token`, a proven visit, counts for a person."""

    OPEN = "open"
    KIOSK = "kiosk"
    TOKEN = "token"  # noqa: S105 - the name of a channel
    IMPORTED = "imported"


class AnalysisState(enum.StrEnum):
    """Where the text stands on its way through the drain."""

    PENDING = "pending"
    DONE = "done"
    QUARANTINED = "quarantined"


class Signal(enum.StrEnum):
    """What made a submission look as if no citizen had typed it. It is kept and read all the same."""

    HONEYPOT = "honeypot"
    TOO_FAST = "too_fast"


class AttachmentKind(enum.StrEnum):
    """What may be sent along with a report."""

    PHOTO = "photo"
    DOCUMENT = "document"


class ContactKind(enum.StrEnum):
    """Where the platform may write to a citizen who asked for it."""

    EMAIL = "email"
    WHATSAPP = "whatsapp"


class GoodReason(enum.StrEnum):
    """What went well, offered after a rating of 3 or 4; each belongs to one element of the survey."""

    FAST = "fast"
    CLEAR_PROCEDURE = "clear_procedure"
    FRIENDLY = "friendly"
    COMPETENT = "competent"
    FAIR_FEE = "fair_fee"
    COMFORTABLE = "comfortable"


class BadReason(enum.StrEnum):
    """What went wrong, offered after a rating of 1 or 2; each belongs to one element of the survey."""

    SLOW = "slow"
    COMPLICATED = "complicated"
    UNFRIENDLY = "unfriendly"
    NOT_COMPETENT = "not_competent"
    EXPENSIVE = "expensive"
    UNCOMFORTABLE = "uncomfortable"


_LINE_ENDS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

SIGNALS: Final[frozenset[str]] = frozenset(Signal)
REASONS: Final[frozenset[str]] = frozenset([*GoodReason, *BadReason])

# These kinds ask for an answer, so each opens a case; a rating does only when the citizen says so.
KINDS_WITH_CASE: Final = frozenset(
    {SubmissionKind.COMPLAINT, SubmissionKind.ASPIRATION, SubmissionKind.INFORMATION_REQUEST}
)


def earliest_day(today: date) -> date:
    """Return the first day of which a citizen may tell, `OCCURRED_YEARS_BACK` years before `today`.

    The years before the 29th of February may lack that day; the 28th stands for it.
    """
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return today.replace(year=today.year - OCCURRED_YEARS_BACK, day=day)


def reasons_for(rating: int) -> tuple[str, ...]:
    """Return the reasons that may go with a rating (1 to 4)."""
    return tuple(BadReason) if rating <= LOW_RATING_MAX else tuple(GoodReason)


def clean_text(raw: str | None) -> str | None:
    """Return the text without surrounding space and without characters that no keyboard sends; None if empty.

    Line ends of every kind become one, and every other space a plain one, so that no two words grow together.
    """
    if raw is None:
        return None
    lines = _LINE_ENDS.sub("\n", raw)
    spaced = "".join(" " if char.isspace() and char not in "\n\t" else char for char in lines)
    return "".join(char for char in spaced if char in "\n\t" or char.isprintable()).strip() or None


def opens_case(kind: SubmissionKind, *, wants_reply: bool | None, predicted_kind: str | None, has_text: bool) -> bool:
    """Tell whether a submission becomes a case.

    The citizen's own word decides. Where nobody said what it is (`wants_reply` is None, an import), the label
    decides; without a label the doubt goes to a person, as a case.
    """
    if wants_reply is not None:
        return wants_reply
    if kind in KINDS_WITH_CASE:
        return True
    if kind is SubmissionKind.UNSPECIFIED and has_text:
        return predicted_kind is None or predicted_kind in KINDS_WITH_CASE
    return False
