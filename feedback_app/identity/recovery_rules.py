"""How often a mailbox may be sent a link for a new password, whoever asks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

# Shorter than a link lives: however often somebody else asks, a link that still works lies in the owner's mailbox.
APART: Final = timedelta(minutes=20)
# Who asks more often in a day is hardly the owner; from then on a link comes now and then.
OFTEN: Final = 6
APART_WHEN_OFTEN: Final = timedelta(hours=2)
DAY: Final = timedelta(days=1)
# Requests are kept for as long as somebody may want to know who was bothered.
KEPT: Final = timedelta(days=30)


def may_mail(mailed: Sequence[datetime], now: datetime) -> bool:
    """Tell whether one more link may be sent, after those at the moments `mailed`.

    At most 6 + 12 a day reach a mailbox, however many ask; an administrator's own sending does not count.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 5, 12, 12, tzinfo=UTC)
    >>> may_mail([], noon), may_mail([noon - timedelta(minutes=5)], noon), may_mail([noon - timedelta(hours=1)], noon)
    (True, False, True)
    >>> may_mail([noon - timedelta(hours=hours) for hours in range(1, 7)], noon)
    False
    """
    lately = [moment for moment in mailed if now - moment < DAY]
    if not lately:
        return True
    apart = APART_WHEN_OFTEN if len(lately) >= OFTEN else APART
    return now - max(lately) >= apart
