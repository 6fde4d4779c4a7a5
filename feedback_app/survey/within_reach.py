"""Who may see which survey: periods and units as far as somebody's grants reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnknownAgencyError, reach
from feedback_app.organisation.whole_agencies import over_all_of, whole_agencies
from feedback_app.survey.instruments import UnknownInstrumentError
from feedback_app.survey.models import Instrument, Period
from feedback_app.survey.queries import UnknownPeriodError

Row = TypeVar("Row", Period, Instrument)

# A questionnaire and a period hold for everybody in the agency, so a grant over one of its units does not reach so far.
OF_THE_WHOLE_AGENCY = frozenset({Permission.MANAGE_SURVEY})


def agencies_with(session: Session, user_id: int, permission: Permission, day: date) -> Sequence[Agency]:
    """Return the agencies in which somebody has a permission of the survey, by name."""
    if permission in OF_THE_WHOLE_AGENCY:
        return whole_agencies(session, user_id, permission, day)
    reached = sa.select(reach(user_id, permission, day).c.agency_id)
    return session.scalars(sa.select(Agency).where(Agency.id.in_(reached)).order_by(Agency.name)).all()


def agency_for(session: Session, user_id: int, agency_id: int, permission: Permission, day: date) -> Agency:
    """Return one of them.

    Raises
    ------
    UnknownAgencyError
    """
    wanted = sa.select(Agency).where(Agency.id == agency_id, _seen(Agency.id, user_id, permission, day))
    found = session.scalar(wanted)
    if found is None:
        raise UnknownAgencyError("Pemerintah daerah itu tidak ada di sini. Pilih dari daftar.")
    return found


def period_for(
    session: Session, user_id: int, period_id: int, permission: Permission, day: date, *, for_update: bool = False
) -> Period:
    """Return a period of an agency in which somebody has a permission; another one does not exist for them.

    Raises
    ------
    UnknownPeriodError
    """
    wanted = sa.select(Period).where(Period.id == period_id, _seen(Period.agency_id, user_id, permission, day))
    found = session.scalar(_locked(wanted) if for_update else wanted)
    if found is None:
        raise UnknownPeriodError("Periode survei itu tidak ditemukan.")
    return found


def instrument_for_reader(
    session: Session, user_id: int, instrument_id: int, permission: Permission, day: date, *, for_update: bool = False
) -> Instrument:
    """Return a questionnaire of an agency in which somebody has a permission.

    Raises
    ------
    UnknownInstrumentError
    """
    wanted = sa.select(Instrument).where(
        Instrument.id == instrument_id, _seen(Instrument.agency_id, user_id, permission, day)
    )
    found = session.scalar(_locked(wanted) if for_update else wanted)
    if found is None:
        raise UnknownInstrumentError("Kuesioner itu tidak ditemukan. Pilih dari daftar kuesioner.")
    return found


def unit_ids(session: Session, user_id: int, agency_id: int, permission: Permission, day: date) -> set[int]:
    """Return the units of an agency in which somebody has a permission."""
    area = reach(user_id, permission, day)
    return set(session.scalars(sa.select(area.c.unit_id).where(area.c.agency_id == agency_id)))


def manages(session: Session, user_id: int, agency_id: int, day: date) -> bool:
    """Tell whether somebody sets up the surveys of an agency."""
    return bool(session.scalar(sa.select(over_all_of(agency_id, user_id, Permission.MANAGE_SURVEY, day))))


def _locked(wanted: sa.Select[Row]) -> sa.Select[Row]:
    # What the session read before somebody else's commit must not be trusted after waiting for the lock.
    # Its key stays free: who adds to the sums of a period refers to it, and may be whom this one waits for next.
    return wanted.with_for_update(key_share=True).execution_options(populate_existing=True)


def _seen(agency_id: Any, user_id: int, permission: Permission, day: date) -> sa.ColumnElement[bool]:
    if permission in OF_THE_WHOLE_AGENCY:
        return over_all_of(agency_id, user_id, permission, day)
    reached: sa.ColumnElement[bool] = agency_id.in_(sa.select(reach(user_id, permission, day).c.agency_id))
    return reached
