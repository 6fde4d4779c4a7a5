"""Keep what the classifier read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import HEADS, Labels
from feedback_app.nlp.reading import Ranked, Reading

_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class ReadSubmission:
    """A submission with its reading; `reading` is None where there was no text, or none that could be read.

    `integrity` tells whether the text must not be seen by the unit it speaks of.
    """

    agency_id: int
    submission_id: int
    reading: Reading | None
    integrity: bool = False


def write_labels(session: Session, rows: Sequence[ReadSubmission], *, model_version: str, now: datetime) -> None:
    """Store the labels of a batch. A second reading of a submission is refused by the primary key."""
    if rows:
        # The table and not the class: the ORM would start a new statement wherever the empty columns change.
        session.connection().execute(
            sa.insert(Labels.__table__),  # type: ignore[arg-type]
            [_values(row, model_version, now) for row in rows],
        )


def _values(row: ReadSubmission, model_version: str, now: datetime) -> dict[str, object]:
    reading = row.reading
    values: dict[str, object] = {
        "agency_id": row.agency_id,
        "submission_id": row.submission_id,
        "redacted_text": reading.redacted if reading else None,
        "pii_kinds": list(reading.pii_kinds) if reading else [],
        "integrity": row.integrity,
        "urgency_source": reading.urgency_source if reading else "none",
        "model_version": model_version,
        "labelled_at": now,
    }
    for head in (*HEADS, "language"):
        label = getattr(reading, head) if reading else None
        values[head] = label.value if label else None
        values[f"{head}_confidence"] = label.confidence if label else 0.0
    return values | _beside(reading)


def _beside(reading: Reading | None) -> dict[str, object]:
    """Return what is shown beside the labels and never counted; the same columns for every row, for one statement."""
    return {
        "aspect2": reading.aspect2 if reading else None,
        "abusive": reading.abusive if reading else False,
        "guesses": _guesses(reading) if reading else {},
        "why": {head: _pairs(reading.why[head]) for head in HEADS if reading.why.get(head)} if reading else {},
        "rare_grams": list(reading.rare_grams) if reading and reading.rare_grams else None,
    }


def _guesses(reading: Reading) -> dict[str, object]:
    best = {head: getattr(reading, head).best for head in (*HEADS, "language")}
    return {
        "best": {head: label for head, label in best.items() if label},
        "aspects": _pairs(reading.aspects),
        "sectors": _pairs(reading.sectors),
    }


def _pairs(ranked: Ranked) -> list[list[object]]:
    return [[name, round(share, _DIGITS)] for name, share in ranked]
