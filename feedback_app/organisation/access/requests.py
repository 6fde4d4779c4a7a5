"""Roles of weight that wait: agreed to or refused by a second person, taken back by whoever asked."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person, record
from feedback_app.errors import ConflictError, ForbiddenError, NotFoundError
from feedback_app.identity.grant_models import GrantRequest
from feedback_app.identity.grants import GrantDaysError, said_why
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import RequestOutcome
from feedback_app.organisation.access.giving import (
    OutOfReachError,
    OwnGrantError,
    Wanted,
    check_can_have,
    give_agreed,
    within_my_reach,
)


class UnknownGrantRequestError(NotFoundError):
    """There is no such request, or not for this account."""

    code = "unknown_grant_request"


class RequestDecidedError(ConflictError):
    """The request waits no longer."""

    code = "request_decided"


class SecondPersonNeededError(ForbiddenError):
    """Whoever asked for a role cannot agree to it."""

    code = "second_person_needed"


def approve(
    session: Session, agency_id: int, request_id: int, *, actor: Actor, today: date, now: datetime
) -> RoleGrant:
    """Agree to a request and give the role, from today on at the earliest.

    Raises
    ------
    UnknownGrantRequestError, RequestDecidedError, SecondPersonNeededError
    feedback_app.identity.grants.GrantDaysError
    feedback_app.organisation.access.giving.OwnGrantError, feedback_app.organisation.access.giving.OutOfReachError
        The decider is the person it is for; or whoever asked may not give it any more.
    """
    asked = _to_decide(session, agency_id, request_id, actor, today)
    if asked.ends_on is not None and asked.ends_on < today:
        raise GrantDaysError("Masa wewenang yang diminta sudah lewat. Tolak permintaan ini.")
    if not within_my_reach(session, asked.asked_by, agency_id, asked.unit_id, today):
        raise OutOfReachError("Yang meminta tidak lagi mengelola unit itu. Tolak permintaan ini.")
    wanted = Wanted(
        agency_id, asked.user_id, asked.role, asked.unit_id, max(asked.starts_on, today), asked.ends_on, asked.reason,
        asked.source,
    )  # fmt: skip
    check_can_have(session, wanted)
    decider = _decider(actor)
    made = give_agreed(session, wanted, asked_by=person(asked.asked_by), approved_by=decider, now=now)
    asked.grant_id = made.id
    _settle(session, asked, RequestOutcome.APPROVED, decider, now)
    _note(session, asked, "identity.approve_grant", actor, now)
    return made


def refuse(
    session: Session, agency_id: int, request_id: int, *, why: str, actor: Actor, today: date, now: datetime
) -> GrantRequest:
    """Refuse a request, saying why.

    Raises
    ------
    UnknownGrantRequestError, RequestDecidedError, SecondPersonNeededError
    feedback_app.identity.grants.GrantReasonError, feedback_app.organisation.access.giving.OwnGrantError
    """
    asked = _to_decide(session, agency_id, request_id, actor, today)
    asked.refusal = said_why(why)
    _settle(session, asked, RequestOutcome.REFUSED, _decider(actor), now)
    _note(session, asked, "identity.refuse_grant", actor, now)
    return asked


def withdraw(session: Session, agency_id: int, request_id: int, *, actor: Actor, now: datetime) -> GrantRequest:
    """Take back what one has asked for.

    Raises
    ------
    UnknownGrantRequestError, RequestDecidedError
    """
    asked = _waiting(session, agency_id, request_id)
    if asked.asked_by != actor.user_id:
        raise UnknownGrantRequestError("Permintaan wewenang itu tidak ada. Pilih dari daftar.")
    _settle(session, asked, RequestOutcome.WITHDRAWN, None, now)
    _note(session, asked, "identity.withdraw_grant", actor, now)
    return asked


def _waiting(session: Session, agency_id: int, request_id: int) -> GrantRequest:
    asked = session.get(GrantRequest, (agency_id, request_id), with_for_update=True, populate_existing=True)
    if asked is None:
        raise UnknownGrantRequestError("Permintaan wewenang itu tidak ada. Pilih dari daftar.")
    if asked.outcome is not None:
        raise RequestDecidedError("Permintaan itu sudah diputuskan.")
    return asked


def _to_decide(session: Session, agency_id: int, request_id: int, actor: Actor, today: date) -> GrantRequest:
    decider = _decider(actor)
    unit = session.scalar(
        sa.select(GrantRequest.unit_id).where(GrantRequest.agency_id == agency_id, GrantRequest.id == request_id)
    )
    # Out of reach it does not exist, whatever became of it.
    if not within_my_reach(session, decider, agency_id, unit, today):
        raise UnknownGrantRequestError("Permintaan wewenang itu tidak ada. Pilih dari daftar.")
    asked = _waiting(session, agency_id, request_id)
    if asked.user_id == decider:
        raise OwnGrantError("Permintaan ini untuk Anda sendiri; orang lain yang memutuskan.")
    if asked.asked_by == decider:
        raise SecondPersonNeededError("Anda yang meminta; orang kedua yang memutuskan.")
    return asked


def _decider(actor: Actor) -> int:
    if actor.user_id is None:
        raise SecondPersonNeededError("Permintaan diputuskan oleh seseorang dengan akun.")
    return actor.user_id


def _settle(
    session: Session, asked: GrantRequest, outcome: RequestOutcome, decided_by: int | None, now: datetime
) -> None:
    asked.outcome, asked.decided_by, asked.decided_at = outcome, decided_by, now
    session.flush()


def _note(session: Session, asked: GrantRequest, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=asked.agency_id, actor=actor, action=action, subject_type="user", subject_id=asked.user_id,
        now=now, request_id=asked.id, role=asked.role.value, unit_id=asked.unit_id,
    )  # fmt: skip
