"""Draw the texts of a day that people are asked to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.drawing_rules import AFTER_ALARM, Unsure, audit_chance, choose_unsure, lot
from feedback_app.analysis.learning.machine_answers import first_answers
from feedback_app.analysis.learning.models import LabelReview, ReviewReason, ReviewState
from feedback_app.analysis.models import HEADS, Labels
from feedback_app.intake.models import Submission

UNIT_WINDOW: Final = timedelta(days=28)


class Read(NamedTuple):
    """A text that was read, as drawing sees it: no word of it."""

    submission_id: int
    unit_id: int
    model_version: str
    answers: dict[str, str | None]
    lowest: float
    urgency_source: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of an agency by its own clock, from midnight to midnight."""

    starts: datetime
    ends: datetime


def day_of(on_date: date, time_zone: str) -> Day:
    """Return a day by the clock of an agency."""
    zone = ZoneInfo(time_zone)
    midnight = datetime.combine(on_date, datetime.min.time(), zone)
    return Day(midnight, datetime.combine(on_date + timedelta(days=1), datetime.min.time(), zone))


def draw(session: Session, agency_id: int, day: Day, *, open_texts: sa.ColumnElement[bool], now: datetime) -> int:
    """Draw the texts of a day of an agency; return how many. A second draw of the same day adds nothing.

    `open_texts` is the condition on a submission that its text is nobody's secret; only such texts are shown to others
    than those who handle them.
    """
    texts = _read_on(session, agency_id, day, open_texts)
    units = _texts_of_units(session, agency_id, day)
    audited = {text.submission_id: _chance(agency_id, text, units) for text in texts if any(text.answers.values())}
    audits = {submission_id: chance for submission_id, chance in audited.items() if chance is not None}
    unsure = [
        Unsure(text.submission_id, text.lowest)
        for text in texts
        if text.submission_id not in audits and None in text.answers.values()
    ]
    by_id = {text.submission_id: text for text in texts}
    rows = [_row(agency_id, by_id[found], ReviewReason.AUDIT, chance, now) for found, chance in audits.items()]
    rows += [
        _row(agency_id, by_id[found], ReviewReason.ABSTAINED, None, now) for found in choose_unsure(agency_id, unsure)
    ]
    return _store(session, rows)


def draw_after_alarm(
    session: Session, agency_id: int, week: Day, *, open_texts: sa.ColumnElement[bool], now: datetime
) -> int:
    """Draw some texts of a week at random after an alarm, to be read without the machine's answer; return how many."""
    texts = {text.submission_id: text for text in _read_on(session, agency_id, week, open_texts)}
    drawn = set(session.scalars(sa.select(LabelReview.submission_id).where(LabelReview.agency_id == agency_id)))
    chosen = sorted(texts.keys() - drawn, key=lambda submission_id: lot(agency_id, submission_id, "drift"))
    rows = [_row(agency_id, texts[found], ReviewReason.DRIFT, None, now) for found in chosen[:AFTER_ALARM]]
    return _store(session, rows)


def _chance(agency_id: int, text: Read, units: Mapping[int, int]) -> float | None:
    chance = audit_chance(units[text.unit_id])
    return chance if lot(agency_id, text.submission_id) < chance else None


def _read_on(session: Session, agency_id: int, day: Day, open_texts: sa.ColumnElement[bool]) -> list[Read]:
    columns = [
        Labels.submission_id, Submission.unit_id, Labels.model_version, Labels.urgency_source,
        *(getattr(Labels, head) for head in HEADS), *(getattr(Labels, f"{head}_confidence") for head in HEADS),
    ]  # fmt: skip
    query = (
        sa.select(*columns)
        .join(Submission, _same_text())
        .where(
            Labels.agency_id == agency_id,
            Labels.labelled_at >= day.starts,
            Labels.labelled_at < day.ends,
            Labels.redacted_text.is_not(None),
            Submission.erased_at.is_(None),
            open_texts,
        )
        .order_by(Labels.submission_id)
    )
    rows = session.execute(query).all()
    corrected = first_answers(session, agency_id, [row.submission_id for row in rows])
    return [_read(row, corrected.get(row.submission_id, {})) for row in rows]


def _read(row: Any, corrected: Mapping[str, str | None]) -> Read:
    # What an officer put right meanwhile is measured by what the machine had said: exactly those were its errors.
    answers = {**{head: _value(getattr(row, head)) for head in HEADS}, **corrected}
    return Read(
        row.submission_id, row.unit_id, row.model_version, answers,
        min(getattr(row, f"{head}_confidence") for head in HEADS), row.urgency_source,
    )  # fmt: skip


def _value(label: Any) -> str | None:
    return label.value if label is not None else None


def _texts_of_units(session: Session, agency_id: int, day: Day) -> Counter[int]:
    query = (
        sa.select(Submission.unit_id, sa.func.count())
        .join(Labels, _same_text())
        .where(
            Labels.agency_id == agency_id,
            Labels.labelled_at >= day.ends - UNIT_WINDOW,
            Labels.labelled_at < day.ends,
            Labels.redacted_text.is_not(None),
        )
        .group_by(Submission.unit_id)
    )
    return Counter({row[0]: row[1] for row in session.execute(query)})


def _same_text() -> sa.ColumnElement[bool]:
    return sa.and_(Submission.agency_id == Labels.agency_id, Submission.id == Labels.submission_id)


def _row(agency_id: int, text: Read, reason: ReviewReason, chance: float | None, now: datetime) -> dict[str, Any]:
    return {
        "agency_id": agency_id, "submission_id": text.submission_id, "reason": reason, "chance": chance,
        "machine": {**text.answers, "urgency_source": text.urgency_source}, "model_version": text.model_version,
        "drawn_at": now, "state": ReviewState.WAITING,
    }  # fmt: skip


def _store(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    if not rows:
        return 0
    added: Iterable[Any] = session.scalars(
        insert(LabelReview).values(list(rows)).on_conflict_do_nothing().returning(LabelReview.id)
    )
    return len(list(added))
