"""What the page of a case shows of the acts in `case_life`, each where it can be done."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_security import current_user

from feedback_app.blueprints.access import today
from feedback_app.blueprints.act_forms import drawn
from feedback_app.blueprints.forms.case_life import (
    ArchiveForm,
    AskForm,
    LabelsForm,
    ProgressForm,
    ReclassifyForm,
    ReleaseForm,
    RestoreForm,
    ReviewForm,
    VerifyForm,
)
from feedback_app.clock import utcnow
from feedback_app.db import db
from feedback_app.handling.desk.corrections import LABELS
from feedback_app.handling.desk.reclassification import RECLASSIFIABLE
from feedback_app.handling.ending.dispute_reviews import open_review_of, wrote_an_answer
from feedback_app.handling.ending.reviewers import may_review
from feedback_app.handling.life import TELLABLE, hold_ends_at
from feedback_app.handling.queries import CaseFile
from feedback_app.handling.rules import MOVES, ArchiveReason, CaseStatus, Mover

Shown = dict[str, Any] | None


def read_verify(file: CaseFile, can_answer: bool) -> Shown:
    """Return the form to verify a new case."""
    return drawn(VerifyForm, file) if can_answer and file.case.status is CaseStatus.NEW else None


def read_release(file: CaseFile, can_answer: bool) -> Shown:
    """Return the form to lay a case back that somebody works on."""
    return drawn(ReleaseForm, file) if can_answer and file.case.status is CaseStatus.IN_PROGRESS else None


def read_ask(file: CaseFile, can_answer: bool) -> Shown:
    """Return the form to ask the citizen, with the day until which they may answer."""
    if not _may_move(file, can_answer, CaseStatus.ON_HOLD):
        return None
    return drawn(AskForm, file) | {"until": hold_ends_at(db.session(), file.case, now=utcnow())}


def read_progress(file: CaseFile, can_answer: bool) -> Shown:
    """Return the form for news of what is being done."""
    return drawn(ProgressForm, file) if can_answer and file.case.status in TELLABLE else None


def read_archive(file: CaseFile, can_answer: bool) -> Shown:
    """Return the form to put a case away, unless it was answered: then somebody else's word ends it."""
    may_archive = _may_move(file, can_answer, CaseStatus.ARCHIVED) and file.case.first_replied_at is None
    return drawn(ArchiveForm, file) if may_archive else None


def read_restore(file: CaseFile, can_answer: bool) -> Shown:
    """Return the form to take a case up again, unless its reporter took it back."""
    if not _may_move(file, can_answer, CaseStatus.NEW) or file.case.status is not CaseStatus.ARCHIVED:
        return None
    return None if file.case.archive_reason is ArchiveReason.WITHDRAWN else drawn(RestoreForm, file)


def read_reclassify(file: CaseFile, can_answer: bool) -> Shown:
    """Return the form to change the classification."""
    if not can_answer or file.case.status not in RECLASSIFIABLE:
        return None
    return drawn(ReclassifyForm, file, classification=file.case.classification.value)


def read_labels(file: CaseFile, can_answer: bool) -> Shown:
    """Return the form to put labels right, filled in with what a link asks for."""
    if not can_answer or file.labels.redacted_text is None or file.submission.erased_at is not None:
        return None
    start = {head: found.value if (found := getattr(file.labels, head)) else "" for head in LABELS}
    asked = _asked_labels()
    shown = drawn(LabelsForm, file, **start | asked)
    return shown | {"is_open": shown["is_open"] or bool(asked), "asked": asked}


def _asked_labels() -> dict[str, str]:
    """Return the labels that a link on the page asks to fill in; nothing is kept before the form is sent."""
    given = {head: request.args.get(head, "") for head in LABELS}
    return {head: value for head, value in given.items() if value in set(LABELS[head])}


def read_review(file: CaseFile, _can_answer: bool) -> Shown:
    """Return the disputed answer that waits for a reviewer, with the form for whoever may decide about it."""
    session, case = db.session(), file.case
    waiting = open_review_of(session, case)
    if waiting is None:
        return None
    writes = wrote_an_answer(session, case, current_user.id)
    may_decide = not writes and may_review(session, case, current_user.id, day=today())
    shown = {"opened_at": waiting.opened_at, "time_zone": file.time_zone, "wrote": writes, "may_decide": may_decide}
    return shown | drawn(ReviewForm, file) if may_decide else shown | {"form": None}


def _may_move(file: CaseFile, can_answer: bool, wanted: CaseStatus) -> bool:
    return can_answer and Mover.OFFICER in MOVES.get((file.case.status, wanted), frozenset())
