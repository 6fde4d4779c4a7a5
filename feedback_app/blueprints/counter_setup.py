"""What a unit head sets up for a counter: keys for its machine, and codes that hang on its wall."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.counter import chosen_unit, counters_within_reach
from feedback_app.blueprints.forms.counter import KeyForm, WallCodeForm
from feedback_app.blueprints.visit_sheet import picture
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.intake.counter_keys import CounterKeyNotFoundError, create_key, key_by_id, keys_of, revoke_key
from feedback_app.intake.counter_models import CounterKey, WallCode
from feedback_app.intake.wall_codes import WallCodeNotFoundError, hang, take_down, wall_code_by_id, wall_codes_of
from feedback_app.organisation.people.reached_counters import counters_in_reach, names_of_counters
from feedback_app.organisation.within_reach import ReachedUnit, units_within_reach


@bp.get("/loket/kunci")
@requires(Permission.ISSUE_VISIT_TOKEN, Permission.MANAGE_COUNTER)
def counter_keys() -> ResponseReturnValue:
    """Show the keys of the counters; who answers for one finds the form for another key."""
    return _keys_page(_key_form())


@bp.post("/loket/kunci")
@requires(Permission.MANAGE_COUNTER)
def make_counter_key() -> ResponseReturnValue:
    """Make a key and show it, this once."""
    form = _key_form()
    if not form.validate():
        return _keys_page(form), 422
    unit = form.chosen_unit
    raw = create_key(
        db.session(), agency_id=unit.agency_id, unit_id=unit.id, name=form.name.data or "",
        tokens_a_day=form.tokens_a_day.data or 1, actor=person(current_user.id),
        key=current_app.config["TRACKING_KEY"], now=clock.utcnow(),
        counter_id=form.counter.id if form.counter else None,
    )  # fmt: skip
    db.session.commit()
    return _keys_page(form, raw)


@bp.post("/loket/kunci/<int:agency_id>/<int:key_id>/cabut")
@requires(Permission.MANAGE_COUNTER)
def revoke_counter_key(agency_id: int, key_id: int) -> ResponseReturnValue:
    """Make a key of a counter within reach worthless."""
    revoke_key(db.session(), _key(agency_id, key_id), actor=person(current_user.id), now=clock.utcnow())
    db.session.commit()
    flash(gettext("Kunci dicabut. Mesin yang memakainya tidak lagi dilayani."), "success")
    return redirect(url_for("cases.counter_keys"), 303)


@bp.route("/loket/dinding", methods=["GET", "POST"])
@requires(Permission.ISSUE_VISIT_TOKEN)
def wall_codes() -> ResponseReturnValue:
    """Show the codes on the walls, and make a new one."""
    units, services = counters_within_reach()
    form = WallCodeForm(units, services, clock.utcnow())
    if request.method == "POST" and form.validate():
        unit, service = form.chosen_unit, form.service
        row = hang(
            db.session(), agency_id=unit.agency_id, unit_id=unit.id, service_id=service.id if service else None,
            hangs_at=form.hangs_at.data or "", actor=person(current_user.id), now=clock.utcnow(),
        )  # fmt: skip
        db.session.commit()
        return redirect(url_for("cases.wall_poster", agency_id=row.agency_id, code_id=row.id), 303)
    codes = [(unit, code) for unit in units for code in wall_codes_of(db.session(), unit.agency_id, unit.id)]
    page = render_template("cases/wall_codes.html", form=form, units=units, codes=codes, unit=chosen_unit(units))
    return page, 422 if form.errors else 200


@bp.get("/loket/dinding/<int:agency_id>/<int:code_id>")
@requires(Permission.ISSUE_VISIT_TOKEN)
def wall_poster(agency_id: int, code_id: int) -> ResponseReturnValue:
    """Show the poster of a code, to print on one sheet."""
    row, unit_name = _wall_code(agency_id, code_id)
    address = url_for("public.wall", code=row.code, _external=True)
    return render_template(
        "cases/wall_poster.html", code=row, unit_name=unit_name, address=address, picture=picture(address, "poster-qr")
    )


@bp.post("/loket/dinding/<int:agency_id>/<int:code_id>/cabut")
@requires(Permission.ISSUE_VISIT_TOKEN)
def take_down_wall_code(agency_id: int, code_id: int) -> ResponseReturnValue:
    """Make a code on a wall lead nowhere."""
    row, _name = _wall_code(agency_id, code_id)
    take_down(db.session(), row, actor=person(current_user.id), now=clock.utcnow())
    db.session.commit()
    flash(gettext("Kode dicabut. Turunkan juga posternya dari dinding."), "success")
    return redirect(url_for("cases.wall_codes"), 303)


def _managed_units() -> list[ReachedUnit]:
    return units_within_reach(db.session(), current_user.id, Permission.MANAGE_COUNTER, today())


def _key_form() -> KeyForm:
    counters = counters_in_reach(db.session(), current_user.id, Permission.MANAGE_COUNTER, today())
    return KeyForm(_managed_units(), {}, clock.utcnow(), counters)


def _keys_page(form: KeyForm, raw: str | None = None) -> str:
    managed = _managed_units()
    working_at, _services = counters_within_reach()
    units = list({(unit.agency_id, unit.id): unit for unit in [*managed, *working_at]}.values())
    keys = [(unit, key) for unit in units for key in keys_of(db.session(), unit.agency_id, unit.id)]
    places = {(key.agency_id, key.counter_id) for _, key in keys if key.counter_id is not None}
    return render_template(
        "cases/counter_keys.html",
        form=form,
        units=units,
        keys=keys,
        raw=raw,
        counter_names=names_of_counters(db.session(), places),
        managed={(unit.agency_id, unit.id) for unit in managed},
    )


def _key(agency_id: int, key_id: int) -> CounterKey:
    row = key_by_id(db.session(), agency_id, key_id)
    if (row.agency_id, row.unit_id) not in {(unit.agency_id, unit.id) for unit in _managed_units()}:
        raise CounterKeyNotFoundError("Kunci loket itu tidak ada. Pilih dari daftar.")
    return row


def _wall_code(agency_id: int, code_id: int) -> tuple[WallCode, str]:
    row = wall_code_by_id(db.session(), agency_id, code_id)
    units, _services = counters_within_reach()
    names = {(unit.agency_id, unit.id): unit.name for unit in units}
    if (row.agency_id, row.unit_id) not in names:
        raise WallCodeNotFoundError("Kode dinding itu tidak ada. Pilih dari daftar.")
    return row, names[row.agency_id, row.unit_id]
