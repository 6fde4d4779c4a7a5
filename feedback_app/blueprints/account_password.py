"""Changing one's own password, with the present one; other devices are signed out."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.account import bp
from feedback_app.blueprints.account_links import show_weakness
from feedback_app.blueprints.forms.account import ChangePasswordForm
from feedback_app.blueprints.missed_proofs import note_missed
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.sign_in_edge import current_sign_in, renew_sign_in
from feedback_app.db import db
from feedback_app.identity.password_rules import WeakPasswordError
from feedback_app.identity.passwords import WrongPasswordError
from feedback_app.identity.rules import Permission
from feedback_app.notifications.account_acts import change_password
from feedback_app.organisation.account_words import words_near


@bp.route("/akun/kata-sandi", methods=["GET", "POST"])
@requires(*Permission)
def password() -> ResponseReturnValue:
    """Put another password in place of the present one."""
    form = ChangePasswordForm()
    if request.method == "POST" and current_user.password is not None and form.validate():
        try:
            _change(form)
        except WrongPasswordError as error:
            db.session.rollback()
            note_missed("present password", current_user.email)
            form.present.errors = [translated(error.message)]
        except WeakPasswordError as error:
            show_weakness(form, error)
        else:
            flash(gettext("Kata sandi diganti. Perangkat lain sudah dikeluarkan."), "success")
            return redirect(url_for("account.preferences"), 303)
    return render_template("account/password.html", form=form), 422 if form.errors else 200


def _change(form: ChangePasswordForm) -> None:
    rows, mine = db.session(), current_sign_in()
    change_password(
        rows, current_user._get_current_object(), present=form.present.data or "", new=form.password.data or "",
        near=words_near(rows, current_user.id), now=clock.utcnow(), keeps=mine.id if mine else None,
    )  # fmt: skip
    # The one sign-in that goes on does so under a token that no copy of its cookie has.
    renew_sign_in()
    rows.commit()
