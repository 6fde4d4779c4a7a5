"""Odd runs of ratings: what was set aside, why, and who puts it back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints import case_panels
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.case_panels import Panel
from feedback_app.blueprints.numbers import asked_page
from feedback_app.blueprints.paging import pages_of
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.queries import CaseFile
from feedback_app.identity.rules import Permission
from feedback_app.measures.anomalies import REASON_MAX, REASON_MIN, AnomalyReasonError, clear, set_aside_again
from feedback_app.measures.anomaly_queries import AnomalyRow, anomalies_for, anomaly_to_decide
from feedback_app.measures.anomaly_signals import marked_ratings
from feedback_app.measures.release_models import AnomalyKind

bp = staff_blueprint("anomalies")

SHOWN_PER_PAGE = 20


@bp.get("/kejanggalan")
@requires(Permission.READ_INBOX, Permission.MANAGE_CYCLE)
def listed() -> ResponseReturnValue:
    """Show what was set aside in the units of the reader, with and without it."""
    return _page()


@bp.post("/kejanggalan/<int:anomaly_id>/hitung")
@requires(Permission.READ_INBOX, Permission.MANAGE_CYCLE)
def put_back(anomaly_id: int) -> ResponseReturnValue:
    """Put the ratings back among those that count, for a reason."""
    anomaly = anomaly_to_decide(db.session(), current_user.id, anomaly_id, today())
    try:
        clear(db.session(), anomaly, request.form.get("reason"), actor=person(current_user.id), now=clock.utcnow())
    except AnomalyReasonError as error:
        db.session.rollback()
        return _page(wrong=(anomaly_id, translated(error.message))), error.status
    db.session.commit()
    flash(gettext("Penilaian itu dihitung kembali. Alasan Anda tercatat."), "success")
    return redirect(url_for("anomalies.listed"), 303)


@bp.post("/kejanggalan/<int:anomaly_id>/sisihkan")
@requires(Permission.READ_INBOX, Permission.MANAGE_CYCLE)
def set_aside(anomaly_id: int) -> ResponseReturnValue:
    """Take back that an anomaly was cleared."""
    anomaly = anomaly_to_decide(db.session(), current_user.id, anomaly_id, today())
    try:
        set_aside_again(db.session(), anomaly, actor=person(current_user.id), now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return redirect(url_for("anomalies.listed"), 303)
    db.session.commit()
    flash(gettext("Penilaian itu disisihkan lagi."), "success")
    return redirect(url_for("anomalies.listed"), 303)


def _page(wrong: tuple[int, str] | None = None) -> str:
    """Return the list; `wrong` is the anomaly whose reason was refused, and why."""
    page = asked_page()
    rows, total = anomalies_for(db.session(), current_user.id, today(), page=page, size=SHOWN_PER_PAGE)
    return render_template(
        "staff/anomalies.html",
        rows=rows,
        marked={row.anomaly.id: marked_ratings(db.session(), row.anomaly) for row in rows if _is_automatic(row)},
        page=page,
        pages=pages_of(total, SHOWN_PER_PAGE),
        wrong=wrong,
        typed=request.form.get("reason", ""),
        least=REASON_MIN,
        most=REASON_MAX,
    )


def _is_automatic(row: AnomalyRow) -> bool:
    return row.anomaly.kind is AnomalyKind.AUTOMATIC


def _signals_of(file: CaseFile, _can_answer: bool) -> dict[str, object] | None:
    signals = file.submission.signals
    return {"signals": signals} if signals else None


case_panels.PANELS.append(Panel("cases/panel_signals.html", _signals_of))
