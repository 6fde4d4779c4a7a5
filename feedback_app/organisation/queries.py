"""What can be asked about agencies, units, services, posts and reach."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import NotFoundError
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.operators import is_operator
from feedback_app.identity.rules import OPERATOR, Permission, roles_with
from feedback_app.organisation.models import Agency, PublicService, Unit, UnitKind, UnitVersion


class UnknownAgencyError(NotFoundError):
    """No agency has this code."""

    code = "unknown_agency"


class UnknownUnitError(NotFoundError):
    """No unit of this agency has this code."""

    code = "unknown_unit"


@dataclass(frozen=True, slots=True)
class UnitCard:
    """A unit under the name it has on the day asked about."""

    agency_id: int
    id: int
    code: str
    name: str
    kind: UnitKind
    parent_id: int | None
    address: str | None


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """A service of a unit."""

    id: int
    unit_id: int
    code: str
    name: str


def valid_on(starts_on: Any, ends_on: Any, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that a dated row holds on a day (both ends included, an empty end means still)."""
    return valid_between(starts_on, ends_on, day, day)


def valid_between(starts_on: Any, ends_on: Any, first: Any, last: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a dated row holds on any day from the first to the last, which may be columns too."""
    return sa.and_(starts_on <= last, sa.or_(ends_on.is_(None), ends_on >= first))


def latest_unit_name(agency_id: Any, unit_id: Any) -> sa.ScalarSelect[str]:
    """Return the name that a unit bears, or last bore: units are renamed more often than they change what they are."""
    return (
        sa.select(UnitVersion.name)
        .where(UnitVersion.agency_id == agency_id, UnitVersion.unit_id == unit_id)
        .order_by(UnitVersion.starts_on.desc())
        .limit(1)
        .scalar_subquery()
    )


def day_at(session: Session, agency_id: int, now: datetime) -> date:
    """Return the day it is where an agency is."""
    zone = session.scalars(sa.select(Agency.time_zone).where(Agency.id == agency_id)).one()
    return now.astimezone(ZoneInfo(zone)).date()


def agencies(session: Session) -> Sequence[Agency]:
    """Return all agencies by name."""
    return session.scalars(sa.select(Agency).order_by(Agency.name)).all()


def agencies_with_units(session: Session, day: date) -> Sequence[Agency]:
    """Return the agencies that have a unit on a day, by name: a report can be sent to them."""
    has_units = sa.exists().where(
        UnitVersion.agency_id == Agency.id, valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day)
    )
    return session.scalars(sa.select(Agency).where(has_units).order_by(Agency.name)).all()


def agency_by_code(session: Session, code: str) -> Agency:
    """Return the agency with this code.

    Raises
    ------
    UnknownAgencyError
    """
    agency = session.scalar(sa.select(Agency).where(Agency.code == code))
    if agency is None:
        raise UnknownAgencyError("Pemerintah daerah itu tidak ada di sini. Periksa kembali alamat halamannya.")
    return agency


def _unit_cards(day: date) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Unit.agency_id, Unit.id, Unit.code, UnitVersion.name, UnitVersion.kind, UnitVersion.parent_id,
            UnitVersion.address,
        )
        .join(UnitVersion, sa.and_(UnitVersion.agency_id == Unit.agency_id, UnitVersion.unit_id == Unit.id))
        .where(valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day))
    )  # fmt: skip


def units_of(session: Session, agency_id: int, day: date) -> list[UnitCard]:
    """Return the units an agency has on a day, by name."""
    rows = session.execute(_unit_cards(day).where(Unit.agency_id == agency_id).order_by(UnitVersion.name))
    return [UnitCard(*row) for row in rows]


def unit_by_code(session: Session, agency_id: int, code: str, day: date) -> UnitCard:
    """Return one unit of an agency.

    Raises
    ------
    UnknownUnitError
    """
    row = session.execute(_unit_cards(day).where(Unit.agency_id == agency_id, Unit.code == code)).first()
    if row is None:
        raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")
    return UnitCard(*row)


def unit_by_id(session: Session, agency_id: int, unit_id: int, day: date) -> UnitCard:
    """Return one unit of an agency.

    Raises
    ------
    UnknownUnitError
    """
    row = session.execute(_unit_cards(day).where(Unit.agency_id == agency_id, Unit.id == unit_id)).first()
    if row is None:
        raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")
    return UnitCard(*row)


def services_of(session: Session, agency_id: int, unit_id: int) -> list[ServiceCard]:
    """Return the services a unit gives at present, by name."""
    rows = session.execute(
        sa.select(PublicService.id, PublicService.unit_id, PublicService.code, PublicService.name)
        .where(PublicService.agency_id == agency_id, PublicService.unit_id == unit_id, PublicService.is_active)
        .order_by(PublicService.name)
    )
    return [ServiceCard(*row) for row in rows]


def names_of_services(session: Session, agency_id: int, service_ids: Collection[int]) -> dict[int, str]:
    """Return the names of some services by id, also of those no longer given."""
    query = sa.select(PublicService.id, PublicService.name).where(
        PublicService.agency_id == agency_id, PublicService.id.in_(service_ids)
    )
    return {row.id: row.name for row in session.execute(query)}


def services_by_unit(session: Session, agency_id: int) -> dict[int, list[ServiceCard]]:
    """Return the services an agency gives at present, by unit and name."""
    rows = session.execute(
        sa.select(PublicService.id, PublicService.unit_id, PublicService.code, PublicService.name)
        .where(PublicService.agency_id == agency_id, PublicService.is_active)
        .order_by(PublicService.name)
    )
    found: dict[int, list[ServiceCard]] = {}
    for row in rows:
        found.setdefault(row.unit_id, []).append(ServiceCard(*row))
    return found


def reach(user_id: int, permission: Permission, day: date, *, named_units_only: bool = False) -> sa.Subquery:
    """Return a subquery of `(agency_id, unit_id)`: the units in which somebody has a permission on a day.

    A grant over a unit reaches everything below it in the tree of that day; one without a unit, the whole agency.
    With `named_units_only` the latter do not count.
    """
    return _reach(user_id, permission, day, named_units_only)


# Putting the expression together takes longer than most queries; who opens one page opens the next with the same one.
@lru_cache(maxsize=512)
def _reach(user_id: int, permission: Permission, day: date, named_units_only: bool) -> sa.Subquery:
    # Where two permissions open one thing two reaches stand in one statement, each under a name of its own.
    name = f"{permission.value}_named" if named_units_only else permission.value
    granted = (
        sa.select(RoleGrant.agency_id, RoleGrant.unit_id)
        .where(RoleGrant.user_id == user_id, RoleGrant.role.in_(roles_with(permission)))
        .where(valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day))
        .where(RoleGrant.unit_id.is_not(None) if named_units_only else sa.true())
        .cte(f"granted_{name}")
    )
    roots = sa.select(Unit.agency_id, Unit.id.label("unit_id")).join(
        granted,
        sa.and_(
            granted.c.agency_id == Unit.agency_id,
            sa.or_(granted.c.unit_id.is_(None), granted.c.unit_id == Unit.id),
        ),
    )  # fmt: skip
    tree = roots.cte(f"reach_{name}", recursive=True)
    below = (
        sa.select(UnitVersion.agency_id, UnitVersion.unit_id)
        .join(tree, sa.and_(tree.c.agency_id == UnitVersion.agency_id, tree.c.unit_id == UnitVersion.parent_id))
        .where(valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day))
    )
    return sa.select(tree.union(below)).subquery(f"within_reach_{name}")


def within(area: sa.Subquery, agency_id: Any, unit_id: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a row's unit lies within reach."""
    return sa.tuple_(agency_id, unit_id).in_(sa.select(area.c.agency_id, area.c.unit_id))


# Stands among the roles of an account that runs the platform; no role of an agency is called so.
_RUNS_THE_PLATFORM: Final = "platform_operator"


def permissions_of(session: Session, user_id: int, day: date) -> frozenset[Permission]:
    """Return everything somebody may do somewhere on a day, in an agency or, where they run it, on the platform."""
    held = sa.select(RoleGrant.role.cast(sa.Text).label("role")).where(
        RoleGrant.user_id == user_id, valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day)
    )
    runs = sa.select(sa.literal(_RUNS_THE_PLATFORM)).where(is_operator(user_id, day))
    found = set(session.scalars(held.union(runs)))
    given = frozenset(p for p in Permission if roles_with(p) & found)
    return given | OPERATOR if _RUNS_THE_PLATFORM in found else given
