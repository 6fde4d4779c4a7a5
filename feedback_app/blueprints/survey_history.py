"""Results from before the platform: noted one by one, and taken back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.survey_setup import ReportedForm
from feedback_app.blueprints.survey_frame import bp, day_at, managed_agency, managed_period, me
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import units_of
from feedback_app.survey import history
from feedback_app.survey.periods import PeriodCodeTakenError
from feedback_app.survey.queries import periods_of
from feedback_app.survey.rules import PeriodState


@bp.route("/riwayat/<int:agency_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEY)
def past_results(agency_id: int) -> ResponseReturnValue:
    """List what was noted of an agency's surveys before the platform, and note another result."""
    agency = managed_agency(agency_id)
    form = ReportedForm(units_of(db.session(), agency.id, day_at(agency)))
    if not form.is_submitted():
        return _page(agency, form)
    if not form.validate():
        return _page(agency, form), 422
    try:
        history.add_reported(db.session(), agency.id, form.told(), actor=me(), now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        (form.code if isinstance(error, PeriodCodeTakenError) else form.index).errors = [error.message]
        return _page(agency, form), error.status
    db.session.commit()
    flash(gettext("Hasil dicatat."), "success")
    return redirect(url_for("survey.past_results", agency_id=agency_id), 303)


@bp.post("/periode/<int:period_id>/riwayat/<int:result_id>/tarik")
@requires(Permission.MANAGE_SURVEY)
def take_back_past_result(period_id: int, result_id: int) -> ResponseReturnValue:
    """Take a noted result back."""
    period = managed_period(period_id, for_update=True)
    agency_id = period.agency_id
    history.take_back_reported(db.session(), period, result_id, actor=me(), now=clock.utcnow())
    db.session.commit()
    flash(gettext("Hasil ditarik dari riwayat."), "success")
    return redirect(url_for("survey.past_results", agency_id=agency_id), 303)


def _page(agency: Agency, form: ReportedForm) -> str:
    session = db.session()
    told = [period for period in periods_of(session, agency.id) if period.state is PeriodState.REPORTED]
    return render_template(
        "survey_setup/history.html",
        agency=agency,
        form=form,
        rows=[(period, row) for period in told for row in history.reported_of(session, period)],
        names={unit.id: unit.name for unit in units_of(session, agency.id, day_at(agency))},
    )
