"""Requests about own data that wait too long: those who look after the agency's data hear of it while there is time.

The law gives 3 x 24 hours (UU 27/2022 Ps 30, 32, 41, 43); with a day of them left, one mail for each request goes to
whoever manages privacy in the whole agency and to those who answer for the case.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, record
from feedback_app.clock import office_day
from feedback_app.handling.citizens.models import SubjectRequest
from feedback_app.handling.handing_on.colleagues import accounts_over, workers_of
from feedback_app.handling.queries import case_if_any
from feedback_app.handling.telling.staff import languages_of
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.notifications.operations import owe
from feedback_app.notifications.wording import DEFAULT_LANGUAGE, Template

WARN_AFTER: Final = timedelta(hours=48)
AT_ONCE: Final = 200


def any_request_to_warn_of(session: Session, *, now: datetime) -> bool:
    """Tell whether a request has waited two days and nobody was told."""
    return session.scalar(sa.select(sa.literal(1)).where(_waits(now)).limit(1)) is not None


def warn_of_requests(session: Session, *, now: datetime) -> int:
    """Owe the mails about requests that have waited two days; return about how many requests."""
    query = sa.select(SubjectRequest).where(_waits(now)).order_by(SubjectRequest.due_at).limit(AT_ONCE)
    requests = session.scalars(query.with_for_update(skip_locked=True)).all()
    for request in requests:
        told = _told(session, request, now)
        languages = languages_of(session, told)
        for user_id in told:
            owe(
                session, agency_id=request.agency_id, template=Template.REQUEST_DUE, params={"request": request.id},
                dedupe_key=f"request_due:{request.id}:user:{user_id}", now=now, user_id=user_id,
                language=languages.get(user_id, DEFAULT_LANGUAGE),
            )  # fmt: skip
        request.warned_at = now
        record(
            session, agency_id=request.agency_id, actor=SYSTEM, action="handling.warn_of_request",
            subject_type="subject_request", subject_id=request.id, now=now, told=len(told),
        )  # fmt: skip
    session.flush()
    return len(requests)


def _waits(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        SubjectRequest.outcome.is_(None), SubjectRequest.warned_at.is_(None),
        SubjectRequest.requested_at <= now - WARN_AFTER,
    )  # fmt: skip


def _told(session: Session, request: SubjectRequest, now: datetime) -> list[int]:
    day = office_day(now)
    told = accounts_over(session, request.agency_id, None, day, roles_with(Permission.MANAGE_PRIVACY))
    case = case_if_any(session, request.agency_id, request.submission_id)
    # The mail names the request alone, so it tells nobody of a case they may not see.
    return list(dict.fromkeys([*told, *(workers_of(session, case, day) if case else ())]))
