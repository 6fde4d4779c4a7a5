"""The follow-up plan (rencana tindak lanjut) of a unit: read by who reads the survey, written by its head."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.survey_actions import ActionForm, MoveForm, quarter_words
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.blueprints.survey_actions_views import (
    Asked,
    asked_place,
    element_names,
    form_of,
    lines_of,
    lowest_of,
    new_form,
    plan_is_open,
    result_of,
    say_left_over,
)
from feedback_app.blueprints.survey_frame import agency_of, day_at, readable_period, readable_units
from feedback_app.blueprints.survey_voices import shown_voices
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.queries import names_of
from feedback_app.identity.rules import Permission
from feedback_app.survey import action_carrying, action_queries, action_undo, actions
from feedback_app.survey.result_models import Action

bp = staff_blueprint("survey_actions")


@bp.get("/skm/periode/<int:period_id>/rtl")
@requires(Permission.READ_SURVEY)
def period(period_id: int) -> ResponseReturnValue:
    """List the units within reach with their lowest elements and how far their plans are."""
    found = readable_period(period_id)
    agency = agency_of(found)
    return render_template(
        "survey_actions/period.html", period=found, agency=agency, is_closed=plan_is_open(found),
        lines=lines_of(found, readable_units(agency.id), day_at(agency)),
    )  # fmt: skip


@bp.get("/skm/periode/<int:period_id>/rtl/<int:unit_id>")
@requires(Permission.READ_SURVEY)
def unit(period_id: int, unit_id: int) -> ResponseReturnValue:
    """Show the plan of a unit beside its lowest elements, what people say of them, and the plan before."""
    asked = asked_place(period_id, unit_id)
    session, of, day = db.session(), asked.period, day_at(asked.agency)
    earlier = action_queries.period_before(session, of)
    rows = action_queries.lowest_first(
        action_queries.plan_of(session, of.agency_id, of.id, unit_id, day=day), result_of(of, unit_id)
    )
    before = action_queries.plan_of(session, of.agency_id, earlier.id, unit_id, day=day) if earlier else []
    return render_template(
        "survey_actions/plan.html",
        asked=asked,
        rows=rows,
        before=before,
        earlier=earlier,
        left_over=say_left_over(asked, earlier),
        lowest=lowest_of(of, unit_id),
        names=element_names(of),
        planned={row.element for row in rows},
        is_closed=plan_is_open(of),
        voices=shown_voices(of, unit_id, day),
        when=quarter_words,
    )


@bp.route("/skm/periode/<int:period_id>/rtl/<int:unit_id>/tambah", methods=["GET", "POST"])
@requires(Permission.PLAN_FOLLOW_UP)
def add(period_id: int, unit_id: int) -> ResponseReturnValue:
    """Add a row; an element in the address is chosen already."""
    asked = asked_place(period_id, unit_id, Permission.PLAN_FOLLOW_UP)
    form = new_form(asked, request.args.get("unsur", ""), day_at(asked.agency))
    if not form.is_submitted():
        return _add_page(asked, form)
    if not form.validate():
        return _add_page(asked, form), 422
    try:
        actions.plan(
            db.session(), asked.period, unit_id, form.planned, user_id=current_user.id, now=clock.utcnow()
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(error.message)
        return _add_page(asked_place(period_id, unit_id, Permission.PLAN_FOLLOW_UP), form), error.status
    db.session.commit()
    flash(gettext("Kegiatan masuk ke rencana."), "success")
    return _to_plan(period_id, unit_id)


@bp.get("/skm/periode/<int:period_id>/rtl/<int:unit_id>/<int:action_id>")
@requires(Permission.READ_SURVEY)
def action(period_id: int, unit_id: int, action_id: int) -> ResponseReturnValue:
    """Show one row with its history, and to its unit's head the ways to change it."""
    asked = asked_place(period_id, unit_id)
    return _action_page(asked, _row(asked, action_id))


@bp.post("/skm/periode/<int:period_id>/rtl/<int:unit_id>/<int:action_id>")
@requires(Permission.PLAN_FOLLOW_UP)
def change(period_id: int, unit_id: int, action_id: int) -> ResponseReturnValue:
    """Change what a row says; who comes second is shown both, and loses nothing they typed."""
    asked = asked_place(period_id, unit_id, Permission.PLAN_FOLLOW_UP)
    row = _row(asked, action_id, for_update=True)
    form = ActionForm(element_names(asked.period))
    if not form.validate():
        return _action_page(asked, row, form=form), 422
    try:
        actions.change(
            db.session(), row, form.planned, version=form.seen_version, user_id=current_user.id, now=clock.utcnow()
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(error.message)
        asked = asked_place(period_id, unit_id, Permission.PLAN_FOLLOW_UP)
        return _action_page(asked, _row(asked, action_id), form=form, error=error), error.status
    db.session.commit()
    flash(gettext("Kegiatan tersimpan."), "success")
    return _to_plan(period_id, unit_id)


@bp.post("/skm/periode/<int:period_id>/rtl/<int:unit_id>/<int:action_id>/status")
@requires(Permission.PLAN_FOLLOW_UP)
def move(period_id: int, unit_id: int, action_id: int) -> ResponseReturnValue:
    """Say how far a row is."""
    asked = asked_place(period_id, unit_id, Permission.PLAN_FOLLOW_UP)
    row = _row(asked, action_id, for_update=True)
    form = MoveForm()
    if not form.validate():
        return _action_page(asked, row, status=form), 422
    try:
        actions.move(
            db.session(), row, form.wanted, form.note.data or "", version=form.seen_version, user_id=current_user.id,
            now=clock.utcnow(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(error.message)
        asked = asked_place(period_id, unit_id, Permission.PLAN_FOLLOW_UP)
        return _action_page(asked, _row(asked, action_id), status=form, error=error), error.status
    db.session.commit()
    flash(gettext("Status tersimpan."), "success")
    return redirect(url_for("survey_actions.action", period_id=period_id, unit_id=unit_id, action_id=action_id), 303)


@bp.post("/skm/periode/<int:period_id>/rtl/<int:unit_id>/<int:action_id>/batal")
@requires(Permission.PLAN_FOLLOW_UP)
def undo(period_id: int, unit_id: int, action_id: int) -> ResponseReturnValue:
    """Take the last change of the status back."""
    asked = asked_place(period_id, unit_id, Permission.PLAN_FOLLOW_UP)
    row = _row(asked, action_id, for_update=True)
    try:
        action_undo.undo(
            db.session(), row, version=MoveForm().seen_version, user_id=current_user.id, now=clock.utcnow()
        )
    except DomainError as error:
        db.session.rollback()
        flash(error.message, "error")
    else:
        db.session.commit()
        flash(gettext("Perubahan status dibatalkan."), "success")
    return redirect(url_for("survey_actions.action", period_id=period_id, unit_id=unit_id, action_id=action_id), 303)


@bp.post("/skm/periode/<int:period_id>/rtl/<int:unit_id>/lanjutkan")
@requires(Permission.PLAN_FOLLOW_UP)
def carry(period_id: int, unit_id: int) -> ResponseReturnValue:
    """Take what the plan before did not get done into this one."""
    asked = asked_place(period_id, unit_id, Permission.PLAN_FOLLOW_UP)
    earlier = action_queries.period_before(db.session(), asked.period)
    carried = (
        action_carrying.carry(
            db.session(), earlier, asked.period, unit_id, user_id=current_user.id, now=clock.utcnow()
        )
        if earlier
        else []
    )  # fmt: skip
    db.session.commit()
    words = ngettext("%(num)s kegiatan dilanjutkan.", "%(num)s kegiatan dilanjutkan.", len(carried))
    flash(words if carried else gettext("Tidak ada kegiatan yang perlu dilanjutkan."), "success")
    return _to_plan(period_id, unit_id)


def _row(asked: Asked, action_id: int, *, for_update: bool = False) -> Action:
    return action_queries.action_of(
        db.session(), asked.period.agency_id, asked.unit_id, action_id, period_id=asked.period.id, for_update=for_update
    )


def _to_plan(period_id: int, unit_id: int) -> ResponseReturnValue:
    return redirect(url_for("survey_actions.unit", period_id=period_id, unit_id=unit_id), 303)


def _add_page(asked: Asked, form: ActionForm) -> str:
    return render_template(
        "survey_actions/add.html", asked=asked, form=form, is_closed=plan_is_open(asked.period),
        lowest=lowest_of(asked.period, asked.unit_id),
        voices=shown_voices(asked.period, asked.unit_id, day_at(asked.agency)),
    )  # fmt: skip


def _action_page(
    asked: Asked, row: Action, *, form: ActionForm | None = None, status: MoveForm | None = None,
    error: DomainError | None = None,
) -> str:  # fmt: skip
    session, day = db.session(), day_at(asked.agency)
    history = action_queries.history_of(session, row.agency_id, row.id)
    went_on = bool(action_queries.gone_on(session, row.agency_id, [row.id]))
    if isinstance(error, actions.ActionChangedError):
        # Whoever reads both versions and saves again has seen this one.
        for one in (form, status):
            if one is not None:
                one.version.data = str(row.version)
    return render_template(
        "survey_actions/action.html",
        asked=asked,
        row=row,
        went_on=went_on,
        is_late=actions.is_late(row, day) and not went_on,
        element=element_names(asked.period).get(row.element, row.element),
        when=quarter_words(row.quarters, row.year),
        history=history,
        people=names_of(session, [event.actor_id for event in history]),
        form=form or form_of(asked.period, row),
        status=status or MoveForm(formdata=None, status=row.status.value, version=row.version),
        undo_to=action_undo.status_before(session, row) if asked.may_plan and not went_on else None,
        conflict=isinstance(error, actions.ActionChangedError),
        may_write=asked.may_plan and not went_on,
    )
