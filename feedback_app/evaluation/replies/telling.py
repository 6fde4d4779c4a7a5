"""Who is told about a contest: its reviewer, and in the end whoever filed it; a link, and nothing of what it says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.evaluation.replies.models import Contest
from feedback_app.handling.telling.staff import languages_of
from feedback_app.identity.models import User
from feedback_app.notifications.operations import owe
from feedback_app.notifications.wording import DEFAULT_LANGUAGE, Template


def tell_reviewer(session: Session, contest: Contest, *, now: datetime) -> None:
    """Owe the reviewer of a contest the word that it is theirs, once for each time that it becomes theirs."""
    assert contest.reviewer_id is not None  # noqa: S101 - the caller has just named them
    assert contest.assigned_at is not None  # noqa: S101
    _owe(session, contest, Template.CONTEST_ASSIGNED, contest.reviewer_id, contest.assigned_at.isoformat(), now)


def tell_employee(session: Session, contest: Contest, *, now: datetime) -> None:
    """Owe whoever filed a contest the word that it is decided."""
    _owe(session, contest, Template.CONTEST_DECIDED, contest.filed_by, "decided", now)


def _owe(session: Session, contest: Contest, template: Template, user_id: int, event: str, now: datetime) -> None:
    who = session.get(User, user_id)
    if who is None or not who.active:
        return
    owe(
        session, agency_id=contest.agency_id, template=template,
        params={"contest": contest.id, "cycle": contest.cycle_id},
        dedupe_key=f"{template}:{contest.id}:{event}:user:{user_id}", now=now, user_id=user_id,
        language=languages_of(session, [user_id]).get(user_id, DEFAULT_LANGUAGE),
    )  # fmt: skip
