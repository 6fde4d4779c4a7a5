"""Sign in with the account of an agency's own identity provider: the way there, the way back, and the way out."""

from __future__ import annotations

from typing import Any, Final, cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_security.utils import login_user

from feedback_app.blueprints.assurance import note_fresh
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.public import local_path
from feedback_app.blueprints.second_step import lead_on
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.sign_in_edge import PROVIDER, current_sign_in
from feedback_app.blueprints.sso_again import begin_again, end_again
from feedback_app.blueprints.sso_arrival import NotLetInError, arrived
from feedback_app.blueprints.sso_client import SsoRefusedError, person_from, to_provider
from feedback_app.blueprints.sso_metadata import ProviderAwayError, providers, way_out
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.identity.sso.provider_file import Provider

bp = Blueprint("sso", __name__, url_prefix="/masuk/sso")
bp.after_request(not_stored)
bp.record_once(lambda state: _register(state.app))
bp.add_app_template_global(lambda: list(providers().values()), "sso_providers")

_NEXT: Final = "sso_next"


class UnknownProviderError(NotFoundError):
    """This installation knows no provider of that name."""

    code = "unknown_provider"


@bp.get("/<name>")
def start(name: str) -> ResponseReturnValue:
    """Lead to the provider's own sign-in page; whoever is signed in may show there once more who they are."""
    provider = _provider(name)
    is_again = "konfirmasi" in request.args
    if current_user.is_authenticated and not is_again:
        return redirect(url_for("staff.home"), 303)
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        # A link elsewhere must sign nobody in without their doing; our own page asks them first.
        return redirect(url_for("security.login", next=request.args.get("next")), 303)
    if current_user.is_authenticated:
        return begin_again(provider, _address("sso.back", name=provider.name))
    session[_NEXT] = local_path(request.args.get("next"))
    try:
        return to_provider(provider, _address("sso.back", name=provider.name))
    except ProviderAwayError as error:
        return _to_password(error.message)


@bp.get("/<name>/kembali")
def back(name: str) -> ResponseReturnValue:
    """Take whoever comes back from the provider, and sign them in or ask for the second factor."""
    provider = _provider(name)
    if current_user.is_authenticated:
        # A link somebody else made must not turn a reader into another person.
        return end_again(provider)
    try:
        who = person_from(provider)
        user = arrived(who)
    except (ProviderAwayError, SsoRefusedError, NotLetInError, ConflictError) as error:
        # What an arrival notes for an administrator is committed there; nothing else of it stays.
        db.session.rollback()
        return _to_password(error.message)
    wanted = local_path(session.pop(_NEXT, None))
    session[PROVIDER] = provider.name
    if not who.has_second_factor and (way := lead_on(user, means="oidc", next_url=wanted)) is not None:
        return way
    login_user(user, remember=False, authn_via=["oidc", "provider"] if who.has_second_factor else ["oidc"])
    if who.proved_at is not None:
        note_fresh(who.proved_at)
    db.session.commit()
    return redirect(wanted if wanted != url_for("public.home") else url_for("staff.home"), 303)


@bp.get("/<name>/keluar")
def left(name: str) -> ResponseReturnValue:
    """Say that the provider's own sign-in goes on, with the way to end it too."""
    provider = _provider(name)
    try:
        address = way_out(provider, _address("security.login"))
    except ProviderAwayError:
        address = None
    return render_template("account/sso_left.html", provider=provider, address=address)


def _register(app: App) -> None:
    """Let signing out of a sign-in by a provider lead to the page that says so."""
    usual = app.view_functions["security.logout"]

    def logout(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        row = current_sign_in()
        name = row.provider if row is not None else None
        answer = cast(ResponseReturnValue, usual(*args, **kwargs))
        if name in providers() and not current_user.is_authenticated:
            return redirect(url_for("sso.left", name=name), 303)
        return answer

    app.view_functions["security.logout"] = logout


def _provider(name: str) -> Provider:
    found = providers().get(name)
    if found is None:
        raise UnknownProviderError("Cara masuk itu tidak dikenal. Pilih dari halaman masuk.")
    return found


def _to_password(sentence: str) -> ResponseReturnValue:
    session.pop(PROVIDER, None)
    flash(translated(sentence), "error")
    wanted = local_path(session.pop(_NEXT, None))
    return redirect(url_for("security.login", next=wanted if wanted != url_for("public.home") else None), 303)


def _address(endpoint: str, **values: Any) -> str:
    """Return the address of a page as browsers reach it; the provider compares it letter by letter."""
    known: Settings = current_app.extensions["suara_settings"]
    if known.public_url is None:
        return url_for(endpoint, _external=True, **values)
    return known.public_url + url_for(endpoint, **values)
