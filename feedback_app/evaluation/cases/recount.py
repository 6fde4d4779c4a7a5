"""The record of cases a second time: each case's own lines read one by one, in Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.attribution.responsibility import AssignmentSpan
from feedback_app.evaluation.cases.rules import CaseFact, records
from feedback_app.handling.clocks.models import DeadlineChange
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.ending.models import DisputeReview, ReviewVerdict
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.handling.rules import CaseStatus, Classification, EventKind, ReplyKind
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import SubmissionKind
from feedback_app.organisation.models import Agency
from feedback_app.organisation.people.models import AccountLink


def recounted_cases(session: Session, cut: Cut, spans: Sequence[AssignmentSpan]) -> list[dict[str, Any]]:
    """Return what `records.case_rows` returns."""
    zone = ZoneInfo(session.get_one(Agency, cut.agency_id).time_zone)
    facts = [fact for case in _cases(session, cut) if (fact := _fact(session, case, cut, zone)) is not None]
    return records(facts, spans, _praise(session, cut))


def _cases(session: Session, cut: Cut) -> Iterable[Case]:
    return session.scalars(
        sa.select(Case).where(Case.agency_id == cut.agency_id, Case.opened_at <= cut.until).order_by(Case.id)
    ).all()


def _fact(session: Session, case: Case, cut: Cut, zone: ZoneInfo) -> CaseFact | None:
    if not cut.starts_on <= case.opened_at.astimezone(zone).date() <= cut.ends_on:
        return None
    events = _of_case(session, case, CaseEvent, CaseEvent.at)
    if not _is_plain(session, case, events, cut.until):
        return None
    unit_id, came_at = _unit(case, events, cut.until)
    steps = [event for event in events if event.kind is EventKind.MOVED and event.at <= cut.until]
    words = [event.outcome for event in events if event.outcome is not None and event.at <= cut.until]
    status = steps[-1].to_status if steps else CaseStatus.NEW
    ended_at = steps[-1].at if status in (CaseStatus.CLOSED, CaseStatus.ARCHIVED) else None
    answers = [
        reply
        for reply in _of_case(session, case, Reply, Reply.sent_at)
        if reply.kind is ReplyKind.ANSWER and reply.sent_at <= cut.until
    ]
    replied_at = answers[0].sent_at if answers else None
    waited = (replied_at or ended_at or cut.until) - case.opened_at
    reviews = _of_case(session, case, DisputeReview, DisputeReview.opened_at)
    return None if unit_id is None else CaseFact(
        unit_id=unit_id,
        came_on=came_at.astimezone(zone).date(),
        handler_id=_employee(session, case, answers[0]) if answers else None,
        status=status,
        is_replied=replied_at is not None,
        is_on_time=replied_at is not None and replied_at <= _due(session, case, replied_at),
        wait_hours=max(waited.total_seconds() / 3600, 0.0),
        outcome=words[-1] if words else None,
        is_upheld=any(
            one.verdict is ReviewVerdict.SENT_BACK and one.decided_at <= cut.until for one in reviews
        ),
    )  # fmt: skip


def _of_case(session: Session, case: Case, table: Any, moment: Any) -> Sequence[Any]:
    query = sa.select(table).where(table.agency_id == case.agency_id, table.case_id == case.id)
    return session.scalars(query.order_by(moment, table.id)).all()


def _is_plain(session: Session, case: Case, events: Sequence[CaseEvent], until: datetime) -> bool:
    """Tell whether a case was no allegation and not confidential when the figures were read."""
    submission = session.get_one(Submission, (case.agency_id, case.submission_id))
    labels = session.get(Labels, (case.agency_id, case.submission_id))
    turned = [event for event in events if event.kind is EventKind.RECLASSIFIED and event.at > until]
    classification = turned[0].detail["before"] if turned else case.classification
    # What became one later was none then, whatever its marks say now.
    is_marked = not turned and (case.is_confidential or (labels is not None and labels.integrity))
    return classification != Classification.OVERSIGHT and not submission.is_confidential and not is_marked


def _unit(case: Case, events: Sequence[CaseEvent], until: datetime) -> tuple[int | None, datetime]:
    """Return the unit that had the case, and since when."""
    sent = [event for event in events if _is_handed_on(event)]
    before = [event for event in sent if event.at <= until]
    if before and before[-1].detail.get("to_unit_id") is not None:
        return before[-1].detail["to_unit_id"], before[-1].at
    after = [event for event in sent if event.at > until]
    came_at = before[-1].at if before else case.opened_at
    first = after[0].detail.get("from_unit_id") if after else None
    return (case.unit_id if first is None else first), came_at


def _is_handed_on(event: CaseEvent) -> bool:
    """Tell whether a case was sent on, or past its unit as an allegation."""
    is_allegation = event.kind is EventKind.RECLASSIFIED and event.detail.get("from_unit_id") is not None
    return event.kind is EventKind.DISPOSED or is_allegation


def _due(session: Session, case: Case, replied_at: datetime) -> datetime:
    for change in _of_case(session, case, DeadlineChange, DeadlineChange.at):
        if change.clock is CaseClock.REPLY and change.at > replied_at and change.old_due_at is not None:
            return change.old_due_at  # type: ignore[no-any-return]
    return case.reply_due_at


def _employee(session: Session, case: Case, answer: Reply) -> int | None:
    links = session.scalars(
        sa.select(AccountLink).where(AccountLink.agency_id == case.agency_id, AccountLink.user_id == answer.author_id)
    )
    stood = (link for link in links if link.linked_at <= answer.sent_at)
    return next((one.employee_id for one in stood if not one.unlinked_at or one.unlinked_at > answer.sent_at), None)


def _praise(session: Session, cut: Cut) -> Counter[tuple[int, date]]:
    rows = session.execute(
        sa.select(Submission.unit_id, Submission.occurred_on, Labels.integrity)
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .where(Submission.agency_id == cut.agency_id, Submission.kind == SubmissionKind.PRAISE)
        .where(Submission.occurred_on.between(cut.starts_on, cut.ends_on), Labels.labelled_at <= cut.until)
        .where(~Submission.is_confidential, ~Submission.unit_is_unknown)
    )
    return Counter((unit_id, day) for unit_id, day, integrity in rows if not integrity)
