"""One batch through the drain. The caller commits, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.analysis.operations import ReadSubmission, write_labels
from feedback_app.audit.operations import SYSTEM, record
from feedback_app.clock import office_day
from feedback_app.drain.claim import Claimed, claim, mark_done, mark_quarantined
from feedback_app.drain.read import ReadBatch, Reader, read
from feedback_app.drain.route import must_pass_the_unit, new_case
from feedback_app.handling.handing_on.referrals import tell_arrived
from feedback_app.handling.operations import NewCase, open_cases
from feedback_app.measures.operations import Answer, fold
from feedback_app.organisation.oversight import overseers


@dataclass(frozen=True, slots=True)
class DrainedBatch:
    """What one batch did."""

    read: int
    cases: int
    quarantined: int


def drain_batch(session: Session, reader: Reader, *, limit: int, now: datetime) -> DrainedBatch:
    """Claim, redact, classify, open cases, fold measures, audit: all of it, or by a rollback none of it.

    Whoever takes the time from a clock calls `measures.operations.folding_goes_on` before.
    """
    rows = claim(session, limit=limit)
    if not rows:
        return DrainedBatch(0, 0, 0)
    batch = read(rows, reader)
    cases = _new_cases(session, rows, batch, now)
    write_labels(
        session,
        [
            ReadSubmission(row.agency_id, row.id, reading, must_pass_the_unit(row, reading))
            for row in rows
            for reading in (batch.readings.get(row.id),)
        ],
        model_version=reader.model_version,
        now=now,
    )
    open_cases(session, cases, now=now)
    # What another agency referred here names no unit.
    tell_arrived(session, [(row.agency_id, row.id) for row in rows if row.unit_is_unknown], now=now)
    # The reception unit is not what they speak of, so what they say counts for no unit.
    fold(session, (_answer(row, batch) for row in rows if not row.unit_is_unknown))
    mark_done(session, [row for row in rows if row.id not in batch.poison])
    for row in rows:
        if row.id in batch.poison:
            mark_quarantined(session, row, batch.poison[row.id])
    _audit(session, rows, cases, reader.model_version, now)
    return DrainedBatch(len(rows), len(cases), len(batch.poison))


def _new_cases(session: Session, rows: Sequence[Claimed], batch: ReadBatch, now: datetime) -> list[NewCase]:
    over = overseers(session, {row.agency_id for row in rows}, office_day(now))
    found = (new_case(row, batch.readings.get(row.id), over, now=now) for row in rows)
    return [case for case in found if case is not None]


def _answer(row: Claimed, batch: ReadBatch) -> Answer:
    reading = batch.readings.get(row.id)
    topic: tuple[str | None, str | None, str | None] | None = None
    if row.text:
        topic = (reading.kind.value, reading.sentiment.value, reading.aspect.value) if reading else (None, None, None)
    return Answer(
        row.agency_id, row.unit_id, row.service_id, row.occurred_on, row.channel, row.rating, topic, row.counter_id
    )  # fmt: skip


def _audit(
    session: Session, rows: Sequence[Claimed], cases: Iterable[NewCase], model_version: str, now: datetime
) -> None:
    opened = [case.agency_id for case in cases]
    for agency_id in sorted({row.agency_id for row in rows}):
        ids = [row.id for row in rows if row.agency_id == agency_id]
        record(
            session, agency_id=agency_id, actor=SYSTEM, action="drain.read", subject_type="submission",
            subject_id=None, now=now, count=len(ids), first=min(ids), last=max(ids),
            cases=opened.count(agency_id), model_version=model_version,
        )  # fmt: skip
