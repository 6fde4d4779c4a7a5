"""Two cycles over the same days side by side: what changed, for whom, by whose word."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_security import current_user

from feedback_app.blueprints import score_words
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.evaluation_frame import bp, cycle_within_reach
from feedback_app.blueprints.paging import slice_of
from feedback_app.db import db
from feedback_app.evaluation.cycles.differences import difference
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.rules import mask_nip

PEOPLE_PER_PAGE = 50


@bp.get("/evaluasi/<int:cycle_id>/beda/<int:other_id>")
@requires(Permission.READ_EVIDENCE)
def differences(cycle_id: int, other_id: int) -> ResponseReturnValue:
    """Show what changed from another cycle to this one; `?berubah=kesimpulan` leaves other conclusions only."""
    after = cycle_within_reach(cycle_id)
    before = cycle_within_reach(other_id)
    found = difference(db.session(), current_user.id, before, after, today())
    only_bands = request.args.get("berubah") == "kesimpulan"
    people = [one for one in found.people if one.band_changed or not only_bands]
    shown, page, pages = slice_of(people, PEOPLE_PER_PAGE)
    return render_template(
        "evaluation/differences.html",
        found=found,
        agency=db.session().get_one(Agency, after.agency_id),
        shown=shown,
        total=len(people),
        only_bands=only_bands,
        page=page,
        pages=pages,
        signed=score_words.signed,
        mask_nip=mask_nip,
    )
