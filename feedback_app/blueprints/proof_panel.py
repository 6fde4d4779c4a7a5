"""What the page of a case shows of the proof its officers added."""

from __future__ import annotations

from typing import Any

from feedback_app.db import db
from feedback_app.handling.answers.proofs import CAPTION_MAX, PROOFS_MAX, proofs_of
from feedback_app.handling.publication.publishing import current_publication
from feedback_app.handling.queries import CaseFile
from feedback_app.handling.rules import ENDED
from feedback_app.identity.queries import names_of


def read(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return the proof on a case and how much more may come; None where there is nothing to see or do."""
    case = file.case
    found = proofs_of(db.session(), case.agency_id, case.id)
    rest = PROOFS_MAX - len(found) if can_answer and case.status not in ENDED else 0
    if not found and not rest:
        return None
    return {
        "proofs": found,
        "rest": rest,
        "may_remove": can_answer,
        "names": names_of(db.session(), [row.added_by for row in found]),
        "is_published": current_publication(db.session(), case) is not None,
        "caption_max": CAPTION_MAX,
    }
