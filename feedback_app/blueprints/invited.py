"""Who was invited opens the link of the mail, sees for whom the account is, and makes it theirs with a password."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from feedback_app import clock
from feedback_app.blueprints.access import today
from feedback_app.blueprints.account_links import (
    INVITATION,
    account_key,
    carried,
    carry,
    enter_account,
    on_to_sign_in,
    over,
    show_weakness,
)
from feedback_app.blueprints.forms.account import NewPasswordForm
from feedback_app.blueprints.private import not_stored, secretive
from feedback_app.db import db
from feedback_app.identity import account_links, invitations
from feedback_app.identity.account_links import InvitationClaim, LinkNotValidError
from feedback_app.identity.account_models import Invitation
from feedback_app.identity.models import User
from feedback_app.identity.password_rules import WeakPasswordError
from feedback_app.notifications.account_acts import accept_invitation
from feedback_app.organisation.account_words import words_near
from feedback_app.organisation.models import Agency
from feedback_app.organisation.whole_agencies import roles_of

bp = Blueprint("invited", __name__)
bp.after_request(not_stored)


@bp.get("/undangan/<token>")
def open_link(token: str) -> ResponseReturnValue:
    """Take the token of an invitation out of the address; nothing is used up by that."""
    try:
        _found(token)
    except LinkNotValidError:
        return over(is_invitation=True)
    carry(INVITATION, token)
    return secretive(redirect(url_for("invited.accept"), 303))


@bp.route("/undangan", methods=["GET", "POST"])
def accept() -> ResponseReturnValue:
    """Show the account, and take the password with which its owner accepts it."""
    form = NewPasswordForm()
    try:
        row, owner = _found(carried(INVITATION))
        if request.method == "POST" and form.validate():
            _accept(form, owner)
            return on_to_sign_in(INVITATION)
    except LinkNotValidError:
        return over(is_invitation=True)
    except WeakPasswordError as error:
        show_weakness(form, error)
        row, owner = _found(carried(INVITATION))
    agency = db.session.get_one(Agency, row.agency_id)
    roles = roles_of(db.session(), owner.id, today())
    page = render_template(
        "account/invited.html", form=form, owner=owner, agency_name=agency.name,
        roles=[held for held in roles if held.agency_name == agency.name],
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _claim(token: str) -> InvitationClaim:
    claim = account_links.read_invitation(account_key(), token)
    enter_account(None, claim.agency_id)
    return claim


def _found(token: str) -> tuple[Invitation, User]:
    claim = _claim(token)
    row, owner = invitations.invitation_of(db.session(), claim, now=clock.utcnow())
    enter_account(owner.id, claim.agency_id)
    return row, owner


def _accept(form: NewPasswordForm, owner: User) -> None:
    near = words_near(db.session(), owner.id)
    accept_invitation(
        db.session(), _claim(carried(INVITATION)), form.password.data or "", near=near, now=clock.utcnow()
    )
    db.session.commit()
