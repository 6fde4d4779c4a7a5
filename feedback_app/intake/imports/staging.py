"""Keep the rows of an import aside until all are there, then publish them in one transaction.

The caller commits after each function. Whatever is killed whenever, the next run finds either all of a chunk, with the
count that says so, or nothing of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app import queue
from feedback_app.audit.operations import Actor, record
from feedback_app.intake.imports.problems import AnotherRunError
from feedback_app.intake.imports.rows import Entry
from feedback_app.intake.models import Import, ImportRow, ImportState, Submission
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import Agency

ABANDONED_AFTER: Final = timedelta(days=30)
_COPY: Final = f"COPY {ImportRow.__tablename__} (agency_id, import_id, {', '.join(Entry._fields)}) FROM STDIN"
_PUBLISHED_COLUMNS: Final = (
    "agency_id", "import_id", "unit_id", "service_id", "kind", "rating", "text", "wants_reply", "occurred_on",
    "received_at", "external_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportKey:
    """What makes an import the same one when it is started again: agency, source, content and options."""

    agency_id: int
    source: str
    file_sha256: str
    options: dict[str, Any]

    @property
    def options_sha256(self) -> str:
        """Return the fingerprint of the options."""
        return hashlib.sha256(json.dumps(self.options, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Stage:
    """How far an import is. `rows_read` rows of the file are dealt with, `rows_rejected` of them without effect."""

    agency_id: int
    import_id: int
    state: ImportState
    rows_read: int
    rows_rejected: int
    rows_duplicate: int
    rows_published: int
    started_at: datetime
    finished_at: datetime | None


def begin(session: Session, key: ImportKey, *, file_name: str, reading: str, now: datetime) -> Stage:
    """Return how far this import is, beginning it if it is new.

    `reading` is a fingerprint of what else decides how a row is read: the words for units and services, the version
    of the reader. An unfinished import that began under another one begins again, or its halves would not fit.
    """
    session.execute(
        insert(Import)
        .values(
            agency_id=key.agency_id, source=key.source, file_name=file_name, file_sha256=key.file_sha256,
            options=key.options | {"reading": reading}, options_sha256=key.options_sha256, started_at=now,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    # Locked: the server may still be finishing the last chunk of a run that was killed a moment ago.
    query = sa.select(Import).where(*_same(key)).with_for_update().execution_options(populate_existing=True)
    known = session.execute(query).scalar_one()
    if known.state is ImportState.STAGING and known.options.get("reading") != reading:
        _empty(session, sa.and_(ImportRow.agency_id == known.agency_id, ImportRow.import_id == known.id))
        known.options = key.options | {"reading": reading}
        known.rows_read = known.rows_rejected = 0
        known.started_at = now
        session.flush()
    return _stage(known)


def stage(session: Session, at: Stage, entries: Iterable[Entry], *, rows: int) -> Stage:
    """Add the next rows of the file: the entries among them, read while the server takes in those before.

    `rows` counts the rejected ones too.

    Raises
    ------
    AnotherRunError
        Another run has moved on in the meantime; nothing is added.
    """
    _lock(session, at)
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)  # noqa: S101 - the only driver there is
    copied = 0
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for entry in entries:
            copy.write_row((at.agency_id, at.import_id, *entry))
            copied += 1
    after = replace(at, rows_read=at.rows_read + rows, rows_rejected=at.rows_rejected + rows - copied)
    _change(session, at, rows_read=after.rows_read, rows_rejected=after.rows_rejected)
    return after


def publish(session: Session, at: Stage, *, actor: Actor, now: datetime) -> Stage:
    """Turn all staged rows into submissions, except those known already, and ask for the drain.

    Raises
    ------
    AnotherRunError
        Another run has published or moved on in the meantime.
    """
    # One publication at a time in an agency: two with rows in common could wait for each other for ever.
    session.execute(sa.select(Agency.id).where(Agency.id == at.agency_id).with_for_update(key_share=True))
    _lock(session, at)
    published = _insert_submissions(session, at)
    staged = _empty(session, _rows_of(at))
    after = replace(
        at,
        state=ImportState.PUBLISHED,
        finished_at=now,
        rows_published=published,
        rows_duplicate=staged - published,
    )
    counts = {"rows_published": after.rows_published, "rows_duplicate": after.rows_duplicate}
    _change(session, at, state=after.state, finished_at=now, **counts)
    record(
        session, agency_id=at.agency_id, actor=actor, action="intake.import_submissions", subject_type="import",
        subject_id=at.import_id, now=now, rows_read=at.rows_read, rows_rejected=at.rows_rejected, **counts,
    )  # fmt: skip
    queue.ask(session, "drain")
    return after


def discard(session: Session, at: Stage) -> None:
    """Forget an unfinished import and its staged rows."""
    _lock(session, at)
    _empty(session, _rows_of(at))
    session.execute(sa.delete(Import).where(*_this(at)))


def discard_abandoned(session: Session, agency_id: int, *, now: datetime) -> int:
    """Forget imports that nobody went on with for 30 days, and return how many: staged texts are nobody's to keep."""
    old = sa.and_(
        Import.agency_id == agency_id, Import.state == ImportState.STAGING, Import.started_at < now - ABANDONED_AFTER
    )
    ids = session.scalars(sa.select(Import.id).where(old).with_for_update(skip_locked=True)).all()
    if ids:
        _empty(session, sa.and_(ImportRow.agency_id == agency_id, ImportRow.import_id.in_(ids)))
        session.execute(sa.delete(Import).where(Import.agency_id == agency_id, Import.id.in_(ids)))
    return len(ids)


def _insert_submissions(session: Session, at: Stage) -> int:
    rows = sa.select(
        *(getattr(ImportRow, column) for column in _PUBLISHED_COLUMNS),
        sa.literal(Channel.IMPORTED.value),
        sa.select(Import.source).where(*_this(at)).scalar_subquery(),
    )
    added = (
        insert(Submission)
        .from_select(
            [*_PUBLISHED_COLUMNS, "channel", "source"], rows.where(_rows_of(at)).order_by(ImportRow.row_number)
        )
        .on_conflict_do_nothing(
            index_elements=["agency_id", "source", "external_id"], index_where=Submission.external_id.is_not(None)
        )
        .execution_options(preserve_rowcount=True)
    )
    return _count(session.execute(added))


def _lock(session: Session, at: Stage) -> None:
    """Hold the import if it still is where this run left it: the one check against two runs at once."""
    query = sa.select(Import.id).where(
        *_this(at), Import.state == ImportState.STAGING, Import.rows_read == at.rows_read
    )
    if session.scalar(query.with_for_update()) is None:
        raise AnotherRunError(
            "Another run is importing the same file at this moment. "
            "Wait for it, then run the command again to see how it ended."
        )


def _change(session: Session, at: Stage, **values: Any) -> None:
    session.execute(sa.update(Import).where(*_this(at)).values(values).execution_options(synchronize_session=False))


def _empty(session: Session, which: sa.ColumnElement[bool]) -> int:
    return _count(session.execute(sa.delete(ImportRow).where(which).execution_options(synchronize_session=False)))


def _rows_of(at: Stage) -> sa.ColumnElement[bool]:
    return sa.and_(ImportRow.agency_id == at.agency_id, ImportRow.import_id == at.import_id)


def _this(at: Stage) -> tuple[sa.ColumnElement[bool], ...]:
    return Import.agency_id == at.agency_id, Import.id == at.import_id


def _same(key: ImportKey) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Import.agency_id == key.agency_id,
        Import.source == key.source,
        Import.file_sha256 == key.file_sha256,
        Import.options_sha256 == key.options_sha256,
    )


def _stage(known: Import) -> Stage:
    return Stage(
        known.agency_id, known.id, known.state, known.rows_read, known.rows_rejected, known.rows_duplicate,
        known.rows_published, known.started_at, known.finished_at,
    )  # fmt: skip


def _count(result: Any) -> int:
    rows = int(result.rowcount)
    if rows < 0:
        raise RuntimeError("the database did not say how many rows it changed")
    return rows
