"""What can be asked about imports of people: those of an agency, one of them, its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import NotFoundError
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency, Employee
from feedback_app.organisation.people.models import PeopleChange, PeopleImport, PeopleImportRow, PeopleMapping
from feedback_app.organisation.people.rules import ChangeKind, ChangeState, ImportState, RowChange
from feedback_app.organisation.whole_agencies import over_all_of

MAPPING_NAME: Final = "simpeg"
"""The columns an agency chose last, under one name: an agency has one personnel system."""


class UnknownImportError(NotFoundError):
    """There is no such import, or not for this account."""

    code = "unknown_people_import"


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import with the names of who uploaded, applied and undid it."""

    made: PeopleImport
    uploaded_by: str | None
    applied_by: str | None
    undone_by: str | None


def import_for(session: Session, user_id: int, import_id: int, day: date, *permissions: Permission) -> PeopleImport:
    """Return an import of an agency over the whole of which somebody has one of the permissions.

    Raises
    ------
    UnknownImportError
    """
    query = sa.select(PeopleImport).where(
        PeopleImport.id == import_id,
        sa.or_(*(over_all_of(PeopleImport.agency_id, user_id, permission, day) for permission in permissions)),
    )
    found = session.scalar(query)
    if found is None:
        raise UnknownImportError("Impor itu tidak ada. Pilih dari daftar impor.")
    settle(session, found)
    return found


def settle(session: Session, made: PeopleImport) -> None:
    """Let an import whose approval was refused or withdrawn be a preview again."""
    if made.state is ImportState.WAITING and waiting_change(session, made) is None:
        made.state = ImportState.PREVIEWED


def waiting_change(session: Session, made: PeopleImport, kind: ChangeKind = ChangeKind.IMPORT) -> PeopleChange | None:
    """Return the wish to apply an import, or to undo it, that waits for a second person."""
    return session.scalar(
        sa.select(PeopleChange).where(
            PeopleChange.agency_id == made.agency_id, PeopleChange.import_id == made.id,
            PeopleChange.kind == kind, PeopleChange.state == ChangeState.WAITING,
        )
    )  # fmt: skip


def imports_of(session: Session, agency_id: int, *, skip: int, limit: int) -> list[ImportLine]:
    """Return the imports of an agency that were not thrown away, the youngest first."""
    uploader, applier, undoer = (sa.orm.aliased(User) for _ in range(3))
    rows = session.execute(
        sa.select(PeopleImport, uploader.name, applier.name, undoer.name)
        .outerjoin(uploader, uploader.id == PeopleImport.uploaded_by)
        .outerjoin(applier, applier.id == PeopleImport.applied_by)
        .outerjoin(undoer, undoer.id == PeopleImport.undone_by)
        .where(*_kept(agency_id))
        .order_by(PeopleImport.uploaded_at.desc(), PeopleImport.id.desc())
        .offset(skip)
        .limit(limit)
    )
    return [ImportLine(*row) for row in rows]


def count_imports(session: Session, agency_id: int) -> int:
    """Return how many those are."""
    return session.scalar(sa.select(sa.func.count()).select_from(PeopleImport).where(*_kept(agency_id))) or 0


def import_from(
    session: Session, agency_id: int, source: str, *, sha256: str | None = None, since: datetime | None = None
) -> PeopleImport | None:
    """Return the youngest import from one source, of one content or since a moment."""
    query = sa.select(PeopleImport).where(
        PeopleImport.agency_id == agency_id, PeopleImport.source == source, PeopleImport.state != ImportState.DROPPED
    )
    if sha256 is not None:
        query = query.where(PeopleImport.file_sha256 == sha256)
    if since is not None:
        query = query.where(PeopleImport.uploaded_at >= since)
    found = session.scalar(query.order_by(PeopleImport.id.desc()).limit(1))
    if found is not None:
        settle(session, found)
    return found


def rows_of(
    session: Session, made: PeopleImport, change: RowChange | None = None, *, past: bool = False, skip: int = 0,
    limit: int | None = None,
) -> Sequence[PeopleImportRow]:  # fmt: skip
    """Return rows of an import, of one kind or those that touch days gone by."""
    query = sa.select(PeopleImportRow).where(*_asked(made, change, past=past))
    return session.scalars(query.order_by(PeopleImportRow.row_number).offset(skip).limit(limit)).all()


def count_rows(session: Session, made: PeopleImport, change: RowChange | None = None, *, past: bool = False) -> int:
    """Return how many rows of an import there are of one kind, or that touch days gone by."""
    query = sa.select(sa.func.count()).select_from(PeopleImportRow).where(*_asked(made, change, past=past))
    return session.scalar(query) or 0


def numbers_of(session: Session, agency_id: int, employee_ids: Sequence[int | None]) -> dict[int, tuple[str, str]]:
    """Return number and name of people by their id."""
    rows = session.execute(
        sa.select(Employee.id, Employee.nip, Employee.name).where(
            Employee.agency_id == agency_id, Employee.id.in_([one for one in employee_ids if one is not None])
        )
    )
    return {row.id: (row.nip, row.name) for row in rows}


def remembered_columns(session: Session, agency_id: int) -> dict[str, str]:
    """Return which field each folded column name meant last time, "" for one that was not read."""
    found = session.scalar(
        sa.select(PeopleMapping.mapping).where(PeopleMapping.agency_id == agency_id, PeopleMapping.name == MAPPING_NAME)
    )
    return dict(found or {})


def remember_columns(session: Session, agency_id: int, columns: dict[str, str], *, now: datetime) -> None:
    """Keep which columns mean what for the next list of this agency."""
    row = session.scalar(
        sa.select(PeopleMapping)
        .where(PeopleMapping.agency_id == agency_id, PeopleMapping.name == MAPPING_NAME)
        .with_for_update()
    )
    if row is None:
        row = PeopleMapping(agency_id=agency_id, name=MAPPING_NAME, mapping={}, saved_at=now)
        session.add(row)
    row.mapping, row.saved_at = {**row.mapping, **columns}, now
    session.flush()


def agency_of(session: Session, made: PeopleImport) -> Agency:
    """Return the agency of an import."""
    return session.get_one(Agency, made.agency_id)


def _kept(agency_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return PeopleImport.agency_id == agency_id, PeopleImport.state != ImportState.DROPPED


def _asked(made: PeopleImport, change: RowChange | None, *, past: bool) -> list[sa.ColumnElement[bool]]:
    asked = [PeopleImportRow.agency_id == made.agency_id, PeopleImportRow.import_id == made.id]
    if change is not None:
        asked.append(PeopleImportRow.change == change)
    if past:
        asked.append(PeopleImportRow.touches_past.is_(True))
    return asked
