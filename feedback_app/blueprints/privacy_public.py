"""What everybody may read about personal data: what is held, and notices of breaches."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from feedback_app.blueprints.agency_scope import enter
from feedback_app.blueprints.public import bp
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.privacy.breaches.document import notice_of
from feedback_app.privacy.breaches.queries import public_notice
from feedback_app.privacy.data_map.categories import CATEGORIES, PURPOSE_SENTENCES, TITLE_SENTENCES, days_kept


@bp.get("/privasi/data")
def data_map() -> ResponseReturnValue:
    """Say what is held of citizens, by kind: why, and how long."""
    rows = [
        (translated(TITLE_SENTENCES[key]), translated(purpose), days_kept(key), CATEGORIES[key].is_specific)
        for key, purpose in PURPOSE_SENTENCES.items()
    ]
    return render_template("public/data_map.html", rows=rows)


@bp.get("/privasi/kejadian/<int:agency_number>/<int:breach_id>")
def breach_notice(agency_number: int, breach_id: int) -> ResponseReturnValue:
    """Show the notice of a breach that two people confirmed (UU 27/2022 Ps 46); it names nobody."""
    enter(agency_number)
    found, agency = public_notice(db.session(), agency_number, breach_id)
    notice = notice_of(found, agency.name, agency.time_zone, feedback=0, to_authority=False)
    return render_template("public/breach_notice.html", notice=notice)
