"""Requests of reporters about their data, as officers see and settle them."""

from __future__ import annotations

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.act_forms import refuse
from feedback_app.blueprints.case_page import case_page
from feedback_app.blueprints.due import Due, due
from feedback_app.blueprints.forms.requests import LiftForm, SettleForm
from feedback_app.blueprints.forms.staff import ReplyForm
from feedback_app.blueprints.my_cases import my_case
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import DomainError, InvalidInputError
from feedback_app.handling.citizens.models import RequestOutcome
from feedback_app.handling.citizens.settling import lift_for, settle_request
from feedback_app.handling.citizens.subject_requests import OpenRequest, open_request_for, open_requests
from feedback_app.handling.queries import case_for
from feedback_app.identity.rules import Permission

bp = staff_blueprint("subject_requests")
bp.record_once(lambda state: state.app.add_template_global(requests_due, "requests_due"))


@bp.post("/permintaan/<int:request_id>")
@requires(Permission.ANSWER_CASE)
def settlement(request_id: int) -> ResponseReturnValue:
    """Settle a request: do what was asked for, or refuse with a reason; a refused one is shown again, never lost."""
    request, case = open_request_for(db.session(), current_user.id, request_id, day=today())
    case_id, form, now = case.id, SettleForm(), clock.utcnow()
    try:
        if not form.validate():
            raise InvalidInputError("Pilih penuhi atau tolak.")
        actor, outcome = person(current_user.id), RequestOutcome(form.outcome.data or "")
        settle_request(
            db.session(), current_app.extensions["suara_storage"], request, case, outcome, actor=actor,
            reason=form.reason.data, now=now,
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        form.request_id = request_id
        refuse(form)
        return case_page(my_case(case_id), ReplyForm(formdata=None)), error.status
    db.session.commit()
    flash(gettext("Permintaan pelapor sudah diselesaikan."), "success")
    return redirect(url_for("cases.case", case_id=case_id), 303)


@bp.post("/kasus/<int:case_id>/pembatasan/akhiri")
@requires(Permission.ANSWER_CASE)
def lift(case_id: int) -> ResponseReturnValue:
    """Let a restricted report be used again, with a reason that its reporter reads."""
    case = case_for(db.session(), current_user.id, case_id, day=today(), permission=Permission.ANSWER_CASE)
    form = LiftForm()
    form.validate()
    # Where it is refused, the page of the error gives back what was typed.
    lift_for(db.session(), case, form.reason.data, actor=person(current_user.id), now=clock.utcnow())
    db.session.commit()
    flash(gettext("Pembatasan sudah diakhiri. Pelapor diberi tahu alasannya."), "success")
    return redirect(url_for("cases.case", case_id=case_id), 303)


def requests_due() -> list[tuple[OpenRequest, Due]]:
    """Return the requests that wait for the signed-in person, with how soon each is due."""
    waiting = open_requests(db.session(), current_user.id, day=today())
    return [(request, due(request.due_at, request.time_zone, clock.utcnow())) for request in waiting]
