"""Which units and days a page of the dashboard is about, read from its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import request
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import today
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.db import db
from feedback_app.handling.figures.counts import Asked, Scope
from feedback_app.handling.figures.dashboard import asked_about
from feedback_app.handling.figures.rules import Period, PeriodError, PeriodKind, period_of
from feedback_app.identity.rules import Permission
from feedback_app.organisation.queries import UnknownUnitError
from feedback_app.organisation.within_reach import ReachedUnit, units_within_reach


@dataclass(frozen=True, slots=True)
class Place:
    """An agency of the reader, one of its units where one is chosen, and what can be chosen."""

    agency_id: int
    agency_name: str
    zone: ZoneInfo
    unit: ReachedUnit | None
    units: list[ReachedUnit]
    agencies: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Question:
    """What a page is asked: the place, the days, and the same as the rooms ask it; `wrong` where days were refused."""

    place: Place
    period: Period
    scope: Scope
    asked: Asked
    before: Asked
    now: datetime
    wrong: PeriodError | None = None

    @property
    def before_first_on(self) -> date:
        """Return the first day of the time this is compared with."""
        return self.period.before_first_on

    @property
    def before_last_on(self) -> date:
        """Return its last day, of which only the hours up to now may be counted."""
        last = self.before.span.ends_at - timedelta(microseconds=1)
        return max(last.astimezone(self.place.zone).date(), self.before_first_on)

    def arguments(self, **changed: object) -> dict[str, object]:
        """Return the arguments of an address that asks the same."""
        days = {"from": self.period.first_on, "to": self.period.last_on} if self._is_chosen() else {}
        unit = {"unit": self.place.unit.id} if self.place.unit else self._agency()
        return {**unit, "period": self.period.kind.value, **days, **changed}

    def _is_chosen(self) -> bool:
        return self.period.kind is PeriodKind.CHOSEN

    def _agency(self) -> dict[str, object]:
        return {"agency": self.place.agency_id} if len(self.place.agencies) > 1 else {}


def read_question() -> Question | None:
    """Return what the address asks, None where the reader has no unit at present.

    Raises
    ------
    UnknownUnitError
        A unit, or an agency, of which the reader reads no figures.
    """
    units = units_within_reach(db.session(), current_user.id, Permission.READ_DASHBOARD, today())
    if not units:
        return None
    place, now = _place(units), clock.utcnow()
    period, wrong = _period(now.astimezone(place.zone).date())
    # Who has one unit asks for it by its number, which the database finds faster than by reach alone.
    only = place.unit or (units[0] if len(units) == 1 else None)
    scope = Scope(current_user.id, today(), place.agency_id, only.id if only else None)
    asked, before = asked_about(db.session(), scope, period, now)
    return Question(place, period, scope, asked, before, now, wrong)


def _place(units: list[ReachedUnit]) -> Place:
    unit_id, agency_id = (number_or_none(request.args.get(name)) for name in ("unit", "agency"))
    chosen = next((unit for unit in units if unit.id == unit_id), None)
    agencies = list(dict.fromkeys((unit.agency_id, unit.agency_name) for unit in units))
    if (unit_id is not None and chosen is None) or (agency_id is not None and agency_id not in dict(agencies)):
        raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")
    first = chosen or next(unit for unit in units if agency_id in (None, unit.agency_id))
    return Place(first.agency_id, first.agency_name, ZoneInfo(first.time_zone), chosen, units, agencies)


def _period(day: date) -> tuple[Period, PeriodError | None]:
    asked = request.args.get("period")
    kind = PeriodKind(asked) if asked in {known.value for known in PeriodKind} else PeriodKind.WEEK
    try:
        return period_of(kind, day, _day("from"), _day("to")), None
    except PeriodError as error:
        return period_of(PeriodKind.WEEK, day), error


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
