"""What the pages share that a link in an account's mail opens: its token leaves the address at once.

The token goes into the signed cookie and the browser on to an address without it, so that it stands in no history, no
referrer and no log of what follows.
"""

from __future__ import annotations

from typing import Final

from flask import current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user, logout_user

from feedback_app.blueprints import agency_scope
from feedback_app.blueprints.forms.account import NewPasswordForm
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.identity.password_rules import WeakPasswordError
from feedback_app.notifications.rules import Way
from feedback_app.notifications.ways import ways_of

RECOVERY: Final = "recovery_link"
INVITATION: Final = "invitation_link"


def account_key() -> bytes:
    """Return the key that signs the links."""
    found: bytes = current_app.config["ACCOUNT_KEY"]
    return found


def can_mail() -> bool:
    """Tell whether an operator has set up a way for mails."""
    return Way.EMAIL in ways_of(current_app.extensions["suara_settings"])


def carry(name: str, token: str) -> None:
    """Keep a token in this browser."""
    session[name] = token


def carried(name: str) -> str:
    """Return the token this browser keeps, empty where it keeps none."""
    token = session.get(name)
    return token if isinstance(token, str) else ""


def enter_account(user_id: int | None, agency_id: int | None = None) -> None:
    """Stand behind the second wall where an account stands, for whoever holds its link (`db_wall`)."""
    own = [agency_id] if agency_id is not None else agency_scope.agencies_of(user_id or 0)
    agency_scope.enter(own[0] if own else None, user_id)


def show_weakness(form: NewPasswordForm, error: WeakPasswordError) -> None:
    """Put the sentence about a weak password beside its field, after what was done so far is undone."""
    db.session.rollback()
    form.password.errors = [translated(error.message)]


def over(*, is_invitation: bool) -> ResponseReturnValue:
    """Say that a link opens nothing any more, and what to do instead."""
    db.session.rollback()
    session.pop(INVITATION if is_invitation else RECOVERY, None)
    return render_template("account/link_over.html", is_invitation=is_invitation), 410


def on_to_sign_in(name: str) -> ResponseReturnValue:
    """Lead whoever has chosen a password to the sign-in page: a second factor is asked for there, never skipped."""
    session.pop(name, None)
    if current_user.is_authenticated:
        # Somebody else's sign-in in this browser; the next page would take its reader for them.
        logout_user()
    flash(gettext("Kata sandi Anda tersimpan. Silakan masuk dengan kata sandi baru itu."), "success")
    return redirect(url_for("security.login"), 303)
