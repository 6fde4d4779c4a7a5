"""Down to whom ratings are laid: what each unit declared, since when and why."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.people_counters import LevelForm
from feedback_app.blueprints.people_frame import Here, asked_agency, bp, here, me, page
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.queries import names_of
from feedback_app.identity.rules import Permission
from feedback_app.organisation.people import levels_declared as declaring
from feedback_app.organisation.people.rules import AttributionLevel
from feedback_app.organisation.queries import UnknownAgencyError, units_of


@bp.route("/pegawai/tingkat", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def levels() -> ResponseReturnValue:
    """Show the levels in force and declared, and declare one; for who looks after the whole agency."""
    place = asked_agency()
    if place is None or not place.is_whole:
        return page("people/nothing.html", place, "levels", whole_needed=place is not None)
    form = LevelForm(units_of(db.session(), place.agency.id, place.at.today))
    if request.method == "GET":
        return _levels_page(place, form)
    if not form.validate():
        return _levels_page(place, form), 422
    starts_on = form.starts_on.data or place.at.today
    try:
        declaring.declare_level(
            db.session(), place.agency.id, form.chosen_unit, AttributionLevel(form.level.data), starts_on=starts_on,
            reason=form.reason.data or "", actor=me(), at=place.at,
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.starts_on.errors = [translated(error.message)]
        return _levels_page(here(place.agency.id), form), error.status
    db.session.commit()
    flash(gettext("Tingkat dinyatakan. Hari yang sudah lewat tidak berubah."), "success")
    return redirect(url_for("people.levels", instansi=place.agency.id), 303)


@bp.post("/pegawai/tingkat/<int:agency_id>/<int:level_id>/hapus")
@requires(Permission.MANAGE_PEOPLE)
def take_back_level(agency_id: int, level_id: int) -> ResponseReturnValue:
    """Take back a level that is still to come."""
    place = here(agency_id)
    if not place.is_whole:
        raise UnknownAgencyError("Pemerintah daerah itu tidak ada di sini. Periksa kembali alamat halamannya.")
    try:
        declaring.take_back_level(db.session(), agency_id, level_id, actor=me(), at=place.at)
    except declaring.LevelInForceError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
    else:
        db.session.commit()
        flash(gettext("Pernyataan tingkat dihapus."), "success")
    return redirect(url_for("people.levels", instansi=agency_id), 303)


def _levels_page(place: Here, form: LevelForm) -> str:
    session, agency_id = db.session(), place.agency.id
    rows = declaring.declared_levels(session, agency_id)
    in_force = declaring.levels_in_force(session, agency_id, place.at.today)
    return page(
        "people/levels.html", place, "levels", form=form, rows=rows, in_force=in_force,
        names={one.unit.id: one.unit.name for one in in_force}, today=place.at.today,
        accounts=names_of(session, [row.declared_by for row in rows]),
    )  # fmt: skip
