"""Settle what a reporter asked for: do it or refuse it with a reason, and tell them which."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.handling.citizens.erasure import erase
from feedback_app.handling.citizens.models import RequestKind, RequestOutcome, SubjectRequest
from feedback_app.handling.citizens.restricting import begin_restriction, lift_restriction
from feedback_app.handling.citizens.subject_requests import REASON_MAX, REASON_MIN, RefusalReasonError, settle
from feedback_app.handling.models import Case
from feedback_app.intake.extra_models import Contact
from feedback_app.notifications.operations import owe
from feedback_app.notifications.wording import Template
from feedback_app.storage import Storage


def settle_request(
    session: Session,
    storage: Storage,
    request: SubjectRequest,
    case: Case,
    outcome: RequestOutcome,
    *,
    actor: Actor,
    reason: str | None,
    now: datetime,
) -> None:
    """Settle a request of a case's reporter: what was asked for is done with it, or refused with a reason (Ps 33).

    The reporter reads the outcome with the code, and is told of it where they left an address. An erasure takes the
    address along, so nobody is told of that.

    Raises
    ------
    feedback_app.handling.citizens.subject_requests.RequestSettledError
    feedback_app.handling.citizens.subject_requests.RefusalReasonError
    """
    settle(session, request, outcome, actor=actor, reason=reason, now=now)
    if outcome is RequestOutcome.DONE:
        if request.kind is RequestKind.ERASURE:
            erase(session, storage, request.agency_id, request.submission_id, actor=actor, now=now)
        elif request.kind is RequestKind.RESTRICTION:
            begin_restriction(session, request.agency_id, request.submission_id, actor=actor, now=now)
    _tell(session, case, Template.REQUEST_SETTLED, f"request:{request.id}", now)


def lift_for(session: Session, case: Case, reason: str | None, *, actor: Actor, now: datetime) -> None:
    """Lift a restriction as an officer, with a reason on the timeline of the case that its reporter reads.

    Raises
    ------
    feedback_app.handling.citizens.subject_requests.RefusalReasonError
    feedback_app.handling.citizens.restricting.NotRestrictedError
    """
    said = (reason or "").strip()
    if not REASON_MIN <= len(said) <= REASON_MAX:
        raise RefusalReasonError(
            f"Tuliskan alasan mengakhiri pembatasan, {REASON_MIN} sampai {REASON_MAX} huruf; pelapor membacanya."
        )
    lift_restriction(session, case.agency_id, case.submission_id, actor=actor, now=now)
    last = session.scalar(
        sa.select(SubjectRequest)
        .where(
            SubjectRequest.agency_id == case.agency_id, SubjectRequest.submission_id == case.submission_id,
            SubjectRequest.kind == RequestKind.RESTRICTION, SubjectRequest.outcome == RequestOutcome.DONE,
        )
        .order_by(SubjectRequest.id.desc())
        .limit(1)
    )  # fmt: skip
    if last is not None:
        last.reason = said
        session.flush()
    _tell(session, case, Template.REQUEST_SETTLED, f"lifted:{case.id}:{now.isoformat()}", now)


def _tell(session: Session, case: Case, template: Template, event: str, now: datetime) -> None:
    contact = session.execute(
        sa.select(Contact.id, Contact.language).where(
            Contact.agency_id == case.agency_id, Contact.submission_id == case.submission_id,
            Contact.unsubscribed_at.is_(None),
        )
    ).first()  # fmt: skip
    if contact is not None:
        owe(
            session, agency_id=case.agency_id, template=Template.NEWS if case.is_confidential else template, params={},
            dedupe_key=f"{event}:contact:{contact.id}", now=now, contact_id=contact.id, language=contact.language,
        )  # fmt: skip
