"""Every open request about own data in an agency, with its clock: for whoever sees to it that none runs out."""

from __future__ import annotations

from functools import partial

from flask.typing import ResponseReturnValue
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.due import due
from feedback_app.blueprints.privacy_frame import MANAGE, bp, day_at, managed, page
from feedback_app.db import db
from feedback_app.handling.citizens.request_queries import WaitingRequest, request_figures, waiting_requests
from feedback_app.handling.telling.staff import seen_by
from feedback_app.organisation.models import Agency


@bp.get("/permintaan")
@requires(MANAGE)
def requests() -> ResponseReturnValue:
    """Show the open requests of the agencies somebody manages, and how earlier ones ended. No words of anybody."""
    now = clock.utcnow()
    return page(
        "requests", "requests", rows=[_of(agency) for agency in managed()], due=partial(due, now=now),
        figures=lambda agency: request_figures(db.session(), agency.id, now=now),
    )  # fmt: skip


def _of(agency: Agency) -> tuple[Agency, list[WaitingRequest], set[int]]:
    """Return an agency's open requests, and which of their cases the reader may open."""
    waiting = waiting_requests(db.session(), agency.id, day=day_at(agency))
    cases = [one.case_id for one in waiting if one.case_id is not None]
    return agency, waiting, seen_by(db.session(), current_user.id, cases, day=today()) if cases else set()
