"""The rules by which claims give roles: written, ended, and read for somebody's claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.identity.rules import Role
from feedback_app.identity.sso.claim_grants import end_those_of
from feedback_app.identity.sso.models import ClaimRule
from feedback_app.identity.sso.rules import CLAIM_ROLES, DAYS_MOST, Gift, holds


class ClaimRuleError(InvalidInputError):
    """A rule that says nothing, or gives what no claim may give."""

    code = "claim_rule"


class RuleTakenError(ConflictError):
    """The same rule is in force."""

    code = "claim_rule_taken"


class UnknownRuleError(NotFoundError):
    """No such rule in force."""

    code = "unknown_claim_rule"


@dataclass(frozen=True, slots=True)
class WantedRule:
    """What a rule is to say: whoever has this value in this claim holds a role over a unit, or the whole agency."""

    issuer: str
    claim: str
    value: str
    role: Role
    unit_id: int | None
    days: int
    makes_account: bool = False
    ends_on: date | None = None


def add_rule(session: Session, agency_id: int, wanted: WantedRule, *, actor: Actor, now: datetime) -> ClaimRule:
    """Put a rule into force; it is looked at whenever somebody signs in through that provider.

    The caller has checked that the actor may give this role there.

    Raises
    ------
    ClaimRuleError
    RuleTakenError
    """
    claim, value = wanted.claim.strip(), wanted.value.strip()
    if not 1 <= len(claim) <= 120 or not 1 <= len(value) <= 200:
        raise ClaimRuleError("Isi nama klaim (paling panjang 120 huruf) dan nilainya (paling panjang 200 huruf).")
    if wanted.role not in CLAIM_ROLES:
        raise ClaimRuleError("Wewenang ini memerlukan dua orang, jadi tidak dapat diberikan oleh klaim.")
    if not 1 <= wanted.days <= DAYS_MOST:
        raise ClaimRuleError(f"Lama berlaku antara 1 dan {DAYS_MOST} hari.")
    row = ClaimRule(
        agency_id=agency_id, issuer=wanted.issuer, claim=claim, value=value, role=wanted.role.value,
        unit_id=wanted.unit_id, days=wanted.days, makes_account=wanted.makes_account, ends_on=wanted.ends_on,
        created_by=actor.user_id, created_at=now,
    )  # fmt: skip
    add_unless_taken(session, row, RuleTakenError("Aturan yang sama sudah berlaku."))
    _note(session, row, actor, "identity.add_claim_rule", now, makes_account=row.makes_account, days=row.days)
    return row


def end_rule(session: Session, agency_id: int, rule_id: int, *, actor: Actor, day: date, now: datetime) -> int:
    """End a rule and at once every grant it gave; return how many of those ended.

    Raises
    ------
    UnknownRuleError
    """
    row = rule_in_force(session, agency_id, rule_id)
    row.ended_at, row.ended_by = now, actor.user_id
    session.flush()
    n = end_those_of(session, row, actor=actor, day=day, now=now)
    _note(session, row, actor, "identity.end_claim_rule", now, n=n)
    return n


def rule_in_force(session: Session, agency_id: int, rule_id: int) -> ClaimRule:
    """Return a rule that has not ended, locked.

    Raises
    ------
    UnknownRuleError
    """
    row = session.scalar(
        sa.select(ClaimRule)
        .where(ClaimRule.agency_id == agency_id, ClaimRule.id == rule_id, ClaimRule.ended_at.is_(None))
        .with_for_update()
    )
    if row is None:
        raise UnknownRuleError("Aturan itu sudah tidak berlaku. Muat ulang halaman ini.")
    return row


def rules_of(session: Session, agency_id: int, *, issuer: str | None = None) -> Sequence[ClaimRule]:
    """Return the rules of an agency that have not ended, by provider, claim and value."""
    query = sa.select(ClaimRule).where(ClaimRule.agency_id == agency_id, ClaimRule.ended_at.is_(None))
    if issuer is not None:
        query = query.where(ClaimRule.issuer == issuer)
    return session.scalars(query.order_by(ClaimRule.issuer, ClaimRule.claim, ClaimRule.value, ClaimRule.id)).all()


def rules_met(
    session: Session, agency_id: int, issuer: str, claims: Mapping[str, Any], day: date
) -> Sequence[ClaimRule]:
    """Return the rules of an agency that some claims meet on a day."""
    in_force = (row for row in rules_of(session, agency_id, issuer=issuer) if row.ends_on is None or row.ends_on >= day)
    return [row for row in in_force if holds(claims, row.claim, row.value)]


def gifts_of(rules: Sequence[ClaimRule]) -> list[Gift]:
    """Return what rules give together: each role over each unit once, for as long as the longest of them says."""
    best: dict[tuple[Role, int | None], Gift] = {}
    for row in rules:
        role = Role(row.role)
        known = best.get((role, row.unit_id))
        if known is None or known.days < row.days:
            best[role, row.unit_id] = Gift(row.agency_id, row.id, role, row.unit_id, row.days, row.ends_on)
    return list(best.values())


def _note(session: Session, row: ClaimRule, actor: Actor, action: str, now: datetime, **detail: Any) -> None:
    record(
        session, agency_id=row.agency_id, actor=actor, action=action, subject_type="claim_rule", subject_id=row.id,
        now=now, role=row.role, unit_id=row.unit_id, **detail,
    )  # fmt: skip
