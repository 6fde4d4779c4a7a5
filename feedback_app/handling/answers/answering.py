"""Answer a case, and with it every report that was merged into it: each its own answer, window and message."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError
from feedback_app.handling.answers.filling import values_of
from feedback_app.handling.answers.placeholders import check_filled, fill
from feedback_app.handling.bulk.models import BulkAct, BulkItem, BulkKind
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.moves import answered_with, move
from feedback_app.handling.operations import respond
from feedback_app.handling.rules import CaseStatus


class AnsweredWithMainError(ConflictError):
    """The reporter of a merged case is answered with its main case, and not twice."""

    code = "answered_with_main"


def answer(
    session: Session,
    case: Case,
    text: str,
    *,
    user_id: int,
    now: datetime,
    fill_in: bool = False,
    bulk_id: int | None = None,
) -> list[Reply]:
    """Answer a case and the open ones merged into it (all locked); return the replies, that of the case first.

    With `fill_in` placeholders are filled in for each case; without, an answer that holds one is refused.

    Raises
    ------
    AnsweredWithMainError
    feedback_app.handling.answers.placeholders.UnfilledPlaceholderError
    feedback_app.handling.answers.saying.ReplyLengthError
    feedback_app.handling.rules.MoveNotAllowedError
    """
    if case.duplicate_of is not None:
        raise AnsweredWithMainError(
            f"Kasus ini digabungkan ke kasus {case.duplicate_of}. Tanggapi di sana, atau pisahkan dahulu."
        )
    copies = answered_with(session, case, now=now)
    act_id = bulk_id or (new_reply_act(session, case.agency_id, user_id=user_id, now=now).id if copies else None)
    replies = []
    for one in (case, *copies):
        before = one.status
        if one.status is CaseStatus.ON_HOLD and one is not case:
            # What was asked of this reporter no longer matters: the others have told enough.
            move(session, one, CaseStatus.IN_PROGRESS, actor=person(user_id), now=now, action="handling.resume")
        words = fill(text, values_of(session, one, user_id=user_id, day=office_day(now))) if fill_in else text
        check_filled(words)
        replies.append(respond(session, one, words, user_id=user_id, now=now, bulk_id=act_id))
        if act_id is not None:
            _note_item(session, act_id, one, before)
    return replies


def new_reply_act(session: Session, agency_id: int, *, user_id: int, now: datetime) -> BulkAct:
    """Note that many are answered at once; nothing of it can be undone."""
    act = BulkAct(agency_id=agency_id, kind=BulkKind.REPLY, user_id=user_id, at=now, undone_at=None)
    session.add(act)
    session.flush()
    return act


def _note_item(session: Session, act_id: int, case: Case, before: CaseStatus) -> None:
    session.flush()
    session.add(
        BulkItem(
            agency_id=case.agency_id, act_id=act_id, case_id=case.id, before={"status": before.value},
            version_after=case.version,
        )
    )  # fmt: skip
    session.flush()
