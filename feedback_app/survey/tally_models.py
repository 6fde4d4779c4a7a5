"""The sums of a survey. Only sums are stored, never means, and every one of them can be counted again."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.survey.models import unit_and_service
from feedback_app.survey.rules import MOST_OPTIONS, SurveyChannel, Trait


class Cell(Base):
    """Questionnaires of one place, instrument and channel: how many, how many complete, and how far they spread.

    Each complete one has a score: the sum over the elements of the mean of its questions, times a whole number that
    makes it whole (the least common multiple of how many questions the elements have). `total` and `squares` sum the
    scores and their squares.
    """

    __tablename__ = "skm_cells"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("period_id", to="skm_periods"),
        tenant_key("instrument_id", to="skm_instruments"),
        *unit_and_service("skm_cells"),
        sa.UniqueConstraint(
            "agency_id", "period_id", "unit_id", "service_id", "instrument_id", "channel",
            name="uq_skm_cells_place",
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("agency_id", "period_id", "id"),
        sa.CheckConstraint("n >= complete AND complete >= 0", name="counts"),
        sa.CheckConstraint("visits BETWEEN 0 AND n", name="visits_range"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    period_id: Mapped[int]
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    instrument_id: Mapped[int]
    channel: Mapped[SurveyChannel]
    n: Mapped[int]
    visits: Mapped[int]
    complete: Mapped[int]
    total: Mapped[int]
    squares: Mapped[int]


class Tally(Base):
    """How many questionnaires of a cell gave one answer to one question.

    `complete` is how many of them answer every question inside the index.
    """

    __tablename__ = "skm_tallies"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "cell_id", "question_id", "answer"),
        tenant_key("cell_id", to="skm_cells"),
        tenant_key("question_id", to="skm_questions"),
        sa.CheckConstraint(f"answer BETWEEN 1 AND {MOST_OPTIONS}", name="answer_range"),
        sa.CheckConstraint("n >= complete AND complete >= 0", name="counts"),
    )

    agency_id: Mapped[int]
    cell_id: Mapped[int]
    question_id: Mapped[int]
    answer: Mapped[int] = mapped_column(sa.SmallInteger)
    n: Mapped[int]
    complete: Mapped[int]


class TraitCount(Base):
    """How many questionnaires of a cell come from people of one sex, age, education, occupation, hours or day."""

    __tablename__ = "skm_traits"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "cell_id", "trait", "value"),
        tenant_key("cell_id", to="skm_cells"),
        sa.CheckConstraint("n >= 0", name="count_positive"),
    )

    agency_id: Mapped[int]
    cell_id: Mapped[int]
    trait: Mapped[Trait]
    value: Mapped[str]
    n: Mapped[int]
