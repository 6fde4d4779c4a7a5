"""Dated rules of an agency and its units: add one from a day on, take back one that is still to come."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.handling.clocks.in_force import RULE_FIELDS, Clocks
from feedback_app.handling.clocks.models import StoredSlaRule
from feedback_app.handling.clocks.sla import DEFAULT_SLA_RULES, SlaRule
from feedback_app.handling.rules import Classification
from feedback_app.organisation.queries import unit_by_id

DAYS_MAX: Final = 365
SOURCE_MIN, SOURCE_MAX = 5, 300
FIRST_DAY: Final = date(2010, 1, 1)
# Those that every rule gives; the others may be without a limit.
GIVEN: Final = ("verify_working_days", "reply_working_days", "close_after_silence_working_days", "complete_days")
OPTIONAL: Final = ("resolve_working_days", "extension_working_days", "objection_working_days")


class Origin(enum.StrEnum):
    """Where a value comes from that holds for a unit."""

    DEFAULT = "default"
    AGENCY = "agency"
    UNIT = "unit"


class RuleValueError(InvalidInputError):
    """A rule gives a number of days that no clock can have."""

    code = "rule_value"


class RuleSourceError(InvalidInputError):
    """A rule does not say what it rests on."""

    code = "rule_source"


class RuleDayError(InvalidInputError):
    """A rule begins on a day for which there can be no rule."""

    code = "rule_day"


class RuleTakenError(ConflictError):
    """Another rule of the same kind and unit begins on that day; it was or will be in force as it is."""

    code = "rule_taken"


class RuleInForceError(ConflictError):
    """The rule was in force, and cases were promised by it."""

    code = "rule_in_force"


class UnknownRuleError(NotFoundError):
    """The agency has no such rule."""

    code = "unknown_rule"


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule that holds for a unit, and the level it comes from; `unit_id` where that is a unit."""

    rule: SlaRule
    origin: Origin


def rules_for(clocks: Clocks, unit_id: int | None, at: datetime) -> list[RuleShown]:
    """Return the rule of each classification that holds for a unit (None: the whole agency) at a moment."""
    found = [clocks.rule(classification, at, unit_id) for classification in Classification]
    return [RuleShown(rule, origin_of(rule)) for rule in found]


def origin_of(rule: SlaRule) -> Origin:
    """Return the level of a rule; a row an agency was given when it was set up is still the default."""
    if rule.unit_id is not None:
        return Origin.UNIT
    return Origin.DEFAULT if rule in DEFAULT_SLA_RULES else Origin.AGENCY


def rule_rows(session: Session, agency_id: int) -> Sequence[StoredSlaRule]:
    """Return all rules of an agency and its units, the youngest first."""
    query = sa.select(StoredSlaRule).where(StoredSlaRule.agency_id == agency_id)
    return session.scalars(
        query.order_by(StoredSlaRule.effective_from.desc(), StoredSlaRule.classification, StoredSlaRule.unit_id)
    ).all()


def add_rule(
    session: Session, agency_id: int, rule: SlaRule, *, today: date, actor: Actor, now: datetime
) -> StoredSlaRule:
    """Add a rule from a day on, which may lie in the past: what was in force stays as a row, and is superseded.

    Raises
    ------
    RuleValueError, RuleSourceError, RuleDayError, RuleTakenError
    feedback_app.organisation.queries.UnknownUnitError
    """
    _check(rule)
    if rule.unit_id is not None:
        unit_by_id(session, agency_id, rule.unit_id, today)
    row = StoredSlaRule(
        agency_id=agency_id, noted_by=actor.user_id, **{name: getattr(rule, name) for name in RULE_FIELDS}
    )
    taken = RuleTakenError(
        "Aturan untuk jenis dan unit itu sudah ada mulai tanggal itu. Pilih tanggal lain; "
        "aturan yang pernah berlaku tidak diubah, tetapi digantikan."
    )
    add_unless_taken(session, row, taken)
    _note(session, row, "handling.add_rule", actor, now)
    return row


def _check(rule: SlaRule) -> None:
    values = [getattr(rule, name) for name in (*GIVEN, *OPTIONAL)]
    if any(value is not None and not 1 <= value <= DAYS_MAX for value in values):
        raise RuleValueError(f"Isi banyaknya hari dengan angka 1 sampai {DAYS_MAX}.")
    # The clocks run beside each other from one start: a settlement cannot be promised before the reply to it.
    if rule.resolve_working_days is not None and rule.resolve_working_days < rule.reply_working_days:
        raise RuleValueError("Tenggat penyelesaian tidak boleh lebih pendek daripada tenggat tanggapan pertama.")
    if not SOURCE_MIN <= len(rule.source.strip()) <= SOURCE_MAX:
        raise RuleSourceError(f"Tulis dasar aturan ini, {SOURCE_MIN} sampai {SOURCE_MAX} huruf.")
    if rule.effective_from < FIRST_DAY:
        raise RuleDayError("Tanggal mulai berlaku terlalu jauh di masa lalu. Periksa tahunnya.")


def remove_rule(session: Session, agency_id: int, rule_id: int, *, today: date, actor: Actor, now: datetime) -> None:
    """Take back a rule that is still to come.

    Raises
    ------
    UnknownRuleError, RuleInForceError
    """
    query = sa.select(StoredSlaRule).where(StoredSlaRule.agency_id == agency_id, StoredSlaRule.id == rule_id)
    row = session.scalar(query.with_for_update())
    if row is None:
        raise UnknownRuleError("Aturan itu tidak ada. Pilih dari daftar.")
    if row.effective_from <= today:
        raise RuleInForceError(
            "Aturan ini sudah berlaku, jadi tidak dapat dihapus. Buat aturan baru yang menggantikan."
        )
    _note(session, row, "handling.remove_rule", actor, now)
    session.delete(row)
    session.flush()


def _note(session: Session, row: StoredSlaRule, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=row.agency_id, actor=actor, action=action, subject_type="sla_rule", subject_id=row.id,
        now=now, classification=row.classification.value, unit_id=row.unit_id,
        effective_from=row.effective_from.isoformat(),
    )  # fmt: skip
