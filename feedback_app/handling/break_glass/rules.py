"""What may be asked, for how long, and how an opening stands at a moment. Pure."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Final, Protocol

from feedback_app.identity.rules import RequestOutcome

REASON_MIN: Final = 30
REASON_MAX: Final = 1000
REFUSAL_MIN: Final = 10
REFUSAL_MAX: Final = 500
MINUTES_MIN: Final = 15
MINUTES_MAX: Final = 240
# An emergency that nobody answered for a day is none any more; who still needs it asks again.
WANTED_FOR: Final = timedelta(hours=24)


class Standing(enum.StrEnum):
    """How an opening stands."""

    WAITING = "waiting"  # nobody has decided
    WAITING_FOR_INSPECTORATE = "waiting_for_inspectorate"  # agreed to, but the case is confidential
    OPEN = "open"
    OVER = "over"  # its time ran out
    ENDED = "ended"  # somebody ended it
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # not begun within a day


class Opening(Protocol):
    """As much of an opening as its standing needs."""

    asked_at: datetime
    outcome: RequestOutcome | None
    began_at: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None


def standing_of(opening: Opening, now: datetime) -> Standing:
    """Return how an opening stands at a moment; it is open only until its end, to the second."""
    if opening.outcome is RequestOutcome.REFUSED:
        return Standing.REFUSED
    if opening.outcome is RequestOutcome.WITHDRAWN:
        return Standing.WITHDRAWN
    if opening.ended_at is not None:
        return Standing.ENDED
    if opening.ends_at is not None:
        return Standing.OPEN if now < opening.ends_at else Standing.OVER
    if now - opening.asked_at >= WANTED_FOR:
        return Standing.LAPSED
    return Standing.WAITING if opening.outcome is None else Standing.WAITING_FOR_INSPECTORATE
