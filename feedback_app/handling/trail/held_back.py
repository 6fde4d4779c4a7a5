"""Which events of the trail a reader sees without their subject: those about reports that are not theirs to know of.

The trail is for those who look after an agency, and an allegation or a confidential case is not (ADR 0005): they learn
that somebody acted, and not upon what.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.handling.citizens.models import SubjectRequest
from feedback_app.handling.models import Case
from feedback_app.handling.visibility import may_see
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission

# What names a report besides the subject itself.
_CASE = "case_id"
_REPORT = "submission_id"


def held_back(
    session: Session, agency_id: int, events: Sequence[Sequence[Any]], *, user_id: int, day: date
) -> frozenset[int]:
    """Return the ids of those events whose subject `user_id` may not see.

    `events` are rows that begin with id, at, actor's kind, actor's id, action, subject's type, subject's id, detail.
    """
    requests = _reports_of_requests(session, agency_id, _ids(events, "subject_request"))
    cases = {event[0]: _named(event, "case", _CASE) for event in events}
    reports = {event[0]: _named(event, "submission", _REPORT) for event in events}
    for event in events:
        if event[5] == "subject_request" and event[6] in requests:
            reports[event[0]].add(requests[event[6]])
    secret_cases = _secret_cases(session, agency_id, set().union(*cases.values()), user_id, day)
    secret_reports = _secret_reports(session, agency_id, set().union(*reports.values()), user_id, day)
    return frozenset(
        event[0] for event in events if cases[event[0]] & secret_cases or reports[event[0]] & secret_reports
    )


def open_cases(session: Session, agency_id: int, ids: set[int], *, user_id: int, day: date) -> frozenset[int]:
    """Return those of some cases that `user_id` may open; no page links to a case that its reader does not see."""
    if not ids:
        return frozenset()
    query = sa.select(Case.id).where(
        Case.agency_id == agency_id, Case.id.in_(ids), may_see(user_id, Permission.READ_INBOX, day)
    )
    return frozenset(session.scalars(query))


def _ids(events: Sequence[Sequence[Any]], kind: str) -> set[int]:
    return {event[6] for event in events if event[5] == kind and event[6] is not None}


def _named(event: Sequence[Any], kind: str, ending: str) -> set[int]:
    own = {event[6]} if event[5] == kind and event[6] is not None else set()
    return own | {value for name, value in event[7].items() if name.endswith(ending) and isinstance(value, int)}


def _reports_of_requests(session: Session, agency_id: int, ids: set[int]) -> dict[int, int]:
    if not ids:
        return {}
    rows = session.execute(
        sa.select(SubjectRequest.id, SubjectRequest.submission_id).where(
            SubjectRequest.agency_id == agency_id, SubjectRequest.id.in_(ids)
        )
    )
    return {row.id: row.submission_id for row in rows}


def _secret_cases(session: Session, agency_id: int, ids: set[int], user_id: int, day: date) -> set[int]:
    if not ids:
        return set()
    query = sa.select(Case.id).where(
        Case.agency_id == agency_id,
        Case.id.in_(ids),
        Case.is_confidential,
        sa.not_(may_see(user_id, Permission.READ_INBOX, day)),
    )
    return set(session.scalars(query))


def _secret_reports(session: Session, agency_id: int, ids: set[int], user_id: int, day: date) -> set[int]:
    if not ids:
        return set()
    alleges = sa.exists().where(
        Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id, Labels.integrity
    )
    has_case = sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id)
    is_secret = sa.or_(Submission.is_confidential, alleges, sa.exists().where(has_case, Case.is_confidential))
    shown = sa.exists().where(has_case, may_see(user_id, Permission.READ_INBOX, day))
    query = sa.select(Submission.id).where(
        Submission.agency_id == agency_id, Submission.id.in_(ids), is_secret, sa.not_(shown)
    )
    return set(session.scalars(query))
