"""Counters, duty rosters, declared levels, changes that wait for a second person, and imports of people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.organisation.models import CODE_PATTERN
from feedback_app.organisation.people.rules import (
    AttributionLevel,
    ChangeKind,
    ChangeState,
    ImportState,
    RowChange,
)


class AccountLink(Base):
    """That an account is a civil servant's, from one moment to another. One stands per person and per account.

    Rows are never edited but for their end: what an account did stays with whoever it was linked to then.
    """

    __tablename__ = "account_links"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("employee_id", to="employees"),
        sa.CheckConstraint("unlinked_at >= linked_at", name="ends_after_start"),
        sa.Index(
            "uq_account_links_standing_of_employee", "agency_id", "employee_id", unique=True,
            postgresql_where=sa.text("unlinked_at IS NULL"),
        ),
        sa.Index(
            "uq_account_links_standing_of_user", "agency_id", "user_id", unique=True,
            postgresql_where=sa.text("unlinked_at IS NULL"),
        ),
        sa.Index("ix_account_links_employee_id", "agency_id", "employee_id"),
        sa.Index("ix_account_links_user_id", "user_id"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    employee_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    linked_at: Mapped[datetime]
    linked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    unlinked_at: Mapped[datetime | None]
    unlinked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class Counter(Base):
    """A place where one citizen at a time is served: counter 2, the window for birth certificates."""

    __tablename__ = "counters"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_counters_service_of_the_unit",
        ),
        sa.UniqueConstraint("agency_id", "unit_id", "code"),
        sa.UniqueConstraint("agency_id", "unit_id", "id"),
        sa.CheckConstraint(f"code ~ '{CODE_PATTERN}'", name="code_form"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    code: Mapped[str]
    name: Mapped[str]
    is_active: Mapped[bool] = mapped_column(server_default=sa.text("true"))
    created_at: Mapped[datetime]


class DutyEntry(Base):
    """Who served at a counter on a day. Rows are never edited: what was wrong is superseded, and says since when."""

    __tablename__ = "duty_entries"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "counter_id"],
            ["counters.agency_id", "counters.unit_id", "counters.id"],
            name="fk_duty_entries_counter_of_the_unit",
        ),
        tenant_key("employee_id", to="employees"),
        tenant_key("import_id", to="people_imports"),
        sa.CheckConstraint("superseded_at >= recorded_at", name="superseded_after_recorded"),
        sa.Index(
            "uq_duty_entries_standing", "agency_id", "counter_id", "on_date", "employee_id",
            unique=True, postgresql_where=sa.text("superseded_at IS NULL"),
        ),
        sa.Index("ix_duty_entries_employee_id", "agency_id", "employee_id", "on_date"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    counter_id: Mapped[int]
    employee_id: Mapped[int]
    on_date: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    superseded_at: Mapped[datetime | None]
    superseded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    import_id: Mapped[int | None]


class AttributionRule(Base):
    """Down to whom the ratings of a unit, and of those below it, may be laid from a day on; the agency's without unit.

    Declared beforehand, never for days gone by: whoever chose the level after the ratings came would choose the result.
    """

    __tablename__ = "attribution_rules"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.UniqueConstraint("agency_id", "unit_id", "starts_on", postgresql_nulls_not_distinct=True),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int | None]
    starts_on: Mapped[date]
    level: Mapped[AttributionLevel]
    reason: Mapped[str]
    declared_at: Mapped[datetime]
    declared_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class PeopleChange(Base):
    """A change of who was responsible on days gone by: it waits for somebody else than who asked for it.

    `payload` holds what would be done (ids, dates, decree numbers); `touches_from` and `touches_to` the past days on
    which somebody else would have been responsible; `concerned_employees` whose figures that could move, and
    `concerned_users` their accounts, of whom none decides.
    """

    __tablename__ = "people_changes"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("employee_id", to="employees"),
        tenant_key("assignment_id", to="assignments"),
        tenant_key("import_id", to="people_imports"),
        sa.CheckConstraint("touches_to >= touches_from", name="ends_after_start"),
        sa.CheckConstraint("decided_by <> requested_by", name="decided_by_a_second_person"),
        sa.CheckConstraint("decided_by <> ALL (concerned_users)", name="decided_by_nobody_concerned"),
        sa.CheckConstraint("state <> 'approved' OR requested_by IS NOT NULL", name="approved_was_asked_by_somebody"),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="waiting_is_undecided"),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL", name="decided_by_somebody"
        ),
        sa.CheckConstraint("char_length(reason) BETWEEN 1 AND 1000", name="reason_length"),
        sa.Index(
            "ix_people_changes_waiting", "agency_id", "requested_at", postgresql_where=sa.text("state = 'waiting'")
        ),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    kind: Mapped[ChangeKind]
    employee_id: Mapped[int | None]
    assignment_id: Mapped[int | None]
    import_id: Mapped[int | None]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    touches_from: Mapped[date]
    touches_to: Mapped[date]
    concerned_employees: Mapped[list[int]] = mapped_column(ARRAY(sa.BigInteger), server_default=sa.text("'{}'"))
    concerned_users: Mapped[list[int]] = mapped_column(ARRAY(sa.BigInteger), server_default=sa.text("'{}'"))
    reason: Mapped[str]
    state: Mapped[ChangeState] = mapped_column(server_default=sa.text("'waiting'"))
    requested_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]


class PeopleImport(Base):
    """One file, or one call, of civil servants and posts kept elsewhere: how it was read, applied and undone."""

    __tablename__ = "people_imports"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.CheckConstraint("approved_by <> uploaded_by", name="approved_by_a_second_person"),
        sa.CheckConstraint("(state IN ('applied', 'undone')) = (applied_at IS NOT NULL)", name="applied_has_moment"),
        sa.CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone_has_moment"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    source: Mapped[str]
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[ImportState] = mapped_column(server_default=sa.text("'previewed'"))
    is_whole_list: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'"))
    uploaded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    applied_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    applied_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]


class PeopleImportRow(Base):
    """One row of such a file: what it says, what it would change, and what it changed."""

    __tablename__ = "people_import_rows"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "import_id", "row_number"),
        tenant_key("import_id", to="people_imports"),
        tenant_key("employee_id", to="employees"),
        tenant_key("assignment_id", to="assignments"),
        sa.CheckConstraint("(change = 'refused') = (problem IS NOT NULL)", name="refused_has_problem"),
    )

    agency_id: Mapped[int]
    import_id: Mapped[int]
    row_number: Mapped[int]
    cells: Mapped[dict[str, Any]] = mapped_column(JSONB)
    change: Mapped[RowChange]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    problem: Mapped[str | None]
    touches_past: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    employee_id: Mapped[int | None]
    assignment_id: Mapped[int | None]


class PeopleMapping(Base):
    """Which column of an export means what, kept under a name for the next file of the same system."""

    __tablename__ = "people_mappings"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "name"),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="name_length"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    name: Mapped[str]
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved_at: Mapped[datetime]


class SyncKey(Base):
    """The key with which a personnel system sends people and posts by itself. Only its hash is kept."""

    __tablename__ = "sync_keys"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.UniqueConstraint("key_hash"),
        sa.CheckConstraint("octet_length(key_hash) = 32", name="hash_length"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    name: Mapped[str]
    key_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
