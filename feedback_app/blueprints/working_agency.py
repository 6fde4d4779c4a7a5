"""Choose the agency to work in, for whoever has roles in several: the database shows one at a time (`agency_scope`)."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app.blueprints import agency_scope
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.account import bp
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.identity.rules import Permission


@bp.post("/instansi")
@requires(*Permission)
def work_in() -> ResponseReturnValue:
    """Work in another of one's agencies from now on, and go to the first page there."""
    chosen = agency_scope.choose(number_or_none(request.form.get("agency")) or 0)
    if chosen is None:
        flash(gettext("Anda tidak memiliki wewenang di instansi itu hari ini. Pilih dari daftar."), "error")
    else:
        flash(gettext("Anda sekarang bekerja di %(name)s.", name=chosen.name), "success")
    return redirect(url_for("staff.home"), 303)
