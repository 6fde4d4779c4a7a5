"""What a sign-in is made of: by which means, from which kind of browser, for how long, and why it ends."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# Often enough for a time-out of minutes, and one write a minute for somebody who turns pages all day.
SEEN_EVERY: Final = timedelta(minutes=1)
# Of sign-ins that are over; long enough to look into something found out half a year later.
KEPT_DAYS: Final = 180


class Means(enum.StrEnum):
    """What somebody showed first."""

    PASSWORD = "password"  # noqa: S105 - the name of a means
    WEBAUTHN = "webauthn"
    OIDC = "oidc"
    LINK = "link"  # the single-use link of an invitation or a recovery


class SecondMeans(enum.StrEnum):
    """What somebody showed besides."""

    TOTP = "totp"
    WEBAUTHN = "webauthn"
    RECOVERY_CODE = "recovery_code"
    PROVIDER = "provider"  # the identity provider says so, and its entry says that it is believed


class EndReason(enum.StrEnum):
    """Why a sign-in is over."""

    SIGNED_OUT = "signed_out"
    IDLE = "idle"
    ABSOLUTE = "absolute"
    REVOKED = "revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a reason
    FACTOR_CHANGED = "factor_changed"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long a sign-in lives without a request, and at the very most (ASVS 5.0, V7.3)."""

    idle_minutes: int
    absolute_minutes: int

    def halved(self) -> TimeLimits:
        """Return the limits for accounts whose roles need a second factor."""
        return TimeLimits(max(1, self.idle_minutes // 2), max(1, self.absolute_minutes // 2))


# The words by which Flask-Security and the pages of this house name what was shown.
_FIRST: Final = {"password": Means.PASSWORD, "webauthn": Means.WEBAUTHN, "oidc": Means.OIDC, "link": Means.LINK}
_SECOND: Final = {
    "authenticator": SecondMeans.TOTP,
    "totp": SecondMeans.TOTP,
    "webauthn": SecondMeans.WEBAUTHN,
    "recovery_code": SecondMeans.RECOVERY_CODE,
    "provider": SecondMeans.PROVIDER,
}


def means_of(authn_via: Iterable[str] | None) -> tuple[Means, SecondMeans | None]:
    """Return what was shown first and what besides, from the words of the signal `user_authenticated`.

    >>> means_of(["password", "authenticator"])
    (<Means.PASSWORD: 'password'>, <SecondMeans.TOTP: 'totp'>)
    >>> means_of(["webauthn"])
    (<Means.WEBAUTHN: 'webauthn'>, None)
    """
    words = list(authn_via or ())
    first = next((_FIRST[word] for word in words if word in _FIRST), Means.PASSWORD)
    second = next((_SECOND[word] for word in words[1:] if word in _SECOND), None)
    return first, second


_UNKNOWN: Final = "other"
# In this order: every browser names those it descends from.
_BROWSERS: Final = (
    ("Edg", "edge"),
    ("OPR/", "opera"),
    ("SamsungBrowser/", "samsung"),
    ("Firefox/", "firefox"),
    ("FxiOS/", "firefox"),
    ("CriOS/", "chrome"),
    ("Chrome/", "chrome"),
    ("Safari/", "safari"),
)
_SYSTEMS: Final = (
    ("Android", "android"),
    ("iPhone", "ios"),
    ("iPad", "ios"),
    ("Windows", "windows"),
    ("CrOS", "chromeos"),
    ("Macintosh", "macos"),
    ("Linux", "linux"),
)


def browser_label(user_agent: str | None) -> str:
    """Return a browser and its system, coarse on purpose: enough to know one's own again, too little to follow it.

    >>> browser_label("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36")
    'chrome/android'
    >>> browser_label("curl/8.5.0")
    'other/other'
    """
    words = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in words), _UNKNOWN)
    system = next((name for mark, name in _SYSTEMS if mark in words), _UNKNOWN)
    return f"{browser}/{system}"


def ended_because(
    *, ended_at: datetime | None, reason: EndReason | None, last_seen_at: datetime, idle_minutes: int,
    expires_at: datetime, now: datetime,
) -> EndReason | None:  # fmt: skip
    """Return why a sign-in is over at a moment; None while it lives."""
    if ended_at is not None:
        return reason
    if now >= expires_at:
        return EndReason.ABSOLUTE
    if now >= last_seen_at + timedelta(minutes=idle_minutes):
        return EndReason.IDLE
    return None
