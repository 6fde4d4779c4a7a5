"""In which state an account stands. Pure."""

from __future__ import annotations

import enum
from datetime import datetime


class AccountState(enum.StrEnum):
    """What an account is to its owner."""

    OPEN = "open"  # can sign in
    INVITED = "invited"
    RAN_OUT = "ran_out"  # invited, and the link is too old
    WITHDRAWN = "withdrawn"  # nobody ever came, and no invitation waits
    CLOSED = "closed"


def state_of(*, active: bool, has_password: bool, invited_until: datetime | None, now: datetime) -> AccountState:
    """Return the state of an account; `invited_until` is the end of an invitation that still waits, if one does.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 5, 12, tzinfo=UTC)
    >>> state_of(active=False, has_password=False, invited_until=noon, now=noon).value
    'ran_out'
    """
    if active:
        return AccountState.OPEN
    if has_password:
        return AccountState.CLOSED
    if invited_until is None:
        return AccountState.WITHDRAWN
    return AccountState.INVITED if invited_until > now else AccountState.RAN_OUT
