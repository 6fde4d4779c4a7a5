"""The questionnaire of a unit: shown, filled in, sent once."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug import Response

from feedback_app import clock
from feedback_app.blueprints import places, shell, signals, survey_visit
from feedback_app.blueprints.expired_forms import draw_again
from feedback_app.blueprints.forms.survey import SurveyForm
from feedback_app.blueprints.places import Place
from feedback_app.blueprints.private import not_shared, not_stored, secretive
from feedback_app.blueprints.public import bp
from feedback_app.blueprints.survey_sheet import Sheet, chosen_of, is_open, sheet_sent, survey_now
from feedback_app.blueprints.survey_visit import SurveyedVisitError, SurveyVisit
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.survey.operations import (
    Filled,
    SurveyClosedError,
    SurveyKeyTakenError,
    SurveyVisitUsedError,
    answer,
)
from feedback_app.survey.rules import Education, Occupation, Sex, SurveyChannel, hour_band
from feedback_app.survey.surveyed import next_start

bp.record_once(lambda state: draw_again(state.app, "public.survey", _survey_again))

# Nobody reads nine questions in so short a time; less than this was a program, or a form that a browser filled in.
LEAST_SECONDS: Final = 3.0
KINDS: Final = {"sex": Sex, "education": Education, "occupation": Occupation}


@bp.route("/skm/<agency>/<unit>", methods=["GET", "POST"])
def survey(agency: str, unit: str) -> ResponseReturnValue:
    """Show the questionnaire of a unit; store what is sent."""
    place = places.place_of(db.session(), agency, unit)
    if request.method == "POST":
        return _sent(place)
    if token := request.args.get("k"):
        return _visited(place, token)
    open_now = survey_now(place)
    if open_now is None:
        begins = next_start(db.session(), place.agency.id, place.agency.today())
        return not_shared(make_response(render_template("survey/not_now.html", place=place, begins=begins)))
    visit = survey_visit.survey_visit(place, now=clock.utcnow())
    chosen = chosen_of(place, open_now.choices, visit)
    if not chosen:
        page = render_template("survey/services.html", place=place, choices=open_now.choices)
        return not_shared(make_response(page))
    return not_shared(make_response(_empty(Sheet(place, open_now, chosen[0]), visit)))


def _visited(place: Place, token: str) -> ResponseReturnValue:
    """Take the code of a visit along and lead on to an address without it."""
    named = request.args.get("layanan")
    address = url_for("public.survey", agency=place.agency.code, unit=place.unit.code, layanan=named)
    try:
        if not survey_visit.open_for_survey(token, place, now=clock.utcnow()):
            flash(
                gettext(
                    "Kode kunjungan itu tidak dikenal, sudah lewat masanya, atau bukan dari unit ini. "
                    "Anda tetap dapat mengisi survei."
                ),
                "warning",
            )
    except SurveyedVisitError:
        return secretive(make_response(render_template("survey/used.html", place=place, address=address), 409))
    return secretive(redirect(address, 303))


def _empty(sheet: Sheet, visit: SurveyVisit | None) -> str:
    def draw(**context: object) -> str:
        return _page(SurveyForm(sheet.questions()), sheet, visit, **context)

    # Who comes from a visit is told so, and gets a page of their own.
    if visit is not None:
        return draw()
    return shell.empty_form(sheet.place, f"skm:{sheet.survey.period_id}:{sheet.service_code}:", draw)


def _page(form: SurveyForm, sheet: Sheet, visit: SurveyVisit | None, **context: object) -> str:
    return render_template(
        "survey/form.html", form=form, sheet=sheet, place=sheet.place, visit=visit, kinds=KINDS, **context
    )


def _sent(place: Place) -> ResponseReturnValue:
    sheet = sheet_sent(place)
    form = SurveyForm(sheet.questions(), request.form)
    visit = survey_visit.survey_visit(place, now=clock.utcnow())
    if not is_open(sheet):
        return _closed(form, sheet)
    if not form.validate():
        return _again(form, sheet, visit, 422)
    if _looks_automatic():
        form.form_errors = [
            gettext("Jawaban ini datang secepat kiriman mesin, jadi belum disimpan. Periksa, lalu kirim sekali lagi.")
        ]
        return _again(form, sheet, visit, 422)
    refusal = _store(form, sheet, visit)
    if isinstance(refusal, SurveyClosedError):
        return _closed(form, sheet)
    if isinstance(refusal, SurveyKeyTakenError):
        return _taken(form, sheet)
    if refusal is not None:
        form.form_errors = [refusal.message]
        if isinstance(refusal, SurveyVisitUsedError):
            form.form_errors.append(
                gettext("Bila ini kunjungan lain, kirim sekali lagi; jawaban dihitung tanpa kode kunjungan.")
            )
        return _again(form, sheet, survey_visit.survey_visit(place, now=clock.utcnow()), refusal.status)
    return redirect(url_for("public.survey_thanks", agency=place.agency.code, unit=place.unit.code), 303)


def _looks_automatic() -> bool:
    """Tell whether a program seems to have sent this; the page is shown again, and a person sends it once more."""
    if request.form.get(signals.TRAP_FIELD, "").strip():
        return True
    age = signals.page_age(request)
    return age is not None and age < LEAST_SECONDS


def _store(form: SurveyForm, sheet: Sheet, visit: SurveyVisit | None) -> DomainError | None:
    """Store and commit; return the rule that refuses it. What was stored before under the same mark is no error."""
    session, now, agency = db.session(), clock.utcnow(), sheet.place.agency
    proof = visit if visit and visit.proves(sheet.service_id) else None
    filled = Filled(
        unit_id=sheet.place.unit.id,
        service_id=sheet.service_id,
        answered_on=agency.day_of(now),
        answers=form.answers(),
        channel=SurveyChannel.COUNTER if proof else SurveyChannel.WEB,
        hours=hour_band(now.astimezone(ZoneInfo(agency.time_zone)).time()),
        respondent=form.respondent(),
        entry_key=form.entry_key,
        visit_hash=proof.digest if proof else None,
    )
    try:
        answer(session, sheet.period, filled)
    except DomainError as error:
        session.rollback()
        if isinstance(error, SurveyVisitUsedError):
            survey_visit.drop_survey_visit()
        return error
    session.commit()
    if proof:
        survey_visit.drop_survey_visit()
    return None


def _again(form: SurveyForm, sheet: Sheet, visit: SurveyVisit | None, status: int) -> Response:
    return not_stored(make_response(_page(form, sheet, visit), status))


def _closed(form: SurveyForm, sheet: Sheet) -> Response:
    page = render_template("survey/closed.html", form=form, sheet=sheet, place=sheet.place)
    return not_stored(make_response(page, SurveyClosedError.status))


def _taken(form: SurveyForm, sheet: Sheet) -> Response:
    page = render_template("survey/taken.html", form=form, sheet=sheet, place=sheet.place)
    return not_stored(make_response(page, SurveyKeyTakenError.status))


def _survey_again(words: list[str], *, agency: str, unit: str) -> ResponseReturnValue:
    """Show the questionnaire as it was filled in, with what became of it."""
    place = places.place_of(db.session(), agency, unit)
    sheet = sheet_sent(place)
    form = SurveyForm(sheet.questions(), request.form)
    form.form_errors = words
    return _again(form, sheet, survey_visit.survey_visit(place, now=clock.utcnow()), 400)
