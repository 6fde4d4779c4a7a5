"""What is stored of a survey: questionnaires, periods, who is surveyed, and the responses."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, same, tenant_key, words
from feedback_app.survey.elements import RuleSetCode, Weight
from feedback_app.survey.rules import (
    MOST_OPTIONS,
    MOST_POPULATION,
    AgeBand,
    Averaging,
    Education,
    HourBand,
    MissingRule,
    Occupation,
    PeriodState,
    Sex,
    SurveyChannel,
)


def unit_and_service(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    """Return the foreign keys of a row that speaks of a unit, or of one service of it."""
    return (
        tenant_key("unit_id", to="units"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name=f"fk_{table}_service_of_the_unit",
        ),
    )


class Instrument(Base):
    """One version of a questionnaire. Once a period with it has opened it is sealed and only a copy can be changed."""

    __tablename__ = "skm_instruments"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("copied_from", to="skm_instruments"),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 120", name="name_length"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    name: Mapped[str]
    ruleset: Mapped[RuleSetCode]
    copied_from: Mapped[int | None]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    sealed_at: Mapped[datetime | None]


class Question(Base):
    """One question: of an element of the rule set, or the unit's own, outside the index (`element` is empty).

    `replacement` names what an element is asked as where the rules let it be replaced (a free service, a service on
    the web). Answers are numbers from 1; the four of an element go from worst to best.
    """

    __tablename__ = "skm_questions"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("instrument_id", to="skm_instruments"),
        sa.UniqueConstraint("agency_id", "instrument_id", "position"),
        sa.UniqueConstraint("agency_id", "instrument_id", "key"),
        sa.CheckConstraint("key ~ '^[a-z][a-z0-9_]{0,39}$'", name="key_form"),
        sa.CheckConstraint("position BETWEEN 1 AND 99", name="position_range"),
        sa.CheckConstraint(f"cardinality(options) BETWEEN 2 AND {MOST_OPTIONS}", name="options_count"),
        sa.CheckConstraint("element IS NULL OR cardinality(options) = 4", name="elements_have_four"),
        sa.CheckConstraint("replacement IS NULL OR element IS NOT NULL", name="replaces_an_element"),
        sa.CheckConstraint("char_length(stem) BETWEEN 1 AND 400", name="stem_length"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    instrument_id: Mapped[int]
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    key: Mapped[str]
    element: Mapped[str | None]
    replacement: Mapped[str | None]
    stem: Mapped[str]
    options: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))


class Period(Base):
    """One survey round of an agency, with how its figures are made; that is fixed once it opens."""

    __tablename__ = "skm_periods"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("instrument_id", to="skm_instruments"),
        sa.UniqueConstraint("agency_id", "code"),
        sa.CheckConstraint("code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="code_form"),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("state <> 'closed' OR closed_at IS NOT NULL", name="closed_has_moment"),
        # A response of a day belongs to one period.
        ExcludeConstraint(
            same("agency_id"),
            (sa.literal_column("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_skm_periods_one_at_a_time",
            using="gist",
            where=sa.text("state IN ('open', 'closed')"),
        ),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    instrument_id: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[PeriodState] = mapped_column(server_default=sa.text("'draft'"))
    weight: Mapped[Weight]
    unit_averaging: Mapped[Averaging] = mapped_column(
        words(Averaging, "unit_averaging"), server_default=sa.text("'mean'")
    )
    agency_averaging: Mapped[Averaging] = mapped_column(
        words(Averaging, "agency_averaging"), server_default=sa.text("'mean'")
    )
    missing: Mapped[MissingRule] = mapped_column(server_default=sa.text("'per_element'"))
    sampling: Mapped[str] = mapped_column(server_default=sa.text("''"))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class Target(Base):
    """A unit, or one service of it, that a period surveys; with how many people it serves, where that is known.

    A unit of a period without a row for one of its services takes answers for the unit as a whole. `instrument_id` is
    the questionnaire where it is not the period's (a service on the web, a free one).
    """

    __tablename__ = "skm_targets"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("period_id", to="skm_periods"),
        tenant_key("instrument_id", to="skm_instruments"),
        *unit_and_service("skm_targets"),
        sa.UniqueConstraint(
            "agency_id", "period_id", "unit_id", "service_id",
            name="uq_skm_targets_place",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint(f"population BETWEEN 1 AND {MOST_POPULATION}", name="population_range"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    period_id: Mapped[int]
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    instrument_id: Mapped[int | None]
    population: Mapped[int | None]
    population_source: Mapped[str] = mapped_column(server_default=sa.text("''"))


class Response(Base):
    """One filled questionnaire, without anything that leads to who filled it: a day and hours, never a moment.

    `answers` follows the positions of the instrument's questions; what was left blank is NULL. Its own number is drawn
    at random, so that the order in which people answered is not kept either. `entry_key` is drawn by the browser, so
    that a questionnaire sent twice over a bad line counts once. `is_folded` says that the sums hold it; `is_withdrawn`,
    that its batch was undone or it was set aside, and nothing counts it.
    """

    __tablename__ = "skm_responses"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("period_id", to="skm_periods"),
        tenant_key("instrument_id", to="skm_instruments"),
        tenant_key("batch_id", to="skm_batches"),
        tenant_key("set_aside_id", to="skm_set_asides"),
        *unit_and_service("skm_responses"),
        sa.UniqueConstraint("agency_id", "entry_key"),
        sa.CheckConstraint("octet_length(entry_key) = 16", name="entry_key_length"),
        sa.CheckConstraint("cardinality(answers) BETWEEN 1 AND 99", name="answers_count"),
        sa.CheckConstraint(f"1 <= ALL (answers) AND {MOST_OPTIONS} >= ALL (answers)", name="answers_range"),
        sa.CheckConstraint(
            "(channel IN ('paper', 'imported')) = (batch_id IS NOT NULL)", name="paper_came_in_a_batch"
        ),
        sa.CheckConstraint(
            "NOT is_withdrawn OR batch_id IS NOT NULL OR set_aside_id IS NOT NULL", name="only_batches_are_withdrawn"
        ),
        sa.CheckConstraint("set_aside_id IS NULL OR is_withdrawn", name="set_aside_is_withdrawn"),
        sa.Index("ix_skm_responses_place", "agency_id", "period_id", "unit_id"),
        sa.Index(
            "ix_skm_responses_batch_id", "agency_id", "batch_id", postgresql_where=sa.text("batch_id IS NOT NULL")
        ),
        sa.Index(
            "ix_skm_responses_set_aside_id",
            "agency_id", "set_aside_id",
            postgresql_where=sa.text("set_aside_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_skm_responses_to_fold",
            "agency_id", "period_id",
            postgresql_where=sa.text("NOT is_folded AND NOT is_withdrawn"),
        ),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int]
    period_id: Mapped[int]
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    instrument_id: Mapped[int]
    batch_id: Mapped[int | None]
    channel: Mapped[SurveyChannel]
    is_visit: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    answered_on: Mapped[date]
    hours: Mapped[HourBand | None]
    sex: Mapped[Sex | None]
    age: Mapped[AgeBand | None]
    education: Mapped[Education | None]
    occupation: Mapped[Occupation | None]
    answers: Mapped[list[int | None]] = mapped_column(ARRAY(sa.SmallInteger))
    entry_key: Mapped[bytes | None]
    is_folded: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    is_withdrawn: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    set_aside_id: Mapped[int | None]


class VisitUse(Base):
    """That a visit's code was used for a questionnaire; for which one is not kept."""

    __tablename__ = "skm_visit_uses"
    __table_args__ = (sa.PrimaryKeyConstraint("agency_id", "token_hash"),)

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    token_hash: Mapped[bytes]
