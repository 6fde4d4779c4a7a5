"""The codes that hang on walls: put up, taken down, and looked up by whoever scans or reads one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db_wall.roles import Lookup
from feedback_app.db_wall.scope import enter_by
from feedback_app.errors import NotFoundError
from feedback_app.intake.codes import new_wall_code, wall_code_form
from feedback_app.intake.counter_models import WallCode

HANGS_AT_MAX: Final = 120


class WallCodeNotFoundError(NotFoundError):
    """No wall code of this unit has this number."""

    code = "wall_code_not_found"


def hang(
    session: Session, *, agency_id: int, unit_id: int, service_id: int | None, hangs_at: str, actor: Actor,
    now: datetime,
) -> WallCode:  # fmt: skip
    """Make a code for one place on a wall."""
    row = WallCode(
        agency_id=agency_id, unit_id=unit_id, service_id=service_id, hangs_at=hangs_at, created_at=now,
        created_by=actor.user_id, code=new_wall_code(secrets.token_bytes),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, row, actor, "intake.hang_wall_code", now)
    return row


def take_down(session: Session, row: WallCode, *, actor: Actor, now: datetime) -> None:
    """Make a code lead nowhere from now on; a second time changes nothing."""
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
        _note(session, row, actor, "intake.take_down_wall_code", now)


def wall_code(session: Session, raw: str) -> WallCode | None:
    """Return what somebody scanned or typed, also where it was taken down; None for what never hung anywhere."""
    code = wall_code_form(raw)
    if not code:
        return None
    enter_by(session, Lookup.WALL_CODE, code)
    return session.scalar(sa.select(WallCode).where(WallCode.code == code))


def wall_code_by_id(session: Session, agency_id: int, code_id: int) -> WallCode:
    """Return one wall code of an agency.

    Raises
    ------
    WallCodeNotFoundError
    """
    row = session.get(WallCode, (agency_id, code_id))
    if row is None:
        raise WallCodeNotFoundError("Kode dinding itu tidak ada. Pilih dari daftar.")
    return row


def wall_codes_of(session: Session, agency_id: int, unit_id: int) -> Sequence[WallCode]:
    """Return the wall codes of a unit, those that hang first."""
    query = sa.select(WallCode).where(WallCode.agency_id == agency_id, WallCode.unit_id == unit_id)
    return session.scalars(query.order_by(WallCode.revoked_at.is_not(None), WallCode.id.desc())).all()


def _note(session: Session, row: WallCode, actor: Actor, action: str, now: datetime) -> None:
    record(
        session, agency_id=row.agency_id, actor=actor, action=action, subject_type="wall_code", subject_id=row.id,
        now=now, unit_id=row.unit_id, service_id=row.service_id,
    )  # fmt: skip
