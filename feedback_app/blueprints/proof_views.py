"""The proof on the report, or on the joined case, opened in this browser."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from feedback_app.blueprints import file_answers
from feedback_app.blueprints.opened_report import opened, opened_to_follow
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.tracking import bp
from feedback_app.db import db
from feedback_app.handling.answers.models import Proof
from feedback_app.handling.answers.proofs import UnknownProofError, may_be_shown_to_followers, proofs_of
from feedback_app.handling.citizens.models import CaseFollower


@bp.get("/lacak/bukti/<int:proof_id>")
def proof(proof_id: int) -> ResponseReturnValue:
    """Give out a proof of the report or joined case opened in this browser."""
    found = proofs_here()
    if found is None:
        return not_stored(redirect(url_for("tracking.lookup"), 303))
    for place, row in enumerate(found, start=1):
        if row.id == proof_id:
            return file_answers.file_answer(row, place, "bukti")
    raise UnknownProofError("Bukti ini tidak ada pada laporan ini.")


def proofs_here() -> Sequence[Proof] | None:
    """Return the proof that the holder of the code opened in this browser may see; None where none is opened.

    Who joined a case sees pictures, and these only while the case is shown to the public.
    """
    report = opened()
    if report is not None:
        return proofs_of(db.session(), report.agency_id, report.case.id) if report.case else []
    joined = opened_to_follow()
    if joined is None:
        return None
    if joined.text is None:
        return []
    case_id = db.session().scalar(
        sa.select(CaseFollower.case_id).where(
            CaseFollower.agency_id == joined.agency_id, CaseFollower.id == joined.follower_id
        )
    )
    return [row for row in proofs_of(db.session(), joined.agency_id, case_id or 0) if may_be_shown_to_followers(row)]


bp.record_once(lambda state: state.app.add_template_global(proofs_here, "proofs_here"))
