"""What a session cookie is worth: the sign-in it names is looked up at each request, with its account, in one query.

The cookie is signed and held by the browser, so it can be copied and kept. What it opens therefore stands in
`identity.sign_ins`: ended there, every copy is worth nothing at once.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from flask import Flask, current_app, g, request, session
from flask_login import user_logged_out
from flask_security import current_user
from flask_security.signals import user_authenticated
from flask_security.utils import set_request_attr

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints.access import PUBLIC_ENDPOINTS
from feedback_app.blueprints.networks import account_mark
from feedback_app.db import db
from feedback_app.identity import sign_ins
from feedback_app.identity.factors.queries import needs_second_factor
from feedback_app.identity.models import User
from feedback_app.identity.sign_in_models import SignIn
from feedback_app.identity.sign_in_rules import EndReason, Means, SecondMeans, TimeLimits, browser_label, means_of
from feedback_app.notifications import account_mail

TOKEN: Final = "sign_in"  # noqa: S105 - the name of a field of the cookie
# The provider through which somebody is signing in, while a second factor may still be asked for.
PROVIDER: Final = "sso_provider"
_FORM_TOKEN: Final = "csrf_token"  # noqa: S105 - likewise


def register_sign_ins(app: Flask, limits: TimeLimits) -> None:
    """Let sign-ins of the database decide who is signed in; register after the guard, which runs before `_seen`."""
    app.config["SIGN_IN_LIMITS"] = limits
    app.login_manager.user_loader(_load)  # type: ignore[attr-defined]
    user_authenticated.connect(_begin, app)
    user_logged_out.connect(_end, app)
    app.before_request(_seen)


def current_sign_in() -> SignIn | None:
    """Return the sign-in by which this request is somebody's; None for strangers."""
    if not current_user.is_authenticated:
        return None
    found: SignIn | None = g.get("sign_in")
    return found


def why_signed_out() -> EndReason | None:
    """Return why the sign-in of this request opens nothing any more; None where there was none."""
    if "sign_in_gone" not in g:
        assert not current_user.is_authenticated  # noqa: S101 - asked of strangers alone; asking loads the account
    gone: EndReason | None = g.get("sign_in_gone")
    return gone


def renew_sign_in(second_means: SecondMeans | None = None) -> None:
    """Give this browser's sign-in another token: whoever may do more from now on does it under a new one (ASVS 7.2.4).

    The caller commits. A sign-in that was ended meanwhile stays ended.
    """
    row = current_sign_in()
    if row is None:
        return
    token = sign_ins.renew(db.session(), row.id, now=clock.utcnow(), second_means=second_means)
    if token is not None:
        session[TOKEN] = token


def _load(uniquifier: str) -> User | None:
    token = session.get(TOKEN)
    if not isinstance(token, str) or not uniquifier:
        return None
    found = sign_ins.current(db.session(), token, str(uniquifier), now=clock.utcnow())
    if found is None:
        # A token that was replaced or forgotten: somebody was signed in here and is no more.
        g.sign_in_gone = EndReason.REVOKED
        return None
    if found.gone is not None:
        g.sign_in_gone = found.gone
        return None
    g.sign_in = found.sign_in
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return found.user


def _begin(_app: Flask, user: User, authn_via: list[str] | None = None, **_more: Any) -> None:
    """Make the sign-in of somebody who showed all that was asked, in a browser that is theirs from here on."""
    rows, now = db.session(), clock.utcnow()
    _leave_the_old_one(user, now)
    first, second = means_of(authn_via)
    provider = session.pop(PROVIDER, None)
    shown = sign_ins.Shown(
        first, second, browser=browser_label(request.user_agent.string), network_mark=account_mark(user.id),
        provider=provider if first is Means.OIDC else None,
    )  # fmt: skip
    usual: TimeLimits = current_app.config["SIGN_IN_LIMITS"]
    is_strict = needs_second_factor(rows, user.id, clock.office_day(now))
    limits = usual.halved() if is_strict else usual
    begun = sign_ins.begin(rows, user.id, shown, limits=limits, now=now)
    if begun.is_new_to_account:
        account_mail.owe(rows, agency_id=None, user_id=user.id, kind="new_sign_in", now=now, sign_in=begun.sign_in.id)
    # The signal is the edge: whoever signs somebody in may have committed before it.
    rows.commit()
    session[TOKEN] = begun.token
    g.sign_in = begun.sign_in


def _leave_the_old_one(user: User, now: Any) -> None:
    """End what this browser held before, and give its forms another secret unless it was this person's own.

    A secret from before could have been planted by whoever used, or wrote into, this browser. The person's own is kept,
    so that a form that was open while the sign-in ran out of time can still be sent.
    """
    token = session.get(TOKEN)
    old = None
    if isinstance(token, str):
        old = db.session.scalar(sa.select(SignIn).where(SignIn.token_hash == sign_ins.hashed(token)))
    if old is not None and old.over(now) is None:
        sign_ins.end(db.session(), old.id, old.user_id, reason=EndReason.SIGNED_OUT, actor=person(old.user_id), now=now)
    if old is None or old.user_id != user.id:
        session.pop(_FORM_TOKEN, None)
        g.pop(_FORM_TOKEN, None)


def _end(_app: Flask, **_who: Any) -> None:
    """End this sign-in and no other: other browsers of the same person go on."""
    g.signed_out = True
    token = session.pop(TOKEN, None)
    g.pop("sign_in", None)
    if not isinstance(token, str):
        return
    rows, now = db.session(), clock.utcnow()
    row = rows.scalar(sa.select(SignIn).where(SignIn.token_hash == sign_ins.hashed(token)))
    if row is not None:
        sign_ins.end(rows, row.id, row.user_id, reason=EndReason.SIGNED_OUT, actor=person(row.user_id), now=now)
        rows.commit()


def _seen() -> None:
    """Note that the sign-in is in use; public pages are opened by nobody in particular and keep nobody signed in."""
    if request.endpoint is None or request.endpoint in PUBLIC_ENDPOINTS:
        return
    row = current_sign_in()
    # Before the view, while nothing else is under way that this commit could take along.
    if row is not None and sign_ins.seen(db.session(), row, now=clock.utcnow()):
        db.session.commit()
