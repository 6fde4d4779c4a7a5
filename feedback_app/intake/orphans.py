"""Compare the files that lie in the storage with the rows that name them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db import Base
from feedback_app.storage import MissingFileError, Storage, Stored

log = logging.getLogger(__name__)

# A file is written seconds before its row is committed; a day leaves room for wrong clocks.
MARGIN: Final = timedelta(days=1)
# Half of many files without a row is no leftover but another database, or one set back to an old copy.
SUSPICIOUS_FROM: Final = 20
_TOGETHER: Final = 500
_CHUNK: Final = 64 * 1024
_KEY: Final = "storage_key"


class TooManyOrphansError(Exception):
    """So many files have no row that the database is probably not theirs; nothing was removed."""


@dataclass(slots=True)
class Findings:
    """What does not fit: rows whose file is missing or another one, by table and id, and files without a row."""

    rows: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Tell whether every file has its row and every row its file, unchanged."""
        return not (self.missing or self.changed or self.orphans)


def tables_with_files() -> list[sa.Table]:
    """Return every table whose rows name a file; a table is known by its column, so that no room is forgotten.

    What citizens sent lies beside what officers added, and a sweep that knew one of them only would remove the other.
    """
    return [table for table in Base.metadata.sorted_tables if _KEY in table.columns]


def orphans(session: Session, storage: Storage, *, now: datetime) -> tuple[list[str], int]:
    """Return the names of the files past the margin that no row names, and how many such old files there are in all."""
    found: list[str] = []
    looked_at = 0
    for some in _in_parts(file for file in storage.stored() if now - file.written_at > MARGIN):
        looked_at += len(some)
        keys = [file.key for file in some]
        named = _named(session, keys)
        found += [key for key in keys if key not in named]
    return found, looked_at


def remove_orphans(session: Session, storage: Storage, *, now: datetime, even_many: bool = False) -> int:
    """Remove the files past the margin that no row names; return how many.

    Raises
    ------
    TooManyOrphansError
        More than half of the files would go, and nobody said that this is meant.
    feedback_app.storage.StorageUnavailableError
    """
    found, looked_at = orphans(session, storage, now=now)
    if not even_many and len(found) >= SUSPICIOUS_FROM and 2 * len(found) > looked_at:
        raise TooManyOrphansError(f"{len(found)} of {looked_at} files have no row")
    for key in found:
        storage.delete(key)
    return len(found)


def compare(session: Session, storage: Storage, *, now: datetime, read_files: bool = True) -> Findings:
    """Return what does not fit; with `read_files` every file is read and its hash compared, else only looked for."""
    findings = Findings()
    for table in tables_with_files():
        rows = session.execute(sa.select(table.c.id, table.c.storage_key, table.c.sha256).order_by(table.c.id))
        for row in rows.yield_per(_TOGETHER):
            findings.rows += 1
            _compare_one(findings, storage, f"{table.name} {row.id}", row, read_file=read_files)
    findings.orphans.extend(orphans(session, storage, now=now)[0])
    return findings


def _compare_one(findings: Findings, storage: Storage, name: str, row: Any, *, read_file: bool) -> None:
    try:
        if not read_file and not storage.exists(row.storage_key):
            raise MissingFileError(row.storage_key)
        if read_file and _hash(storage, row.storage_key) != row.sha256:
            findings.changed.append(name)
    except MissingFileError:
        findings.missing.append(name)


def _named(session: Session, keys: Collection[str]) -> set[str]:
    found: set[str] = set()
    for table in tables_with_files():
        found.update(session.scalars(sa.select(table.c.storage_key).where(table.c.storage_key.in_(keys))))
    return found


def _hash(storage: Storage, key: str) -> bytes:
    digest = hashlib.sha256()
    with storage.open(key) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()


def _in_parts(files: Iterable[Stored]) -> Iterator[list[Stored]]:
    rest = iter(files)
    while some := list(islice(rest, _TOGETHER)):
        yield some
