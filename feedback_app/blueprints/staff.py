"""What somebody finds after signing in: what waits for them, and the way to it."""

from __future__ import annotations

from functools import partial

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import my_permissions, requires, today
from feedback_app.blueprints.due import due
from feedback_app.blueprints.home_tiles import CONCERNED, resting_links, waiting_tiles
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.evaluation.evidence.queries import cycles_for
from feedback_app.handling.ending.review_queue import SHOWN_MOST, cases_to_review, count_to_review
from feedback_app.handling.inbox.workload import workload
from feedback_app.identity.rules import Permission

bp = staff_blueprint("staff")

CYCLES_SHOWN = 3


@bp.get("/")
@requires(*Permission)
def home() -> ResponseReturnValue:
    """Show what to do next: the cases due first, the latest cycles."""
    allowed, now = my_permissions(), clock.utcnow()
    load = workload(db.session(), current_user.id, day=today(), now=now) if Permission.READ_INBOX in allowed else None
    may_review = Permission.REVIEW_DISPUTE in allowed
    waiting = count_to_review(db.session(), current_user.id, day=today()) if may_review else None
    cycles = None
    if Permission.READ_EVIDENCE in allowed:
        cycles = cycles_for(db.session(), current_user.id, today(), most=CYCLES_SHOWN)
    return render_template(
        "staff/home.html",
        load=load,
        reviews=waiting,
        cycles=cycles,
        own_pages=_own_pages(allowed),
        tiles=waiting_tiles(db.session(), current_user.id, today(), now, allowed),
        resting=resting_links(allowed) if allowed & CONCERNED else [],
        may_issue_tokens=Permission.ISSUE_VISIT_TOKEN in allowed,
        due=partial(due, now=now),
    )


@bp.get("/tinjauan")
@requires(Permission.REVIEW_DISPUTE)
def reviews() -> ResponseReturnValue:
    """Show the disputed answers that wait for the reader to review them."""
    session, now = db.session(), clock.utcnow()
    return render_template(
        "staff/reviews.html",
        rows=cases_to_review(session, current_user.id, day=today()),
        total=count_to_review(session, current_user.id, day=today()),
        shown_most=SHOWN_MOST,
        due=partial(due, now=now),
    )


def _own_pages(allowed: frozenset[Permission]) -> list[tuple[str, str]]:
    """Return what a role has besides the inbox: endpoint and words."""
    pages = [
        ("dashboard.page", gettext("Dasbor"), Permission.READ_DASHBOARD),
        ("board.page", gettext("Papan pimpinan"), Permission.READ_BOARD),
        ("reply_templates.listed", gettext("Templat"), Permission.MANAGE_TEMPLATES),
        ("clocks.start", gettext("Tenggat dan kalender"), Permission.MANAGE_CLOCKS),
        ("privacy.requests", gettext("Data pribadi"), Permission.MANAGE_PRIVACY),
        ("grants.listed", gettext("Wewenang dan akun"), Permission.READ_GRANTS),
        ("audit_trail.listed", gettext("Jejak audit"), Permission.READ_AUDIT),
        ("platform.page", gettext("Keadaan platform"), Permission.OPERATE_PLATFORM),
        ("platform.ask", gettext("Akses darurat"), Permission.OPERATE_PLATFORM),
    ]
    return [(endpoint, words) for endpoint, words, permission in pages if permission in allowed]
