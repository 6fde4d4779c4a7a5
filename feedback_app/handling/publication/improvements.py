"""You reported, we mended: what a unit says it will change or has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.handling.publication.models import Improvement, ImprovementStage
from feedback_app.handling.publication.publishing import PersonalDataLeftError, personal_data_in
from feedback_app.handling.rules import PUBLICATION_MIN
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import UnitVersion
from feedback_app.organisation.queries import reach, valid_on, within

IMPROVEMENT_MAX: Final = 500
SHOWN_MOST: Final = 20


class ImprovementLengthError(InvalidInputError):
    """The words are too few to say what changes, or too many for a board."""

    code = "improvement_length"


class UnknownImprovementError(NotFoundError):
    """No such entry, or none within this account's reach."""

    code = "unknown_improvement"


class ImprovementMadeError(ConflictError):
    """What has been made cannot be made again."""

    code = "improvement_made"


@dataclass(frozen=True, slots=True)
class ImprovementRow:
    """One entry with the name of its unit."""

    id: int
    unit_name: str
    stage: ImprovementStage
    text: str
    noted_at: datetime
    made_at: datetime | None


def plan(
    session: Session, text: str, *, agency_id: int, unit_id: int, case_id: int | None, user_id: int, now: datetime
) -> Improvement:
    """Announce a change on the board of a unit; the caller has checked that the unit is within reach.

    Raises
    ------
    ImprovementLengthError
    feedback_app.handling.publication.publishing.PersonalDataLeftError
    """
    words = text.strip()
    if not PUBLICATION_MIN <= len(words) <= IMPROVEMENT_MAX:
        raise ImprovementLengthError(
            f"Tulis perbaikan dalam {PUBLICATION_MIN} sampai {IMPROVEMENT_MAX} huruf; ini {len(words)} huruf."
        )
    if found := personal_data_in(words, None):
        raise PersonalDataLeftError(found)
    entry = Improvement(
        agency_id=agency_id, unit_id=unit_id, case_id=case_id, stage=ImprovementStage.PLANNED, text=words,
        noted_at=now, noted_by=user_id, made_at=None, withdrawn_at=None,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    _note(session, entry, "handling.plan_improvement", user_id, now)
    return entry


def mark_made(session: Session, entry: Improvement, *, user_id: int, now: datetime) -> None:
    """Say that a change has been made.

    Raises
    ------
    ImprovementMadeError
    """
    if entry.stage is ImprovementStage.MADE:
        raise ImprovementMadeError("Perbaikan ini sudah ditandai selesai.")
    entry.stage, entry.made_at = ImprovementStage.MADE, now
    session.flush()
    _note(session, entry, "handling.make_improvement", user_id, now)


def take_back(session: Session, entry: Improvement, *, user_id: int, now: datetime) -> None:
    """Take an entry off the board; the row stays."""
    entry.withdrawn_at = entry.withdrawn_at or now
    session.flush()
    _note(session, entry, "handling.withdraw_improvement", user_id, now)


def improvement_for(session: Session, user_id: int, improvement_id: int, *, day: date) -> Improvement:
    """Return an entry of a unit for which somebody answers, locked for a change.

    Raises
    ------
    UnknownImprovementError
    """
    area = reach(user_id, Permission.ANSWER_CASE, day)
    query = sa.select(Improvement).where(
        Improvement.id == improvement_id,
        Improvement.withdrawn_at.is_(None),
        within(area, Improvement.agency_id, Improvement.unit_id),
    )
    entry = session.scalar(query.with_for_update())
    if entry is None:
        raise UnknownImprovementError("Perbaikan ini tidak ada di unit Anda.")
    return entry


def improvements_for(session: Session, user_id: int, *, day: date) -> list[ImprovementRow]:
    """Return the entries of the units for which somebody answers, the newest first."""
    area = reach(user_id, Permission.ANSWER_CASE, day)
    rows = session.execute(_rows(day).where(within(area, Improvement.agency_id, Improvement.unit_id)).limit(200))
    return [ImprovementRow(*row) for row in rows]


def board(session: Session, agency_id: int, unit_id: int, *, day: date) -> Sequence[ImprovementRow]:
    """Return what a unit tells the public about its changes, the newest first."""
    of_unit = sa.and_(Improvement.agency_id == agency_id, Improvement.unit_id == unit_id)
    return [ImprovementRow(*row) for row in session.execute(_rows(day).where(of_unit).limit(SHOWN_MOST))]


def _rows(day: date) -> sa.Select[*tuple[Any, ...]]:
    version = sa.and_(
        UnitVersion.agency_id == Improvement.agency_id,
        UnitVersion.unit_id == Improvement.unit_id,
        valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
    )
    return (
        sa.select(
            Improvement.id, sa.func.coalesce(UnitVersion.name, "–"), Improvement.stage, Improvement.text,
            Improvement.noted_at, Improvement.made_at,
        )
        .outerjoin(UnitVersion, version)
        .where(Improvement.withdrawn_at.is_(None))
        .order_by(sa.func.coalesce(Improvement.made_at, Improvement.noted_at).desc(), Improvement.id.desc())
    )  # fmt: skip


def _note(session: Session, entry: Improvement, action: str, user_id: int, now: datetime) -> None:
    record(
        session, agency_id=entry.agency_id, actor=person(user_id), action=action, subject_type="improvement",
        subject_id=entry.id, now=now, unit_id=entry.unit_id,
    )  # fmt: skip
