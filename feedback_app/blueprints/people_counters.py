"""The counters of the units somebody looks after."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.people_counters import ChangedCounterForm, CounterForm
from feedback_app.blueprints.people_frame import Here, asked_agency, bp, here, me, page
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.people import counters as rooms
from feedback_app.organisation.people.models import Counter


@bp.route("/pegawai/loket", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def counters() -> ResponseReturnValue:
    """Show the counters by unit, and make a new one."""
    place = asked_agency()
    if place is None:
        return page("people/counters.html", place, "counters")
    form = CounterForm(place.units, place.services, place.at.now)
    if request.method == "GET":
        return _counters_page(place, form)
    if not form.validate():
        return _counters_page(place, form), 422
    service = form.service
    try:
        rooms.add_counter(
            db.session(), place.agency.id, form.chosen_unit.id, code=form.code.data or "", name=form.name.data or "",
            service_id=service.id if service else None, actor=me(), now=place.at.now,
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.code.errors = [translated(error.message)]
        return _counters_page(here(place.agency.id), form), error.status
    db.session.commit()
    flash(gettext("Loket ditambahkan. Isi jadwalnya supaya penilaian tercatat pada petugasnya."), "success")
    return redirect(url_for("people.counters", instansi=place.agency.id), 303)


@bp.route("/pegawai/loket/<int:agency_id>/<int:unit_id>/<int:counter_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def counter(agency_id: int, unit_id: int, counter_id: int) -> ResponseReturnValue:
    """Give a counter another name, close it or open it again."""
    place, row = _found(agency_id, unit_id, counter_id)
    form = ChangedCounterForm(obj=row)
    if request.method == "GET" or not form.validate():
        shown = page("people/counter.html", place, "counters", form=form, counter=row, unit=place.unit(unit_id))
        return shown, 422 if form.errors else 200
    rooms.change_counter(
        db.session(), row, name=form.name.data or "", is_active=bool(form.is_active.data), actor=me(), now=place.at.now
    )
    db.session.commit()
    flash(gettext("Loket disimpan."), "success")
    return redirect(url_for("people.counters", instansi=agency_id), 303)


def _counters_page(place: Here, form: CounterForm) -> str:
    services = {card.id: card.name for cards in place.services.values() for card in cards}
    rows = [
        (unit, row)
        for unit in place.units
        for row in rooms.counters_of(db.session(), place.agency.id, unit.id, closed_too=True)
    ]
    return page("people/counters.html", place, "counters", form=form, rows=rows, services=services)


def _found(agency_id: int, unit_id: int, counter_id: int) -> tuple[Here, Counter]:
    place = here(agency_id)
    place.unit(unit_id)
    return place, rooms.counter_of(db.session(), agency_id, unit_id, counter_id)
