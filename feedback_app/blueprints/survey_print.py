"""The questionnaire to print: of an instrument as it is, or of a unit in a period with the QR code to its web page."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.survey_paper import bp
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnitCard, services_of, unit_by_id
from feedback_app.reporting import typeset
from feedback_app.reporting.questionnaire_form import TEMPLATE, PrintedForm, PrintedQuestion
from feedback_app.survey import within_reach
from feedback_app.survey.models import Instrument, Period
from feedback_app.survey.paper_places import paper_places
from feedback_app.survey.queries import NotSurveyedError, instrument_for, questionnaire, targets_of


@bp.get("/skm/kuesioner/<int:instrument_id>/cetak.pdf")
@requires(Permission.READ_SURVEY)
def form(instrument_id: int) -> ResponseReturnValue:
    """Give out the questionnaire as a PDF to print; with a period and unit in the query it is that unit's own."""
    session = db.session()
    instrument = within_reach.instrument_for_reader(
        session, current_user.id, instrument_id, Permission.READ_SURVEY, today()
    )
    printed = _of_unit(instrument) if request.args.get("unit_id") else _of_agency(instrument)
    # The day of its words, not of printing: the same questionnaire gives the same bytes.
    fixed = instrument.sealed_at or instrument.created_at
    answer = Response(typeset.pdf(TEMPLATE, printed.document(), fixed.date()), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="kuesioner-skm-{instrument.id}.pdf"'
    return answer


@bp.get("/skm/kertas/cetak")
@requires(Permission.ENTER_SURVEY)
def printed() -> ResponseReturnValue:
    """Lead to the questionnaire of the place chosen from the list."""
    places = paper_places(db.session(), current_user.id, today())
    place = next((one for one in places if one.key == request.args.get("place")), None)
    if place is None:
        return redirect(url_for("survey_paper.start"), 303)
    instrument = instrument_for(db.session(), place.period, place.unit_id, place.service_id)
    ids: dict[str, Any] = {"period_id": place.period.id, "unit_id": place.unit_id, "service_id": place.service_id}
    return redirect(url_for("survey_paper.form", instrument_id=instrument, **ids), 303)


def _of_agency(instrument: Instrument) -> PrintedForm:
    agency = db.session().get_one(Agency, instrument.agency_id)
    address = url_for("public.survey_units", agency=agency.code, _external=True)
    return PrintedForm(
        agency=agency.name, unit="", service="", period="", mark=_mark(instrument), address=address,
        questions=_questions(instrument),
    )  # fmt: skip


def _of_unit(instrument: Instrument) -> PrintedForm:
    """Return the sheet of a unit, or of one of its services.

    Raises
    ------
    feedback_app.survey.queries.NotSurveyedError
        The period does not ask this unit with this questionnaire.
    """
    session, agency = db.session(), db.session().get_one(Agency, instrument.agency_id)
    period = within_reach.period_for(
        session, current_user.id, request.args.get("period_id", -1, type=int), Permission.READ_SURVEY, today()
    )
    service_id = request.args.get("service_id", type=int)
    unit = _unit(instrument, period, request.args.get("unit_id", -1, type=int), service_id)
    services = {one.id: one for one in services_of(session, agency.id, unit.id)}
    service = services.get(service_id) if service_id else None
    asked: dict[str, Any] = {"layanan": service.code} if service else {}
    surveyed = [target.service_id for target in targets_of(session, agency.id, period.id, unit.id)]
    names = [services[one].name for one in surveyed if one is not None and one in services]
    return PrintedForm(
        agency=agency.name, unit=unit.name, service=service.name if service else "", period=period.name,
        mark=_mark(instrument, period, unit), questions=_questions(instrument), services=names if not service else (),
        address=url_for("public.survey", agency=agency.code, unit=unit.code, **asked, _external=True),
    )  # fmt: skip


def _unit(instrument: Instrument, period: Period, unit_id: int, service_id: int | None) -> UnitCard:
    session = db.session()
    reached = within_reach.unit_ids(session, current_user.id, instrument.agency_id, Permission.READ_SURVEY, today())
    if period.agency_id != instrument.agency_id or unit_id not in reached:
        raise NotSurveyedError("Unit ini tidak disurvei pada periode ini.")
    places = {target.service_id for target in targets_of(session, period.agency_id, period.id, unit_id)}
    asked_of = service_id if service_id in places or None in places else next(iter(places), None)
    if instrument_for(session, period, unit_id, asked_of) != instrument.id:
        raise NotSurveyedError("Unit ini tidak disurvei dengan kuesioner ini pada periode itu.")
    return unit_by_id(session, period.agency_id, unit_id, today())


def _questions(instrument: Instrument) -> list[PrintedQuestion]:
    asked = questionnaire(db.session(), instrument.agency_id, instrument.id).asked
    return [PrintedQuestion(one.stem, one.options, one.element is None) for one in asked]


def _mark(instrument: Instrument, period: Period | None = None, unit: UnitCard | None = None) -> str:
    """Return what whoever types the answers reads off the sheet."""
    parts = [f"Kuesioner {instrument.id}: {instrument.name}", "Urutan formulir (8 dan 9 seperti tercetak)"]
    return " · ".join([*parts, *([period.code] if period else []), *([unit.code] if unit else [])])
