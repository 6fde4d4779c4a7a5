"""Agencies, units and their versions, services, employees and dated assignments."""

from __future__ import annotations

import enum
from datetime import date, datetime, time
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, no_overlap, tenant_key
from feedback_app.organisation.rules import AssignmentKind

CODE_PATTERN = "^[a-z0-9]+(-[a-z0-9]+)*$"
# Facts of the number itself: birth date, TMT CPNS or year of appointment with 2x, sex, sequence (Perka BKN 22/2007).
NIP_PATTERN = (
    "^(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])(19|20)[0-9]{2}(0[1-9]|1[0-2]|2[0-9])[12]"
    "(00[1-9]|0[1-9][0-9]|[1-9][0-9]{2})$"
)

# A post that is known at present: not corrected and not ended otherwise since.
_STANDS = "superseded_at IS NULL"


class UnitKind(enum.StrEnum):
    """The forms a unit of local government takes (PP 18/2016)."""

    DEPARTMENT = "department"  # dinas, badan
    DISTRICT = "district"  # kecamatan
    SUBDISTRICT = "subdistrict"  # kelurahan
    HEALTH_CENTRE = "health_centre"  # puskesmas
    HOSPITAL = "hospital"  # RSUD
    INSPECTORATE = "inspectorate"
    SECTION = "section"  # bidang, UPTD, counter group


class Agency(Base):
    """A local government: the tenant. Every other table's key begins with its id."""

    __tablename__ = "agencies"
    __table_args__ = (
        sa.CheckConstraint(f"code ~ '{CODE_PATTERN}'", name="code_form"),
        sa.ForeignKeyConstraint(
            ["id", "reception_unit_id"],
            ["units.agency_id", "units.id"],
            name="fk_agencies_reception_unit",
            use_alter=True,
        ),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    region_code: Mapped[str]
    time_zone: Mapped[str]
    workdays: Mapped[list[int]] = mapped_column(ARRAY(sa.SmallInteger), server_default=sa.text("'{0,1,2,3,4}'"))
    opens: Mapped[time] = mapped_column(server_default=sa.text("'07:30'"))
    closes: Mapped[time] = mapped_column(server_default=sa.text("'16:00'"))
    created_at: Mapped[datetime]
    # The unit that reads reports whose sender did not know whom they concern, and sends them on.
    reception_unit_id: Mapped[int | None]
    # Whether the reader of texts may learn from what is written to this agency; the model is shared by all.
    texts_may_teach: Mapped[bool] = mapped_column(server_default=sa.text("true"))


class Holiday(Base):
    """A day on which an agency does not work: public holidays and cuti bersama, imported, then editable.

    A day an officer struck off stays as a row that says so, or the next import would bring it back.
    """

    __tablename__ = "holidays"
    __table_args__ = (sa.PrimaryKeyConstraint("agency_id", "on_date"),)

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    on_date: Mapped[date]
    name: Mapped[str]
    source: Mapped[str]
    is_struck: Mapped[bool] = mapped_column(server_default=sa.text("false"))


class WorkingHours(Base):
    """The weekdays and hours of a unit, and of those below it, from a day on; without a unit, of the whole agency.

    Units that serve the public may differ (Perpres 21/2023 Ps 7), for instance with six days. Before its first row an
    agency has the hours it was set up with.
    """

    __tablename__ = "working_hours"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.UniqueConstraint("agency_id", "unit_id", "starts_on", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("closes > opens", name="closes_after_opens"),
        sa.CheckConstraint("cardinality(workdays) BETWEEN 1 AND 7", name="has_workdays"),
        sa.CheckConstraint("workdays <@ '{0,1,2,3,4,5,6}'::smallint[]", name="workdays_range"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int | None]
    starts_on: Mapped[date]
    workdays: Mapped[list[int]] = mapped_column(ARRAY(sa.SmallInteger))
    opens: Mapped[time]
    closes: Mapped[time]
    noted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class Unit(Base):
    """A unit that serves citizens. Its name and place in the tree are in its versions."""

    __tablename__ = "units"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "code"),
        sa.CheckConstraint(f"code ~ '{CODE_PATTERN}'", name="code_form"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    code: Mapped[str]
    created_at: Mapped[datetime]


class UnitVersion(Base):
    """What a unit was called, what it was and whom it stood under, from one day to another."""

    __tablename__ = "unit_versions"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        tenant_key("parent_id", to="units"),
        sa.CheckConstraint("parent_id <> unit_id", name="not_own_parent"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        no_overlap("ex_unit_versions_one_at_a_time", "agency_id", "unit_id", during=("starts_on", "ends_on")),
        sa.Index("ix_unit_versions_parent_id", "agency_id", "parent_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    parent_id: Mapped[int | None]
    name: Mapped[str]
    kind: Mapped[UnitKind]
    address: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class PublicService(Base):
    """One service that a unit gives, in the words of its service standard."""

    __tablename__ = "services"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.UniqueConstraint("agency_id", "unit_id", "code"),
        sa.UniqueConstraint("agency_id", "unit_id", "id"),
        sa.CheckConstraint(f"code ~ '{CODE_PATTERN}'", name="code_form"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    sector: Mapped[str]
    is_active: Mapped[bool] = mapped_column(server_default=sa.text("true"))


class Employee(Base):
    """A civil servant (PNS or PPPK). The number is never shown to the public and never a key of a public page."""

    __tablename__ = "employees"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "nip"),
        sa.UniqueConstraint("agency_id", "user_id"),
        sa.CheckConstraint(f"nip ~ '{NIP_PATTERN}'", name="nip_form"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    nip: Mapped[str]
    name: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    rank: Mapped[str | None]  # pangkat/golongan, as the personnel system writes it
    left_on: Mapped[date | None]  # last day in the agency's service: retired, moved away


class Assignment(Base):
    """A post that somebody holds from one day to another, by a decree.

    Who may overlap whom: nobody holds two definitive posts at once; a unit has one definitive head or one Plt at a
    time, never both (a Plt fills a vacancy); and one acting head (Plt or Plh) at a time, who may stand beside the
    definitive head as Plh (SE BKN 1/SE/I/2021). The same person is not assigned twice to the same work.

    Dated twice: `starts_on` and `ends_on` say what was true, `recorded_at` and `superseded_at` when the agency knew it.
    A row is never edited but for `superseded_*`: what was wrong or went on otherwise is superseded by a row that
    `replaces_id` points back from, so that every figure can be worked out again as it was known at its time.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("employee_id", to="employees"),
        tenant_key("unit_id", to="units"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_assignments_service_of_the_unit",
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("share >= 0 AND share <= 1", name="share_range"),
        sa.CheckConstraint("kind NOT IN ('acting_vacant', 'acting_absent') OR is_head", name="acting_is_head"),
        sa.CheckConstraint("NOT is_head OR service_id IS NULL", name="head_of_whole_unit"),
        no_overlap(
            "ex_assignments_one_definitive_post",
            "agency_id", "employee_id",
            during=("starts_on", "ends_on"),
            where=f"kind = 'definitive' AND {_STANDS}",
        ),
        no_overlap(
            "ex_assignments_definitive_or_vacant_head",
            "agency_id", "unit_id",
            during=("starts_on", "ends_on"),
            where=f"is_head AND kind IN ('definitive', 'acting_vacant') AND {_STANDS}",
        ),
        no_overlap(
            "ex_assignments_one_acting_head",
            "agency_id", "unit_id",
            during=("starts_on", "ends_on"),
            where=f"kind IN ('acting_vacant', 'acting_absent') AND {_STANDS}",
        ),
        no_overlap(
            "ex_assignments_not_twice_the_same",
            "agency_id", "employee_id", "unit_id", "coalesce(service_id, 0)",
            during=("starts_on", "ends_on"),
            where=_STANDS,
        ),
        sa.CheckConstraint("superseded_at >= recorded_at", name="superseded_after_recorded"),
        sa.CheckConstraint("replaces_id <> id", name="not_own_predecessor"),
        tenant_key("replaces_id", to="assignments"),
        tenant_key("import_id", to="people_imports"),
        sa.Index("ix_assignments_unit_id_starts_on", "agency_id", "unit_id", "starts_on"),
        sa.Index("ix_assignments_employee_id", "agency_id", "employee_id", "starts_on"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    employee_id: Mapped[int]
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    position: Mapped[str]
    is_head: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    kind: Mapped[AssignmentKind]
    share: Mapped[Decimal] = mapped_column(sa.Numeric(5, 4), server_default=sa.text("1"))
    decree_number: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    superseded_at: Mapped[datetime | None]
    superseded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    superseded_reason: Mapped[str | None]
    replaces_id: Mapped[int | None]
    import_id: Mapped[int | None]
