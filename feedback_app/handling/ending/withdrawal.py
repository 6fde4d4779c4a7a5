"""A reporter takes a report back, and may think again for a day."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, Actor
from feedback_app.handling.citizens.words import add_message
from feedback_app.handling.ending.dispute_reviews import lapse
from feedback_app.handling.ending.verdicts import check_withdrawable, check_withdrawal_undone
from feedback_app.handling.handing_on.past_the_unit import heed_allegation
from feedback_app.handling.models import Case
from feedback_app.handling.moves import move
from feedback_app.handling.publication.publishing import withdraw_all
from feedback_app.handling.rules import MESSAGE_MAX, ArchiveReason, CaseStatus, Classification, Mover
from feedback_app.intake.models import Submission
from feedback_app.nlp.personal.redact import redact

WISH = "Saya ingin menarik laporan ini."
# Elsewhere these words tell of a wrong put right; whoever gives a reason here writes them in any case.
_TAKING_BACK: Final = re.compile(r"\btarik(?: kembali)? laporan\b", re.IGNORECASE)


def withdraw(session: Session, case: Case, reason: str | None, *, now: datetime) -> bool:
    """Take a report back at its reporter's wish; return whether it is put away now.

    An allegation is not: whoever is accused must gain nothing from pressing its reporter. There the wish is added to
    the case, and whoever examines it decides. A reason that alleges something makes one of any case: the unit it speaks
    of must not read it.

    Raises
    ------
    feedback_app.handling.rules.MoveNotAllowedError
        The case has ended.
    """
    check_withdrawable(case.status)
    said = (reason or "").strip()[: MESSAGE_MAX - len(WISH) - 1]
    heed_allegation(session, case, _TAKING_BACK.sub(" ", said), now=now)
    if case.classification is Classification.OVERSIGHT:
        add_message(session, case, f"{WISH} {said}", now=now)
        return False
    archive_withdrawn(session, case, actor=CITIZEN, reason=redact(said).text or None, now=now)
    return True


def undo_withdrawal(session: Session, case: Case, *, now: datetime) -> None:
    """Bring a withdrawn report back as a new one.

    Its clocks start anew: in between nobody could work on it. What was published of it stays taken back until an
    officer releases it again.

    Raises
    ------
    feedback_app.handling.rules.MoveNotAllowedError
        It was not withdrawn, or its text has been erased since.
    feedback_app.handling.rules.TooLateError
    """
    erased = session.scalar(
        sa.select(Submission.erased_at).where(
            Submission.agency_id == case.agency_id, Submission.id == case.submission_id
        )
    )  # fmt: skip
    check_withdrawal_undone(None if erased else case.archive_reason, withdrawn_at=case.closed_at, now=now)
    move(session, case, CaseStatus.NEW, actor=CITIZEN, now=now, action="handling.undo_withdrawal")
    session.flush()


def archive_withdrawn(session: Session, case: Case, *, actor: Actor, reason: str | None, now: datetime) -> None:
    """Put a case away as withdrawn, and take back what was published of it."""
    move(
        session, case, CaseStatus.ARCHIVED, actor=actor, by=Mover.CITIZEN, now=now, action="handling.withdraw",
        reason=reason, archive_reason=ArchiveReason.WITHDRAWN,
    )  # fmt: skip
    session.flush()
    lapse(session, case, now=now)
    withdraw_all(session, case, now=now)
