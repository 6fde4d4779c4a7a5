"""Give and end grants so that they match what a provider says; what people gave is left alone.

A grant is never made longer, so one that is still wanted is followed by the next before it runs out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, Actor, record
from feedback_app.identity.grants import end_at_once, lock_grants_of
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.operations import grant
from feedback_app.identity.rules import GrantSource
from feedback_app.identity.sso.models import ClaimGrant, ClaimRule
from feedback_app.identity.sso.rules import Gift

GIVEN_WORDS: Final = "Diberikan oleh aturan klaim nomor {rule} saat masuk lewat penyedia identitas."
ENDED_WORDS: Final = "Penyedia identitas tidak lagi menyebut wewenang ini."
RULE_ENDED_WORDS: Final = "Aturan klaim yang memberikan wewenang ini sudah diakhiri."


@dataclass(frozen=True, slots=True)
class Changed:
    """How many grants were given, followed by a next one, ended, and refused by the rules of separation."""

    given: int = 0
    prolonged: int = 0
    ended: int = 0
    refused: int = 0


def match(
    session: Session, agency_id: int, user_id: int, issuer: str, gifts: Sequence[Gift], *, day: date, now: datetime
) -> Changed:
    """Make the grants by claims of an account in an agency what the claims of this provider give today.

    Grants by another provider's claims are not touched, nor any that a person gave. Nobody is given anything by a rule
    of their own making.
    """
    # Two sign-ins at once would each give the same.
    lock_grants_of(session, user_id)
    held = _held(session, agency_id, user_id, issuer, day)
    wanted = {(gift.role, gift.unit_id): gift for gift in gifts}
    ended = 0
    for row in held:
        if (row.role, row.unit_id) not in wanted:
            end_at_once(session, row, reason=ENDED_WORDS, actor=SYSTEM, today=day, now=now)
            ended += 1
    given = prolonged = refused = 0
    for key, gift in wanted.items():
        until = max((row.ends_on or date.max for row in held if (row.role, row.unit_id) == key), default=None)
        if until is None and _held_otherwise(session, agency_id, user_id, gift, day):
            continue
        if until is not None and (until == date.max or (until - day).days * 2 >= gift.days):
            continue
        begins = day if until is None else until + timedelta(days=1)
        if not _give(session, user_id, gift, begins, day=day, now=now):
            refused += 1
        elif until is None:
            given += 1
        else:
            prolonged += 1
    return Changed(given, prolonged, ended, refused)


def end_those_of(session: Session, rule: ClaimRule, *, actor: Actor, day: date, now: datetime) -> int:
    """End at once every grant that a rule gave; return how many."""
    rows = session.scalars(
        sa.select(RoleGrant)
        .join(ClaimGrant, _of_grant())
        .where(ClaimGrant.agency_id == rule.agency_id, ClaimGrant.rule_id == rule.id, *_standing(day))
        .order_by(RoleGrant.id)
        .with_for_update(of=RoleGrant)
    ).all()
    for row in rows:
        end_at_once(session, row, reason=RULE_ENDED_WORDS, actor=actor, today=day, now=now)
    return len(rows)


def _give(session: Session, user_id: int, gift: Gift, begins: date, *, day: date, now: datetime) -> bool:
    ends = day + timedelta(days=gift.days)
    ends = min(ends, gift.ends_on) if gift.ends_on else ends
    if ends < begins:
        return True
    rule = session.get_one(ClaimRule, (gift.agency_id, gift.rule_id))
    try:
        if rule.created_by == user_id:
            raise _OwnRuleError
        with session.begin_nested():
            made = grant(
                session, agency_id=gift.agency_id, user_id=user_id, role=gift.role, unit_id=gift.unit_id,
                starts_on=begins, ends_on=ends, actor=SYSTEM, now=now, source=GrantSource.OIDC,
                reason=GIVEN_WORDS.format(rule=gift.rule_id),
            )  # fmt: skip
            session.add(ClaimGrant(agency_id=gift.agency_id, grant_id=made.id, rule_id=gift.rule_id, given_at=now))
    except (IntegrityError, _OwnRuleError):
        # The database keeps certain roles out of one hand, whoever gives them.
        record(
            session, agency_id=gift.agency_id, actor=SYSTEM, action="identity.refuse_claim", subject_type="user",
            subject_id=user_id, now=now, rule_id=gift.rule_id, role=gift.role.value, unit_id=gift.unit_id,
        )  # fmt: skip
        return False
    return True


class _OwnRuleError(Exception):
    """The rule was written by the one it would give something."""


def _held(session: Session, agency_id: int, user_id: int, issuer: str, day: date) -> Sequence[RoleGrant]:
    return session.scalars(
        sa.select(RoleGrant)
        .join(ClaimGrant, _of_grant())
        .join(ClaimRule, sa.and_(ClaimRule.agency_id == ClaimGrant.agency_id, ClaimRule.id == ClaimGrant.rule_id))
        .where(
            RoleGrant.agency_id == agency_id, RoleGrant.user_id == user_id, ClaimRule.issuer == issuer, *_standing(day)
        )
        .order_by(RoleGrant.id)
    ).all()


def _held_otherwise(session: Session, agency_id: int, user_id: int, gift: Gift, day: date) -> bool:
    same = sa.exists().where(
        RoleGrant.agency_id == agency_id, RoleGrant.user_id == user_id, RoleGrant.role == gift.role,
        RoleGrant.unit_id.is_not_distinct_from(gift.unit_id), RoleGrant.starts_on <= day, *_standing(day),
    )  # fmt: skip
    return bool(session.scalar(sa.select(same)))


def _of_grant() -> sa.ColumnElement[bool]:
    return sa.and_(ClaimGrant.agency_id == RoleGrant.agency_id, ClaimGrant.grant_id == RoleGrant.id)


def _standing(day: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (RoleGrant.ended_at.is_(None), sa.or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day))
