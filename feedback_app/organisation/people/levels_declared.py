"""Down to whom ratings are laid, as declared beforehand by unit: from today on at the earliest, and with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.organisation.people.changes import parse_reason
from feedback_app.organisation.people.models import AttributionRule
from feedback_app.organisation.people.post_rules import OfficeMoment
from feedback_app.organisation.people.rules import AttributionLevel
from feedback_app.organisation.queries import UnitCard, unit_by_id, units_of


class BackdatedLevelError(InvalidInputError):
    """A level for days gone by: whoever chose it then would know the ratings."""

    code = "backdated_level"


class LevelTakenError(ConflictError):
    """Another level of the same unit begins on that day."""

    code = "level_taken"


class LevelInForceError(ConflictError):
    """The level is in force and can no longer be taken back."""

    code = "level_in_force"


class UnknownLevelError(NotFoundError):
    """The agency declared no such level."""

    code = "unknown_level"


@dataclass(frozen=True, slots=True)
class LevelInForce:
    """The level of a unit on a day; `origin_id` is the unit that declared it, None for the agency or nobody."""

    unit: UnitCard
    level: AttributionLevel
    origin_id: int | None
    is_declared: bool


def declare_level(
    session: Session, agency_id: int, unit_id: int | None, level: AttributionLevel, *, starts_on: date, reason: str,
    actor: Actor, at: OfficeMoment,
) -> AttributionRule:  # fmt: skip
    """Declare the level of a unit and those below it, or of the whole agency, from a day on.

    Raises
    ------
    BackdatedLevelError, LevelTakenError
    feedback_app.organisation.people.changes.MissingReasonError
    feedback_app.organisation.queries.UnknownUnitError
    """
    if starts_on < at.today:
        raise BackdatedLevelError("Tingkat penilaian berlaku paling awal hari ini, tidak untuk hari yang sudah lewat.")
    if unit_id is not None:
        unit_by_id(session, agency_id, unit_id, at.today)
    rule = AttributionRule(
        agency_id=agency_id, unit_id=unit_id, starts_on=starts_on, level=level, reason=parse_reason(reason),
        declared_at=at.now, declared_by=actor.user_id,
    )  # fmt: skip
    taken = LevelTakenError("Tingkat untuk unit itu sudah dinyatakan mulai tanggal itu. Pilih tanggal lain.")
    add_unless_taken(session, rule, taken)
    _note(session, rule, "organisation.declare_level", actor, at)
    return rule


def take_back_level(session: Session, agency_id: int, rule_id: int, *, actor: Actor, at: OfficeMoment) -> None:
    """Take back a level that is still to come.

    Raises
    ------
    UnknownLevelError, LevelInForceError
    """
    query = sa.select(AttributionRule).where(AttributionRule.agency_id == agency_id, AttributionRule.id == rule_id)
    rule = session.scalar(query.with_for_update())
    if rule is None:
        raise UnknownLevelError("Pernyataan tingkat itu tidak ada. Pilih dari daftar.")
    if rule.starts_on <= at.today:
        raise LevelInForceError("Tingkat ini sudah berlaku, jadi tidak dapat dihapus. Nyatakan yang baru.")
    _note(session, rule, "organisation.take_back_level", actor, at)
    session.delete(rule)
    session.flush()


def declared_levels(session: Session, agency_id: int) -> Sequence[AttributionRule]:
    """Return all levels an agency declared, the youngest first."""
    query = sa.select(AttributionRule).where(AttributionRule.agency_id == agency_id)
    return session.scalars(query.order_by(AttributionRule.starts_on.desc(), AttributionRule.id.desc())).all()


def levels_in_force(session: Session, agency_id: int, day: date) -> list[LevelInForce]:
    """Return the level of every unit on a day, by name: its own, or that of the nearest unit above it, or the agency's.

    Where nothing was declared it is the counter's record, which falls back upon assignments by itself.
    """
    cards = {card.id: card for card in units_of(session, agency_id, day)}
    declared: dict[int | None, AttributionLevel] = {}
    for rule in reversed(declared_levels(session, agency_id)):
        if rule.starts_on <= day:
            declared[rule.unit_id] = rule.level
    return [_of_unit(card, cards, declared) for card in cards.values()]


def _of_unit(card: UnitCard, cards: dict[int, UnitCard], declared: dict[int | None, AttributionLevel]) -> LevelInForce:
    level_of: UnitCard | None = card
    for _ in range(len(cards)):
        if level_of is None:
            break
        if level_of.id in declared:
            return LevelInForce(card, declared[level_of.id], level_of.id, is_declared=True)
        level_of = cards.get(level_of.parent_id) if level_of.parent_id is not None else None
    return LevelInForce(card, declared.get(None, AttributionLevel.COUNTER), None, is_declared=None in declared)


def _note(session: Session, rule: AttributionRule, action: str, actor: Actor, at: OfficeMoment) -> None:
    record(
        session, agency_id=rule.agency_id, actor=actor, action=action, subject_type="attribution_rule",
        subject_id=rule.id, now=at.now, unit_id=rule.unit_id, level=rule.level.value,
        starts_on=rule.starts_on.isoformat(),
    )  # fmt: skip
