"""What a survey came to: a period with its units, one unit in full, and where each figure comes from."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue

from feedback_app import clock
from feedback_app.blueprints import survey_results_words as words
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.formats import day as day_words
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.blueprints.survey_asked_period import AskedPeriod, asked_period
from feedback_app.blueprints.survey_frame import day_at
from feedback_app.blueprints.survey_results_views import (
    Line,
    as_line,
    beside,
    elements_of_all,
    left_out_of,
    line_of,
    lowest_keys,
    ordered,
    performance,
)
from feedback_app.blueprints.survey_results_why import how_computed
from feedback_app.blueprints.survey_voices import shown_voices
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.organisation.queries import UnknownUnitError
from feedback_app.survey import set_aside
from feedback_app.survey.comparison import side_of, stored_side
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.figures import PlaceFigure
from feedback_app.survey.overview import ResultLine, result_lines
from feedback_app.survey.result_rows import question_rows
from feedback_app.survey.results import PeriodFigures, UnitFigures, as_result, figures, unit_figures
from feedback_app.survey.rules import PeriodState, Trait
from feedback_app.survey.series import series
from feedback_app.survey.stored import StoredResult, latest

bp = staff_blueprint("survey_results")

ORDERS: Final = ("name", "index", "respondents", "progress")


@bp.get("/skm/periode/<int:period_id>/hasil")
@requires(Permission.READ_SURVEY)
def period(period_id: int) -> ResponseReturnValue:
    """Show the units of a period within reach, and the whole to who reads all of them."""
    shown, session = asked_period(period_id), db.session()
    found = figures(session, shown.period)
    lines, seen = _lines(shown, found)
    sees_all = len(lines) == len(found.units) and bool(lines)
    history = series(session, shown.agency.id, None) if sees_all else []
    whole = line_of(found.agency, shown.agency.name, seen.get(None)) if sees_all else None
    by = request.args.get("urut", "name")
    return render_template(
        "survey_results/period.html",
        **_frame(shown, found.waiting),
        whole=whole,
        performance=RULESETS[found.rules.ruleset].band_of(whole.value).performance if whole and whole.value else "",
        averaging=found.rules.agency_averaging,
        left_out=left_out_of(found.agency, found.rules, shown.place_name) if sees_all else [],
        lines=ordered(lines, by if by in ORDERS else "name"),
        by=by if by in ORDERS else "name",
        hidden=len(found.units) - len(lines),
        names=shown.unit_names,
        **beside(
            history,
            shown.period,
            side_of(found.agency, found.rules) if sees_all else None,
            elements_of_all(history, shown.period, found) if sees_all else (),
            _banding(),
        ),
    )


@bp.get("/skm/periode/<int:period_id>/hasil/<int:unit_id>")
@requires(Permission.READ_SURVEY)
def unit(period_id: int, unit_id: int) -> ResponseReturnValue:
    """Show one unit: services, elements with the three lowest, answers, respondents, the sample, earlier periods."""
    shown = asked_period(period_id)
    found = _unit(shown, unit_id)
    result, services = _stored_unit(shown, found)
    history = series(db.session(), shown.agency.id, unit_id)
    return render_template(
        "survey_results/unit.html",
        **_frame(shown, found.waiting),
        unit_id=unit_id,
        unit_name=shown.unit_name(unit_id),
        figure=found.unit,
        result=result,
        lowest=lowest_keys(result) if result else {},
        performance=performance,
        services=services,
        set_aside=set_aside.count(db.session(), shown.period, unit_id),
        left_out=left_out_of(found.unit, found.rules, lambda part: _part_name(shown, part)),
        voices=shown_voices(shown.period, unit_id, today()),
        missing_names=[RULESETS[found.rules.ruleset].element(key).name for key in found.unit.without],
        questions=result.questions if result else question_rows(found.unit.sums, found.asked),
        several_questionnaires=len(found.questionnaires) > 1,
        questionnaires=found.questionnaires,
        names={str(number): name for number, name in shown.services.items()},
        days=sorted(found.unit.trait(Trait.DAY).items()),
        day_words=lambda iso: day_words(date.fromisoformat(iso)),
        **beside(
            history,
            shown.period,
            stored_side(result) if result else None,
            result.elements if result else (),
            _banding(),
        ),
    )


@bp.get("/skm/periode/<int:period_id>/hasil/angka")
@requires(Permission.READ_SURVEY)
def figure(period_id: int) -> ResponseReturnValue:
    """Show where an index comes from: sums, formula with its numbers, weight, rounding, and the command."""
    shown = asked_period(period_id)
    found, place = _place(shown)
    result = as_result(shown.period, found, place, clock.utcnow()) if place.index else None
    stored = latest(db.session(), shown.period, unit_id=place.unit_id) if shown.is_closed else None
    matching = [
        one for one in (stored.all if stored else ()) if (one.level, one.service_id) == (place.level, place.service_id)
    ]
    return render_template(
        "survey_results/figure.html",
        **_frame(shown, found.waiting),
        place=place,
        name=shown.place_name(place),
        unit_code=shown.unit_codes.get(place.unit_id or 0),
        result=result,
        stored=matching[0] if matching else None,
        **how_computed(place),
        band=RULESETS[found.rules.ruleset].band_of(result.value) if result else None,
        rules=found.rules,
        ruleset=RULESETS[found.rules.ruleset],
        weight=RULESETS[found.rules.ruleset].weight_of(found.rules.weight),
        part_name=shown.place_name,
        performance=performance,
    )


def _lines(shown: AskedPeriod, found: PeriodFigures) -> tuple[list[Line], dict[int | None, ResultLine]]:
    known = result_lines(db.session(), shown.period) if shown.is_closed else []
    stored = {one.unit_id: one for one in known}
    lines = [
        line_of(unit, shown.unit_name(unit.unit_id or 0), stored.get(unit.unit_id))
        for unit in found.units
        if unit.unit_id in shown.readable
    ]
    return lines, stored


def _unit(shown: AskedPeriod, unit_id: int) -> UnitFigures:
    is_readable, day = unit_id in shown.readable, day_at(shown.agency)
    found = unit_figures(db.session(), shown.period, unit_id, day) if is_readable else None
    if found is None:
        raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")
    return found


def _stored_unit(shown: AskedPeriod, found: UnitFigures) -> tuple[StoredResult | None, list[Line]]:
    """Return the unit's result, stored or as it would be now, and its services in one line each."""
    unit_id, now = found.unit.unit_id or 0, clock.utcnow()
    stored = latest(db.session(), shown.period, unit_id=unit_id) if shown.is_closed else None
    result = stored.unit(unit_id) if stored else None
    if result is None and found.unit.index is not None:
        result = as_result(shown.period, found, found.unit, now)
    known = {one.service_id: as_line(one) for one in (stored.services_of(unit_id) if stored else ())}
    lines = [line_of(part, _part_name(shown, part), known.get(part.service_id)) for part in found.unit.parts]
    return result, lines


def _part_name(shown: AskedPeriod, part: PlaceFigure) -> str:
    return shown.place_name(part) if part.service_id is not None else ""


def _place(shown: AskedPeriod) -> tuple[PeriodFigures | UnitFigures, PlaceFigure]:
    """Return the figure that the address asks about: of the agency, a unit, or one of its services."""
    unit_id, service_id = (number_or_none(request.args.get(name)) for name in ("unit", "service"))
    if unit_id is not None:
        found = _unit(shown, unit_id)
        wanted = (part for part in found.unit.parts if part.service_id == service_id and service_id is not None)
        place = found.unit if service_id is None else next(wanted, None)
        if place is None:
            raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")
        return found, place
    whole = figures(db.session(), shown.period, in_full=True)
    if any(unit.unit_id not in shown.readable for unit in whole.units):
        raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")
    return whole, whole.agency


def _banding() -> int | None:
    return number_or_none(request.args.get("banding"))


def _frame(shown: AskedPeriod, waiting: int) -> dict[str, object]:
    return {
        "period": shown.period,
        "agency": shown.agency,
        "is_open": shown.period.state is PeriodState.OPEN,
        "waiting": waiting,
        "warning_words": words.warning_words,
        "difference_words": words.difference_words,
        "change_words": words.CHANGES,
        "signed": words.signed,
        "trait_names": words.TRAITS,
        "trait_rows": words.trait_rows,
    }
