"""Make a period, change its draft, and lead it through its life; each act says what it did and leads back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.survey_setup import NewEndForm, PeriodForm
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.survey_frame import (
    agency_of,
    bp,
    day_at,
    managed_agency,
    managed_period,
    me,
)
from feedback_app.blueprints.survey_setup import period_page
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.survey import period_life, periods, results
from feedback_app.survey.models import Period
from feedback_app.survey.targets import usable_instruments


@bp.route("/periode/baru/<int:agency_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEY)
def new_period(agency_id: int) -> ResponseReturnValue:
    """Make the draft of a period."""
    agency = managed_agency(agency_id)
    form = PeriodForm(usable_instruments(db.session(), agency.id))
    if not form.is_submitted():
        return _form_page(agency, form)
    if not form.validate():
        return _form_page(agency, form), 422
    try:
        period = periods.create(db.session(), agency.id, form.wanted(), actor=me(), now=clock.utcnow())
    except DomainError as error:
        return _refused(agency, form, error)
    db.session.commit()
    flash(gettext("Rancangan periode tersimpan. Pilih unit yang disurvei."), "success")
    return redirect(url_for("survey.targets", period_id=period.id), 303)


@bp.route("/periode/<int:period_id>/ubah", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEY)
def edit_period(period_id: int) -> ResponseReturnValue:
    """Change a draft; what was typed is shown again where a colleague was faster."""
    period = managed_period(period_id, for_update=True)
    agency = agency_of(period)
    form = PeriodForm(usable_instruments(db.session(), agency.id), data=_shown(period))
    if not form.is_submitted():
        return _form_page(agency, form, period)
    if not form.validate():
        return _form_page(agency, form, period), 422
    seen = form.seen.data or ""
    try:
        periods.change(db.session(), period, form.wanted(), seen=seen, actor=me(), now=clock.utcnow())
    except DomainError as error:
        return _refused(agency, form, error, period_id)
    db.session.commit()
    return _back(period_id, gettext("Rancangan periode tersimpan."))


@bp.post("/periode/<int:period_id>/buka")
@requires(Permission.MANAGE_SURVEY)
def open_period(period_id: int) -> ResponseReturnValue:
    """Let answers come in."""
    return _act(
        period_id, gettext("Periode dibuka. Sebarkan alamat kuesionernya, atau cetak kuesioner kertas."),
        lambda period: period_life.open_survey(
            db.session(), period, today=day_at(agency_of(period)), actor=me(), now=clock.utcnow()
        ),
    )  # fmt: skip


@bp.post("/periode/<int:period_id>/akhir")
@requires(Permission.MANAGE_SURVEY)
def move_end(period_id: int) -> ResponseReturnValue:
    """Give an open period another last day."""
    return _with_day(period_id, gettext("Tanggal akhir diubah."), period_life.move_end)


@bp.post("/periode/<int:period_id>/tutup")
@requires(Permission.MANAGE_SURVEY)
def close_period(period_id: int) -> ResponseReturnValue:
    """Take no further answers, add up those that wait, and store what the period came to."""

    def close(period: Period) -> None:
        now = clock.utcnow()
        period_life.close_survey(db.session(), period, today=day_at(agency_of(period)), actor=me(), now=now)
        results.store_period(db.session(), period, now=now, actor=me())

    return _act(period_id, gettext("Periode ditutup dan hasilnya dihitung. Baca dahulu, lalu terbitkan."), close)


@bp.post("/periode/<int:period_id>/buka-lagi")
@requires(Permission.MANAGE_SURVEY)
def reopen_period(period_id: int) -> ResponseReturnValue:
    """Take answers again, until a day."""
    return _with_day(period_id, gettext("Periode terbuka lagi."), period_life.reopen_survey)


@bp.post("/periode/<int:period_id>/terbitkan")
@requires(Permission.MANAGE_SURVEY)
def publish_period(period_id: int) -> ResponseReturnValue:
    """Show the results to the public."""
    return _act(
        period_id, gettext("Hasil diterbitkan pada halaman unit. Susun laporan dan rencana tindak lanjutnya."),
        lambda period: results.publish(db.session(), period, now=clock.utcnow(), actor=me()),
    )  # fmt: skip


@bp.post("/periode/<int:period_id>/hapus")
@requires(Permission.MANAGE_SURVEY)
def remove_period(period_id: int) -> ResponseReturnValue:
    """Delete a draft."""
    period = managed_period(period_id, for_update=True)
    try:
        periods.remove(db.session(), period, actor=me(), now=clock.utcnow())
    except DomainError as error:
        return _told(period_id, error)
    db.session.commit()
    flash(gettext("Rancangan periode dihapus."), "success")
    return redirect(url_for("survey.start"), 303)


def _act(period_id: int, done: str, act: Callable[[Period], object]) -> ResponseReturnValue:
    """Carry out an act on a locked period; where it is refused, the page it stands on says why."""
    try:
        act(managed_period(period_id, for_update=True))
    except DomainError as error:
        if error.status == 404:
            raise
        return _told(period_id, error)
    db.session.commit()
    return _back(period_id, done)


def _with_day(period_id: int, done: str, act: Callable[..., None]) -> ResponseReturnValue:
    period = managed_period(period_id, for_update=True)
    form = NewEndForm()
    if not form.validate():
        return period_page(period, end=form), 422
    try:
        act(db.session(), period, form.ends_on.data, today=day_at(agency_of(period)), actor=me(), now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        form.ends_on.errors = [error.message]
        return period_page(managed_period(period_id), end=form), error.status
    db.session.commit()
    return _back(period_id, done)


def _told(period_id: int, error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    flash(translated(error.message), "error")
    return redirect(url_for("survey.period", period_id=period_id), 303)


def _back(period_id: int, done: str) -> ResponseReturnValue:
    flash(done, "success")
    return redirect(url_for("survey.period", period_id=period_id), 303)


def _refused(agency: Agency, form: PeriodForm, error: DomainError, period_id: int | None = None) -> ResponseReturnValue:
    """Return the form with what was typed, beside what is stored now."""
    db.session.rollback()
    is_code = isinstance(error, periods.PeriodCodeTakenError)
    (form.code if is_code else form.name).errors = [error.message]
    stored = managed_period(period_id) if period_id else None
    if isinstance(error, periods.PeriodChangedError) and stored is not None:
        form.seen.data = periods.seen_mark(stored)
        return _form_page(agency, form, stored, theirs=stored), error.status
    return _form_page(agency, form, stored), error.status


def _form_page(agency: Agency, form: PeriodForm, period: Period | None = None, **shown: Any) -> str:
    if period is not None and not form.is_submitted():
        form.seen.data = periods.seen_mark(period)
    return render_template("survey_setup/period_form.html", agency=agency, form=form, period=period, **shown)


def _shown(period: Period) -> dict[str, Any]:
    return {
        "name": period.name, "code": period.code, "starts_on": period.starts_on, "ends_on": period.ends_on,
        "instrument_id": str(period.instrument_id), "weight": period.weight.value,
        "unit_averaging": period.unit_averaging.value, "agency_averaging": period.agency_averaging.value,
        "missing": period.missing.value, "sampling": period.sampling,
    }  # fmt: skip
