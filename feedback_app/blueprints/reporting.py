"""Report to a unit, or to whoever it concerns."""

from __future__ import annotations

from typing import Final

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from feedback_app.blueprints import coaching, places, receipts
from feedback_app.blueprints.coaching import Advice
from feedback_app.blueprints.expired_forms import draw_again
from feedback_app.blueprints.forms.report import ReportForm
from feedback_app.blueprints.private import not_shared, not_stored
from feedback_app.blueprints.public import bp, listed
from feedback_app.blueprints.text_reader import register_text_reader, text_reader
from feedback_app.db import db
from feedback_app.intake.rules import TEXT_MAX, TEXT_MIN
from feedback_app.organisation.codes import UNKNOWN_UNIT
from feedback_app.organisation.reception import reception_unit_id

bp.record_once(lambda state: register_text_reader(state.app))
bp.record_once(lambda state: draw_again(state.app, "public.report", _report_again))

MASKS: Final = {"mask": False, "mask_names": True}
# What the next page makes itself, or asks for anew.
_NOT_CARRIED: Final = frozenset({"step", "reviewed", "is_confidential", "confidential_by_coach", "to", "once"})


@bp.get("/lapor")
def report_start() -> ResponseReturnValue:
    """Show the agencies a report can go to; where there is one only, go on to its units."""
    agencies = places.agency_cards(db.session())
    if len(agencies) == 1:
        return redirect(url_for("public.report_agency", agency=agencies[0].code))
    return render_template("public/report_start.html", agencies=agencies)


@bp.get("/lapor/<agency>")
def report_agency(agency: str) -> ResponseReturnValue:
    """Show the units a report can go to, and the way for who does not know the unit."""
    card = places.agency_card(db.session(), agency)
    return render_template("public/report_agency.html", agency=card, unknown=UNKNOWN_UNIT, **listed(card))


@bp.route("/lapor/<agency>/<unit>", methods=["GET", "POST"])
def report(agency: str, unit: str) -> ResponseReturnValue:
    """Show the report form, then what the coach finds; store what is sent after that, or if it finds nothing."""
    form = _form(agency, unit)
    if request.method == "GET":
        if reader := text_reader():
            reader.warm()
        return not_shared(make_response(_form_page(form)))
    step = request.form.get("step", "")
    if step == "edit":
        return _back_to_form(form, 200)
    if step in MASKS:
        form.mask(names=MASKS[step])
        form.reviewed.data = ""
    if not form.validate():
        return _back_to_form(form, 422)
    if step in MASKS or not form.reviewed.data:
        advice = coaching.advise(db.session(), form)
        if step in MASKS or advice.is_worth_a_stop:
            return not_stored(make_response(_review_page(form, advice, is_masked=step in MASKS)))
        return _send(form, alleges=advice.is_allegation)
    return _send(form, alleges=coaching.is_allegation(form.whole_text))


@bp.post("/lapor/<agency>/periksa")
def report_check(agency: str) -> ResponseReturnValue:
    """Return what the coach finds in a report that is still being written; nothing of it is stored or logged."""
    form = _form(agency, request.form.get("to", UNKNOWN_UNIT))
    length = len(form.whole_text)
    if not TEXT_MIN <= length <= TEXT_MAX:
        return not_stored(jsonify(html="", confidential=False))
    advice = coaching.advise(db.session(), form)
    words = render_template("public/_coach.html", advice=advice, form=form, live=True) if advice.has_findings else ""
    return not_stored(jsonify(html=words, confidential=advice.is_allegation))


def _form(agency: str, unit: str) -> ReportForm:
    if unit != UNKNOWN_UNIT:
        place = places.place_of(db.session(), agency, unit)
        return ReportForm(place, data={"occurred_on": place.agency.today()})
    card = places.agency_card(db.session(), agency)
    reception = reception_unit_id(db.session(), card.id, card.today())
    place = coaching.unknown_unit_place(db.session(), agency, reception)
    return ReportForm(place, places.directory(db.session(), card), data={"occurred_on": card.today()})


def _send(form: ReportForm, *, alleges: bool) -> ResponseReturnValue:
    draft = form.to_draft(alleges=alleges)
    refusal = receipts.send_once(draft, form.destination, alleges=alleges, once=form.once.data or "")
    if refusal is None:
        return redirect(url_for("public.received"), receipts.SENT)
    form.form_errors = [refusal.message]
    return _back_to_form(form, refusal.status)


def _report_again(words: list[str], *, agency: str, unit: str) -> ResponseReturnValue:
    """Show the report as it was filled in, with what became of it."""
    form = _form(agency, unit)
    form.form_errors = words
    return _back_to_form(form, 400)


def _back_to_form(form: ReportForm, status: int) -> ResponseReturnValue:
    return not_stored(make_response(_form_page(form), status))


def _form_page(form: ReportForm) -> str:
    # Whoever comes back to the boxes writes something else, which the coach has not seen.
    form.reviewed.data = ""
    return render_template("public/report.html", form=form, place=form.place, to=_code(form))


def _review_page(form: ReportForm, advice: Advice, *, is_masked: bool) -> str:
    return render_template(
        "public/report_review.html", form=form, place=form.place, to=_code(form), advice=advice, is_masked=is_masked,
        carried=_carried(form, advice), carries_token="csrf_token" in request.form,
    )  # fmt: skip


def _code(form: ReportForm) -> str:
    return UNKNOWN_UNIT if form.units is not None else form.place.unit.code


def _carried(form: ReportForm, advice: Advice) -> list[tuple[str, str]]:
    """Return everything typed, other parts of the page included, for the next page to send along.

    The token of the first page goes along as well: it says how long the report took to write.
    """
    asked_anew = {"kind"} if advice.asks_for_kind or advice.differs else set()
    asked_anew |= {"unit"} if advice.units else set()
    masked = {name: form[name].data or "" for name in ("happened", "expected", "where")}
    fields = [
        (name, masked.get(name, value))
        for name, value in request.form.items(multi=True)
        if name not in _NOT_CARRIED | asked_anew
    ]
    # What the coach ticked holds as long as the words allege something, and the words are asked again.
    if form.wishes_confidence:
        fields.append(("is_confidential", "y"))
    return [*fields, ("once", form.once.data or "")]
