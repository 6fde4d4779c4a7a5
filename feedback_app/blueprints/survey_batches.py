"""What came in on paper and by file, and taking a whole batch back while its period is open."""

from __future__ import annotations

from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.numbers import asked_page
from feedback_app.blueprints.paging import pages_of
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.survey import batch_queries, batch_undo

bp = staff_blueprint("survey_batches")

PAGE_SIZE: Final = 30


@bp.get("/skm/kiriman")
@requires(Permission.ENTER_SURVEY)
def listed() -> ResponseReturnValue:
    """List what came in for the units within reach, of one period or of all."""
    session, user_id = db.session(), current_user.id
    period_id = request.args.get("period_id", type=int)
    period = None if period_id is None else batch_queries.period_of_paper(session, user_id, period_id, today())
    pages = pages_of(batch_queries.count_batches(session, user_id, today(), period_id), PAGE_SIZE)
    page = min(asked_page(), pages)
    lines = batch_queries.batches(
        session, user_id, today(), period_id=period_id, skip=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    return render_template("survey_paper/batches.html", lines=lines, period=period, page=page, pages=pages)


@bp.post("/skm/kiriman/<int:batch_id>/batalkan")
@requires(Permission.ENTER_SURVEY)
def undo(batch_id: int) -> ResponseReturnValue:
    """Take a whole batch back."""
    batch, period = batch_queries.batch_for(db.session(), current_user.id, batch_id, today())
    rows = batch_undo.undo(db.session(), period, batch, actor=person(current_user.id), now=clock.utcnow())
    db.session.commit()
    flash(
        ngettext(
            "Kiriman dibatalkan: %(num)d kuesioner tidak dihitung lagi.",
            "Kiriman dibatalkan: %(num)d kuesioner tidak dihitung lagi.", rows,
        ),
        "success",
    )  # fmt: skip
    return redirect(url_for("survey_batches.listed"), 303)
