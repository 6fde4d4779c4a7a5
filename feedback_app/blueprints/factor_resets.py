"""A lost factor: an administrator takes the factors of somebody else's account away, so that new ones can be set up."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.factors import bp, office_date
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.factors.queries import state_of
from feedback_app.identity.factors.resets import check_reach, reset_factors
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission
from feedback_app.notifications import account_mail
from feedback_app.organisation.account_reach import account_in_reach


@bp.get("/akun-staf/<int:user_id>/faktor")
@requires(Permission.MANAGE_GRANTS)
def of_somebody(user_id: int) -> ResponseReturnValue:
    """Show whether a colleague has a second factor, and how to help them when it is lost."""
    who = _colleague(user_id)
    try:
        check_reach(db.session(), who.id, administrator_id=current_user.id, day=today())
        obstacle = None
    except DomainError as error:
        obstacle = translated(error.message)
    if who.id == current_user.id:
        obstacle = gettext("Faktor kedua akun sendiri tidak dapat diatur ulang. Minta pengelola lain.")
    return render_template(
        "account/colleague_factors.html",
        who=who,
        state=state_of(db.session(), who.id),
        obstacle=obstacle,
        on=office_date,
    )


@bp.post("/akun-staf/<int:user_id>/faktor")
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def reset(user_id: int) -> ResponseReturnValue:
    """Take all factors of a colleague away; the owner is told by mail, and sets up a new one at the next sign-in."""
    rows, now, who = db.session(), clock.utcnow(), _colleague(user_id)
    try:
        check_reach(rows, who.id, administrator_id=current_user.id, day=today())
        reset_factors(rows, who.id, actor=person(current_user.id), now=now)
    except DomainError as error:
        rows.rollback()
        flash(translated(error.message), "error")
        return redirect(url_for("factors.of_somebody", user_id=user_id), 303)
    account_mail.owe(rows, agency_id=None, user_id=who.id, kind="factor_changed", now=now)
    rows.commit()
    flash(gettext("Faktor kedua %(name)s diatur ulang; pemilik akun dikabari lewat surel.", name=who.name), "success")
    return redirect(url_for("factors.of_somebody", user_id=user_id), 303)


def _colleague(user_id: int) -> User:
    return account_in_reach(
        db.session(), user_id, of=current_user.id, permission=Permission.MANAGE_GRANTS, day=today()
    )  # fmt: skip
