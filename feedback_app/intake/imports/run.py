"""Carry out one import from the first row to the last: stage as it goes, publish at the end."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.intake.imports import staging
from feedback_app.intake.imports.directory import Directory
from feedback_app.intake.imports.files import Fingerprint, fingerprint, refuse_changed
from feedback_app.intake.imports.mapping import Field
from feedback_app.intake.imports.problems import (
    DoubtfulReadingError,
    Reason,
    RowProblemError,
    UnreadableFileError,
)
from feedback_app.intake.imports.queries import agency_to_import_into, directory_of
from feedback_app.intake.imports.readers import Table, open_table
from feedback_app.intake.imports.rejects import Rejects
from feedback_app.intake.imports.request import ImportRequest
from feedback_app.intake.imports.rows import READING_VERSION, Entry, RowReader, SourceRow
from feedback_app.intake.imports.staging import ImportKey, Stage
from feedback_app.intake.models import ImportState

CHUNK: Final = 5000
# A rating of 5 in a file of 1 to 4 is a slip; one row in twenty is another scale, and the rows that do fit it are
# then wrong as well, silently. The same holds for days and months.
DOUBTFUL_ROWS: Final = 10
DOUBTFUL_SHARE: Final = 0.05
DOUBTS: Final[Mapping[Reason, str]] = {
    Reason.RATING_NOT_IN_SCALE: (
        "ratings outside the scale: the file seems to use another one, and then the ratings that fit are wrong too. "
        'Say what each value is worth, for example --rating-values "1=1,2=1,3=2,4=3,5=4" '
        '(or "1=1,2=2,3=3,4=4" if the scale is right and these rows are slips; or map no rating).'
    ),
    Reason.DATE_IN_OTHER_ORDER: (
        "dates with day and month in the other order, and then the dates that fit are wrong too. "
        "Say --date-order mdy if the month comes first."
    ),
}


@dataclass(frozen=True, slots=True)
class Work:
    """An import that fits the file and the agency, ready to be carried out."""

    request: ImportRequest
    agency_id: int
    zone: ZoneInfo
    directory: Directory
    seen: Fingerprint
    table: Table
    places: Mapping[Field, int]

    @property
    def key(self) -> ImportKey:
        """Return what makes this import the same one next time."""
        return ImportKey(self.agency_id, self.request.source, self.seen.sha256, self.request.options())

    @property
    def reading(self) -> str:
        """Return the fingerprint of what decides, beside the options, how a row is read."""
        parts = f"{READING_VERSION} {self.zone.key} {self.directory.digest()}"
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import ended. `resumed_from` rows had been staged by an earlier run that did not reach the end."""

    stage: Stage
    resumed_from: int = 0
    done_before: bool = False
    rejected: Mapping[Reason, int] | None = None

    @property
    def all_rejected(self) -> bool:
        """Tell whether no row could be taken in; the import is then forgotten."""
        return self.stage.rows_read == self.stage.rows_rejected


@contextmanager
def prepared(session: Session, request: ImportRequest, *, now: datetime) -> Iterator[Work]:
    """Open the file and check the whole request against it and the agency, before anything is read in.

    Raises
    ------
    MappingError
        The options do not fit the columns, or name an agency, unit or service that does not exist.
    UnreadableFileError
        The file is not what its options say.
    """
    agency = agency_to_import_into(session, request.agency)
    zone = ZoneInfo(agency.time_zone)
    today = now.astimezone(zone).date()
    directory = directory_of(session, agency.id, today)
    seen = fingerprint(request.path, request.layout.encoding)
    with open_table(request.path, request.layout) as table:
        places = request.check(table.columns, directory, today)
        yield Work(request, agency.id, zone, directory, seen, table, places)


def run(
    session: Session,
    work: Work,
    rejects: Rejects,
    *,
    actor: Actor,
    now: datetime,
    commit: Callable[[], None],
    progress: Callable[[Stage], None],
    chunk: int = CHUNK,
) -> Outcome:
    """Stage and publish the rows of a file, going on where an earlier run stopped.

    `commit` is called after every chunk and after publishing; one that does nothing makes this a rehearsal, if the
    caller rolls back. `progress` is told where the import stands, first before any row is read. On resuming every
    row is read again, so that the rejects file is complete and repeats are counted from the beginning; only rows not
    staged yet are stored.

    Raises
    ------
    DoubtfulReadingError
        More than one row in twenty (and at least ten) fails in a way that says the options are wrong.
    UnreadableFileError
        The file has no rows, breaks off, or was changed meanwhile.
    AnotherRunError
        The same import is being run elsewhere.
    """
    staging.discard_abandoned(session, work.agency_id, now=now)
    at = staging.begin(session, work.key, file_name=work.request.path.name, reading=work.reading, now=now)
    commit()
    if at.state is ImportState.PUBLISHED:
        return Outcome(at, done_before=True)
    resumed_from = at.rows_read
    progress(at)
    at = _stage_all(session, work, rejects, at, commit=commit, progress=progress, chunk=chunk)
    doubt = _doubt(rejects.counts, at.rows_read)
    if doubt or at.rows_read == rejects.total:
        staging.discard(session, at)
        commit()
    if at.rows_read == 0:
        raise UnreadableFileError(f"{work.request.path.name} has no rows.")
    refuse_changed(work.request.path, work.seen)
    rejects.finish()
    if doubt:
        raise DoubtfulReadingError(doubt)
    if at.rows_read > rejects.total:
        at = staging.publish(session, at, actor=actor, now=now)
        commit()
    return Outcome(at, resumed_from=resumed_from, rejected=dict(rejects.counts))


def _stage_all(
    session: Session,
    work: Work,
    rejects: Rejects,
    at: Stage,
    *,
    commit: Callable[[], None],
    progress: Callable[[Stage], None],
    chunk: int,
) -> Stage:
    reader = RowReader(work.request.rules(work.places, work.directory, work.zone, at.started_at))
    for _ in _entries(reader, islice(work.table.rows, at.rows_read), rejects):
        pass  # Staged by an earlier run.
    while part := list(islice(work.table.rows, chunk)):
        at = staging.stage(session, at, _entries(reader, part, rejects), rows=len(part))
        commit()
        progress(at)
    return at


def _entries(reader: RowReader, rows: Iterable[SourceRow], rejects: Rejects) -> Iterator[Entry]:
    for row in rows:
        try:
            yield reader.read(row)
        except RowProblemError as problem:
            rejects.add(row, problem)


def _doubt(counts: Counter[Reason], rows_read: int) -> str | None:
    for reason, sentence in DOUBTS.items():
        count = counts[reason]
        if count >= DOUBTFUL_ROWS and count > DOUBTFUL_SHARE * rows_read and counts.total() < rows_read:
            return f"Nothing was imported: {count:,} of {rows_read:,} rows have {sentence}"
    return None
