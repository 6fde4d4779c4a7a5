"""Whom a period surveys: units added, each unit's services with how many people they serve, populations pasted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.survey_setup import AddUnitsForm, PopulationsForm, instrument_words
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.survey_frame import agency_of, bp, day_at, managed_period, me
from feedback_app.blueprints.survey_setup import named
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.queries import UnitCard, services_by_unit, unit_by_id, units_of
from feedback_app.survey import targets as rooms
from feedback_app.survey.models import Period, Target
from feedback_app.survey.populations import BadLine, note_populations
from feedback_app.survey.progress import asked_for, by_unit
from feedback_app.survey.queries import targets_of
from feedback_app.survey.rules import MOST_POPULATION


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One line of a unit's form: a service, or the unit as a whole (key "unit"), as it is stored or was typed."""

    key: str
    name: str
    is_on: bool
    population: str
    source: str
    instrument: str
    need: rooms.Need


@bp.get("/periode/<int:period_id>/sasaran")
@requires(Permission.MANAGE_SURVEY)
def targets(period_id: int) -> ResponseReturnValue:
    """Show whom a period surveys, with the samples needed, and the ways to add and to note populations."""
    return _page(managed_period(period_id))


@bp.post("/periode/<int:period_id>/sasaran")
@requires(Permission.MANAGE_SURVEY)
def add_targets(period_id: int) -> ResponseReturnValue:
    """Add units."""
    period = managed_period(period_id, for_update=True)
    form = _add_form(period)
    if not form.validate():
        return _page(period, add=form), 422
    try:
        added = rooms.add_units(
            db.session(), period, form.chosen_unit, rooms.Scope(form.scope.data),
            by_service=bool(form.by_service.data), day=day_at(agency_of(period)), actor=me(), now=clock.utcnow(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.unit_id.errors = [error.message]
        return _page(managed_period(period_id), add=form), error.status
    db.session.commit()
    words = ngettext("%(num)s unit ditambahkan.", "%(num)s unit ditambahkan.", added)
    flash(words if added else gettext("Unit itu sudah ada dalam daftar."), "success")
    return redirect(url_for("survey.targets", period_id=period_id), 303)


@bp.post("/periode/<int:period_id>/sasaran/populasi")
@requires(Permission.MANAGE_SURVEY)
def note_target_populations(period_id: int) -> ResponseReturnValue:
    """Note pasted populations: all lines, or none."""
    period = managed_period(period_id, for_update=True)
    form = PopulationsForm()
    if not form.validate():
        return _page(period, pasted=form), 422
    try:
        noted = note_populations(
            db.session(), period, form.rows.data or "", form.source.data or "", day=day_at(agency_of(period)),
            actor=me(), now=clock.utcnow(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.source.errors = [error.message]
        return _page(managed_period(period_id), pasted=form), error.status
    if noted.bad:
        return _page(period, pasted=form, bad=noted.bad), 422
    db.session.commit()
    flash(ngettext("%(num)s populasi dicatat.", "%(num)s populasi dicatat.", noted.noted), "success")
    return redirect(url_for("survey.targets", period_id=period_id), 303)


@bp.route("/periode/<int:period_id>/sasaran/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEY)
def unit_targets(period_id: int, unit_id: int) -> ResponseReturnValue:
    """Set what a period surveys in one unit; what was typed is shown again where it is refused."""
    period = managed_period(period_id, for_update=request.method == "POST")
    unit = unit_by_id(db.session(), period.agency_id, unit_id, day_at(agency_of(period)))
    present = targets_of(db.session(), period.agency_id, period_id, unit_id)
    if request.method == "GET":
        return _unit_page(period, unit, _stored(period, unit, present), rooms.seen_mark(present))
    rows = _typed(period, unit, present)
    try:
        rooms.set_unit(
            db.session(), period, unit_id, [_wanted(row) for row in rows if row.is_on],
            seen=request.form.get("seen", ""), actor=me(), now=clock.utcnow(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        period = managed_period(period_id)
        theirs = targets_of(db.session(), period.agency_id, period_id, unit_id)
        shown = _unit_page(period, unit, rows, rooms.seen_mark(theirs), refusal=translated(error.message))
        return shown, error.status
    db.session.commit()
    flash(gettext("Sasaran unit tersimpan."), "success")
    return redirect(url_for("survey.targets", period_id=period_id), 303)


def _page(
    period: Period, *, add: AddUnitsForm | None = None, pasted: PopulationsForm | None = None,
    bad: Sequence[BadLine] = (),
) -> str:  # fmt: skip
    agency = agency_of(period)
    units = by_unit(db.session(), period)
    return render_template(
        "survey_setup/targets.html",
        period=period,
        agency=agency,
        units=named(agency, units),
        asked=asked_for(units),
        add=add or _add_form(period, formdata=None),
        pasted=pasted or PopulationsForm(formdata=None),
        bad=bad,
    )


def _add_form(period: Period, **kwargs: Any) -> AddUnitsForm:
    present = {target.unit_id for target in targets_of(db.session(), period.agency_id, period.id)}
    units = units_of(db.session(), period.agency_id, day_at(agency_of(period)))
    # Those that are there stay in the list: everything below them may still be added.
    return AddUnitsForm(sorted(units, key=lambda unit: unit.id in present), **kwargs)


def _unit_page(period: Period, unit: UnitCard, rows: Sequence[PlaceRow], seen: str, refusal: str = "") -> str:
    return render_template(
        "survey_setup/unit_targets.html", period=period, agency=agency_of(period), unit=unit, rows=rows, seen=seen,
        refusal=refusal, instruments=rooms.usable_instruments(db.session(), period.agency_id),
        instrument_words=instrument_words,
    )  # fmt: skip


def _places(period: Period, unit: UnitCard, present: Sequence[Target]) -> list[tuple[str, str]]:
    """Return key and name of what can be surveyed in a unit; a service that is given no longer stays while it is."""
    services = services_by_unit(db.session(), period.agency_id).get(unit.id, [])
    known = {service.id for service in services}
    gone = [one.service_id for one in present if one.service_id is not None and one.service_id not in known]
    whole = ("unit", gettext("Unit sebagai keseluruhan"))
    old = [(str(service_id), gettext("Layanan yang sudah tidak diberikan")) for service_id in gone]
    return [whole, *((str(service.id), service.name) for service in services), *old]


def _stored(period: Period, unit: UnitCard, present: Sequence[Target]) -> list[PlaceRow]:
    by_key = {str(target.service_id or "unit"): target for target in present}
    return [_row_of(key, name, by_key.get(key)) for key, name in _places(period, unit, present)]


def _row_of(key: str, name: str, target: Target | None) -> PlaceRow:
    population = target.population if target else None
    return PlaceRow(
        key, name, target is not None, str(population or ""), target.population_source if target else "",
        str(target.instrument_id or "") if target else "", rooms.need_of(population),
    )  # fmt: skip


def _typed(period: Period, unit: UnitCard, present: Sequence[Target]) -> list[PlaceRow]:
    sent, chosen = request.form, set(request.form.getlist("on"))
    found = []
    for key, name in _places(period, unit, present):
        population = sent.get(f"population-{key}", "").strip()
        number = _population(population)
        source = clean_text(sent.get(f"source-{key}")) or ""
        # A number far out of range is refused by the room; it has no sample.
        need = rooms.need_of(number if number and 1 <= number <= MOST_POPULATION else None)
        found.append(
            PlaceRow(key, name, key in chosen, population, source, sent.get(f"instrument-{key}", ""), need)
        )  # fmt: skip
    return found


def _population(raw: str) -> int | None:
    """Read a population as people write it; 0, which the room refuses, where it is no number."""
    if not raw:
        return None
    return number_or_none(raw.replace(".", "").replace(" ", "")) or 0


def _wanted(row: PlaceRow) -> rooms.TargetWanted:
    return rooms.TargetWanted(
        None if row.key == "unit" else int(row.key), _population(row.population), row.source,
        number_or_none(row.instrument),
    )  # fmt: skip
