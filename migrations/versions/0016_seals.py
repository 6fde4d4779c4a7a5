"""Seals over batches of the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016_seals"
down_revision = "0015_grants"
branch_labels = None
depends_on = None

EVENTS = {"audit_events": "audit_leaves", "platform_events": "platform_leaves"}
LEAVES = ("audit_leaves", "platform_leaves")
KEPT = ("audit_seals", "audit_sections", "platform_sections")


def upgrade() -> None:
    """Make the tables of seals and of the installation's own events, and the triggers that keep them."""
    _events()
    _seals()
    _sections()
    _leaves()
    _triggers()


def _events() -> None:
    op.create_table(
        "platform_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "user", "citizen", "system", name="actorkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "detail",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(actor_kind = 'user') = (actor_id IS NOT NULL)", name=op.f("ck_platform_events_user_has_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_events")),
    )
    op.create_index("ix_platform_events_subject", "platform_events", ["subject_type", "subject_id"])
    op.create_index("ix_platform_events_at", "platform_events", ["at", "id"])
    op.create_index("ix_audit_events_at", "audit_events", ["agency_id", "at", "id"])


def _seals() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "batch",
                "heartbeat",
                "rotation",
                "resumed",
                "cut",
                name="sealkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refers_to", sa.BigInteger(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("former_key", sa.LargeBinary(), nullable=True),
        sa.Column("former_signature", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_audit_seals_number_from_one")),
        sa.CheckConstraint(
            "octet_length(previous) = 32 AND octet_length(root) = 32 AND octet_length(public_key) = 32 "
            "AND octet_length(signature) = 64",
            name=op.f("ck_audit_seals_lengths"),
        ),
        sa.CheckConstraint("(size > 0) = (kind = 'batch')", name=op.f("ck_audit_seals_batch_has_events")),
        sa.CheckConstraint(
            "(kind IN ('resumed', 'cut')) = (refers_to IS NOT NULL)", name=op.f("ck_audit_seals_refers")
        ),
        sa.CheckConstraint("refers_to >= 0 AND refers_to < number", name=op.f("ck_audit_seals_refers_back")),
        sa.CheckConstraint(
            "(former_key IS NULL) = (former_signature IS NULL)", name=op.f("ck_audit_seals_both_signatures")
        ),
        sa.CheckConstraint(
            "former_key IS NULL OR kind = 'rotation'", name=op.f("ck_audit_seals_only_rotation_is_signed_twice")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("previous", name="uq_audit_seals_previous"),
    )
    op.create_index("ix_audit_seals_cut", "audit_seals", ["refers_to"], postgresql_where=sa.text("kind = 'cut'"))


def _sections() -> None:
    for table, key, first in (
        ("audit_sections", ["agency_id", "seal_number"], [sa.Column("agency_id", sa.BigInteger(), nullable=False)]),
        ("platform_sections", ["seal_number"], []),
    ):
        op.create_table(
            table,
            *first,
            sa.Column("seal_number", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("place", sa.BigInteger(), nullable=False),
            sa.Column("places", sa.BigInteger(), nullable=False),
            sa.Column("size", sa.BigInteger(), nullable=False),
            sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("root", sa.LargeBinary(), nullable=False),
            sa.Column("salt", sa.LargeBinary(), nullable=False),
            sa.Column("path", sa.LargeBinary(), nullable=False),
            sa.CheckConstraint(
                "size > 0 AND places > 0 AND place >= 0 AND place < places", name=op.f(f"ck_{table}_has_place")
            ),
            sa.CheckConstraint("octet_length(root) = 32 AND octet_length(salt) = 32", name=op.f(f"ck_{table}_lengths")),
            sa.CheckConstraint("octet_length(path) % 32 = 0", name=op.f(f"ck_{table}_path_of_hashes")),
            sa.CheckConstraint("first_at <= last_at", name=op.f(f"ck_{table}_moments_in_order")),
            sa.ForeignKeyConstraint(
                ["seal_number"], ["audit_seals.number"], name=op.f(f"fk_{table}_seal_number_audit_seals")
            ),
            sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        )
    op.create_foreign_key(
        op.f("fk_audit_sections_agency_id_agencies"), "audit_sections", "agencies", ["agency_id"], ["id"]
    )


def _leaves() -> None:
    op.create_table(
        "audit_leaves",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("seal_number", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_audit_leaves_position_from_zero")),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_audit_leaves_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "event_id"],
            ["audit_events.agency_id", "audit_events.id"],
            name=op.f("fk_audit_leaves_agency_id_event_id_audit_events"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "seal_number"],
            ["audit_sections.agency_id", "audit_sections.seal_number"],
            name=op.f("fk_audit_leaves_agency_id_seal_number_audit_sections"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "event_id", name=op.f("pk_audit_leaves")),
        sa.UniqueConstraint("agency_id", "seal_number", "position", name="uq_audit_leaves_position"),
    )
    op.create_table(
        "platform_leaves",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seal_number", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_platform_leaves_position_from_zero")),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_platform_leaves_length")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["platform_events.id"],
            name=op.f("fk_platform_leaves_event_id_platform_events"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["seal_number"],
            ["platform_sections.seal_number"],
            name=op.f("fk_platform_leaves_seal_number_platform_sections"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_platform_leaves")),
        sa.UniqueConstraint("seal_number", "position", name="uq_platform_leaves_position"),
    )


def _triggers() -> None:
    op.execute("DROP TRIGGER audit_events_append_only ON audit_events")
    op.execute("DROP FUNCTION audit_is_append_only()")
    op.execute(
        """
        CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$
        """
    )
    # Events and their leaves go only where a seal has declared that their time is over. The table's own name stands in
    # each function: a query that is put together from a name is planned anew for every row.
    for events, leaves in EVENTS.items():
        agency_of_event = "l.agency_id = OLD.agency_id AND " if events == "audit_events" else ""
        op.execute(
            f"""
            CREATE FUNCTION {events}_go_with_a_cut() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM FROM {leaves} l WHERE {agency_of_event}l.event_id = OLD.id
                    AND EXISTS (SELECT FROM audit_seals s WHERE s.kind = 'cut' AND s.refers_to >= l.seal_number);
                IF NOT FOUND THEN
                    RAISE EXCEPTION '{events} is append-only';
                END IF;
                RETURN OLD;
            END $$
            """
        )
    op.execute(
        """
        CREATE FUNCTION audit_leaves_go_with_a_cut() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM audit_seals s WHERE s.kind = 'cut' AND s.refers_to >= OLD.seal_number) THEN
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
            END IF;
            RETURN OLD;
        END $$
        """
    )
    for table in (*EVENTS, *LEAVES, *KEPT):
        kept = "" if table not in KEPT else "DELETE OR "
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {kept}UPDATE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )
    for table in (*EVENTS, *LEAVES):
        function = f"{table}_go_with_a_cut" if table in EVENTS else "audit_leaves_go_with_a_cut"
        op.execute(f"CREATE TRIGGER {table}_cut BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")


def downgrade() -> None:
    """Take them away again; the trail of the agencies stays, that of the installation goes."""
    for table in (*LEAVES, *KEPT, *EVENTS):
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    for table in (*LEAVES, *EVENTS):
        op.execute(f"DROP TRIGGER {table}_cut ON {table}")
    op.execute("DROP FUNCTION audit_leaves_go_with_a_cut()")
    for events in EVENTS:
        op.execute(f"DROP FUNCTION {events}_go_with_a_cut()")
    op.execute("DROP FUNCTION audit_is_append_only()")
    for table in ("platform_leaves", "audit_leaves", "platform_sections", "audit_sections", "audit_seals"):
        op.drop_table(table)
    op.drop_index("ix_audit_events_at", table_name="audit_events")
    op.drop_table("platform_events")
    op.execute(
        """
        CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'audit_events is append-only';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
        """
    )
