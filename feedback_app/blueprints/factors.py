"""The second factors of one's own account: how they stand, an authenticator app, recovery codes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import segno
from flask import current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user
from markupsafe import Markup

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.assurance import has_shown_factor, must_have_factor, note_fresh, opens_without_factor
from feedback_app.blueprints.formats import day
from feedback_app.blueprints.forms.factors import CODE_MAX, CodeForm, PasskeyNameForm
from feedback_app.blueprints.relying_party import relying_party
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.sign_in_edge import current_sign_in, renew_sign_in
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.factors import apps
from feedback_app.identity.factors.errors import ChallengeOverError
from feedback_app.identity.factors.queries import state_of
from feedback_app.identity.factors.recovery import make_codes
from feedback_app.identity.factors.sealing import SecretBox
from feedback_app.identity.factors.totp import address_for_apps, typed_secret
from feedback_app.identity.rules import Permission
from feedback_app.identity.sign_in_rules import EndReason, SecondMeans
from feedback_app.identity.sign_ins import end_all
from feedback_app.notifications import account_mail

bp = staff_blueprint("factors")

_HELD: Final = "new_app"
# Modules of white around the picture; ISO/IEC 18004 asks for four.
QUIET_ZONE: Final = 4


@bp.get("/akun/keamanan")
@requires(*Permission)
@opens_without_factor
def page() -> ResponseReturnValue:
    """Show the second factors of the account, and the next thing to do."""
    return security_page()


@bp.post("/akun/keamanan/aplikasi/mulai")
@requires(*Permission)
@opens_without_factor
@needs_fresh_sign_in
def begin_app() -> ResponseReturnValue:
    """Make the secret of an authenticator app; nothing changes until it has shown a code."""
    session[_HELD] = apps.begin_app(db.session(), _box(), current_user.id, now=clock.utcnow())
    db.session.commit()
    return redirect(url_for("factors.app_page"), 303)


@bp.get("/akun/keamanan/aplikasi")
@requires(*Permission)
@opens_without_factor
def app_page() -> ResponseReturnValue:
    """Show the picture to scan and the secret to type, while it waits for its first code."""
    return _app_page(CodeForm(formdata=None)) or redirect(url_for("factors.page"))


@bp.post("/akun/keamanan/aplikasi")
@requires(*Permission)
@opens_without_factor
def confirm_app() -> ResponseReturnValue:
    """Take the authenticator app once it shows a right code."""
    form, rows = CodeForm(), db.session()
    if not form.validate():
        return (_app_page(form) or redirect(url_for("factors.page"))), 422
    try:
        code = (form.code.data or "")[:CODE_MAX]
        apps.confirm_app(rows, _box(), session.get(_HELD), current_user.id, code, now=clock.utcnow())
    except DomainError as error:
        # The miss is counted, so this is kept and not rolled back.
        rows.commit()
        drawn = None if isinstance(error, ChallengeOverError) else _app_page(form, error.message)
        if drawn is None:
            flash(translated(error.message), "error")
            return redirect(url_for("factors.page"), 303)
        return drawn, error.status
    session.pop(_HELD, None)
    return factor_added(SecondMeans.TOTP)


@bp.post("/akun/keamanan/aplikasi/hapus")
@requires(*Permission)
@needs_fresh_sign_in
def remove_app() -> ResponseReturnValue:
    """Take the authenticator app away."""
    try:
        was_there = apps.remove_app(db.session(), current_user.id, needed=is_needed(), now=clock.utcnow())
    except DomainError as error:
        return refused(error)
    if was_there:
        factors_changed()
    db.session.commit()
    flash(gettext("Aplikasi autentikator dihapus dari akun Anda."), "success")
    return redirect(url_for("factors.page"), 303)


@bp.post("/akun/keamanan/kode-pemulihan")
@requires(*Permission)
@needs_fresh_sign_in
def new_codes() -> ResponseReturnValue:
    """Make recovery codes and show them once; earlier ones are worth nothing from here on."""
    try:
        codes = make_codes(db.session(), current_user.id, now=clock.utcnow())
    except DomainError as error:
        return refused(error)
    factors_changed(ends_others=False)
    db.session.commit()
    return _codes_page(codes, is_first=False)


def security_page(form: PasskeyNameForm | None = None, passkey_id: int | None = None) -> str:
    """Draw the page; with a form that was refused, that of one passkey."""
    return render_template(
        "account/security.html",
        state=state_of(db.session(), current_user.id),
        needed=is_needed(),
        shown=has_shown_factor(),
        can_passkey=relying_party() is not None,
        form=form or PasskeyNameForm(formdata=None),
        refused_id=passkey_id,
        on=office_date,
    )


def office_date(at: datetime | None) -> str:
    """Return the day of a moment in words: on an account's page nobody needs the minute."""
    return day(clock.office_day(at)) if at else day(None)


def is_needed() -> bool:
    """Tell whether the roles of the signed-in person ask for a second factor here."""
    return must_have_factor(today())


def refused(error: DomainError) -> ResponseReturnValue:
    """Lead back to the page with why nothing changed."""
    db.session.rollback()
    flash(translated(error.message), "error")
    return redirect(url_for("factors.page"), 303)


def factors_changed(*, ends_others: bool = True) -> None:
    """Tell the owner by mail, and end their other sign-ins; the caller commits."""
    rows, now, mine = db.session(), clock.utcnow(), current_sign_in()
    if ends_others:
        end_all(
            rows, current_user.id, except_id=mine.id if mine else None, reason=EndReason.FACTOR_CHANGED, now=now
        )  # fmt: skip
    account_mail.owe(rows, agency_id=None, user_id=current_user.id, kind="factor_changed", now=now)


def factor_added(means: SecondMeans) -> ResponseReturnValue:
    """Commit a new factor: this sign-in has shown it, others end, and with the first one come recovery codes."""
    rows = db.session()
    factors_changed()
    renew_sign_in(means)
    note_fresh(clock.utcnow())
    is_first = state_of(rows, current_user.id).codes_made_at is None
    codes = make_codes(rows, current_user.id, now=clock.utcnow()) if is_first else None
    rows.commit()
    if codes is not None:
        return _codes_page(codes, is_first=True)
    flash(gettext("Faktor kedua tersimpan. Perangkat lain sudah dikeluarkan."), "success")
    return redirect(url_for("factors.page"), 303)


def _codes_page(codes: list[str], *, is_first: bool) -> str:
    return render_template("account/recovery_codes.html", codes=codes, is_first=is_first)


def _app_page(form: CodeForm, error: str | None = None) -> str | None:
    secret = apps.waiting_secret(db.session(), _box(), session.get(_HELD), current_user.id, now=clock.utcnow())
    if secret is None:
        return None
    if error is not None:
        form.code.errors = [translated(error)]
    return render_template(
        "account/app.html", form=form, typed=typed_secret(secret), account=current_user.email,
        picture=_picture(address_for_apps(secret, current_user.email)),
    )  # fmt: skip


def _picture(address: str) -> Markup:
    drawing = segno.make(address, error="m", micro=False).svg_inline(
        border=QUIET_ZONE, omitsize=True, dark="#000", svgclass="app-qr", lineclass=None
    )
    return Markup(drawing)  # noqa: S704 - drawn here from the address of a secret


def _box() -> SecretBox:
    box: SecretBox = current_app.config["FACTOR_BOX"]
    return box
