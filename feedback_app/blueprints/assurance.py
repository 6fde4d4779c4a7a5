"""How sure it is who is signed in: whether a second factor was shown, and how long ago anything was (ASVS 5.0, V7.5).

Both stand with the sign-in itself (`sign_in_edge`), where no old copy of a cookie brings them back. A proof given later
is noted in the cookie with its moment; a copy holds an older one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from flask import current_app, g, session
from flask_security import current_user

from feedback_app import clock
from feedback_app.db import db
from feedback_app.identity.factors.queries import opens_nothing_without_factor
from feedback_app.identity.rules import NEEDS_SECOND_FACTOR, OPERATOR, PERMISSIONS, Permission
from feedback_app.identity.sign_in_models import SignIn
from feedback_app.identity.sign_in_rules import Means, SecondMeans

View = TypeVar("View")

_FRESH: Final = "fresh"
_OPEN: Final = "opens_without_factor"


def opens_without_factor(view: View) -> View:
    """Mark a page that somebody opens who has yet to set up the factor their role needs."""
    setattr(view, _OPEN, True)
    return view


def is_open_without_factor(view: object) -> bool:
    """Tell whether a view was marked so."""
    return bool(getattr(view, _OPEN, False))


def must_have_factor(day: date) -> bool:
    """Tell whether the signed-in person must have a second factor: by their role, or as everybody (`SECOND_FACTOR`)."""
    asked = current_app.extensions["suara_settings"].second_factor
    return opens_nothing_without_factor(db.session(), current_user.id, day, asked=asked)


def has_shown_factor() -> bool:
    """Tell whether the signed-in person showed a second factor in this sign-in."""
    row = _sign_in()
    return row is not None and row.second_means is not None


def lacks_factor(permissions: frozenset[Permission], day: date) -> bool:
    """Tell whether the signed-in person must show a second factor before anything opens, and has not.

    Read once a request, and where roles decide only of people who may do what one of those roles may.
    """
    asked = current_app.extensions["suara_settings"].second_factor
    if asked == "offered" or has_shown_factor() or (asked == "required" and not _may_be_of_weight(permissions)):
        return False
    if "lacks_factor" not in g:
        g.lacks_factor = must_have_factor(day)
    return bool(g.lacks_factor)


def note_fresh(shown_at: datetime) -> None:
    """Note when the signed-in person showed who they are, here or at their provider."""
    row = _sign_in()
    if row is not None:
        session[_FRESH] = {"sign_in": row.id, "at": shown_at.isoformat()}


def is_fresh(minutes: int) -> bool:
    """Tell whether the signed-in person showed who they are in the last so many minutes.

    Whoever came from a provider may have shown it this morning: what it says of that is noted at the arrival, and
    without its word the arrival proves nothing fresh (ASVS 5.0, 6.8.4).
    """
    row = _sign_in()
    if row is None:
        return False
    noted = session.get(_FRESH) or {}
    if noted.get("sign_in") == row.id:
        shown_at = datetime.fromisoformat(noted["at"])
    elif row.means is Means.OIDC and row.second_means in {None, SecondMeans.PROVIDER}:
        return False
    else:
        shown_at = row.began_at
    return clock.utcnow() - shown_at < timedelta(minutes=minutes)


def _may_be_of_weight(permissions: frozenset[Permission]) -> bool:
    given = (*(PERMISSIONS[role] for role in NEEDS_SECOND_FACTOR), OPERATOR)
    return any(all_of <= permissions for all_of in given)


def _sign_in() -> SignIn | None:
    if not current_user.is_authenticated:
        return None
    found: SignIn | None = g.get("sign_in")
    return found
