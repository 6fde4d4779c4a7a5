"""Make room for the satisfaction survey (SKM): questionnaires, periods, responses, sums, results and follow-up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_survey"
down_revision = "0006_inbox_order"
branch_labels = None
depends_on = None

# What figures are computed from stays as it was, also against a statement typed by hand: the words of a questionnaire
# that was asked, how a period computes, and what was answered.
_GUARDED = (
    ("skm_instruments", "skm_sealed_instruments"),
    ("skm_questions", "skm_sealed_questions"),
    ("skm_periods", "skm_opened_periods"),
    ("skm_responses", "skm_given_answers"),
)
_GUARDS = (
    """
    CREATE FUNCTION skm_sealed_instruments_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.sealed_at, NEW.ruleset) IS DISTINCT FROM (OLD.sealed_at, OLD.ruleset) THEN
            RAISE EXCEPTION 'a sealed questionnaire of skm_instruments stays sealed';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER skm_sealed_instruments BEFORE UPDATE OF sealed_at, ruleset ON skm_instruments
    FOR EACH ROW WHEN (OLD.sealed_at IS NOT NULL) EXECUTE FUNCTION skm_sealed_instruments_stay()
    """,
    """
    CREATE FUNCTION skm_sealed_questions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        is_sealed boolean := false;
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            SELECT sealed_at IS NOT NULL INTO is_sealed FROM skm_instruments
            WHERE agency_id = OLD.agency_id AND id = OLD.instrument_id;
        END IF;
        IF TG_OP <> 'DELETE' AND is_sealed IS NOT TRUE THEN
            SELECT sealed_at IS NOT NULL INTO is_sealed FROM skm_instruments
            WHERE agency_id = NEW.agency_id AND id = NEW.instrument_id;
        END IF;
        IF is_sealed THEN
            RAISE EXCEPTION 'skm_questions of a sealed questionnaire are never changed';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END $$
    """,
    """
    CREATE TRIGGER skm_sealed_questions BEFORE INSERT OR UPDATE OR DELETE ON skm_questions
    FOR EACH ROW EXECUTE FUNCTION skm_sealed_questions_stay()
    """,
    """
    CREATE FUNCTION skm_opened_periods_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state NOT IN ('open', 'closed') THEN
            RAISE EXCEPTION 'a period of skm_periods that was opened is no draft again';
        END IF;
        IF (NEW.agency_id, NEW.id, NEW.instrument_id, NEW.starts_on, NEW.weight, NEW.unit_averaging,
            NEW.agency_averaging, NEW.missing)
            IS DISTINCT FROM (OLD.agency_id, OLD.id, OLD.instrument_id, OLD.starts_on, OLD.weight, OLD.unit_averaging,
            OLD.agency_averaging, OLD.missing) THEN
            RAISE EXCEPTION 'how a period of skm_periods computes is fixed once it was opened';
        END IF;
        RETURN NEW;
    END $$
    """,
    # Figures from before the platform are told, not computed: their periods ('reported') are not held.
    """
    CREATE TRIGGER skm_opened_periods BEFORE UPDATE ON skm_periods
    FOR EACH ROW WHEN (OLD.state IN ('open', 'closed')) EXECUTE FUNCTION skm_opened_periods_stay()
    """,
    """
    CREATE FUNCTION skm_given_answers_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what was answered in skm_responses is never changed or removed';
    END $$
    """,
    # Not a word about the columns that say whether the sums hold a row and whether it counts: folding costs nothing.
    """
    CREATE TRIGGER skm_given_answers
    BEFORE DELETE OR TRUNCATE OR UPDATE OF agency_id, id, period_id, unit_id, service_id, instrument_id, batch_id,
        channel, is_visit, answered_on, hours, sex, age, education, occupation, answers ON skm_responses
    FOR EACH STATEMENT EXECUTE FUNCTION skm_given_answers_stay()
    """,
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "skm_instruments",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "ruleset",
            sa.Enum(
                "permenpanrb-14-2017",
                "kepmenpan-25-2004",
                name="rulesetcode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("copied_from", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 120", name=op.f("ck_skm_instruments_name_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "copied_from"],
            ["skm_instruments.agency_id", "skm_instruments.id"],
            name=op.f("fk_skm_instruments_agency_id_copied_from_skm_instruments"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_skm_instruments_agency_id_agencies")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_skm_instruments_created_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_instruments")),
    )
    op.create_table(
        "skm_visit_uses",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_skm_visit_uses_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "token_hash", name=op.f("pk_skm_visit_uses")),
    )
    op.create_table(
        "skm_periods",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "closed",
                "reported",
                name="periodstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default=sa.text("'draft'"),
            nullable=False,
        ),
        sa.Column(
            "weight",
            sa.Enum(
                "exact", "0.111", "0.11", "0.071", name="weight", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "unit_averaging",
            sa.Enum("mean", "pooled", name="unit_averaging", native_enum=False, create_constraint=True, length=40),
            server_default=sa.text("'mean'"),
            nullable=False,
        ),
        sa.Column(
            "agency_averaging",
            sa.Enum("mean", "pooled", name="agency_averaging", native_enum=False, create_constraint=True, length=40),
            server_default=sa.text("'mean'"),
            nullable=False,
        ),
        sa.Column(
            "missing",
            sa.Enum(
                "per_element", "complete", name="missingrule", native_enum=False, create_constraint=True, length=40
            ),
            server_default=sa.text("'per_element'"),
            nullable=False,
        ),
        sa.Column("sampling", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(agency_id, agency_id, '[]')"), "&&"),
            (sa.literal_column("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=sa.text("state IN ('open', 'closed')"),
            using="gist",
            name="ex_skm_periods_one_at_a_time",
        ),
        sa.CheckConstraint("code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_skm_periods_code_form")),
        sa.CheckConstraint("state <> 'closed' OR closed_at IS NOT NULL", name=op.f("ck_skm_periods_closed_has_moment")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_skm_periods_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["agency_id", "instrument_id"],
            ["skm_instruments.agency_id", "skm_instruments.id"],
            name=op.f("fk_skm_periods_agency_id_instrument_id_skm_instruments"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_skm_periods_agency_id_agencies")),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_skm_periods_closed_by_users")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_skm_periods_created_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_periods")),
        sa.UniqueConstraint("agency_id", "code", name=op.f("uq_skm_periods_agency_id_code")),
    )
    op.create_table(
        "skm_questions",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=True),
        sa.Column("replacement", sa.Text(), nullable=True),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("options", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("key ~ '^[a-z][a-z0-9_]{0,39}$'", name=op.f("ck_skm_questions_key_form")),
        sa.CheckConstraint("cardinality(options) BETWEEN 2 AND 6", name=op.f("ck_skm_questions_options_count")),
        sa.CheckConstraint("char_length(stem) BETWEEN 1 AND 400", name=op.f("ck_skm_questions_stem_length")),
        sa.CheckConstraint(
            "element IS NULL OR cardinality(options) = 4", name=op.f("ck_skm_questions_elements_have_four")
        ),
        sa.CheckConstraint("position BETWEEN 1 AND 99", name=op.f("ck_skm_questions_position_range")),
        sa.CheckConstraint(
            "replacement IS NULL OR element IS NOT NULL", name=op.f("ck_skm_questions_replaces_an_element")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "instrument_id"],
            ["skm_instruments.agency_id", "skm_instruments.id"],
            name=op.f("fk_skm_questions_agency_id_instrument_id_skm_instruments"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_questions")),
        sa.UniqueConstraint(
            "agency_id", "instrument_id", "key", name=op.f("uq_skm_questions_agency_id_instrument_id_key")
        ),
        sa.UniqueConstraint(
            "agency_id", "instrument_id", "position", name=op.f("uq_skm_questions_agency_id_instrument_id_position")
        ),
    )
    op.create_table(
        "skm_actions",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("period_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("quarters", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "running",
                "done",
                "dropped",
                name="actionstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default=sa.text("'planned'"),
            nullable=False,
        ),
        sa.Column("carried_from", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quarters <@ '{1,2,3,4}'::smallint[]", name=op.f("ck_skm_actions_quarters_range")),
        sa.CheckConstraint("cardinality(quarters) BETWEEN 1 AND 4", name=op.f("ck_skm_actions_has_quarters")),
        sa.CheckConstraint("char_length(programme) BETWEEN 5 AND 500", name=op.f("ck_skm_actions_programme_length")),
        sa.CheckConstraint(
            "char_length(responsible) BETWEEN 2 AND 200", name=op.f("ck_skm_actions_responsible_length")
        ),
        sa.CheckConstraint("year BETWEEN 2000 AND 2200", name=op.f("ck_skm_actions_year_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "carried_from"],
            ["skm_actions.agency_id", "skm_actions.id"],
            name=op.f("fk_skm_actions_agency_id_carried_from_skm_actions"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "period_id"],
            ["skm_periods.agency_id", "skm_periods.id"],
            name=op.f("fk_skm_actions_agency_id_period_id_skm_periods"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_skm_actions_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_skm_actions_created_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_actions")),
        sa.UniqueConstraint(
            "agency_id", "period_id", "carried_from", name=op.f("uq_skm_actions_agency_id_period_id_carried_from")
        ),
    )
    op.create_index("ix_skm_actions_place", "skm_actions", ["agency_id", "period_id", "unit_id"], unique=False)
    op.create_table(
        "skm_batches",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("period_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("typed", "file", name="batchkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("kept", "undone", name="batchstate", native_enum=False, create_constraint=True, length=40),
            server_default=sa.text("'kept'"),
            nullable=False,
        ),
        sa.Column(
            "answer_order",
            sa.Enum("keys", "form", "list", name="answerorder", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("options", sa.JSON(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(kind = 'file') = (file_sha256 IS NOT NULL)", name=op.f("ck_skm_batches_file_has_hash")),
        sa.CheckConstraint(
            "(state = 'undone') = (undone_at IS NOT NULL)", name=op.f("ck_skm_batches_undone_has_moment")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "period_id"],
            ["skm_periods.agency_id", "skm_periods.id"],
            name=op.f("fk_skm_batches_agency_id_period_id_skm_periods"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_skm_batches_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_skm_batches_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_skm_batches_created_by_users")),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_skm_batches_undone_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_batches")),
    )
    op.create_index(
        "uq_skm_batches_file_once",
        "skm_batches",
        ["agency_id", "period_id", "unit_id", "file_sha256"],
        unique=True,
        postgresql_where=sa.text("state = 'kept' AND file_sha256 IS NOT NULL"),
    )
    op.create_table(
        "skm_cells",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("period_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "counter",
                "kiosk",
                "paper",
                "imported",
                name="surveychannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("complete", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("squares", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("n >= complete AND complete >= 0", name=op.f("ck_skm_cells_counts")),
        sa.CheckConstraint("visits BETWEEN 0 AND n", name=op.f("ck_skm_cells_visits_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "instrument_id"],
            ["skm_instruments.agency_id", "skm_instruments.id"],
            name=op.f("fk_skm_cells_agency_id_instrument_id_skm_instruments"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "period_id"],
            ["skm_periods.agency_id", "skm_periods.id"],
            name=op.f("fk_skm_cells_agency_id_period_id_skm_periods"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_skm_cells_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["units.agency_id", "units.id"], name=op.f("fk_skm_cells_agency_id_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_cells")),
        sa.UniqueConstraint("agency_id", "period_id", "id", name=op.f("uq_skm_cells_agency_id_period_id_id")),
        sa.UniqueConstraint(
            "agency_id",
            "period_id",
            "unit_id",
            "service_id",
            "instrument_id",
            "channel",
            name="uq_skm_cells_place",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "skm_results",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("period_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "service", "unit", "agency", name="resultlevel", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "ruleset",
            sa.Enum(
                "permenpanrb-14-2017",
                "kepmenpan-25-2004",
                name="rulesetcode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "weight",
            sa.Enum(
                "exact", "0.111", "0.11", "0.071", name="weight", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "averaging",
            sa.Enum("mean", "pooled", name="averaging", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column(
            "missing",
            sa.Enum(
                "per_element", "complete", name="missingrule", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("respondents", sa.BigInteger(), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=True),
        sa.Column("index_exact", sa.Text(), nullable=True),
        sa.Column("index_value", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("index_low", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("index_high", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column(
            "grade",
            sa.Enum("A", "B", "C", "D", name="grade", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("elements", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("input_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("source_note", sa.Text(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("computed_by", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(level = 'agency') = (unit_id IS NULL)", name=op.f("ck_skm_results_agency_has_no_unit")),
        sa.CheckConstraint(
            "(level = 'service') = (service_id IS NOT NULL)", name=op.f("ck_skm_results_service_has_service")
        ),
        sa.CheckConstraint("(index_low IS NULL) = (index_high IS NULL)", name=op.f("ck_skm_results_interval_whole")),
        sa.CheckConstraint(
            "(source_note IS NULL) = (input_sha256 IS NOT NULL)", name=op.f("ck_skm_results_computed_or_reported")
        ),
        sa.CheckConstraint("index_value BETWEEN 24 AND 100", name=op.f("ck_skm_results_index_range")),
        sa.CheckConstraint("respondents > 0", name=op.f("ck_skm_results_has_respondents")),
        sa.CheckConstraint("version > 0", name=op.f("ck_skm_results_version_positive")),
        sa.ForeignKeyConstraint(
            ["agency_id", "period_id"],
            ["skm_periods.agency_id", "skm_periods.id"],
            name=op.f("fk_skm_results_agency_id_period_id_skm_periods"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_skm_results_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_skm_results_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["computed_by"], ["users.id"], name=op.f("fk_skm_results_computed_by_users")),
        sa.ForeignKeyConstraint(["published_by"], ["users.id"], name=op.f("fk_skm_results_published_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_results")),
        sa.UniqueConstraint(
            "agency_id",
            "period_id",
            "level",
            "unit_id",
            "service_id",
            "version",
            name="uq_skm_results_place",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "skm_targets",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("period_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("instrument_id", sa.BigInteger(), nullable=True),
        sa.Column("population", sa.BigInteger(), nullable=True),
        sa.Column("population_source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("population BETWEEN 1 AND 100000000", name=op.f("ck_skm_targets_population_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "instrument_id"],
            ["skm_instruments.agency_id", "skm_instruments.id"],
            name=op.f("fk_skm_targets_agency_id_instrument_id_skm_instruments"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "period_id"],
            ["skm_periods.agency_id", "skm_periods.id"],
            name=op.f("fk_skm_targets_agency_id_period_id_skm_periods"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_skm_targets_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_skm_targets_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_targets")),
        sa.UniqueConstraint(
            "agency_id",
            "period_id",
            "unit_id",
            "service_id",
            name="uq_skm_targets_place",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "skm_action_events",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("action_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "running",
                "done",
                "dropped",
                name="actionstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("char_length(note) <= 1000", name=op.f("ck_skm_action_events_note_length")),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_skm_action_events_actor_id_users")),
        sa.ForeignKeyConstraint(
            ["agency_id", "action_id"],
            ["skm_actions.agency_id", "skm_actions.id"],
            name=op.f("fk_skm_action_events_agency_id_action_id_skm_actions"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_action_events")),
    )
    op.create_index("ix_skm_action_events_action_id", "skm_action_events", ["agency_id", "action_id"], unique=False)
    op.create_table(
        "skm_set_asides",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("period_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "counter",
                "kiosk",
                "paper",
                "imported",
                name="surveychannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("channel IN ('web', 'kiosk')", name=op.f("ck_skm_set_asides_open_channels_only")),
        sa.CheckConstraint("char_length(reason) BETWEEN 10 AND 500", name=op.f("ck_skm_set_asides_reason_length")),
        sa.CheckConstraint("responses >= 0", name=op.f("ck_skm_set_asides_responses_count")),
        sa.ForeignKeyConstraint(
            ["agency_id", "period_id"],
            ["skm_periods.agency_id", "skm_periods.id"],
            name=op.f("fk_skm_set_asides_agency_id_period_id_skm_periods"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_skm_set_asides_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name=op.f("fk_skm_set_asides_set_by_users")),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_skm_set_asides_undone_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_set_asides")),
    )
    op.create_index("ix_skm_set_asides_place", "skm_set_asides", ["agency_id", "period_id", "unit_id"], unique=False)
    op.create_table(
        "skm_responses",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("period_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "counter",
                "kiosk",
                "paper",
                "imported",
                name="surveychannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_visit", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column(
            "hours",
            sa.Enum(
                "morning", "afternoon", "other", name="hourband", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column(
            "sex",
            sa.Enum("male", "female", name="sex", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column(
            "age",
            sa.Enum(
                "below_20",
                "20_29",
                "30_39",
                "40_49",
                "50_59",
                "60_above",
                name="ageband",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "education",
            sa.Enum(
                "sd",
                "smp",
                "sma",
                "diploma",
                "s1",
                "s2",
                "s3",
                name="education",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "occupation",
            sa.Enum(
                "pns",
                "tni",
                "polri",
                "private",
                "self_employed",
                "other",
                name="occupation",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("answers", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("entry_key", sa.LargeBinary(), nullable=True),
        sa.Column("is_folded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("set_aside_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(channel IN ('paper', 'imported')) = (batch_id IS NOT NULL)",
            name=op.f("ck_skm_responses_paper_came_in_a_batch"),
        ),
        sa.CheckConstraint("1 <= ALL (answers) AND 6 >= ALL (answers)", name=op.f("ck_skm_responses_answers_range")),
        sa.CheckConstraint(
            "NOT is_withdrawn OR batch_id IS NOT NULL OR set_aside_id IS NOT NULL",
            name=op.f("ck_skm_responses_only_batches_are_withdrawn"),
        ),
        sa.CheckConstraint(
            "set_aside_id IS NULL OR is_withdrawn", name=op.f("ck_skm_responses_set_aside_is_withdrawn")
        ),
        sa.CheckConstraint("cardinality(answers) BETWEEN 1 AND 99", name=op.f("ck_skm_responses_answers_count")),
        sa.CheckConstraint("octet_length(entry_key) = 16", name=op.f("ck_skm_responses_entry_key_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "batch_id"],
            ["skm_batches.agency_id", "skm_batches.id"],
            name=op.f("fk_skm_responses_agency_id_batch_id_skm_batches"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "instrument_id"],
            ["skm_instruments.agency_id", "skm_instruments.id"],
            name=op.f("fk_skm_responses_agency_id_instrument_id_skm_instruments"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "period_id"],
            ["skm_periods.agency_id", "skm_periods.id"],
            name=op.f("fk_skm_responses_agency_id_period_id_skm_periods"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_skm_responses_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "set_aside_id"],
            ["skm_set_asides.agency_id", "skm_set_asides.id"],
            name=op.f("fk_skm_responses_agency_id_set_aside_id_skm_set_asides"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_skm_responses_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_skm_responses")),
        sa.UniqueConstraint("agency_id", "entry_key", name=op.f("uq_skm_responses_agency_id_entry_key")),
    )
    op.create_index(
        "ix_skm_responses_batch_id",
        "skm_responses",
        ["agency_id", "batch_id"],
        unique=False,
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.create_index(
        "ix_skm_responses_set_aside_id",
        "skm_responses",
        ["agency_id", "set_aside_id"],
        unique=False,
        postgresql_where=sa.text("set_aside_id IS NOT NULL"),
    )
    op.create_index("ix_skm_responses_place", "skm_responses", ["agency_id", "period_id", "unit_id"], unique=False)
    op.create_index(
        "ix_skm_responses_to_fold",
        "skm_responses",
        ["agency_id", "period_id"],
        unique=False,
        postgresql_where=sa.text("NOT is_folded AND NOT is_withdrawn"),
    )
    op.create_table(
        "skm_tallies",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("cell_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.SmallInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("complete", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("answer BETWEEN 1 AND 6", name=op.f("ck_skm_tallies_answer_range")),
        sa.CheckConstraint("n >= complete AND complete >= 0", name=op.f("ck_skm_tallies_counts")),
        sa.ForeignKeyConstraint(
            ["agency_id", "cell_id"],
            ["skm_cells.agency_id", "skm_cells.id"],
            name=op.f("fk_skm_tallies_agency_id_cell_id_skm_cells"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "question_id"],
            ["skm_questions.agency_id", "skm_questions.id"],
            name=op.f("fk_skm_tallies_agency_id_question_id_skm_questions"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "cell_id", "question_id", "answer", name=op.f("pk_skm_tallies")),
    )
    op.create_table(
        "skm_traits",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("cell_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "trait",
            sa.Enum(
                "sex",
                "age",
                "education",
                "occupation",
                "hours",
                "day",
                name="trait",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_skm_traits_count_positive")),
        sa.ForeignKeyConstraint(
            ["agency_id", "cell_id"],
            ["skm_cells.agency_id", "skm_cells.id"],
            name=op.f("fk_skm_traits_agency_id_cell_id_skm_cells"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "cell_id", "trait", "value", name=op.f("pk_skm_traits")),
    )
    op.execute(
        """
        CREATE FUNCTION skm_results_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION 'skm_results are never removed';
            END IF;
            NEW.published_at = OLD.published_at;
            NEW.published_by = OLD.published_by;
            IF NEW IS DISTINCT FROM OLD THEN
                RAISE EXCEPTION 'skm_results are never changed';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER skm_results_fixed AFTER UPDATE OR DELETE ON skm_results
        FOR EACH ROW EXECUTE FUNCTION skm_results_are_fixed()
        """
    )
    for statement in _GUARDS:
        op.execute(statement)


def downgrade() -> None:
    """Take the tables away."""
    for table, name in _GUARDED:
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}_stay()")
    op.execute("DROP TRIGGER skm_results_fixed ON skm_results")
    op.execute("DROP FUNCTION skm_results_are_fixed()")
    op.drop_table("skm_traits")
    op.drop_table("skm_tallies")
    op.drop_index(
        "ix_skm_responses_to_fold",
        table_name="skm_responses",
        postgresql_where=sa.text("NOT is_folded AND NOT is_withdrawn"),
    )
    op.drop_index("ix_skm_responses_place", table_name="skm_responses")
    op.drop_index(
        "ix_skm_responses_batch_id", table_name="skm_responses", postgresql_where=sa.text("batch_id IS NOT NULL")
    )
    op.drop_index(
        "ix_skm_responses_set_aside_id",
        table_name="skm_responses",
        postgresql_where=sa.text("set_aside_id IS NOT NULL"),
    )
    op.drop_table("skm_responses")
    op.drop_index("ix_skm_set_asides_place", table_name="skm_set_asides")
    op.drop_table("skm_set_asides")
    op.drop_index("ix_skm_action_events_action_id", table_name="skm_action_events")
    op.drop_table("skm_action_events")
    op.drop_table("skm_targets")
    op.drop_table("skm_results")
    op.drop_table("skm_cells")
    op.drop_index(
        "uq_skm_batches_file_once",
        table_name="skm_batches",
        postgresql_where=sa.text("state = 'kept' AND file_sha256 IS NOT NULL"),
    )
    op.drop_table("skm_batches")
    op.drop_index("ix_skm_actions_place", table_name="skm_actions")
    op.drop_table("skm_actions")
    op.drop_table("skm_questions")
    op.drop_table("skm_periods")
    op.drop_table("skm_visit_uses")
    op.drop_table("skm_instruments")
