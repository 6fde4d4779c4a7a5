"""An account: signing in and out is Flask-Security's, with our templates and borders; what to be told is chosen here.

A browser at a counter serves citizens and staff in turn: what it carries of one is dropped before the other.
"""

from __future__ import annotations

from flask import Request, flash, redirect, render_template, request, url_for
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import user_logged_in, user_logged_out
from flask_security import current_user

from feedback_app.blueprints import carried
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.forms.account import PreferencesForm
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.identity.staff_settings import choose, settings_of
from feedback_app.organisation.whole_agencies import roles_of

bp = staff_blueprint("account")
bp.record_once(lambda state: _register(state.app))


@bp.route("/akun", methods=["GET", "POST"])
@requires(*Permission)
def preferences() -> ResponseReturnValue:
    """Show who is signed in with which roles; keep which messages they want."""
    form = PreferencesForm(obj=settings_of(db.session(), current_user.id))
    if request.method == "POST" and form.validate():
        choose(
            db.session(), current_user.id, wants_reminder=bool(form.wants_reminder.data),
            wants_digest=bool(form.wants_digest.data), language=form.language.data,
        )  # fmt: skip
        db.session.commit()
        flash(gettext("Pilihan Anda disimpan."), "success")
        return redirect(url_for("account.preferences"), 303)
    roles = roles_of(db.session(), current_user.id, today())
    return render_template("account/preferences.html", form=form, roles=roles), 422 if form.errors else 200


def _register(app: App) -> None:
    user_logged_in.connect(_forget_the_citizen, app)
    user_logged_out.connect(_forget_the_citizen, app)
    # Its answers to programs hand out a token that outlives the session; these pages are for people alone.
    app.extensions["security"].want_json(_never)


def _forget_the_citizen(_app: App, **_who: object) -> None:
    carried.forget()


def _never(_request: Request) -> bool:
    return False
