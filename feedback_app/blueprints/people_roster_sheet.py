"""The week of a unit's roster as a sheet: what is stored, what a form sent back of it, and where the two clash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import request

from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.people_frame import Here
from feedback_app.db import db
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.unit_days import working_days_of
from feedback_app.organisation.people.counters import counters_of
from feedback_app.organisation.people.models import Counter, DutyEntry
from feedback_app.organisation.people.queries import names_of_people
from feedback_app.organisation.people.roster_queries import duty_between, fingerprint, is_on_staff, staff_on
from feedback_app.organisation.people.rosters import AT_A_COUNTER_MAX, Cell
from feedback_app.organisation.within_reach import ReachedUnit

WEEK = timedelta(days=7)
Staff = Mapping[int, Sequence[tuple[date, date | None]]]
SPARE_PLACES = 1


@dataclass(frozen=True)
class Sheet:
    """A week of a unit: its counters, its days, who may be chosen on each, and who stands where."""

    unit: ReachedUnit
    monday: date
    counters: list[Counter]
    days: list[date]
    staff: Mapping[date, list[tuple[int, str]]]
    filled: Mapping[Cell, list[int]]
    stored: Mapping[Cell, list[int]]
    seen: str
    clashing: frozenset[Cell] = frozenset()

    @property
    def last(self) -> date:
        """Return the Sunday."""
        return self.monday + timedelta(days=6)

    def stored_ids(self, cell: Cell) -> str:
        """Return who is stored in a cell, as the form sends it back."""
        return ",".join(str(one) for one in self.stored.get(cell, ()))

    def stored_names(self, cell: Cell) -> str:
        """Return who is stored in a cell by name, or nothing."""
        names = dict(self.staff[cell[1]])
        return ", ".join(names[one] for one in self.stored.get(cell, ()))

    def places(self, cell: Cell) -> list[int | None]:
        """Return who stands in a cell, and a place to choose one more."""
        people: list[int | None] = [*self.filled.get(cell, ())]
        return (people + [None] * SPARE_PLACES)[:AT_A_COUNTER_MAX] or [None]


def sheet_of(place: Here, unit: ReachedUnit, monday: date, *, copied: bool = False) -> Sheet:
    """Return a week of a unit; `copied` fills cells to come with who stood there a week before as well."""
    session, agency_id, last = db.session(), place.agency.id, monday + timedelta(days=6)
    entries = duty_between(session, agency_id, unit.id, monday, last)
    filled = _filled(entries)
    # Days on which the unit works, and any other on which somebody stands on the roster.
    working = working_days_of(clocks_of(session, agency_id), unit.id, monday, last)
    days = sorted({*working, *(day for _, day in filled)})
    staff = staff_on(session, agency_id, unit.id, monday, last)
    if copied:
        earlier = duty_between(session, agency_id, unit.id, monday - WEEK, last - WEEK)
        _copy(_filled(earlier), filled, [day for day in days if day >= place.at.today], staff)
    names = names_of_people(session, agency_id, {*staff, *(one for people in filled.values() for one in people)})
    counters = list(counters_of(session, agency_id, unit.id))
    choices = {day: _choices(day, staff, filled, names) for day in days}
    return Sheet(unit, monday, counters, days, choices, filled, _filled(entries), fingerprint(entries))


def _filled(entries: Iterable[DutyEntry]) -> dict[Cell, list[int]]:
    found: dict[Cell, list[int]] = {}
    for entry in entries:
        found.setdefault((entry.counter_id, entry.on_date), []).append(entry.employee_id)
    return found


def _copy(earlier: Mapping[Cell, list[int]], filled: dict[Cell, list[int]], days: Sequence[date], staff: Staff) -> None:
    """Add who stood in a cell a week before; only in days to come, for the past is not filled by a click."""
    for (counter_id, day), people in earlier.items():
        cell = (counter_id, day + WEEK)
        if cell[1] in days:
            have = filled.setdefault(cell, [])
            have += [one for one in people if one not in have and is_on_staff(staff, one, cell[1])]


def _choices(
    day: date, staff: Staff, filled: Mapping[Cell, list[int]], names: Mapping[int, str]
) -> list[tuple[int, str]]:
    """Return who may be chosen for a day, by name: its staff, and whoever stands there already."""
    standing = {one for (_, on_date), people in filled.items() if on_date == day for one in people}
    people = standing | {one for one in staff if is_on_staff(staff, one, day)}
    return sorted(((one, names[one]) for one in people), key=lambda choice: choice[1])


def sent_cells(sheet: Sheet) -> dict[Cell, set[int]]:
    """Return what the form says of each cell that the sheet has."""
    found: dict[Cell, set[int]] = {}
    for counter in sheet.counters:
        for day in sheet.days:
            name = f"c{counter.id}-{day.isoformat()}"
            if name in request.form:
                found[counter.id, day] = {n for raw in request.form.getlist(name) if (n := number_or_none(raw))}
    return found


def drawn_from(sheet: Sheet) -> dict[Cell, list[int]]:
    """Return who was stored in each cell when the form was drawn, as far as the form says it."""
    return {
        (counter.id, day): [n for raw in request.form[name].split(",") if (n := number_or_none(raw))]
        for counter in sheet.counters
        for day in sheet.days
        if (name := f"b{counter.id}-{day.isoformat()}") in request.form
    }


def typed_into(sheet: Sheet, wanted: Mapping[Cell, set[int]]) -> Sheet:
    """Return a sheet with what was typed in it; a cell that its author left alone is as it is stored now.

    Marked are the cells that the author changed and somebody else meanwhile changed otherwise.
    """
    drawn = drawn_from(sheet)
    changed = {cell: people for cell, people in wanted.items() if cell not in drawn or people != set(drawn[cell])}
    clashing = {
        cell for cell, people in changed.items()
        if cell in drawn and set(sheet.stored.get(cell, ())) not in ({*drawn[cell]}, people)
    }  # fmt: skip
    filled = {**sheet.filled, **{cell: sorted(people) for cell, people in changed.items()}}
    return replace(sheet, filled=filled, clashing=frozenset(clashing))
