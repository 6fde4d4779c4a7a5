"""What holds of second factors: how long, how often, and what a code looks like. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

# RFC 6238 with the values that every authenticator app takes: SHA-1, six digits, thirty seconds.
CODE_DIGITS: Final = 6
STEP_SECONDS: Final = 30
# A telephone's clock may be so many steps off, either way.
STEPS_OFF: Final = 1

# A right password waits so long for its second factor, and forgives so many misses.
PENDING_MINUTES: Final = 10
MISSES_MOST: Final = 5
SET_UP_MINUTES: Final = 30

# From so many misses in a row on, each next one makes the account wait longer: of a million codes three are right at a
# time, so at four tries an hour even odds take about seven years.
MISSES_FREE: Final = 5
PAUSE_FIRST: Final = timedelta(seconds=30)
PAUSE_MOST: Final = timedelta(minutes=15)
# Whoever misses so often in a row has the password and not the factor: the owner is told.
MISSES_TOLD: Final = 10

RECOVERY_CODES: Final = 10
RECOVERY_LENGTH: Final = 12
# Crockford's base 32: no I, L, O, U, so that a code survives being read aloud and written down.
RECOVERY_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE: Final = str.maketrans("OIL", "011")

PASSKEYS_MOST: Final = 10
NAME_MAX: Final = 60

# What was proved counts so long as fresh for the acts that ask for it (OWASP ASVS 5.0, 7.5).
FRESH_MINUTES: Final = 10
# Whoever began to fill in a form while fresh may send it so much later.
FRESH_GRACE_MINUTES: Final = 20


def step_of(now: datetime) -> int:
    """Return the number of the time step of a moment, counted from 1970 (RFC 6238, 4.2).

    >>> from datetime import UTC
    >>> step_of(datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC))
    1
    """
    return int(now.timestamp()) // STEP_SECONDS


def digits_of(raw: str) -> str | None:
    """Return the code of an authenticator app without the spaces people type; None where it is no such code.

    >>> digits_of(" 123 456"), digits_of("12345"), digits_of("１２３４５６")
    ('123456', None, None)
    """
    found = "".join(raw.split())
    is_code = len(found) == CODE_DIGITS and found.isascii() and found.isdigit()
    return found if is_code else None


def recovery_of(raw: str) -> str | None:
    """Return a recovery code in the one form that is hashed; None where it is no such code.

    >>> recovery_of("abcd-efgh-jk0o"), recovery_of("abcd")
    ('ABCDEFGHJK00', None)
    """
    found = "".join(letter for letter in raw.upper() if letter.isalnum()).translate(_ALIKE)
    is_code = len(found) == RECOVERY_LENGTH and set(found) <= set(RECOVERY_ALPHABET)
    return found if is_code else None


def shown(code: str) -> str:
    """Return a recovery code in groups of four, as it is printed.

    >>> shown("ABCDEFGHJK00")
    'ABCD-EFGH-JK00'
    """
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def pause_after(misses: int) -> timedelta:
    """Return how long after so many misses in a row the next code is looked at.

    >>> [pause_after(misses).total_seconds() for misses in (4, 5, 6, 9, 10, 500)]
    [0.0, 30.0, 60.0, 480.0, 900.0, 900.0]
    """
    if misses < MISSES_FREE:
        return timedelta(0)
    doubled: int = 2 ** min(misses - MISSES_FREE, 10)
    return min(PAUSE_MOST, PAUSE_FIRST * doubled)


def may_try_at(misses: int, missed_at: datetime | None) -> datetime | None:
    """Return the moment from which a code is looked at again; None where that is now."""
    pause = pause_after(misses)
    return missed_at + pause if missed_at is not None and pause else None
