"""Reading what a citizen wrote before personal data was taken out; each reading leaves a trace."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.errors import ForbiddenError, NotFoundError
from feedback_app.handling.models import Case
from feedback_app.intake.models import Submission


class AnonymousOriginalError(ForbiddenError):
    """The citizen asked to stay unknown, and what they wrote could say who they are."""

    code = "anonymous_original"


class NoTextError(NotFoundError):
    """There are no words to read, only a rating."""

    code = "no_text"


def read_original(session: Session, case: Case, *, user_id: int, now: datetime) -> str:
    """Return the text as it was sent and note who read it.

    Raises
    ------
    AnonymousOriginalError
        The submission is anonymous: officers read the redacted text only.
    NoTextError
        Nothing was written.
    """
    submission = session.get_one(Submission, (case.agency_id, case.submission_id))
    if submission.is_anonymous:
        raise AnonymousOriginalError("Pelapor meminta anonim. Hanya teks yang sudah disamarkan yang dapat dibaca.")
    if submission.text is None:
        raise NoTextError("Masukan ini tidak memuat tulisan.")
    record(
        session, agency_id=case.agency_id, actor=person(user_id), action="handling.read_original",
        subject_type="case", subject_id=case.id, now=now,
    )  # fmt: skip
    return submission.text
