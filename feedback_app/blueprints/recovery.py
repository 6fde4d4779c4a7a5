"""A lost password: an address is named, a link comes by mail, another password is chosen.

Every address gets the same answer after the same work, whether it has an account or not.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from feedback_app import clock
from feedback_app.blueprints.account_links import (
    RECOVERY,
    account_key,
    can_mail,
    carried,
    carry,
    enter_account,
    on_to_sign_in,
    over,
    show_weakness,
)
from feedback_app.blueprints.forms.account import NewPasswordForm, RecoveryForm
from feedback_app.blueprints.private import not_stored, secretive
from feedback_app.db import db
from feedback_app.identity import account_links, recoveries
from feedback_app.identity.account_links import RECOVERY_MINUTES, LinkNotValidError, RecoveryClaim
from feedback_app.identity.models import User
from feedback_app.identity.password_rules import WeakPasswordError
from feedback_app.identity.recovery_rules import APART
from feedback_app.notifications.account_acts import recover
from feedback_app.organisation.account_words import words_near

bp = Blueprint("recovery", __name__, url_prefix="/masuk")
bp.after_request(not_stored)


@bp.route("/lupa", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Take the address of an account whose password is lost."""
    form = RecoveryForm()
    if request.method == "POST" and can_mail() and form.validate():
        recoveries.ask_recovery(db.session(), form.email.data or "", now=clock.utcnow())
        db.session.commit()
        return redirect(url_for("recovery.asked"), 303)
    return render_template("account/forgotten.html", form=form, can_mail=can_mail()), 422 if form.errors else 200


@bp.get("/lupa/terkirim")
def asked() -> ResponseReturnValue:
    """Say what happens next, the same for every address."""
    apart = int(APART.total_seconds()) // 60
    return render_template("account/forgotten_sent.html", minutes=RECOVERY_MINUTES, apart=apart)


@bp.get("/tautan/<token>")
def open_link(token: str) -> ResponseReturnValue:
    """Take the token of a link out of the address. Opening it uses nothing up: mail programs do it by themselves."""
    try:
        _owner(token)
    except LinkNotValidError:
        return over(is_invitation=False)
    carry(RECOVERY, token)
    return secretive(redirect(url_for("recovery.choose"), 303))


@bp.route("/sandi-baru", methods=["GET", "POST"])
def choose() -> ResponseReturnValue:
    """Put another password in place of the lost one."""
    form = NewPasswordForm()
    try:
        owner = _owner(carried(RECOVERY))
        if request.method == "POST" and form.validate():
            _recover(form)
            return on_to_sign_in(RECOVERY)
    except LinkNotValidError:
        return over(is_invitation=False)
    except WeakPasswordError as error:
        show_weakness(form, error)
        owner = _owner(carried(RECOVERY))
    return render_template("account/new_password.html", form=form, owner=owner), 422 if form.errors else 200


def _claim(token: str) -> RecoveryClaim:
    claim = account_links.read_recovery(account_key(), token, now=clock.utcnow())
    enter_account(claim.user_id)
    return claim


def _owner(token: str) -> User:
    return recoveries.owner_of(db.session(), _claim(token), account_key())


def _recover(form: NewPasswordForm) -> None:
    claim = _claim(carried(RECOVERY))
    near = words_near(db.session(), claim.user_id)
    recover(db.session(), claim, form.password.data or "", key=account_key(), near=near, now=clock.utcnow())
    db.session.commit()
