"""Which claims give what. Pure: claims are the dictionary of a token that was checked elsewhere."""

from __future__ import annotations

import base64
import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from feedback_app.identity.rules import NEEDS_TWO, Role

# A grant by claim lapses by itself when its holder does not come back: the provider is asked at sign-ins alone.
DAYS_MOST: Final = 90
DAYS_USUAL: Final = 14
# What one person may give another; everything else asks for a second person, whom a claim is not.
CLAIM_ROLES: Final = tuple(role for role in Role if role not in NEEDS_TWO)
# Deeper than any provider nests its claims (Keycloak: resource_access.<client>.roles).
_DEPTH_MOST: Final = 6
# NIST SP 800-57 part 1, table 2: 112 bits of strength (ASVS 5.0, 11.2.3).
RSA_BITS_LEAST: Final = 2048


class LinkBasis(enum.StrEnum):
    """Why an account of a provider is believed to be that of one of ours."""

    VERIFIED_EMAIL = "verified_email"
    ADMINISTRATOR = "administrator"
    CLAIM_RULE = "claim_rule"


@dataclass(frozen=True, slots=True)
class Gift:
    """What a rule gives: a role over a unit and all below it, or over the whole agency."""

    agency_id: int
    rule_id: int
    role: Role
    unit_id: int | None
    days: int
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as their provider describes them, after the token was checked."""

    issuer: str
    subject: str
    email: str | None
    has_verified_email: bool
    name: str | None
    has_second_factor: bool
    claims: Mapping[str, Any]
    # When they last showed the provider who they are; None where it does not say.
    proved_at: datetime | None = None


def claim_at(claims: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path of names joined by dots; None where nothing is there.

    A name that itself holds dots, such as a URL, is tried first as a whole.

    >>> claim_at({"realm_access": {"roles": ["loket"]}}, "realm_access.roles")
    ['loket']
    >>> claim_at({"https://kota.go.id/unit": "dukcapil"}, "https://kota.go.id/unit")
    'dukcapil'
    """
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split(".")[:_DEPTH_MOST]:
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found


def holds(claims: Mapping[str, Any], path: str, value: str) -> bool:
    """Tell whether a claim is a value, or a list that holds it, letter by letter: no patterns, and case matters.

    >>> holds({"groups": ["loket-a", "loket-b"]}, "groups", "loket-b")
    True
    >>> holds({"groups": "loket-b-lama"}, "groups", "loket-b")
    False
    >>> holds({"is_head": True}, "is_head", "true")
    True
    """
    found = claim_at(claims, path)
    one_by_one: Sequence[Any] = found if isinstance(found, list | tuple) else [found]
    return any(_as_text(one) == value for one in one_by_one)


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) else None


def is_second_factor(
    claims: Mapping[str, Any], *, trusted: bool, wanted_amr: Sequence[str], wanted_acr: Sequence[str]
) -> bool:
    """Tell whether a provider that is believed says it asked for a second factor (RFC 8176; OpenID Connect Core, 2).

    One of the wanted values is enough. Without any wanted value nothing is believed.

    >>> is_second_factor({"amr": ["pwd", "otp"]}, trusted=True, wanted_amr=["otp", "mfa"], wanted_acr=[])
    True
    >>> is_second_factor({"amr": ["pwd", "otp"]}, trusted=False, wanted_amr=["otp"], wanted_acr=[])
    False
    """
    if not trusted:
        return False
    amr, acr = claims.get("amr"), claims.get("acr")
    by_method = isinstance(amr, list) and any(value in wanted_amr for value in amr)
    return by_method or (isinstance(acr, str) and acr in wanted_acr)


def proved_at(claims: Mapping[str, Any], *, now: datetime, leeway: timedelta) -> datetime | None:
    """Return when somebody last showed the provider who they are, by `auth_time` (OpenID Connect Core 1.0, section 2).

    None where the token does not say, or names a moment to come. A clock of the provider's that is a little ahead
    (`leeway`) makes nothing later than now.

    >>> now, leeway = datetime(2026, 5, 1, 8, tzinfo=UTC), timedelta(seconds=60)
    >>> proved_at({"auth_time": 1777622400}, now=now, leeway=leeway).isoformat()
    '2026-05-01T08:00:00+00:00'
    >>> proved_at({"auth_time": 1777622461}, now=now, leeway=leeway), proved_at({}, now=now, leeway=leeway)
    (None, None)
    """
    seconds = claims.get("auth_time")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        return None
    if not 0 < seconds <= (now + leeway).timestamp():
        return None
    return min(now, datetime.fromtimestamp(seconds, UTC))


def is_strong_key(jwk: Any) -> bool:
    """Tell whether a public key (RFC 7517) is long enough to be believed; curves are long enough by their names.

    >>> is_strong_key({"kty": "RSA", "n": "-" * 342, "e": "AQAB"}), is_strong_key({"kty": "RSA", "n": "-" * 171})
    (True, False)
    """
    if not isinstance(jwk, Mapping):
        return False
    if jwk.get("kty") != "RSA":
        return True
    raw = str(jwk.get("n", "")).encode()
    try:
        modulus = base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
    except ValueError:
        return False
    return int.from_bytes(modulus, "big").bit_length() >= RSA_BITS_LEAST
