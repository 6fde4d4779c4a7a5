"""Set for how long an agency keeps something, from a day to come; take a rule back that has not begun."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.privacy.models import RetentionRule
from feedback_app.privacy.retention.rules import BASIS_MAX, BASIS_MIN, DEFAULTS, LONGEST_DAYS, RetentionKind


class RetentionDaysError(InvalidInputError):
    """Fewer days than the work needs, or more than a century."""

    code = "retention_days"


class RetentionBasisError(InvalidInputError):
    """Who changes a time of keeping says on which ground."""

    code = "retention_basis"


class RetentionStartError(InvalidInputError):
    """A rule begins tomorrow at the earliest, so that a mistake can be taken back before anything goes."""

    code = "retention_start"


class RetentionRuleTakenError(ConflictError):
    """There is a rule for the same thing from the same day on."""

    code = "retention_rule_taken"


class UnknownRetentionRuleError(NotFoundError):
    """No such rule, or it has begun, and what has begun is history."""

    code = "unknown_retention_rule"


def set_rule(
    session: Session,
    agency_id: int,
    kind: RetentionKind,
    days: int,
    basis: str,
    *,
    starts_on: date,
    today: date,
    actor: Actor,
    now: datetime,
) -> RetentionRule:
    """Let an agency keep something for so many days, from a day after today on.

    Raises
    ------
    RetentionDaysError
    RetentionBasisError
    RetentionStartError
    RetentionRuleTakenError
    """
    least, said = DEFAULTS[kind].least_days, basis.strip()
    if not least <= days <= LONGEST_DAYS:
        raise RetentionDaysError(f"Lama simpan {least} sampai {LONGEST_DAYS} hari.")
    if not BASIS_MIN <= len(said) <= BASIS_MAX:
        raise RetentionBasisError(f"Tuliskan dasarnya, {BASIS_MIN} sampai {BASIS_MAX} huruf.")
    if starts_on <= today:
        raise RetentionStartError("Aturan mulai berlaku paling cepat besok, agar dapat dibatalkan bila keliru.")
    rule = RetentionRule(
        agency_id=agency_id, kind=kind, days=days, basis=said, starts_on=starts_on, set_by=actor.user_id, set_at=now
    )
    taken = RetentionRuleTakenError("Sudah ada aturan untuk hal ini yang mulai pada hari itu. Batalkan dahulu.")
    add_unless_taken(session, rule, taken)
    record(
        session, agency_id=agency_id, actor=actor, action="privacy.set_retention", subject_type="retention_rule",
        subject_id=rule.id, now=now, kind=kind.value, days=days, starts_on=starts_on.isoformat(),
    )  # fmt: skip
    return rule


def withdraw_rule(session: Session, agency_id: int, rule_id: int, *, today: date, actor: Actor, now: datetime) -> None:
    """Take back a rule that has not begun.

    Raises
    ------
    UnknownRetentionRuleError
    """
    rule = session.scalar(
        sa.select(RetentionRule)
        .where(RetentionRule.agency_id == agency_id, RetentionRule.id == rule_id, RetentionRule.starts_on > today)
        .with_for_update()
    )
    if rule is None:
        raise UnknownRetentionRuleError("Aturan itu tidak ada, atau sudah berlaku sehingga tidak dapat dibatalkan.")
    session.delete(rule)
    session.flush()
    record(
        session, agency_id=agency_id, actor=actor, action="privacy.withdraw_retention", subject_type="retention_rule",
        subject_id=rule_id, now=now, kind=rule.kind.value, days=rule.days,
    )  # fmt: skip
