"""Take a list in, say what its columns mean, and show what it would do; nothing of people or posts is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.organisation.people.imports.comparison import compare, digest, written
from feedback_app.organisation.people.imports.directory import Directory
from feedback_app.organisation.people.imports.fields import ColumnsError, Field, check_columns
from feedback_app.organisation.people.imports.folding import folded
from feedback_app.organisation.people.imports.mapping import Choices, erased_columns, read_choices
from feedback_app.organisation.people.imports.reading import read_rows
from feedback_app.organisation.people.imports.standing import directory, known
from feedback_app.organisation.people.imports.terms import Plan, RowPlan
from feedback_app.organisation.people.imports.values import shown
from feedback_app.organisation.people.models import PeopleImport, PeopleImportRow
from feedback_app.organisation.people.post_rules import OfficeMoment
from feedback_app.organisation.people.records import link_waits
from feedback_app.organisation.people.rules import ImportState, RowChange

MOST_ROWS: Final = 20_000
NAME_MAX: Final = 120
UNKNOWN_UNITS_SHOWN: Final = 100
_TOGETHER: Final = 2_000

Rows = Sequence[tuple[int, Mapping[int, str]]]


class ListSizeError(InvalidInputError):
    """A list without rows, or with more than can be looked through."""

    code = "people_list_size"


class ImportSettledError(ConflictError):
    """The import is applied, undone, thrown away, or waits for somebody."""

    code = "people_import_settled"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a list comes from: `kind` is "file", "cli" or "api:" with the number of the key."""

    kind: str
    name: str
    sha256: str


def take_in(
    session: Session, agency_id: int, source: Source, header: Sequence[str], rows: Rows, *, actor: Actor, now: datetime,
    header_row: int = 1,
) -> PeopleImport:  # fmt: skip
    """Keep a list as it came, to be mapped next.

    Raises
    ------
    ListSizeError
    """
    if not 1 <= len(rows) <= MOST_ROWS:
        raise ListSizeError(f"Daftar harus memuat 1 sampai {MOST_ROWS} baris. Bagi menjadi beberapa berkas.")
    made = PeopleImport(
        agency_id=agency_id, source=source.kind, file_name=source.name[-NAME_MAX:], file_sha256=source.sha256,
        mapping=Choices(tuple(header), last_row=rows[-1][0], header_row=header_row).as_json(),
        state=ImportState.PREVIEWED, is_whole_list=False, counts={}, uploaded_by=actor.user_id, uploaded_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _store_rows(session, made, [
        {"row_number": number, "cells": _kept(cells), "change": RowChange.SAME} for number, cells in rows
    ])  # fmt: skip
    record(
        session, agency_id=agency_id, actor=actor, action="organisation.take_in_people", subject_type="people_import",
        subject_id=made.id, now=now, rows=len(rows),
    )  # fmt: skip
    return made


def choose(session: Session, made: PeopleImport, choices: Choices, *, at: OfficeMoment) -> Plan:
    """Keep what was chosen for a list, forget the cells of columns that are not read, and look anew.

    Raises
    ------
    ImportSettledError
    feedback_app.organisation.people.imports.fields.ColumnsError
        Among others: the cells of a column are no longer kept.
    """
    check_previewed(made)
    check_columns(choices.columns, choices.header)
    if set(choices.columns.values()) & erased_columns(read_choices(made.mapping)):
        raise ColumnsError("Isi kolom ini sudah dihapus. Unggah lagi berkasnya.")
    made.mapping = choices.as_json()
    made.is_whole_list = choices.options.whole_list_ends_on is not None
    return look(session, made, at=at)


def leave_out_past(session: Session, made: PeopleImport, *, leaves_out: bool, at: OfficeMoment) -> Plan:
    """Take the rows that touch days gone by out of what would be applied, or back in.

    Raises
    ------
    ImportSettledError
    """
    choices = read_choices(made.mapping)
    options = replace(choices.options, without_past=leaves_out)
    return choose(session, made, replace(choices, options=options), at=at)


def look(session: Session, made: PeopleImport, *, at: OfficeMoment) -> Plan:
    """Compare a list with what is known now, and keep what came of it row by row."""
    cells = stored_cells(session, made)
    plan, places = planned(session, made, cells, at=at)
    choices = read_choices(made.mapping)
    session.execute(sa.delete(PeopleImportRow).where(*_rows_of(made)))
    kept = {number: {str(at): row[at] for at in choices.columns.values() if at in row} for number, row in cells}
    _store_rows(session, made, [_stored(row, kept.get(row.number, {})) for row in plan.rows])
    made.counts = _counts(plan, choices, cells, places)
    session.flush()
    return plan


def planned(session: Session, made: PeopleImport, cells: Rows, *, at: OfficeMoment) -> tuple[Plan, Directory]:
    """Return what a list would do as things stand, and the names it was read against.

    A list that links accounts waits for a second person as a single link does, see `records.link_account`.
    """
    choices = read_choices(made.mapping)
    places = directory(session, made.agency_id, choices.chosen)
    named = [
        (number, {field: row[place] for field, place in choices.columns.items() if place in row})
        for number, row in cells
    ]
    wishes, bad = read_rows(named, places, today=at.today)
    emails = {wish.email for wish in wishes if wish.email}
    plan = compare(wishes, bad, known(session, made.agency_id, emails), choices.options, at, choices.last_row)
    if plan.linked and plan.touches is None and link_waits(session, made.agency_id):
        plan = replace(plan, touches=(at.today, at.today))
    return plan, places


def stored_cells(session: Session, made: PeopleImport) -> list[tuple[int, dict[int, str]]]:
    """Return the cells of a list by row and place of their column; rows that were added to it are none of its own."""
    last = read_choices(made.mapping).last_row
    rows = session.execute(
        sa.select(PeopleImportRow.row_number, PeopleImportRow.cells)
        .where(*_rows_of(made), PeopleImportRow.row_number <= last)
        .order_by(PeopleImportRow.row_number)
    )
    return [(number, {int(place): text for place, text in cells.items()}) for number, cells in rows]


def check_previewed(made: PeopleImport) -> None:
    """Refuse to change what is settled.

    Raises
    ------
    ImportSettledError
    """
    if made.state is not ImportState.PREVIEWED:
        raise ImportSettledError("Impor ini tidak dapat diubah lagi: sudah diterapkan, dibuang, atau sedang menunggu.")


def drop(session: Session, made: PeopleImport, *, actor: Actor, now: datetime) -> None:
    """Throw a list away that was not applied; nothing of it is kept.

    Raises
    ------
    ImportSettledError
    """
    check_previewed(made)
    session.execute(sa.delete(PeopleImportRow).where(*_rows_of(made)))
    made.state = ImportState.DROPPED
    session.flush()
    record(
        session, agency_id=made.agency_id, actor=actor, action="organisation.drop_people_import",
        subject_type="people_import", subject_id=made.id, now=now,
    )  # fmt: skip


def _rows_of(made: PeopleImport) -> tuple[sa.ColumnElement[bool], ...]:
    return PeopleImportRow.agency_id == made.agency_id, PeopleImportRow.import_id == made.id


def _store_rows(session: Session, made: PeopleImport, rows: Sequence[dict[str, Any]]) -> None:
    key = {"agency_id": made.agency_id, "import_id": made.id}
    for start in range(0, len(rows), _TOGETHER):
        session.execute(sa.insert(PeopleImportRow), [{**key, **row} for row in rows[start : start + _TOGETHER]])


def _stored(row: RowPlan, cells: dict[str, str]) -> dict[str, Any]:
    before, after = written(row)
    troubles = [f"{trouble.field or ''}\t{trouble.sentence}\t{trouble.text}" for trouble in row.troubles]
    return {
        "row_number": row.number, "cells": cells, "change": row.change, "before": before, "after": after,
        "problem": "\n".join(troubles) or None, "touches_past": row.touches_past,
        "employee_id": row.employee_id if row.employee_id and row.employee_id > 0 else None,
        "assignment_id": row.assignment_id,
    }  # fmt: skip


def _counts(plan: Plan, choices: Choices, cells: Rows, places: Directory) -> dict[str, Any]:
    changes = Counter(row.change.value for row in plan.rows)
    return {
        "rows": len(cells), "changes": dict(changes), "digest": digest(plan, choices.options),
        "past": sum(row.touches_past for row in plan.rows), "left_out": sum(row.is_left_out for row in plan.rows),
        "touches": [day.isoformat() for day in plan.touches] if plan.touches else None,
        "edits": len(plan.edits), "people": len(plan.people),
        "unread": sum(row.change is RowChange.REFUSED and row.nip is None for row in plan.rows),
        "unknown_units": _unknown_units(choices, cells, places),
    }  # fmt: skip


def _unknown_units(choices: Choices, cells: Rows, places: Directory) -> list[dict[str, Any]]:
    """Return the names of units that nobody bears, the most frequent first, with the nearest that somebody bears."""
    place = choices.columns.get(Field.UNIT)
    if place is None:
        return []
    raw = Counter(" ".join(row[place].split()) for _, row in cells if row.get(place, "").strip())
    unknown: dict[str, list[Any]] = {}
    for name, rows in raw.most_common():
        if not places.is_known(name):
            unknown.setdefault(folded(name), [shown(name), 0])[1] += rows
    listed = list(unknown.items())[:UNKNOWN_UNITS_SHOWN]
    return [{"key": key, "name": name, "rows": rows, "near": places.near(name)} for key, (name, rows) in listed]


def _kept(cells: Mapping[int, str]) -> dict[str, str]:
    return {str(place): text for place, text in cells.items() if text}
