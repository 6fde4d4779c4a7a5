"""The passkeys of one's own account: made by the browser, named, removed."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.assurance import opens_without_factor
from feedback_app.blueprints.factors import bp, factor_added, factors_changed, is_needed, refused, security_page
from feedback_app.blueprints.forms.factors import ANSWER_MAX, NewPasskeyForm, PasskeyNameForm
from feedback_app.blueprints.relying_party import relying_party
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.factors import challenges, passkeys
from feedback_app.identity.factors.errors import RefusedPasskeyError, UnknownPasskeyError
from feedback_app.identity.factors.models import Purpose
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission
from feedback_app.identity.sign_in_rules import SecondMeans

_HELD: Final = "new_passkey"


@bp.get("/akun/keamanan/kunci-sandi")
@requires(*Permission)
@opens_without_factor
@needs_fresh_sign_in
def new_passkey() -> ResponseReturnValue:
    """Ask for a name, and let the browser make a passkey."""
    return _new_page(NewPasskeyForm(formdata=None))


@bp.post("/akun/keamanan/kunci-sandi/pilihan")
@requires(*Permission)
@opens_without_factor
@needs_fresh_sign_in
def creation_options() -> ResponseReturnValue:
    """Return what the browser is to make, as JSON for the script of the page."""
    rows, party = db.session(), relying_party()
    if party is None:
        return {"title": gettext("Kunci sandi tidak dapat dibuat di alamat ini.")}, 409
    begun = challenges.begin(rows, current_user.id, Purpose.PASSKEY, now=clock.utcnow())
    challenge = challenges.new_challenge(rows, begun.row)
    try:
        found = passkeys.options_to_add(rows, party, rows.get_one(User, current_user.id), challenge)
    except DomainError as error:
        rows.rollback()
        return {"title": translated(error.message)}, error.status
    session[_HELD] = begun.token
    rows.commit()
    return Response(found, mimetype="application/json")


@bp.post("/akun/keamanan/kunci-sandi")
@requires(*Permission)
@opens_without_factor
@needs_fresh_sign_in
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made."""
    form, rows = NewPasskeyForm(), db.session()
    if not form.validate():
        return _new_page(form), 422
    try:
        _add(form)
    except DomainError as error:
        rows.rollback()
        form.name.errors = [translated(error.message)]
        return _new_page(form), error.status
    return factor_added(SecondMeans.WEBAUTHN)


@bp.post("/akun/keamanan/kunci-sandi/<int:passkey_id>/nama")
@requires(*Permission)
@needs_fresh_sign_in
def rename_passkey(passkey_id: int) -> ResponseReturnValue:
    """Call a passkey by another name."""
    passkeys.passkey_of(db.session(), current_user.id, passkey_id)
    form = PasskeyNameForm()
    if not form.validate():
        return security_page(form, passkey_id), 422
    try:
        passkeys.rename_passkey(
            db.session(), current_user.id, passkey_id, form.name.data or "", now=clock.utcnow()
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.name.errors = [translated(error.message)]
        return security_page(form, passkey_id), error.status
    db.session.commit()
    flash(gettext("Nama kunci sandi diganti."), "success")
    return redirect(url_for("factors.page"), 303)


@bp.post("/akun/keamanan/kunci-sandi/<int:passkey_id>/hapus")
@requires(*Permission)
@needs_fresh_sign_in
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Take a passkey away."""
    try:
        passkeys.remove_passkey(
            db.session(), current_user.id, passkey_id, needed=is_needed(), now=clock.utcnow()
        )  # fmt: skip
    except UnknownPasskeyError:
        raise
    except DomainError as error:
        return refused(error)
    factors_changed()
    db.session.commit()
    flash(gettext("Kunci sandi dihapus dari akun Anda."), "success")
    return redirect(url_for("factors.page"), 303)


def _add(form: NewPasskeyForm) -> None:
    rows, party, now = db.session(), relying_party(), clock.utcnow()
    row = challenges.find(rows, session.pop(_HELD, None), Purpose.PASSKEY, now=now, user_id=current_user.id)
    if party is None or row is None or row.challenge is None:
        raise RefusedPasskeyError("Kunci sandi itu tidak diterima. Coba lagi, atau pakai cara lain.")
    passkeys.add_passkey(
        rows, party, current_user.id, name=form.name.data or "", answer=(form.credential.data or "")[:ANSWER_MAX],
        challenge=row.challenge, now=now,
    )  # fmt: skip
    challenges.finish(rows, row)


def _new_page(form: NewPasskeyForm) -> str:
    return render_template("account/new_passkey.html", form=form, can_passkey=relying_party() is not None)
