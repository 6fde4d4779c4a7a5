"""The national holidays and cuti bersama, as the package `holidays` knows them, taken over by agencies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import version
from typing import Final

import holidays as holiday_calendars
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Holiday

# What an imported day rests on, before the version of the package it was read from.
IMPORTED: Final = "holidays "


def national_days(years: Iterable[int]) -> Mapping[date, str]:
    """Return the national holidays and cuti bersama of the years, with their names, as the package knows them.

    Both categories are asked for: the default one leaves cuti bersama out, and a deadline would come days too early.
    """
    days: Mapping[date, str] = holiday_calendars.country_holidays(
        "ID", years=list(years), categories=("public", "government"), language="id"
    )
    return days


def source_of_imports() -> str:
    """Return what an imported day rests on: the package it is read from, and its version."""
    return f"{IMPORTED}{version('holidays')}"


def import_holidays(session: Session, *, agency_id: int, years: Iterable[int]) -> int:
    """Add the national days of the years; rows an officer edited stay. Return how many came."""
    return add_missing(session, agency_id, national_days(years))


def add_missing(session: Session, agency_id: int, days: Mapping[date, str]) -> int:
    """Add those of some imported days that the calendar of an agency does not hold; return how many came."""
    source = source_of_imports()
    rows = [
        {"agency_id": agency_id, "on_date": day, "name": name, "source": source} for day, name in sorted(days.items())
    ]
    if not rows:
        return 0
    statement = insert(Holiday).values(rows).on_conflict_do_nothing().returning(Holiday.on_date)
    return len(session.execute(statement).all())
