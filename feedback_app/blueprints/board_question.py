"""Which part of which agency a board is about, read from its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import request
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import today
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.db import db
from feedback_app.evaluation.board.area import Area, BoardUnit, area_within_reach
from feedback_app.evaluation.board.trends import Span
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnknownUnitError
from feedback_app.organisation.within_reach import units_within_reach


@dataclass(frozen=True, slots=True)
class BoardQuestion:
    """An agency of the reader, one of its units where one is chosen (alone, or with those below it), and the days."""

    agency: Agency
    agencies: list[tuple[int, str]]
    area: Area
    unit: BoardUnit | None
    is_alone: bool
    span: Span
    day: date
    now: datetime

    @property
    def unit_ids(self) -> list[int]:
        """Return the units asked about."""
        if self.unit is None:
            return list(self.area.units)
        return [self.unit.id] if self.is_alone else self.area.with_below(self.unit.id)

    @property
    def has_below(self) -> bool:
        """Tell whether the unit asked about has others below it."""
        return self.unit is not None and bool(self.area.below.get(self.unit.id))

    def arguments(self, **changed: object) -> dict[str, object]:
        """Return the arguments of an address that asks the same."""
        agency = {"agency": self.agency.id} if len(self.agencies) > 1 else {}
        unit = {"unit": self.unit.id} if self.unit else {}
        alone = {"alone": 1} if self.is_alone else {}
        span = {"span": self.span.value} if self.span is not Span.QUARTER else {}
        return {**agency, **unit, **alone, **span, **changed}


def read_board_question() -> BoardQuestion | None:
    """Return what the address asks, None where the reader has no unit at present.

    Raises
    ------
    UnknownUnitError
        A unit, or an agency, whose board the reader does not read.
    """
    session = db.session()
    reached = units_within_reach(session, current_user.id, Permission.READ_BOARD, today())
    if not reached:
        return None
    agencies = list(dict.fromkeys((unit.agency_id, unit.agency_name) for unit in reached))
    unit_id = _number("unit")
    chosen = next((unit for unit in reached if unit.id == unit_id), None)
    agency_id = chosen.agency_id if chosen else (_number("agency") or agencies[0][0])
    if (unit_id is not None and chosen is None) or agency_id not in dict(agencies):
        raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")
    agency, now = session.get_one(Agency, agency_id), clock.utcnow()
    area = area_within_reach(session, current_user.id, agency_id, today())
    return BoardQuestion(
        agency=agency, agencies=agencies, area=area, unit=area.units[chosen.id] if chosen else _only(area),
        is_alone=bool(chosen) and request.args.get("alone") == "1", span=_span(),
        day=now.astimezone(ZoneInfo(agency.time_zone)).date(), now=now,
    )  # fmt: skip


def _only(area: Area) -> BoardUnit | None:
    return next(iter(area.units.values())) if len(area.units) == 1 else None


def _number(name: str) -> int | None:
    return number_or_none(request.args.get(name))


def _span() -> Span:
    asked = request.args.get("span")
    return Span(asked) if asked in {span.value for span in Span} else Span.QUARTER
