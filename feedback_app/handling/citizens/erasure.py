"""Erase what a reporter wrote; what was counted stays counted.

The words go, in every place where they stand, and a fixed sentence says so. Notes between colleagues go whole, for they
may quote or retell them; that one was written stays in the audit trail. The rating, the labels and the days stay:
they are in the sums of the unit, say nothing of a person, and a recount must still find them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.models import ActorKind
from feedback_app.audit.operations import CITIZEN, Actor, record
from feedback_app.handling.answers.proofs import forget_proofs
from feedback_app.handling.citizens.models import CaseFollower, CitizenMessage, RequestKind, RequestOutcome
from feedback_app.handling.citizens.request_words import erase_request_words
from feedback_app.handling.citizens.subject_requests import ask_for, locked_report, settle
from feedback_app.handling.desk.models import CaseNote
from feedback_app.handling.ending.withdrawal import archive_withdrawn
from feedback_app.handling.handing_on.past_the_unit import alleges
from feedback_app.handling.handing_on.referral_links import copy_of
from feedback_app.handling.inbox.search import refresh_words
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.publication.publishing import withdraw_all
from feedback_app.handling.queries import case_if_any
from feedback_app.handling.rules import ENDED, Classification
from feedback_app.intake.attachments import erase_all
from feedback_app.intake.contacts import Owner, forget_contact
from feedback_app.intake.models import Submission
from feedback_app.storage import Storage

ERASED: Final = "[dihapus atas permintaan pelapor]"
# What nobody asked for, and the retention rule of the agency did (privacy/retention).
TIME_IS_OVER: Final = "[dihapus karena masa simpannya berakhir]"


@dataclass(frozen=True, slots=True)
class Erasure:
    """How a request to erase ended: done, or waiting until `due_at` for whoever examines the case."""

    is_done: bool
    due_at: datetime


def ask_to_erase(session: Session, storage: Storage, agency_id: int, submission_id: int, *, now: datetime) -> Erasure:
    """Erase a report at its reporter's wish, at once unless it is examined as an allegation.

    Of an allegation the words may be evidence, so whoever examines it answers the request within its clock.
    """
    submission = locked_report(session, agency_id, submission_id)
    case = case_if_any(session, agency_id, submission_id)
    request = ask_for(session, agency_id, submission_id, RequestKind.ERASURE, now=now)
    if submission.erased_at is None and _is_examined(submission, case):
        return Erasure(is_done=False, due_at=request.due_at)
    erase(session, storage, agency_id, submission_id, actor=CITIZEN, now=now)
    settle(session, request, RequestOutcome.DONE, actor=CITIZEN, reason=None, now=now)
    return Erasure(is_done=True, due_at=request.due_at)


def erase(
    session: Session,
    storage: Storage,
    agency_id: int,
    submission_id: int,
    *,
    actor: Actor,
    now: datetime,
    instead: str = ERASED,
) -> None:
    """Replace a reporter's words everywhere, forget their contact and files; the files go once this is committed.

    An open case is put away as withdrawn, except one that is examined as an allegation: that goes on without the words.
    `instead` is the sentence that stands where the words stood.
    """
    submission = locked_report(session, agency_id, submission_id)
    if submission.erased_at is not None:
        return
    case = case_if_any(session, agency_id, submission_id)
    submission.erased_at = now
    if submission.text is not None:
        submission.text = instead
    if case is None and submission.wants_reply is not False:
        # What is read from now on is not worth a case: nobody waits for an answer any more.
        submission.wants_reply = False
    _erase_reading(session, submission, instead)
    erase_request_words(session, agency_id, submission_id, instead)
    files = erase_all(session, storage, agency_id, submission_id, actor=actor, now=now)
    forget_contact(session, Owner(agency_id, submission_id=submission_id), now=now)
    if case is not None:
        forget_proofs(session, storage, case, actor=actor, now=now)
        _erase_case_words(session, case, instead, now)
        if case.status not in ENDED and case.classification is not Classification.OVERSIGHT:
            archive_withdrawn(session, case, actor=actor, reason=None, now=now)
    session.flush()
    if case is not None:
        refresh_words(session, agency_id, [case.id])
    record(
        session, agency_id=agency_id, actor=actor, action="handling.erase", subject_type="submission",
        subject_id=submission_id, now=now, files=files,
    )  # fmt: skip
    copy = copy_of(session, agency_id, submission_id)
    if copy is not None:
        # What another agency was given of the report goes with it, or waits there for whoever examines it.
        ask_to_erase(session, storage, *copy, now=now)


def _is_examined(submission: Submission, case: Case | None) -> bool:
    if case is not None:
        return case.classification is Classification.OVERSIGHT
    return submission.text is not None and alleges(submission.text)


def _erase_reading(session: Session, submission: Submission, instead: str) -> None:
    session.execute(
        sa.update(Labels)
        .where(
            Labels.agency_id == submission.agency_id,
            Labels.submission_id == submission.id,
            Labels.redacted_text.is_not(None),
        )
        .values(redacted_text=instead, pii_kinds=[], why={}, rare_grams=None)
    )


def _erase_case_words(session: Session, case: Case, instead: str, now: datetime) -> None:
    """Replace what the reporter, and those who joined, added to the case, and what was published; drop the notes."""
    session.execute(sa.delete(CaseNote).where(CaseNote.agency_id == case.agency_id, CaseNote.case_id == case.id))
    session.execute(
        sa.update(CitizenMessage)
        .where(CitizenMessage.agency_id == case.agency_id, CitizenMessage.case_id == case.id)
        .values(text=instead, redacted_text=instead)
    )
    session.execute(
        sa.update(Publication)
        .where(Publication.agency_id == case.agency_id, Publication.case_id == case.id)
        # An answer shown to the public may quote; the officer's own words stay with the case.
        .values(text=instead, reply=sa.case((Publication.reply.is_not(None), instead)))
    )
    session.execute(
        sa.update(CaseFollower)
        .where(
            CaseFollower.agency_id == case.agency_id, CaseFollower.case_id == case.id, CaseFollower.text.is_not(None)
        )
        .values(text=instead, redacted_text=instead)
    )
    session.execute(
        sa.update(CaseEvent)
        .where(
            CaseEvent.agency_id == case.agency_id,
            CaseEvent.case_id == case.id,
            CaseEvent.actor_kind == ActorKind.CITIZEN,
            CaseEvent.reason.is_not(None),
        )
        .values(reason=instead)
    )
    withdraw_all(session, case, now=now)
