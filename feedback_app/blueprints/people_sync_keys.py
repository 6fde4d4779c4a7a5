"""The keys with which a personnel system sends its list by itself: made, shown once, revoked."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.people_import import BoxForm
from feedback_app.blueprints.people_import_frame import agencies_here, bp, chosen_agency, here_of, me
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.people.imports import sync_keys
from feedback_app.organisation.people.imports.sync_keys import SyncKeyNameError, SyncKeyNotFoundError


@bp.route("/pegawai/impor/kunci", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def keys() -> ResponseReturnValue:
    """Show the keys; make one and show it, this once."""
    agency = chosen_agency(agencies_here(), request.values.get("instansi"))
    form = BoxForm(("name",), request.form)
    if request.method == "GET" or agency is None:
        return _page(agency, form)
    try:
        raw = sync_keys.create_key(
            db.session(), agency.id, name=form.boxes["name"].data, actor=me(), key=current_app.config["TRACKING_KEY"],
            now=clock.utcnow(),
        )  # fmt: skip
    except SyncKeyNameError as error:
        form.boxes["name"].errors.append(error.message)
        return _page(agency, form), error.status
    db.session.commit()
    return _page(agency, BoxForm(("name",), {}), raw)


@bp.post("/pegawai/impor/kunci/<int:agency_id>/<int:key_id>/cabut")
@requires(Permission.MANAGE_PEOPLE)
def revoke_key(agency_id: int, key_id: int) -> ResponseReturnValue:
    """Make a key worthless."""
    if agency_id not in {agency.id for agency in agencies_here()}:
        raise SyncKeyNotFoundError("Kunci itu tidak ada. Pilih dari daftar.")
    row = sync_keys.key_by_id(db.session(), agency_id, key_id)
    sync_keys.revoke_key(db.session(), row, actor=me(), now=clock.utcnow())
    db.session.commit()
    flash(gettext("Kunci dicabut. Sistem yang memakainya tidak lagi dilayani."), "success")
    return redirect(url_for("people_import.keys", instansi=agency_id), 303)


def _page(agency: Agency | None, form: BoxForm, raw: str | None = None) -> str:
    found = sync_keys.keys_of(db.session(), agency.id) if agency else []
    return render_template("people_import/keys.html", here=here_of(agency), form=form, keys=found, raw=raw)
