"""What the page of a case shows of the files that came with it."""

from __future__ import annotations

from typing import Any

from feedback_app.db import db
from feedback_app.handling.queries import CaseFile
from feedback_app.intake.attachments import attachments_of


def read(file: CaseFile, _can_answer: bool) -> dict[str, Any] | None:
    """Return the files of a case; None where nobody sent any."""
    found = attachments_of(db.session(), file.case.agency_id, file.case.submission_id)
    return {"files": found, "case_id": file.case.id, "time_zone": file.time_zone} if found else None
