"""The second step of signing in. Until it is done nobody is signed in: the browser holds a token and nothing else.

It hangs on Flask-Security where its own second factors would (`TfPluginBase`), so that whatever proves a password goes
through it. Pages, codes and tables are ours: theirs keep recovery codes readable, count no misses, take one code twice,
and commit where nothing of ours has written the trail.
"""

from __future__ import annotations

from typing import Any, Final, cast

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.sansio.app import App
from flask.typing import ResponseReturnValue, ResponseValue
from flask_babel import gettext
from flask_security import UserMixin, current_user
from flask_security.tf_plugin import TfPlugin, TfPluginBase
from flask_security.utils import login_user

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.blueprints.factor_words import codes_left_words, refusal
from feedback_app.blueprints.forms.factors import ANSWER_MAX, CodeForm
from feedback_app.blueprints.missed_proofs import note_missed
from feedback_app.blueprints.networks import keyed
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.public import local_path
from feedback_app.blueprints.relying_party import relying_party
from feedback_app.db import db
from feedback_app.identity.factors import challenges
from feedback_app.identity.factors.accounts import note
from feedback_app.identity.factors.attempts import Outcome, Try, shown_passkey, try_code
from feedback_app.identity.factors.models import FactorChallenge, Purpose
from feedback_app.identity.factors.passkeys import is_shown, options_to_show
from feedback_app.identity.factors.queries import has_factor, ways_of
from feedback_app.identity.models import User
from feedback_app.notifications import account_mail

bp = Blueprint("second_step", __name__)
bp.after_request(not_stored)
bp.record_once(lambda state: _register(state.app))

_HELD: Final = "second_step"


class SecondStep(TfPluginBase):
    """Where Flask-Security asks whether somebody with a right password is to show something else."""

    def create_blueprint(self, app: object, bp: object, state: object) -> None:
        """Add nothing: the pages stand in this module."""

    def get_setup_methods(self, user: UserMixin) -> list[tuple[str, str]]:
        """Return one method where the account has any factor; the page itself offers those there are."""
        return [("second_step", "second_step")] if has_factor(db.session(), cast("User", user).id) else []

    def tf_login(self, user: UserMixin, json_payload: dict[str, Any], next_loc: str | None) -> ResponseValue:  # noqa: ARG002
        """Lead from a right password to the second step."""
        return _begin(cast("User", user), "password", next_loc)


def lead_on(user: User, *, means: str, next_url: str | None = None) -> ResponseValue | None:
    """Return the way to the second step, for whoever proved an account by other means than Flask-Security's own page.

    None where the account has no factor: then the caller signs the person in. `means` is a word of
    `identity.sign_in_rules.means_of`, such as `oidc`.
    """
    return _begin(user, means, next_url) if has_factor(db.session(), user.id) else None


@bp.get("/masuk/kedua")
def page() -> ResponseReturnValue:
    """Ask for the second factor."""
    if current_user.is_authenticated:
        return redirect(url_for("staff.home"))
    row = _waiting()
    return _back_to_password() if row is None else _page(row, CodeForm(formdata=None))


@bp.post("/masuk/kedua")
def show() -> ResponseReturnValue:
    """Try a code of an app, a recovery code or a passkey; whoever passes is signed in."""
    row = _waiting()
    if row is None:
        return _back_to_password()
    form = CodeForm()
    answer = _field("credential")
    if not answer and not form.validate():
        return _page(row, form), 422
    tried = _shown(row, answer) if answer else _typed(row, form)
    if tried.passed:
        return _sign_in(row, tried)
    g.factor_missed = True
    note_missed("second factor", db.session.get_one(User, row.user_id).email)
    return _missed(row, form, tried)


@bp.post("/masuk/kedua/kunci-sandi")
def passkey_options() -> ResponseReturnValue:
    """Return what the browser asks a passkey of this account, as JSON for the script of the page."""
    row, party = _waiting(), relying_party()
    found = None
    if row is not None and party is not None:
        found = options_to_show(db.session(), party, row.user_id, challenges.new_challenge(db.session(), row))
        db.session.commit()
    if found is None:
        return {"title": gettext("Kunci sandi tidak dapat dipakai sekarang. Masukkan kode.")}, 409
    return Response(found, mimetype="application/json")


@bp.post("/masuk/kedua/batal")
def cancel() -> ResponseReturnValue:
    """Give up: the password has to be typed anew."""
    row = _waiting()
    if row is not None:
        challenges.finish(db.session(), row)
        db.session.commit()
    session.pop(_HELD, None)
    return redirect(url_for("security.login"), 303)


def _begin(user: User, means: str, next_url: str | None) -> ResponseValue:
    # Flask-Security notes the account in the cookie for its own pages, which we do not have.
    session.pop("tf_user_id", None)
    begun = challenges.begin(db.session(), user.id, Purpose.SIGN_IN, now=clock.utcnow(), first_means=means)
    db.session.commit()
    session[_HELD] = {"token": begun.token, "next": next_url, "account": keyed(f"account:{user.id}")}
    return redirect(url_for("second_step.page"), 303)


def _waiting() -> FactorChallenge | None:
    held = session.get(_HELD)
    return challenges.find(db.session(), held["token"], Purpose.SIGN_IN, now=clock.utcnow()) if held else None


def _typed(row: FactorChallenge, form: CodeForm) -> Try:
    return try_code(
        db.session(), current_app.config["FACTOR_BOX"], row.user_id, form.code.data or "", now=clock.utcnow()
    )


def _shown(row: FactorChallenge, answer: str) -> Try:
    rows, party, now = db.session(), relying_party(), clock.utcnow()
    if party is None or not is_shown(rows, party, row.user_id, answer=answer, challenge=row.challenge, now=now):
        return Try(Outcome.REFUSED)
    return shown_passkey(rows, row.user_id, now=now)


def _sign_in(row: FactorChallenge, tried: Try) -> ResponseReturnValue:
    rows, now = db.session(), clock.utcnow()
    user, means = rows.get_one(User, row.user_id), [row.first_means or "password", str(tried.means)]
    challenges.finish(rows, row)
    held = session.pop(_HELD)
    if not user.active:
        rows.commit()
        return _back_to_password()
    if tried.codes_left is not None:
        account_mail.owe(rows, agency_id=None, user_id=user.id, kind="factor_changed", now=now)
    rows.commit()
    login_user(user, remember=False, authn_via=means)
    rows.commit()
    if tried.codes_left is not None:
        flash(codes_left_words(tried.codes_left), "warning")
    wanted = local_path(held["next"])
    # Without an address that was asked for, Flask-Security names the page of the form itself.
    ours = wanted != url_for("public.home") and not wanted.startswith(url_for("security.login"))
    return redirect(wanted if ours else url_for("staff.home"), 303)


def _missed(row: FactorChallenge, form: CodeForm, tried: Try) -> ResponseReturnValue:
    rows = db.session()
    is_over = tried.outcome is not Outcome.PAUSED and challenges.missed(rows, row)
    if tried.tell_owner:
        account_mail.owe(rows, agency_id=None, user_id=row.user_id, kind="factor_missed", now=clock.utcnow())
    if is_over:
        note(rows, row.user_id, "second_step_failed", actor=SYSTEM, now=clock.utcnow(), n=row.misses)
        challenges.finish(rows, row)
    rows.commit()
    if is_over:
        session.pop(_HELD, None)
        flash(gettext("Terlalu banyak percobaan. Akun tidak dikunci; masuk lagi dengan kata sandi."), "error")
        return redirect(url_for("security.login"), 303)
    form.code.errors = [refusal(tried, clock.utcnow())]
    return _page(row, form), 422


def _page(row: FactorChallenge, form: CodeForm) -> str:
    has_app, has_passkey = ways_of(db.session(), row.user_id)
    return render_template(
        "account/second_step.html", form=form, has_app=has_app, has_passkey=has_passkey and relying_party() is not None
    )


def _back_to_password() -> ResponseReturnValue:
    if session.pop(_HELD, None):
        flash(gettext("Langkah kedua sudah berakhir. Masuk lagi dengan kata sandi."), "info")
    return redirect(url_for("security.login"), 303)


def _field(name: str) -> str:
    return request.form.get(name, "")[:ANSWER_MAX]


def _register(app: App) -> None:
    security = app.extensions["security"]
    # In the place of its own two, which look for columns that our accounts do not have.
    security.two_factor_plugins = TfPlugin()
    security.two_factor_plugins.register_tf_impl(app, "second_step", SecondStep)
    security.support_mfa = True
