"""Ask for a correction (UU 27/2022 Ps 30): it stands beside what was written and never in its place.

A report may be evidence, so its words are not rewritten. Where an officer works on it, the officer says whether the
correction stands; nobody's case needs nobody's word, and it stands at once. A contact is put right by its owner alone
(`intake.contacts.keep_contact`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.citizens.models import RequestKind, RequestOutcome, SubjectRequest
from feedback_app.handling.citizens.request_words import keep_words
from feedback_app.handling.citizens.subject_requests import ask_for, locked_report, settle, still_open
from feedback_app.handling.queries import case_if_any

CORRECTION_MIN, CORRECTION_MAX = 3, 1000


class CorrectionLengthError(InvalidInputError):
    """What is wrong, or how it should read, is missing or too long."""

    code = "correction_length"


class RequestWaitsError(ConflictError):
    """One request of this kind waits for its answer already."""

    code = "request_waits"


class NothingToCorrectError(ConflictError):
    """The words were erased, so there is nothing left to correct."""

    code = "nothing_to_correct"


_WAITS: Final = "Permintaan Anda yang sebelumnya masih menunggu jawaban. Tunggu jawabannya sebelum meminta lagi."


def ask_to_correct(
    session: Session, agency_id: int, submission_id: int, *, wrong: str, should_be: str, now: datetime
) -> SubjectRequest:
    """Note a correction: settled at once where no case came of the report, else left to whoever answers for the case.

    Raises
    ------
    CorrectionLengthError
    NothingToCorrectError
    RequestWaitsError
    """
    stands, reads = wrong.strip(), should_be.strip()
    if not all(CORRECTION_MIN <= len(words) <= CORRECTION_MAX for words in (stands, reads)):
        raise CorrectionLengthError(
            f"Tuliskan apa yang keliru dan bagaimana seharusnya, masing-masing {CORRECTION_MIN} sampai "
            f"{CORRECTION_MAX} huruf."
        )
    report = locked_report(session, agency_id, submission_id)
    if report.erased_at is not None:
        raise NothingToCorrectError("Tulisan pada laporan ini sudah dihapus, jadi tidak ada yang dapat diperbaiki.")
    if still_open(session, agency_id, submission_id, RequestKind.CORRECTION) is not None:
        raise RequestWaitsError(_WAITS)
    request = ask_for(session, agency_id, submission_id, RequestKind.CORRECTION, now=now)
    keep_words(session, request, reads, wrong=stands)
    if case_if_any(session, agency_id, submission_id) is None:
        settle(session, request, RequestOutcome.DONE, actor=CITIZEN, reason=None, now=now)
    return request
