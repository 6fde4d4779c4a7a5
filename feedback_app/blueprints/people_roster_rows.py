"""Read the rows of a roster as people paste them: day, counter, number of the civil servant."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from feedback_app.blueprints.sentences import translated
from feedback_app.organisation.nip import InvalidNipError, mask_nip, parse_nip
from feedback_app.organisation.people.counters import counters_of
from feedback_app.organisation.people.queries import names_of_people, people_by_nip
from feedback_app.organisation.people.roster_queries import is_on_staff, staff_on
from feedback_app.organisation.people.rosters import Cell

ROWS_MAX: Final = 5000
PROBLEMS_MAX: Final = 50
COLUMNS: Final = ("tanggal", "loket", "nip")
_FORMATS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")


@dataclass
class ReadRoster:
    """What pasted rows say: who should stand in which cell, in words, and what is wrong with which row."""

    wanted: dict[Cell, set[int]] = field(default_factory=lambda: defaultdict(set))
    lines: list[tuple[date, str, str, str]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read_rows(session: Session, agency_id: int, unit_id: int, pasted: str) -> ReadRoster:
    """Return what rows with the columns tanggal, loket and nip say for the counters of a unit.

    Every cell that a row names is replaced whole; cells that none names stay as they are.
    """
    found = ReadRoster()
    rows = _rows(pasted, found)
    counters = {row.code: row for row in counters_of(session, agency_id, unit_id)}
    read = [(number, *_cells(number, row, found)) for number, row in rows]
    employees = people_by_nip(session, agency_id, {nip for *_, nip in read if nip})
    days = [day for _, day, _, _ in read if day]
    staff = staff_on(session, agency_id, unit_id, min(days), max(days)) if days else {}
    names = names_of_people(session, agency_id, set(employees.values()))
    for number, day, code, nip in read:
        if day is None or nip is None:
            continue
        counter, employee_id = counters.get(code), employees.get(nip)
        if counter is None:
            _wrong(found, number, gettext("Loket %(code)s tidak ada di unit ini.", code=code or "–"))
        elif employee_id is None or not is_on_staff(staff, employee_id, day):
            # One sentence for both: a row must not tell whether a number belongs to somebody elsewhere.
            _wrong(found, number, gettext("Tidak ada pegawai dengan NIP itu yang bertugas di unit ini pada hari itu."))
        else:
            found.wanted[counter.id, day].add(employee_id)
            found.lines.append((day, counter.name, names[employee_id], mask_nip(nip)))
    return found


def _rows(pasted: str, found: ReadRoster) -> list[tuple[int, list[str]]]:
    first = pasted.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(";\t,", key=first.count)
    rows = list(csv.reader(io.StringIO(pasted.lstrip("\ufeff")), delimiter=delimiter))
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    if not set(COLUMNS) <= set(head):
        _wrong(found, 1, gettext("Baris pertama harus memuat nama kolom tanggal, loket, dan nip."))
        return []
    if len(rows) - 1 > ROWS_MAX:
        _wrong(found, ROWS_MAX + 2, gettext("Tempel paling banyak %(most)d baris sekaligus.", most=ROWS_MAX))
        return []
    places = [head.index(column) for column in COLUMNS]
    return [
        (number, [row[place] if place < len(row) else "" for place in places])
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]


def _cells(number: int, row: list[str], found: ReadRoster) -> tuple[date | None, str, str | None]:
    raw_day, code, raw_nip = (cell.strip() for cell in row)
    day, nip = _day(raw_day), None
    if day is None:
        _wrong(found, number, gettext("Tulis tanggal seperti 12-5-2026."))
    try:
        nip = parse_nip(raw_nip, today=day or date.max).digits
    except InvalidNipError as error:
        _wrong(found, number, translated(error.message))
    return day, code.lower(), nip


def _day(raw: str) -> date | None:
    for pattern in _FORMATS:
        try:
            return datetime.strptime(raw, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _wrong(found: ReadRoster, number: int, sentence: str) -> None:
    if len(found.problems) < PROBLEMS_MAX:
        found.problems.append((number, sentence))
