"""Change the classification of a case, and with it the clocks that hold for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError
from feedback_app.handling.clocks.models import ChangeCause
from feedback_app.handling.clocks.running import recompute
from feedback_app.handling.desk.corrections import Relabelled, correct
from feedback_app.handling.handing_on.disposition import REASON_MAX, REASON_MIN, ReasonLengthError
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.models import Case
from feedback_app.handling.moves import leave_others, note_act
from feedback_app.handling.rules import CaseStatus, Classification, EventKind, check_stands
from feedback_app.intake.models import Submission
from feedback_app.nlp.personal.redact import redact
from feedback_app.organisation.oversight import overseers

# While the office works on it: what waits for the citizen or has ended keeps the promise it was given.
RECLASSIFIABLE: Final = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS})
# What the classifier should have said. Whether something is an allegation, and whether a question is one by the KIP
# law, is no label of it.
KIND_LABEL: Final = {
    Classification.INFORMATION_REQUEST: "information_request",
    Classification.NO_OVERSIGHT: "complaint",
    Classification.ASPIRATION: "aspiration",
}


class SameClassificationError(ConflictError):
    """The case has this classification already."""

    code = "same_classification"


class AccusedReadsError(ConflictError):
    """Without its classification an allegation would be read by the unit it speaks of."""

    code = "accused_reads"


def reclassify(
    session: Session, case: Case, wanted: Classification, reason: str, *, user_id: int, now: datetime
) -> Relabelled | None:
    """Change the classification; the deadlines are counted anew from where they started, and the old ones kept.

    What turns out to need an examination goes past the unit, confidentially, and its clocks start anew. What an
    examiner finds to need none stays with them, and as confidential as its reporter was told. The label of the
    classifier is put right with it; return that change, for `measures.topics.refold` to follow.

    Raises
    ------
    feedback_app.handling.handing_on.disposition.ReasonLengthError
    feedback_app.handling.rules.MoveNotAllowedError
        The case waits for the citizen or has ended.
    SameClassificationError
    AccusedReadsError
    """
    words, before, actor = _checked(case, wanted, reason), case.classification, person(user_id)
    if before is Classification.OVERSIGHT:
        _check_hidden_from_the_accused(session, case, office_day(now))
    if wanted is Classification.OVERSIGHT:
        send_past_the_unit(session, case, now=now, actor=actor, reason=redact(words).text)
    else:
        # What is merged has one classification, or one promise would hide another.
        leave_others(session, case, now=now)
        case.classification = wanted
        recompute(session, case, ChangeCause.RECLASSIFIED, actor=actor, now=now)
        note_act(
            session, case, EventKind.RECLASSIFIED, actor=actor, now=now, action="handling.reclassify",
            reason=redact(words).text, before=before.value, after=wanted.value,
        )  # fmt: skip
    kind = KIND_LABEL.get(wanted)
    return correct(session, case, "kind", kind, user_id=user_id, now=now) if kind else None


def _checked(case: Case, wanted: Classification, reason: str) -> str:
    words = " ".join(reason.split())
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise ReasonLengthError(
            f"Tulis alasan mengubah, {REASON_MIN} sampai {REASON_MAX} huruf; ini {len(words)} huruf."
        )
    check_stands(case.status, *RECLASSIFIABLE)
    if wanted is case.classification:
        raise SameClassificationError("Kasus ini sudah berjenis penanganan itu. Pilih yang lain.")
    return words


def _check_hidden_from_the_accused(session: Session, case: Case, day: date) -> None:
    """Refuse where the unit spoken of would read the case: it holds it, or stands above the unit that does."""
    spoken_of = session.scalar(
        sa.select(Submission.unit_id).where(
            Submission.agency_id == case.agency_id,
            Submission.id == case.submission_id,
            sa.not_(Submission.unit_is_unknown),
        )
    )
    if case.unit_id is None or spoken_of in {
        case.unit_id,
        *overseers(session, [case.agency_id], day).above(case.unit_id),
    }:
        raise AccusedReadsError(
            "Bila jenisnya diubah, unit yang diadukan dapat membaca kasus ini. Jenis penanganannya tetap."
        )
