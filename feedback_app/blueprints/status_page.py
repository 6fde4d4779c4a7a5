"""The tracking page, whichever request led to it: of a report of one's own, or of a joined case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import make_response, render_template
from flask_wtf import FlaskForm
from werkzeug import Response

from feedback_app import clock
from feedback_app.blueprints.due import Urge, due
from feedback_app.blueprints.forms.tracking import ContactForm, MessageForm, ObjectionForm, VerdictForm
from feedback_app.blueprints.opened_report import seal
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.timeline import timeline
from feedback_app.db import db
from feedback_app.handling.citizens.tracked import Followed, Tracked
from feedback_app.handling.ending.verdicts import UNDO_WITHDRAWAL_HOURS
from feedback_app.handling.rules import CaseStatus, ReplyKind
from feedback_app.intake.contacts import Owner, contact_card
from feedback_app.privacy.breaches.queries import notices_for


def status_page(
    report: Tracked,
    *,
    verdict: VerdictForm | None = None,
    message: MessageForm | None = None,
    contact: ContactForm | None = None,
    objection: ObjectionForm | None = None,
) -> Response:
    """Return the page of a report; a form that was refused stands in it with everything typed."""
    now = clock.utcnow()
    forms: dict[str, FlaskForm] = {
        "verdict": verdict or VerdictForm(formdata=None),
        "message": message or MessageForm(formdata=None),
        "contact": contact or ContactForm(formdata=None),
        "objection": objection or ObjectionForm(formdata=None),
    }
    case = report.case
    return _answer(
        "tracking/status.html",
        forms,
        report=report,
        steps=timeline(report, now=now),
        awaits_verdict=case is not None and case.status is CaseStatus.ANSWERED,
        is_asked=case is not None and case.status is CaseStatus.ON_HOLD and not report.erased_at,
        question=_question(report),
        may_dispute=_lasts(report, case.disputable_until if case else None, now),
        may_undo_withdrawal=_may_undo_withdrawal(report, now),
        may_object=_lasts(report, case.objectionable_until if case else None, now),
        kept_contact=contact_card(db.session(), Owner(report.agency_id, submission_id=report.submission_id)),
        breach_notices=notices_for(db.session(), report.agency_id, report.submission_id),
        due_soon=lambda at, time_zone: _due_soon(at, time_zone, now),
    )


def followed_page(joined: Followed, *, contact: ContactForm | None = None) -> Response:
    """Return the page of somebody who joined a case."""
    forms: dict[str, FlaskForm] = {"contact": contact or ContactForm(formdata=None)}
    kept = contact_card(db.session(), Owner(joined.agency_id, follower_id=joined.follower_id))
    return _answer("tracking/followed.html", forms, joined=joined, kept_contact=kept)


def _answer(template: str, forms: dict[str, FlaskForm], **shown: Any) -> Response:
    has_errors = any(form.errors for form in forms.values())
    page = render_template(template, forms=forms, has_errors=has_errors, seal=seal(), **shown)
    return not_stored(make_response(page, 422 if has_errors else 200))


def _question(report: Tracked) -> str | None:
    """Return what the unit asked last."""
    replies = report.case.replies if report.case else []
    asked = [reply.text for reply in replies if reply.kind is ReplyKind.QUESTION]
    return asked[-1] if asked else None


def _due_soon(at: datetime, time_zone: str, now: datetime) -> str:
    """Return how near or late an answer is, nothing where its day alone says enough."""
    found = due(at, time_zone, now)
    return "" if found.urge is Urge.LATER else found.words


def _lasts(report: Tracked, until: datetime | None, now: datetime) -> bool:
    """Tell whether a way that is open until a moment still is; whose data is erased has none."""
    return until is not None and now <= until and not report.erased_at


def _may_undo_withdrawal(report: Tracked, now: datetime) -> bool:
    case = report.case
    if case is None or not case.is_withdrawn or case.closed_at is None or report.erased_at:
        return False
    return now <= case.closed_at + timedelta(hours=UNDO_WITHDRAWAL_HOURS)
