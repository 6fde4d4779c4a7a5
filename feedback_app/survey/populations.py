"""Read how many people units and services serve from pasted lines, and note it on what a period surveys."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.organisation.queries import services_by_unit, units_of
from feedback_app.survey.models import Period, Target
from feedback_app.survey.periods import need, note
from feedback_app.survey.queries import targets_of
from feedback_app.survey.rules import MOST_POPULATION, PeriodState
from feedback_app.survey.targets import check_population

_DELIMITERS: Final = "\t;,"
_LONGEST_CELL: Final = 1_000
_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used, with its number as the sender counts, from 1."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What pasted lines came to: how many populations were noted, or which lines stand against it."""

    noted: int
    bad: tuple[BadLine, ...]


# What is wrong with a line; pages translate it.
LINE_SENTENCES = {
    "columns": "Tulis tiga kolom: unit, layanan, populasi.",
    "unit": "Unit ini tidak ada dalam periode.",
    "service": "Layanan ini tidak disurvei pada unit itu. Kosongkan untuk unit sebagai keseluruhan.",
    "by_service": (
        "Unit ini disurvei per layanan. Isi per layanan: satu baris untuk tiap layanan; populasi unit adalah jumlahnya."
    ),
    "population": "Populasi adalah angka bulat 1 atau lebih, tanpa titik dan koma.",
    "twice": "Unit dan layanan ini sudah ada pada baris di atasnya.",
}


def note_populations(
    session: Session, period: Period, pasted: str, source: str, *, day: date, actor: Actor, now: datetime
) -> Noted:
    """Note the populations of pasted lines "unit, service, population" by code or name; all of them, or none.

    Raises
    ------
    PeriodStateError, BadTargetError
    """
    need(period, PeriodState.DRAFT, PeriodState.OPEN)
    check_population(None, source)
    places = _places(session, period, day)
    found: dict[int, tuple[Target, int]] = {}
    bad = []
    for line, cells in _lines(pasted):
        read = _read(cells, places)
        if isinstance(read, str):
            bad.append(BadLine(line, LINE_SENTENCES[read]))
        elif read[0].id in found:
            bad.append(BadLine(line, LINE_SENTENCES["twice"]))
        else:
            found[read[0].id] = read
    if bad:
        return Noted(0, tuple(bad))
    for target, population in found.values():
        target.population, target.population_source = population, source
    session.flush()
    note(session, period, "survey.note_populations", actor, now, places=len(found))
    return Noted(len(found), ())


_Places = dict[str, dict[str, Target]]


def _places(session: Session, period: Period, day: date) -> _Places:
    """Return the targets by the code or name of unit and service, in small letters; the unit as a whole by ""."""
    services = {
        one.id: one for some in services_by_unit(session, period.agency_id).values() for one in some
    }  # fmt: skip
    of_unit: dict[int, dict[str, Target]] = {}
    for target in targets_of(session, period.agency_id, period.id):
        service = services.get(target.service_id) if target.service_id is not None else None
        names = [""] if target.service_id is None else [service.code, service.name.lower()] if service else []
        of_unit.setdefault(target.unit_id, {}).update(dict.fromkeys(names, target))
    return {
        name: of_unit[unit.id]
        for unit in units_of(session, period.agency_id, day)
        if unit.id in of_unit
        for name in (unit.code, unit.name.lower())
    }


def _lines(pasted: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the cells of each line that holds any; a head that names the columns is passed over."""
    lines = pasted.splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    number, rows = 0, csv.reader(lines, delimiter=delimiter)
    try:
        for number, cells in enumerate(rows, start=1):
            trimmed = [cell.strip() for cell in cells]
            is_head = number == 1 and len(trimmed) >= _COLUMNS and trimmed[-1].lower().startswith("populasi")
            if any(trimmed) and not is_head:
                # Not left to the reader's own limit: that is one for the whole process, and others move it.
                yield number, trimmed if max(map(len, trimmed)) <= _LONGEST_CELL else []
    except csv.Error:
        # A cell so long that the reader gives up is no unit, service or number either.
        yield number + 1, []


def _read(cells: Sequence[str], places: _Places) -> tuple[Target, int] | str:
    if len(cells) != _COLUMNS:
        return "columns"
    unit, service, population = cells[0].lower(), cells[1].lower(), cells[2]
    if unit not in places:
        return "unit"
    if service not in places[unit]:
        return "service" if service else "by_service"
    is_number = population.isascii() and population.isdigit() and len(population) <= len(str(MOST_POPULATION))
    if not is_number or not 1 <= int(population) <= MOST_POPULATION:
        return "population"
    return places[unit][service], int(population)
