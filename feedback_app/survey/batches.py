"""Questionnaires on paper: typed in a session, or read from a file.

Whoever changes a batch locks the period first, then the batch, then takes the turn of the sums, then locks responses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app import queue
from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.models import Period, Response
from feedback_app.survey.operations import FOLD_JOB, Filled, SurveyClosedError, answer, hold_open, response_row
from feedback_app.survey.queries import Questionnaire, instrument_for, questionnaire
from feedback_app.survey.rules import MOST_BATCH_ROWS, AnswerOrder, BatchKind, BatchState, PeriodState, SurveyChannel
from feedback_app.survey.same_rows import HASH_OPTION, SameRowsError, rows_hash, same_rows, take_rows_turn

RECENT: Final = 10
NAME_MAX: Final = 120
_TOGETHER: Final = 2_000

BATCH_SENTENCES = {"file_known": "Berkas yang sama sudah disimpan untuk unit ini pada periode ini."}


class BatchUndoneError(ConflictError):
    """The batch was taken back."""

    code = "survey_batch_undone"


class FileKnownError(ConflictError):
    """The same file counts already for this unit; `batch_id` is where."""

    code = "survey_file_known"

    def __init__(self, batch_id: int) -> None:
        super().__init__(BATCH_SENTENCES["file_known"])
        self.batch_id = batch_id


class BatchSizeError(InvalidInputError):
    """Nothing to store, or more than one batch may hold."""

    code = "survey_batch_size"


@dataclass(frozen=True, slots=True)
class FileRead:
    """The file that a batch comes from, and how it was read."""

    sha256: bytes
    name: str
    order: AnswerOrder
    left_out: int = 0


def start(
    session: Session, period: Period, unit_id: int, service_id: int | None, *, actor: Actor, now: datetime
) -> Batch:
    """Begin a session of typing questionnaires of one place.

    Raises
    ------
    SurveyClosedError, feedback_app.survey.queries.NotSurveyedError
    """
    check_open(session, period)
    instrument_for(session, period, unit_id, service_id)
    batch = Batch(
        agency_id=period.agency_id, period_id=period.id, unit_id=unit_id, service_id=service_id,
        kind=BatchKind.TYPED, state=BatchState.KEPT, options={}, created_at=now, created_by=actor.user_id,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    note(session, batch, "survey.start_batch", actor, now)
    return batch


def add_typed(session: Session, period: Period, batch: Batch, filled: Filled) -> bool:
    """Store one typed questionnaire; return False where the same one (by its entry key) is stored already.

    The batch remembers the last ones, so that a slip of the finger can be taken back, and the day and hours for the
    next; in which order all of them were typed is kept nowhere.

    Raises
    ------
    SurveyClosedError, BatchUndoneError, BatchSizeError, feedback_app.survey.operations.UnusableAnswersError
    """
    hold_open(session, period, filled.answered_on)
    lock(session, batch)
    if _rows_of(session, batch) >= MOST_BATCH_ROWS:
        raise BatchSizeError("Sesi ini sudah penuh. Mulai sesi baru.")
    row = replace(
        filled, unit_id=batch.unit_id, service_id=batch.service_id, channel=SurveyChannel.PAPER, batch_id=batch.id
    )
    if not answer(session, period, row):
        return False
    stored = sa.select(Response.id).where(
        Response.agency_id == batch.agency_id, Response.entry_key == filled.entry_key
    )  # fmt: skip
    hours = filled.hours.value if filled.hours else ""
    batch.options = {
        "recent": [str(session.scalars(stored).one()), *recent_ids(batch)][:RECENT],
        "day": filled.answered_on.isoformat(), "hours": hours,
    }  # fmt: skip
    session.flush()
    return True


def add_file(
    session: Session, period: Period, unit_id: int, service_id: int | None, filled: Sequence[Filled],
    file: FileRead, *, actor: Actor, now: datetime, is_different: bool = False,
) -> Batch:  # fmt: skip
    """Store the questionnaires of a file as one batch; all of them, or none.

    `is_different` says that somebody looked: other people filled in the same as those of a file stored already.

    Raises
    ------
    SurveyClosedError, FileKnownError, BatchSizeError, feedback_app.survey.queries.NotSurveyedError
    feedback_app.survey.same_rows.SameRowsError
    """
    if not 1 <= len(filled) <= MOST_BATCH_ROWS:
        raise BatchSizeError("Berkas harus memuat 1 sampai 20000 kuesioner yang dapat disimpan.")
    for day in {min(one.answered_on for one in filled), max(one.answered_on for one in filled)}:
        hold_open(session, period, day)
    hashed = rows_hash(filled)
    batch = Batch(
        agency_id=period.agency_id, period_id=period.id, unit_id=unit_id, service_id=service_id, kind=BatchKind.FILE,
        state=BatchState.KEPT, answer_order=file.order, file_name=file.name[:NAME_MAX], file_sha256=file.sha256,
        options={"left_out": file.left_out, HASH_OPTION: hashed}, created_at=now, created_by=actor.user_id,
    )  # fmt: skip
    take_rows_turn(session, hashed)
    if (known := known_file(session, period, unit_id, file.sha256)) is not None:
        raise FileKnownError(known)
    if not is_different and (first := same_rows(session, period, unit_id, hashed)) is not None:
        raise SameRowsError(first)
    _store_once(session, batch)
    _insert(session, period, [replace(one, unit_id=unit_id, batch_id=batch.id) for one in filled])
    queue.ask(session, FOLD_JOB)
    note(session, batch, "survey.import_file", actor, now, rows=len(filled), left_out=file.left_out)
    return batch


def known_file(session: Session, period: Period, unit_id: int, sha256: bytes) -> int | None:
    """Return the batch in which a file counts for a unit already."""
    return session.scalar(
        sa.select(Batch.id).where(
            Batch.agency_id == period.agency_id, Batch.period_id == period.id, Batch.unit_id == unit_id,
            Batch.file_sha256 == sha256, Batch.state == BatchState.KEPT,
        )
    )  # fmt: skip


def recent_ids(batch: Batch) -> list[str]:
    """Return the last questionnaires of a typing session, the newest first."""
    found: list[str] = batch.options.get("recent", [])
    return found


def last_day(batch: Batch) -> date | None:
    """Return the day of the questionnaire typed last."""
    day: str | None = batch.options.get("day")
    return date.fromisoformat(day) if day else None


def check_open(session: Session, period: Period) -> None:
    """Keep an open period from being closed until this transaction ends.

    Raises
    ------
    SurveyClosedError
    """
    if held_state(session, period) is not PeriodState.OPEN:
        raise SurveyClosedError("Periode survei ini sudah ditutup atau belum dibuka, sehingga jawaban tidak diterima.")


def held_state(session: Session, period: Period) -> PeriodState | None:
    """Return the state of a period, which stays so until this transaction ends."""
    return session.scalar(
        sa.select(Period.state)
        .where(Period.agency_id == period.agency_id, Period.id == period.id)
        .with_for_update(read=True)
    )


def lock(session: Session, batch: Batch) -> None:
    """Keep others from changing a batch until this transaction ends.

    Raises
    ------
    BatchUndoneError
    """
    session.refresh(batch, with_for_update=True)
    if batch.state is BatchState.UNDONE:
        raise BatchUndoneError("Kiriman ini sudah dibatalkan.")


def _rows_of(session: Session, batch: Batch) -> int:
    of_batch = sa.and_(Response.agency_id == batch.agency_id, Response.batch_id == batch.id)
    return session.scalar(sa.select(sa.func.count()).where(of_batch)) or 0


def _store_once(session: Session, batch: Batch) -> None:
    """Store the row of a file; the database refuses the second of two at once."""
    try:
        with session.begin_nested():
            session.add(batch)
            session.flush()
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        first = sa.select(Batch.id).where(
            Batch.agency_id == batch.agency_id, Batch.period_id == batch.period_id, Batch.unit_id == batch.unit_id,
            Batch.file_sha256 == batch.file_sha256, Batch.state == BatchState.KEPT,
        )  # fmt: skip
        raise FileKnownError(session.scalars(first).one()) from None


def _insert(session: Session, period: Period, filled: Sequence[Filled]) -> None:
    asked: dict[int | None, Questionnaire] = {
        service_id: questionnaire(
            session, period.agency_id, instrument_for(session, period, filled[0].unit_id, service_id)
        )
        for service_id in {one.service_id for one in filled}
    }
    rows: list[Mapping[str, Any]] = [response_row(period, asked[one.service_id], one) for one in filled]
    for first in range(0, len(rows), _TOGETHER):
        session.execute(sa.insert(Response), rows[first : first + _TOGETHER])


def note(session: Session, batch: Batch, action: str, actor: Actor, now: datetime, **detail: int) -> None:
    """Record what was done with a batch in the audit trail."""
    record(
        session, agency_id=batch.agency_id, actor=actor, action=action, subject_type="skm_batch",
        subject_id=batch.id, now=now, period_id=batch.period_id, unit_id=batch.unit_id, **detail,
    )  # fmt: skip
