"""The questionnaires of an agency: made from the official wording, copied, renamed, previewed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.forms.survey_setup import NameForm
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.survey_frame import (
    agency_of,
    bp,
    managed_agency,
    managed_instrument,
    manages,
    me,
    readable_instrument,
)
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.survey import instruments as rooms
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.instrument_rules import missing_elements
from feedback_app.survey.models import Instrument
from feedback_app.survey.official import Variant
from feedback_app.survey.queries import questionnaire
from feedback_app.survey.within_reach import agencies_with


@bp.get("/kuesioner")
@requires(Permission.READ_SURVEY)
def instruments() -> ResponseReturnValue:
    """List the questionnaires of each agency, with where they are used."""
    shown = [
        (
            agency, manages(agency.id), rooms.instruments_of(db.session(), agency.id),
            rooms.used_in(db.session(), agency.id),
        )
        for agency in agencies_with(db.session(), current_user.id, Permission.READ_SURVEY, today())
    ]  # fmt: skip
    return render_template("survey_setup/instruments.html", agencies=shown, variants=list(Variant))


@bp.post("/kuesioner/resmi/<int:agency_id>")
@requires(Permission.MANAGE_SURVEY)
def make_official(agency_id: int) -> ResponseReturnValue:
    """Make the official questionnaire, for the kind of service that is named."""
    agency = managed_agency(agency_id)
    asked = request.form.get("variant", "")
    variant = Variant(asked) if asked in set(Variant) else Variant.STANDARD
    made = rooms.make_official(db.session(), agency.id, variant, actor=me(), now=clock.utcnow())
    db.session.commit()
    return to_instrument(made.id, gettext("Kuesioner resmi dibuat. Periksa, lalu pakai dalam periode."))


@bp.get("/kuesioner/<int:instrument_id>")
@requires(Permission.READ_SURVEY)
def instrument(instrument_id: int) -> ResponseReturnValue:
    """Show a questionnaire: its questions in order, what it lacks, and what can be done with it."""
    return _page(readable_instrument(instrument_id))


@bp.get("/kuesioner/<int:instrument_id>/pratinjau")
@requires(Permission.READ_SURVEY)
def preview(instrument_id: int) -> ResponseReturnValue:
    """Show a questionnaire as its respondents see it; nothing can be sent."""
    row = readable_instrument(instrument_id)
    asked = questionnaire(db.session(), row.agency_id, row.id)
    return render_template("survey_setup/preview.html", instrument=row, agency=agency_of(row), asked=asked)


@bp.post("/kuesioner/<int:instrument_id>/salin")
@requires(Permission.MANAGE_SURVEY)
def copy_instrument(instrument_id: int) -> ResponseReturnValue:
    """Copy a questionnaire into a new version that can be changed."""
    row = managed_instrument(instrument_id)
    form = NameForm()
    try:
        made = rooms.copy(db.session(), row, name=form.name.data or "", actor=me(), now=clock.utcnow())
    except DomainError as error:
        return _name_refused(instrument_id, form, error)
    db.session.commit()
    return to_instrument(made.id, gettext("Versi baru dibuat. Ubah yang perlu, lalu pakai dalam periode berikutnya."))


@bp.post("/kuesioner/<int:instrument_id>/nama")
@requires(Permission.MANAGE_SURVEY)
def rename_instrument(instrument_id: int) -> ResponseReturnValue:
    """Give a questionnaire another name."""
    row = managed_instrument(instrument_id)
    form = NameForm()
    try:
        rooms.rename(db.session(), row, form.name.data or "", actor=me(), now=clock.utcnow())
    except DomainError as error:
        return _name_refused(instrument_id, form, error)
    db.session.commit()
    return to_instrument(instrument_id, gettext("Nama kuesioner diubah."))


@bp.post("/kuesioner/<int:instrument_id>/hapus")
@requires(Permission.MANAGE_SURVEY)
def remove_instrument(instrument_id: int) -> ResponseReturnValue:
    """Delete a questionnaire that nothing refers to."""
    row = managed_instrument(instrument_id)
    try:
        rooms.remove(db.session(), row, actor=me(), now=clock.utcnow())
    except DomainError as error:
        return told(instrument_id, error)
    db.session.commit()
    flash(gettext("Kuesioner dihapus."), "success")
    return redirect(url_for("survey.instruments"), 303)


def _page(row: Instrument, *, form: NameForm | None = None) -> str:
    asked = rooms.questions(db.session(), row)
    rules = RULESETS[row.ruleset]
    return render_template(
        "survey_setup/instrument.html",
        instrument=row,
        agency=agency_of(row),
        is_manager=manages(row.agency_id),
        is_open=row.sealed_at is None,
        questions=asked,
        rules=rules,
        names={element.key: element.name for element in rules.elements},
        missing=missing_elements(row.ruleset, (one.element for one in asked)),
        used=rooms.used_in(db.session(), row.agency_id).get(row.id, []),
        form=form or NameForm(formdata=None, data={"name": row.name}),
    )


def _name_refused(instrument_id: int, form: NameForm, error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    form.name.errors = [error.message]
    return _page(readable_instrument(instrument_id), form=form), error.status


def told(instrument_id: int, error: DomainError) -> ResponseReturnValue:
    """Lead back to a questionnaire, which says why an act was refused."""
    db.session.rollback()
    flash(translated(error.message), "error")
    return _back(instrument_id)


def to_instrument(instrument_id: int, done: str) -> ResponseReturnValue:
    """Lead to a questionnaire, which says what was done."""
    flash(done, "success")
    return _back(instrument_id)


def _back(instrument_id: int) -> ResponseReturnValue:
    return redirect(url_for("survey.instrument", instrument_id=instrument_id), 303)
