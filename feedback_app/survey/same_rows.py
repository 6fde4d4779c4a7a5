"""Tell files apart by the questionnaires in them, not by their bytes: a line more at the end makes no other file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import ConflictError
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.models import Period
from feedback_app.survey.operations import Filled
from feedback_app.survey.rules import BatchState

HASH_OPTION: Final = "rows_sha256"

SAME_ROWS_SENTENCES = {
    "same": "Kuesioner yang sama persis sudah disimpan dari berkas lain untuk unit ini pada periode ini."
}


class SameRowsError(ConflictError):
    """Another file with the very same questionnaires counts for this unit; `batch_id` is where."""

    code = "survey_same_rows"

    def __init__(self, batch_id: int) -> None:
        super().__init__(SAME_ROWS_SENTENCES["same"])
        self.batch_id = batch_id


def rows_hash(filled: Sequence[Filled]) -> str:
    """Return what questionnaires have in common with the same ones in another order or another kind of file."""
    rows = sorted(
        json.dumps(
            [
                one.service_id or 0, one.answered_on.isoformat(), one.hours, one.respondent.sex, one.respondent.age,
                one.respondent.education, one.respondent.occupation, sorted(one.answers.items()),
            ]
        )
        for one in filled
    )  # fmt: skip
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def same_rows(session: Session, period: Period, unit_id: int, found: str) -> int | None:
    """Return the first file whose questionnaires, by their hash, count for a unit already."""
    return session.scalar(
        sa.select(Batch.id)
        .where(
            Batch.agency_id == period.agency_id, Batch.period_id == period.id, Batch.unit_id == unit_id,
            Batch.state == BatchState.KEPT, Batch.options[HASH_OPTION].as_string() == found,
        )
        .order_by(Batch.id)
        .limit(1)
    )  # fmt: skip


def take_rows_turn(session: Session, found: str) -> None:
    """Wait until nobody else stores questionnaires with this hash; whoever comes next waits for this transaction."""
    turn = int.from_bytes(bytes.fromhex(found)[:8], signed=True)
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(turn)))
