"""What is missing before a period can open: units, questions for every element, days that no other period has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.elements import Element
from feedback_app.survey.instrument_rules import missing_elements
from feedback_app.survey.models import Instrument, Period, Question, Target
from feedback_app.survey.queries import targets_of
from feedback_app.survey.rules import PeriodState


class ObstacleKind(StrEnum):
    """Where something is missing, so that a page can lead there."""

    TARGETS = "targets"
    QUESTIONS = "questions"
    PAST = "past"
    OVERLAP = "overlap"


OBSTACLE_SENTENCES = {
    ObstacleKind.TARGETS: "Belum ada unit yang disurvei. Pilih unitnya dahulu.",
    ObstacleKind.QUESTIONS: "Kuesionernya belum menanyakan semua unsur. Lengkapi dahulu, indeks memerlukan semuanya.",
    ObstacleKind.PAST: "Tanggal akhirnya sudah lewat. Ubah tanggal periode ini dahulu.",
    ObstacleKind.OVERLAP: (
        "Ada periode lain yang memakai sebagian hari itu. Ubah tanggalnya, atau tutup periode itu lebih dahulu."
    ),
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that keeps a period closed; `instrument_id` names the questionnaire it speaks of."""

    kind: ObstacleKind
    instrument_id: int | None = None
    elements: tuple[Element, ...] = ()

    @property
    def sentence(self) -> str:
        """Return what is missing, and what to do about it."""
        return OBSTACLE_SENTENCES[self.kind]


def obstacles(session: Session, period: Period, *, today: date) -> list[Obstacle]:
    """Return everything that keeps a draft from being opened, in the order in which to mend it."""
    targets = targets_of(session, period.agency_id, period.id)
    found = [] if targets else [Obstacle(ObstacleKind.TARGETS)]
    return [*found, *_gaps(session, period, targets), *_days(session, period, today)]


def _gaps(session: Session, period: Period, targets: Sequence[Target]) -> Iterator[Obstacle]:
    used = {period.instrument_id, *(one.instrument_id for one in targets if one.instrument_id is not None)}
    rows = session.execute(
        sa.select(Instrument.id, Instrument.ruleset, Question.element)
        .outerjoin(
            Question,
            sa.and_(Question.agency_id == Instrument.agency_id, Question.instrument_id == Instrument.id),
        )
        .where(Instrument.agency_id == period.agency_id, Instrument.id.in_(used))
        .order_by(Instrument.id)
    ).all()
    for instrument_id in sorted(used):
        mine = [row for row in rows if row.id == instrument_id]
        lacking = missing_elements(mine[0].ruleset, (row.element for row in mine))
        if lacking:
            yield Obstacle(ObstacleKind.QUESTIONS, instrument_id, lacking)


def _days(session: Session, period: Period, today: date) -> Iterator[Obstacle]:
    if period.ends_on < today:
        yield Obstacle(ObstacleKind.PAST)
    if overlapping(session, period) is not None:
        yield Obstacle(ObstacleKind.OVERLAP)


def overlapping(session: Session, period: Period) -> Period | None:
    """Return a period, open or closed, that shares a day with this one."""
    return session.scalar(
        sa.select(Period)
        .where(Period.agency_id == period.agency_id, Period.id != period.id)
        .where(Period.state.in_([PeriodState.OPEN, PeriodState.CLOSED]))
        .where(Period.starts_on <= period.ends_on, Period.ends_on >= period.starts_on)
        .order_by(Period.starts_on)
        .limit(1)
    )
