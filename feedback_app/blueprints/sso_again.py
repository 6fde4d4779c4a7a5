"""Show once more who it is, at the provider: for accounts that have nothing of their own here to show (ASVS 5.0, V7.5).

The provider is asked to let its user sign in anew, and has to say that this has happened since (`auth_time`). Whoever
comes back has to be the confirmed owner of the account that is signed in; nobody becomes somebody else on this way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.assurance import note_fresh
from feedback_app.blueprints.public import local_path
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.sign_in_edge import current_sign_in, renew_sign_in
from feedback_app.blueprints.sso_client import SsoRefusedError, person_from, to_provider
from feedback_app.blueprints.sso_metadata import ProviderAwayError, providers
from feedback_app.db import db
from feedback_app.identity.factors.queries import has_factor
from feedback_app.identity.sso.links import is_linked_to, links_of
from feedback_app.identity.sso.provider_file import Provider

_HELD: Final = "sso_again"


def ways_again(user_id: int) -> Sequence[Provider]:
    """Return the providers at which an account may show who it is; none where it has a factor of its own to show."""
    if not providers() or has_factor(db.session(), user_id):
        return ()
    linked = {row.issuer for row in links_of(db.session(), user_id) if row.confirmed_at is not None}
    return [provider for provider in providers().values() if provider.issuer in linked]


def begin_again(provider: Provider, back: str) -> ResponseReturnValue:
    """Lead somebody who is signed in to the provider, to sign in there anew."""
    row = current_sign_in()
    wanted = local_path(request.args.get("next"))
    if row is None or provider not in ways_again(current_user.id):
        return redirect(url_for("step_up.page", next=wanted), 303)
    session[_HELD] = {"sign_in": row.id, "at": clock.utcnow().isoformat(), "next": wanted}
    try:
        return to_provider(provider, back, anew=True)
    except ProviderAwayError as error:
        return _not_shown(error.message)


def end_again(provider: Provider) -> ResponseReturnValue:
    """Take whoever comes back while signed in; without a beginning of ours they stay who they are."""
    row, held = current_sign_in(), session.get(_HELD)
    if row is None or not held or held["sign_in"] != row.id or provider not in ways_again(current_user.id):
        session.pop(_HELD, None)
        return redirect(url_for("staff.home"), 303)
    try:
        who = person_from(provider, since=datetime.fromisoformat(held["at"]))
        if not is_linked_to(db.session(), current_user.id, who):
            raise SsoRefusedError("Akun instansi itu bukan milik akun yang sedang masuk di sini. Coba lagi.")
    except (ProviderAwayError, SsoRefusedError) as error:
        return _not_shown(error.message)
    wanted = _taken(held)
    renew_sign_in()
    # Said to have happened since then; the provider's clock may be a little behind ours.
    note_fresh(max(who.proved_at or row.began_at, datetime.fromisoformat(held["at"])))
    db.session.commit()
    flash(gettext("Terima kasih, Anda sudah dikonfirmasi. Bila ada isian di tab lain, lanjutkan di sana."), "success")
    return redirect(wanted, 303)


def _not_shown(sentence: str) -> ResponseReturnValue:
    wanted = _taken(session.get(_HELD) or {})
    flash(translated(sentence), "error")
    return redirect(url_for("step_up.page", next=wanted), 303)


def _taken(held: dict[str, Any]) -> str:
    """Return the page of staff that was asked for; what was held is worth nothing from here on."""
    session.pop(_HELD, None)
    home = url_for("staff.home")
    wanted = local_path(held.get("next"))
    return wanted if wanted.startswith(home) else home
