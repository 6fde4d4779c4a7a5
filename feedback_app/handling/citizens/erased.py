"""A report whose words its reporter had erased is no work for anybody."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import ConflictError
from feedback_app.handling.models import Case
from feedback_app.intake.models import Submission


class ReportErasedError(ConflictError):
    """Nobody can work on a report without its words."""

    code = "report_erased"


def is_erased(session: Session, case: Case) -> bool:
    """Tell whether the words of a case's report were erased at its reporter's wish."""
    erased = sa.select(Submission.erased_at).where(
        Submission.agency_id == case.agency_id, Submission.id == case.submission_id
    )
    return session.scalar(erased) is not None


def check_not_erased(session: Session, case: Case) -> None:
    """Refuse to take up again what nobody can read any more.

    Raises
    ------
    ReportErasedError
    """
    if is_erased(session, case):
        raise ReportErasedError(
            "Isi laporan ini sudah dihapus atas permintaan pelapornya, sehingga tidak dapat dibuka lagi. "
            "Bila masalahnya masih ada, pelapor dapat mengirim laporan baru."
        )
