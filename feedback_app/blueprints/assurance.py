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
from feedback_app.identity.factors.queries import needs_second_factor
from feedback_app.identity.rules import NEEDS_SECOND_FACTOR, OPERATOR, PERMISSIONS, Permission
from feedback_app.identity.sign_in_models import SignIn

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


def factor_is_required() -> bool:
    """Tell whether this installation asks for second factors (`SECOND_FACTOR`)."""
    return bool(current_app.extensions["suara_settings"].second_factor == "required")


def has_shown_factor() -> bool:
    """Tell whether the signed-in person showed a second factor in this sign-in."""
    row = _sign_in()
    return row is not None and row.second_means is not None


def lacks_factor(permissions: frozenset[Permission], day: date) -> bool:
    """Tell whether the signed-in person must show a second factor before anything opens, and has not.

    Read once a request, and only of people who may do what one of those roles may.
    """
    if not factor_is_required() or has_shown_factor() or not _may_be_of_weight(permissions):
        return False
    if "lacks_factor" not in g:
        g.lacks_factor = needs_second_factor(db.session(), current_user.id, day)
    return bool(g.lacks_factor)


def note_fresh(now: datetime) -> None:
    """Note that the signed-in person has just shown who they are."""
    row = _sign_in()
    if row is not None:
        session[_FRESH] = {"sign_in": row.id, "at": now.isoformat()}


def is_fresh(minutes: int) -> bool:
    """Tell whether the signed-in person showed who they are in the last so many minutes."""
    row = _sign_in()
    if row is None:
        return False
    noted = session.get(_FRESH) or {}
    shown_at = datetime.fromisoformat(noted["at"]) if noted.get("sign_in") == row.id else row.began_at
    return clock.utcnow() - shown_at < timedelta(minutes=minutes)


def _may_be_of_weight(permissions: frozenset[Permission]) -> bool:
    given = (*(PERMISSIONS[role] for role in NEEDS_SECOND_FACTOR), OPERATOR)
    return any(all_of <= permissions for all_of in given)


def _sign_in() -> SignIn | None:
    if not current_user.is_authenticated:
        return None
    found: SignIn | None = g.get("sign_in")
    return found
