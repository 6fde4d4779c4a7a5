"""Set questionnaires from the web aside that one person seems to have sent, and take that back."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, ValidationError

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm, hold_length
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.survey_frame import agency_of, bp, day_at, managed_period, me
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.queries import units_of
from feedback_app.survey import set_aside
from feedback_app.survey.models import Period
from feedback_app.survey.queries import targets_of
from feedback_app.survey.rules import SurveyChannel
from feedback_app.survey.set_aside_models import REASON_MAX, REASON_MIN


class SetAsideForm(StaffForm):
    """Which questionnaires, and why."""

    unit_id = SelectField(_("Unit"), validate_choice=False)
    day = PlainDayField(_("Hari pengisian"), validators=[InputRequired(_("Isi hari pengisian."))])
    channel = SelectField(_("Saluran"), validate_choice=False)
    reason = TextAreaField(_("Alasan"), filters=[clean_text])

    def __init__(self, units: dict[int, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit_id.choices = [SelectChoice(str(number), name) for number, name in units.items()]
        self.channel.choices = [SelectChoice(one.value, label(one)) for one in set_aside.OPEN_CHANNELS]
        self._units = units

    def validate_unit_id(self, field: SelectField) -> None:
        """Refuse a unit that is not surveyed."""
        if field.data not in map(str, self._units):
            raise ValidationError(gettext("Pilih unit dari daftar."))

    def validate_channel(self, field: SelectField) -> None:
        """Refuse a channel whose questionnaires prove where they came from."""
        if field.data not in {one.value for one in set_aside.OPEN_CHANNELS}:
            raise ValidationError(gettext("Pilih saluran dari daftar."))

    def validate_reason(self, field: StringField) -> None:
        """Ask for a reason that others understand."""
        words = gettext("Tulis alasannya dengan %(least)d sampai %(most)d huruf.")
        hold_length(field, words, REASON_MIN, REASON_MAX)


@bp.route("/periode/<int:period_id>/sisihkan", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEY)
def set_asides(period_id: int) -> ResponseReturnValue:
    """List what was set aside of a period, and set more aside."""
    period = managed_period(period_id)
    form = SetAsideForm(_units(period), data=_asked())
    if not form.is_submitted():
        return _page(period, form)
    if not form.validate():
        return _page(period, form), 422
    day = form.day.data
    assert day is not None  # noqa: S101 - `validate` has refused what is missing
    try:
        row = set_aside.set_aside(
            db.session(), period, int(form.unit_id.data), day, SurveyChannel(form.channel.data),
            form.reason.data or "", actor=me(), now=clock.utcnow(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.day.errors = [translated(error.message)]
        return _page(managed_period(period_id), form), error.status
    done = ngettext(
        "%(num)d kuesioner disisihkan dan tidak dihitung lagi.",
        "%(num)d kuesioner disisihkan dan tidak dihitung lagi.", row.responses,
    )  # fmt: skip
    return _back(period_id, done)


@bp.post("/periode/<int:period_id>/sisihkan/<int:set_aside_id>/kembalikan")
@requires(Permission.MANAGE_SURVEY)
def take_back_set_aside(period_id: int, set_aside_id: int) -> ResponseReturnValue:
    """Let questionnaires that were set aside count again."""
    row = set_aside.take_back(
        db.session(), managed_period(period_id), set_aside_id, actor=me(), now=clock.utcnow()
    )  # fmt: skip
    done = ngettext("%(num)d kuesioner dihitung lagi.", "%(num)d kuesioner dihitung lagi.", row.responses)
    return _back(period_id, done)


def _page(period: Period, form: SetAsideForm) -> str:
    return render_template(
        "survey_setup/set_aside.html", period=period, agency=agency_of(period), form=form, names=_units(period),
        lines=set_aside.lines(db.session(), period), crowds=set_aside.busiest(db.session(), period),
    )  # fmt: skip


def _units(period: Period) -> dict[int, str]:
    """Return the units that a period surveys, by name."""
    agency = agency_of(period)
    surveyed = {target.unit_id for target in targets_of(db.session(), agency.id, period.id, None)}
    shown = units_of(db.session(), agency.id, min(day_at(agency), period.ends_on))
    return {unit.id: unit.name for unit in sorted(shown, key=lambda unit: unit.name) if unit.id in surveyed}


def _asked() -> dict[str, object]:
    """Return what a link to the form fills in."""
    asked: dict[str, object] = {"unit_id": request.args.get("unit", ""), "channel": request.args.get("saluran", "")}
    try:
        return {**asked, "day": date.fromisoformat(request.args.get("hari", ""))}
    except ValueError:
        return asked


def _back(period_id: int, done: str) -> ResponseReturnValue:
    db.session.commit()
    flash(done, "success")
    return redirect(url_for("survey.set_asides", period_id=period_id), 303)
