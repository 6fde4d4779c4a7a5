"""Acts that ask once more who it is: a code or a passkey where the account has one, else the password (ASVS 5.0, V7.5).

    @bp.post("/akses/<int:grant_id>/akhiri")
    @requires(Permission.MANAGE_GRANTS)
    @needs_fresh_sign_in
    def end(grant_id: int) -> ResponseReturnValue: ...

Whoever showed it within ten minutes is not asked again. A page that is opened leads over `/petugas/konfirmasi` and
back; a form that is sent is asked for in place, with everything that was typed, and goes on where it was going.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, overload

from flask import Response, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.assurance import is_fresh, note_fresh, opens_without_factor
from feedback_app.blueprints.between_computations import go_on
from feedback_app.blueprints.errors import wants_json
from feedback_app.blueprints.factor_words import refusal
from feedback_app.blueprints.forms.factors import ANSWER_MAX, CODE_MAX, ConfirmForm
from feedback_app.blueprints.missed_proofs import note_missed
from feedback_app.blueprints.public import local_path
from feedback_app.blueprints.relying_party import relying_party
from feedback_app.blueprints.sign_in_edge import renew_sign_in
from feedback_app.blueprints.sso_again import ways_again
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import ForbiddenError
from feedback_app.identity.factors import challenges
from feedback_app.identity.factors.attempts import Outcome, Try, shown_passkey, try_code, try_password
from feedback_app.identity.factors.models import Purpose
from feedback_app.identity.factors.passkeys import is_shown, options_to_show
from feedback_app.identity.factors.queries import ways_of
from feedback_app.identity.factors.rules import FRESH_GRACE_MINUTES, FRESH_MINUTES
from feedback_app.identity.password_rules import normalised
from feedback_app.identity.rules import Permission
from feedback_app.notifications import account_mail

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

bp = staff_blueprint("step_up")

_HELD: Final = "step_up"
_OWN_FIELDS: Final = frozenset({"csrf_token", "step_up_code", "step_up_password", "step_up_credential"})


class FreshSignInNeededError(ForbiddenError):
    """A program, or the script of a page, asks for an act of weight long after its reader showed who they are."""

    code = "fresh_sign_in_needed"


@overload
def needs_fresh_sign_in(view: View) -> View: ...
@overload
def needs_fresh_sign_in(*, minutes: int = ..., factor_only: bool = ...) -> Callable[[View], View]: ...
def needs_fresh_sign_in(view: View | None = None, *, minutes: int = FRESH_MINUTES, factor_only: bool = False) -> Any:
    """Ask, before a view runs, who it is, unless that was shown in the last so many minutes.

    A form may be sent `FRESH_GRACE_MINUTES` later than its page may be opened: filling it in takes time. With
    `factor_only` nobody is asked who has no second factor: for a form that asks for the password itself.
    """

    def mark(marked: View) -> View:
        @wraps(marked)
        def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
            is_form = request.method == "POST"
            if is_fresh(minutes + FRESH_GRACE_MINUTES if is_form else minutes):
                return marked(*args, **values)
            if factor_only and not any(ways_of(db.session(), current_user.id)):
                return marked(*args, **values)
            if wants_json():
                raise FreshSignInNeededError("Konfirmasi dahulu bahwa ini Anda: muat ulang halaman ini, lalu ulangi.")
            if not is_form:
                return redirect(url_for("step_up.page", next=request.full_path.rstrip("?")))
            refused = _confirm_in_place()
            return marked(*args, **values) if refused is None else refused

        return guarded  # type: ignore[return-value]

    return mark if view is None else mark(view)


@bp.get("/konfirmasi")
@requires(*Permission)
@opens_without_factor
def page() -> ResponseReturnValue:
    """Ask who it is, before the page that was asked for."""
    wanted = _wanted(request.args.get("next"))
    return _page(ConfirmForm(formdata=None), url_for("step_up.confirm"), [("next", wanted)])


@bp.post("/konfirmasi")
@requires(*Permission)
@opens_without_factor
def confirm() -> ResponseReturnValue:
    """Take the proof and go on to the page that was asked for."""
    wanted, form = _wanted(request.form.get("next")), ConfirmForm()
    refused = _proved(form)
    if refused is not None:
        return _page(form, url_for("step_up.confirm"), [("next", wanted)]), refused
    return redirect(wanted, 303)


@bp.post("/konfirmasi/kunci-sandi")
@requires(*Permission)
@opens_without_factor
def passkey_options() -> ResponseReturnValue:
    """Return what the browser asks a passkey of this account, as JSON for the script of the page."""
    rows, party = db.session(), relying_party()
    found = None
    if party is not None:
        begun = challenges.begin(rows, current_user.id, Purpose.STEP_UP, now=clock.utcnow())
        found = options_to_show(rows, party, current_user.id, challenges.new_challenge(rows, begun.row))
        session[_HELD] = begun.token
        rows.commit()
    if found is None:
        return {"title": gettext("Kunci sandi tidak dapat dipakai sekarang. Masukkan kode.")}, 409
    return Response(found, mimetype="application/json")


def _confirm_in_place() -> ResponseReturnValue | None:
    """Take the proof out of the form that was sent; return the page that asks for it, None where it was there."""
    form = ConfirmForm()
    status = 403
    if any(request.form.get(name) for name in _OWN_FIELDS - {"csrf_token"}):
        refused = _proved(form)
        if refused is None:
            # What follows is written after a commit, and so has to wait for a computation once more.
            go_on()
            return None
        status = refused
    carried = [(name, words) for name, words in request.form.items(multi=True) if _may_be_carried(name)]
    return _page(form, request.full_path.rstrip("?"), carried, sent=True), status


def _proved(form: ConfirmForm) -> int | None:
    """Try what was typed or shown; return the status of the refusal, None where it passed. Commits either way."""
    rows, now = db.session(), clock.utcnow()
    tried = _tried(form)
    if tried is None:
        form.step_up_code.errors = [gettext("Isi dahulu, lalu kirim lagi.")]
        return 422
    if tried.passed:
        renew_sign_in()
        note_fresh(now)
        rows.commit()
        return None
    g.factor_missed = True
    note_missed("confirmation", current_user.email)
    if tried.tell_owner:
        account_mail.owe(rows, agency_id=None, user_id=current_user.id, kind="factor_missed", now=now)
    rows.commit()
    wrong = form.step_up_password if form.step_up_password.data else form.step_up_code
    wrong.errors = [refusal(tried, now, password=wrong is form.step_up_password)]
    return 422


def _tried(form: ConfirmForm) -> Try | None:
    rows, now, user_id = db.session(), clock.utcnow(), current_user.id
    answer, code, password = (
        form.step_up_credential.data or "", form.step_up_code.data or "", form.step_up_password.data or "",
    )  # fmt: skip
    if answer:
        return _shown(answer[:ANSWER_MAX])
    if any(ways_of(rows, user_id)):
        return try_code(rows, current_app.config["FACTOR_BOX"], user_id, code[:CODE_MAX], now=now) if code else None
    if not password:
        return None
    is_right = bool(current_user.password) and current_user.verify_and_update_password(normalised(password))
    return try_password(rows, user_id, is_right=is_right, now=now)


def _shown(answer: str) -> Try:
    rows, party, now, user_id = db.session(), relying_party(), clock.utcnow(), current_user.id
    row = challenges.find(rows, session.pop(_HELD, None), Purpose.STEP_UP, now=now, user_id=user_id)
    if party is None or row is None:
        return Try(Outcome.REFUSED)
    is_right = is_shown(rows, party, user_id, answer=answer, challenge=row.challenge, now=now)
    challenges.finish(rows, row)
    return shown_passkey(rows, user_id, now=now) if is_right else Try(Outcome.REFUSED)


def _page(form: ConfirmForm, action: str, carried: list[tuple[str, str]], *, sent: bool = False) -> str:
    has_app, has_passkey = ways_of(db.session(), current_user.id)
    return render_template(
        "account/confirm.html", form=form, action=action, carried=carried, sent=sent, has_app=has_app,
        has_factor=has_app or has_passkey, has_passkey=has_passkey and relying_party() is not None,
        loses_files=bool(request.files), has_password=bool(current_user.password),
        again_at=ways_again(current_user.id), again_next=None if sent else dict(carried).get("next"),
    )  # fmt: skip


def _may_be_carried(name: str) -> bool:
    # A password is not put back into a page; whoever sent one types it once more.
    return name not in _OWN_FIELDS and "password" not in name and "credential" not in name


def _wanted(raw: str | None) -> str:
    """Return the page of staff that was asked for; their start page where it is none."""
    home = url_for("staff.home")
    path = local_path(raw)
    return path if path.startswith(home) and not path.startswith(url_for("step_up.page")) else home
