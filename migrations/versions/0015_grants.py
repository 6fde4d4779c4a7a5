"""Grants with reason, source and end; requests, operators, break-glass."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0015_grants"
down_revision = "0014_sign_ins"
branch_labels = None
depends_on = None

_ROLES: Final = (
    "officer", "unit_head", "evaluator", "administrator", "personnel", "reviewer", "superior", "employee",
)  # fmt: skip
_NEW_ROLES: Final = ("supervisor", "inspector", "auditor")
_SOURCES: Final = ("person", "invitation", "oidc", "cli", "import", "demo")
_OUTCOMES: Final = ("approved", "refused", "withdrawn")
_WEIGHTY: Final = ("administrator", "auditor", "evaluator", "inspector", "personnel", "reviewer", "superior")
# Those that no one hand holds at once: as `identity/separation.py`, and a test compares the two.
_CLASHES: Final = (
    ("evaluator", "reviewer"), ("evaluator", "superior"), ("personnel", "reviewer"), ("reviewer", "superior"),
    ("administrator", "reviewer"), ("administrator", "inspector"),
    *(("auditor", role) for role in (*_ROLES, *_NEW_ROLES) if role not in {"auditor", "employee"}),
)  # fmt: skip
_BEFORE: Final = "Diberikan sebelum alasan wewenang dicatat."


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


_GRANT_CHECKS: Final = {
    "ends_after_start": "ends_on IS NULL OR ends_on >= starts_on - CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END",
    "grantsource": _one_of("source", _SOURCES),
    "reason_length": "char_length(reason) BETWEEN 10 AND 500",
    "not_to_oneself": "granted_by <> user_id AND approved_by <> user_id",
    "approved_by_a_second_person": "approved_by <> granted_by",
    "weight_needs_two": (
        f"{_one_of('role', _WEIGHTY).replace(' IN ', ' NOT IN ')} OR source IN ('cli', 'demo') "
        "OR (granted_by IS NOT NULL AND approved_by IS NOT NULL)"
    ),
    "end_is_whole": "(ended_at IS NULL) = (end_reason IS NULL) AND (ended_by IS NULL OR ended_at IS NOT NULL)",
    "end_has_day": "ended_at IS NULL OR ends_on IS NOT NULL",
    "end_reason_length": "char_length(end_reason) BETWEEN 10 AND 500",
}
_STANDING: Final = ("agency_id", "user_id", "role", "unit_id", "starts_on")
# Whether two grants reach one and the same unit in the tree of any of some days.
_GRANTS_MEET: Final = """
    CREATE FUNCTION grants_meet(the_agency bigint, one bigint, other bigint, first_day date, last_day date)
    RETURNS boolean LANGUAGE sql STABLE AS $$
        WITH RECURSIVE line(start, unit_id) AS (
            SELECT v, v FROM unnest(ARRAY[one, other]) v WHERE v IS NOT NULL
            UNION
            SELECT l.start, u.parent_id
            FROM line l
            JOIN unit_versions u ON u.agency_id = the_agency AND u.unit_id = l.unit_id
            WHERE u.parent_id IS NOT NULL AND u.starts_on <= coalesce(last_day, 'infinity'::date)
                AND (u.ends_on IS NULL OR u.ends_on >= first_day)
        )
        SELECT one IS NULL OR other IS NULL OR EXISTS (
            SELECT FROM line WHERE (start = one AND unit_id = other) OR (start = other AND unit_id = one)
        )
    $$
"""
_GRANT_RULES: Final = f"""
    CREATE FUNCTION role_grants_keep_to_the_rules() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'a grant stays, also when it has ended' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'UPDATE' THEN
            IF OLD.ended_at IS NOT NULL OR NEW.ends_on IS NULL OR NEW.ends_on > OLD.ends_on
                OR to_jsonb(NEW) - '{{ends_on,ended_at,ended_by,end_reason}}'::text[]
                    <> to_jsonb(OLD) - '{{ends_on,ended_at,ended_by,end_reason}}'::text[] THEN
                RAISE EXCEPTION 'a grant is ended once, and else given anew'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END IF;
        -- Two at once to the same person would not see each other.
        PERFORM pg_advisory_xact_lock(415, hashint8(NEW.user_id));
        IF NEW.role = 'inspector' AND NOT EXISTS (
            SELECT FROM unit_versions u
            WHERE u.agency_id = NEW.agency_id AND u.unit_id = NEW.unit_id AND u.kind = 'inspectorate'
                AND (u.ends_on IS NULL OR u.ends_on >= NEW.starts_on)
        ) THEN
            RAISE EXCEPTION 'an inspector is of the Inspektorat' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF EXISTS (
            SELECT FROM platform_operators p
            WHERE p.user_id = NEW.user_id AND (p.ends_on IS NULL OR p.ends_on >= NEW.starts_on)
                AND p.starts_on <= coalesce(NEW.ends_on, 'infinity'::date)
        ) THEN
            RAISE EXCEPTION 'who runs the platform holds no role in an agency'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF EXISTS (
            SELECT FROM role_grants g
            JOIN (VALUES {", ".join(str(pair) for pair in _CLASHES)}) AS clash(one, other)
                ON (clash.one = g.role AND clash.other = NEW.role) OR (clash.other = g.role AND clash.one = NEW.role)
            WHERE g.agency_id = NEW.agency_id AND g.user_id = NEW.user_id
                AND (g.ends_on IS NULL OR g.ends_on >= greatest(NEW.starts_on, g.starts_on))
                AND g.starts_on <= coalesce(NEW.ends_on, 'infinity'::date)
                AND grants_meet(NEW.agency_id, g.unit_id, NEW.unit_id,
                    greatest(NEW.starts_on, g.starts_on), least(NEW.ends_on, g.ends_on))
        ) THEN
            RAISE EXCEPTION 'these roles do not lie in one hand' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
"""  # noqa: S608 - words of this module
_OPERATOR_RULES: Final = """
    CREATE FUNCTION platform_operators_keep_to_the_rules() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'who ran the platform stays known' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'UPDATE' THEN
            IF OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - '{ends_on,ended_at,end_reason}'::text[]
                <> to_jsonb(OLD) - '{ends_on,ended_at,end_reason}'::text[] THEN
                RAISE EXCEPTION 'an operator is ended once' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END IF;
        PERFORM pg_advisory_xact_lock(415, hashint8(NEW.user_id));
        IF EXISTS (
            SELECT FROM role_grants g
            WHERE g.user_id = NEW.user_id AND (g.ends_on IS NULL OR g.ends_on >= greatest(NEW.starts_on, g.starts_on))
                AND g.starts_on <= coalesce(NEW.ends_on, 'infinity'::date)
        ) THEN
            RAISE EXCEPTION 'who runs the platform holds no role in an agency'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
"""
# What was asked for stays as it was asked; what was decided stays decided.
_STAYS: Final = {
    "grant_requests": ("decided_at", "{decided_by,decided_at,outcome,refusal,grant_id}"),
    "break_glass": (
        "ended_at",
        "{decided_by,decided_at,outcome,refusal,inspector_id,inspected_at,began_at,ends_at,ended_by,ended_at}",
    ),
}
# Read of every row: whoever asks for it runs the platform at that moment, and nothing begins twice or lasts longer.
_BREAK_GLASS_ONLY: Final = """
        IF TG_OP = 'INSERT' AND NOT EXISTS (
            SELECT FROM platform_operators p WHERE p.user_id = NEW.asked_by AND p.ended_at IS NULL
        ) THEN
            RAISE EXCEPTION 'only who runs the platform breaks the glass'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'UPDATE' AND (
            (OLD.outcome IS NOT NULL AND (NEW.outcome, NEW.decided_by, NEW.decided_at) IS DISTINCT FROM
                (OLD.outcome, OLD.decided_by, OLD.decided_at)
                -- Until it begins, the Inspektorat may say no to what others agreed to, and who asked may take it back.
                AND NOT (OLD.outcome = 'approved' AND OLD.began_at IS NULL AND NEW.outcome IN ('refused', 'withdrawn')))
            OR (OLD.began_at IS NOT NULL AND (NEW.began_at, NEW.ends_at) IS DISTINCT FROM (OLD.began_at, OLD.ends_at))
        ) THEN
            RAISE EXCEPTION 'what was decided stays decided' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.began_at IS NOT NULL AND NEW.inspector_id IS NULL AND EXISTS (
            SELECT FROM cases c WHERE c.agency_id = NEW.agency_id AND c.id = NEW.case_id AND c.is_confidential
        ) AND (TG_OP = 'INSERT' OR OLD.began_at IS NULL) THEN
            RAISE EXCEPTION 'the Inspektorat agrees before a confidential case is opened'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
"""
# The whole line, up to the top, as `line_managers` asks: by decree and by role, in the cycle or since.
_LEADS_IN_LINE: Final = """
    CREATE FUNCTION leads_in_line(the_agency bigint, the_cycle bigint, the_employee bigint, the_user bigint)
    RETURNS boolean LANGUAGE sql STABLE AS $$
        WITH RECURSIVE y AS (
            SELECT starts_on, ends_on FROM cycles WHERE agency_id = the_agency AND id = the_cycle
        ), line(unit_id) AS (
            (
                SELECT p.unit_id FROM assignments p, y
                WHERE p.agency_id = the_agency AND p.employee_id = the_employee AND p.superseded_at IS NULL
                    AND p.starts_on <= y.ends_on AND (p.ends_on IS NULL OR p.ends_on >= y.starts_on)
                UNION
                SELECT c.unit_id FROM contributions c
                WHERE c.agency_id = the_agency AND c.cycle_id = the_cycle AND c.employee_id = the_employee
            )
            UNION
            SELECT v.parent_id FROM line l
            JOIN unit_versions v ON v.agency_id = the_agency AND v.unit_id = l.unit_id AND v.parent_id IS NOT NULL
            JOIN y ON v.ends_on IS NULL OR v.ends_on >= y.starts_on
        )
        SELECT EXISTS (
            SELECT FROM assignments h
            JOIN line l ON l.unit_id = h.unit_id
            JOIN y ON h.ends_on IS NULL OR h.ends_on >= y.starts_on
            WHERE h.agency_id = the_agency AND h.is_head AND h.superseded_at IS NULL
                AND was_account_of(the_agency, the_cycle, h.employee_id, the_user)
        ) OR EXISTS (
            SELECT FROM role_grants g
            JOIN y ON g.ends_on IS NULL OR g.ends_on >= y.starts_on
            WHERE g.agency_id = the_agency AND g.user_id = the_user AND g.role = 'unit_head'
                AND (g.unit_id IS NULL OR g.unit_id IN (SELECT unit_id FROM line))
        )
    $$
"""
_CONTEST_SUBJECT: Final = """
        IF was_account_of(NEW.agency_id, NEW.cycle_id, NEW.employee_id, NEW.reviewer_id)
            OR was_account_of(NEW.agency_id, NEW.cycle_id, NEW.employee_id, NEW.assigned_by) THEN
            RAISE EXCEPTION 'nobody reviews their own contest' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
"""
# Asked when somebody is named; who comes to lead the line later does not hold up the decision.
_CONTEST_LINE: Final = """
        IF NEW.reviewer_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.reviewer_id IS DISTINCT FROM OLD.reviewer_id)
            AND leads_in_line(NEW.agency_id, NEW.cycle_id, NEW.employee_id, NEW.reviewer_id) THEN
            RAISE EXCEPTION 'nobody reviews a contest of somebody they lead'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
"""
_NEVER_EMPTIED: Final = ("role_grants", "grant_requests", "platform_operators", "break_glass")


def upgrade() -> None:
    """Widen the grants, add the tables, and let the database keep the rules of separation."""
    _widen_grants()
    _new_tables()
    op.execute(_GRANTS_MEET)
    op.execute(_GRANT_RULES)
    op.execute(_OPERATOR_RULES)
    for table, (over, kept) in _STAYS.items():
        op.execute(_stays(table, over, kept))
    for table in _NEVER_EMPTIED:
        op.execute(
            f"CREATE TRIGGER {table}_rules BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_keep_to_the_rules()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION rows_are_not_emptied()"
        )
    op.execute(_LEADS_IN_LINE)
    op.execute(_contest_rules(_CONTEST_SUBJECT + _CONTEST_LINE))


def downgrade() -> None:
    """Take all of it away; grants of roles that are not known below are forgotten."""
    op.execute(_contest_rules(_CONTEST_SUBJECT))
    op.execute("DROP FUNCTION leads_in_line(bigint, bigint, bigint, bigint)")
    for table in _NEVER_EMPTIED:
        op.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")
        op.execute(f"DROP TRIGGER {table}_rules ON {table}")
        op.execute(f"DROP FUNCTION {table}_keep_to_the_rules()")
    op.execute("DROP FUNCTION grants_meet(bigint, bigint, bigint, date, date)")
    for table in ("break_glass", "platform_operators", "grant_requests"):
        op.drop_table(table)
    _narrow_grants()


def _contest_rules(body: str) -> str:
    return (
        "CREATE OR REPLACE FUNCTION contests_keep_to_the_rules() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"DECLARE kept jsonb; written jsonb; BEGIN {body} RETURN NEW; END $$"
    )


def _stays(table: str, over: str, kept: str) -> str:
    return f"""
    CREATE FUNCTION {table}_keep_to_the_rules() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'what was asked for stays' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'UPDATE' AND (
            OLD.{over} IS NOT NULL OR to_jsonb(NEW) - '{kept}'::text[] <> to_jsonb(OLD) - '{kept}'::text[]
        ) THEN
            RAISE EXCEPTION 'what was asked for stays as it was' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        {_BREAK_GLASS_ONLY if table == "break_glass" else ""}
        RETURN NEW;
    END $$
    """


def _widen_grants() -> None:
    op.add_column("role_grants", sa.Column("reason", sa.Text()))
    op.add_column("role_grants", sa.Column("source", sa.String(40)))
    for name in ("approved_by", "ended_by"):
        op.add_column("role_grants", sa.Column(name, sa.BigInteger()))
        op.create_foreign_key(op.f(f"fk_role_grants_{name}_users"), "role_grants", "users", [name], ["id"])
    op.add_column("role_grants", sa.Column("ended_at", sa.DateTime(timezone=True)))
    op.add_column("role_grants", sa.Column("end_reason", sa.Text()))
    # Nothing says who agreed to one of weight, so it stands as given by whoever ran the server.
    op.execute(
        sa.text(
            "UPDATE role_grants SET reason = :reason, granted_by = nullif(granted_by, user_id), "  # noqa: S608
            f"source = CASE WHEN granted_by IS NULL OR {_one_of('role', _WEIGHTY)} THEN 'cli' ELSE 'person' END"
        ).bindparams(reason=_BEFORE)
    )
    op.alter_column("role_grants", "reason", nullable=False)
    op.alter_column("role_grants", "source", nullable=False)
    op.drop_constraint(op.f("ck_role_grants_role"), "role_grants", type_="check")
    op.create_check_constraint(op.f("ck_role_grants_role"), "role_grants", _one_of("role", (*_ROLES, *_NEW_ROLES)))
    op.drop_constraint(op.f("ck_role_grants_ends_after_start"), "role_grants", type_="check")
    for name, condition in _GRANT_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_role_grants_{name}"), "role_grants", condition)
    op.drop_constraint(op.f(f"uq_role_grants_{'_'.join(_STANDING)}"), "role_grants", type_="unique")
    op.create_index(
        "uq_role_grants_standing", "role_grants", list(_STANDING), unique=True,
        postgresql_where=sa.text("ended_at IS NULL"), postgresql_nulls_not_distinct=True,
    )  # fmt: skip


def _narrow_grants() -> None:
    op.drop_index("uq_role_grants_standing", "role_grants")
    op.execute("DELETE FROM role_grants WHERE ends_on < starts_on OR " + _one_of("role", _NEW_ROLES))  # noqa: S608
    op.execute(
        "DELETE FROM role_grants g USING role_grants o WHERE g.ended_at IS NOT NULL AND o.agency_id = g.agency_id "
        "AND o.user_id = g.user_id AND o.role = g.role AND o.unit_id IS NOT DISTINCT FROM g.unit_id "
        "AND o.starts_on = g.starts_on AND o.id > g.id"
    )
    op.create_unique_constraint(
        op.f(f"uq_role_grants_{'_'.join(_STANDING)}"), "role_grants", list(_STANDING),
        postgresql_nulls_not_distinct=True,
    )  # fmt: skip
    for name in _GRANT_CHECKS:
        op.drop_constraint(op.f(f"ck_role_grants_{name}"), "role_grants", type_="check")
    op.create_check_constraint(
        op.f("ck_role_grants_ends_after_start"), "role_grants", "ends_on IS NULL OR ends_on >= starts_on"
    )
    op.drop_constraint(op.f("ck_role_grants_role"), "role_grants", type_="check")
    op.create_check_constraint(op.f("ck_role_grants_role"), "role_grants", _one_of("role", _ROLES))
    for name in ("reason", "source", "approved_by", "ended_by", "ended_at", "end_reason"):
        op.drop_column("role_grants", name)


def _kinds(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _new_tables() -> None:
    op.create_table(
        "platform_operators",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_reason", sa.Text()),
        *_checks(
            "platform_operators",
            reason_length="char_length(reason) BETWEEN 10 AND 500",
            ends_after_start="ends_on >= starts_on - 1",
            end_has_reason="(ended_at IS NULL) = (end_reason IS NULL)",
            end_has_day="ended_at IS NULL OR ends_on IS NOT NULL",
        ),
        *_by_users("platform_operators", "user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_operators")),
    )
    op.create_index(
        "uq_platform_operators_standing", "platform_operators", ["user_id"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    _grant_requests()
    _break_glass()


def _grant_requests() -> None:
    op.create_table(
        "grant_requests",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", _kinds("role", *_ROLES, *_NEW_ROLES), nullable=False),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", _kinds("grantsource", *_SOURCES), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        *_decided(),
        sa.Column("grant_id", sa.BigInteger()),
        *_checks(
            "grant_requests",
            reason_length="char_length(reason) BETWEEN 10 AND 500",
            ends_after_start="ends_on >= starts_on",
            not_for_oneself="asked_by <> user_id",
            decided_by_a_second_person="asked_by <> decided_by",
            decided_by_somebody_else="user_id <> decided_by",
            approved_was_given="(coalesce(outcome, '') = 'approved') = (grant_id IS NOT NULL)",
            **_DECIDED_CHECKS,
        ),
        *_by_users("grant_requests", "user_id", "asked_by", "decided_by"),
        _agency_key("grant_requests"),
        _tenant_key("grant_requests", "unit_id", "units"),
        _tenant_key("grant_requests", "grant_id", "role_grants"),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_grant_requests")),
    )
    op.create_index(
        "uq_grant_requests_waiting", "grant_requests", ["agency_id", "user_id", "role", "unit_id"], unique=True,
        postgresql_where=sa.text("outcome IS NULL"), postgresql_nulls_not_distinct=True,
    )  # fmt: skip


def _break_glass() -> None:
    op.create_table(
        "break_glass",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        *_decided(),
        sa.Column("inspector_id", sa.BigInteger()),
        sa.Column("inspected_at", sa.DateTime(timezone=True)),
        sa.Column("began_at", sa.DateTime(timezone=True)),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", sa.BigInteger()),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        *_checks(
            "break_glass",
            reason_length="char_length(reason) BETWEEN 30 AND 1000",
            minutes_range="minutes BETWEEN 15 AND 240",
            decided_by_a_second_person="asked_by <> decided_by",
            confirmed_by_a_second_person="asked_by <> inspector_id",
            confirmed_has_moment="(inspector_id IS NULL) = (inspected_at IS NULL)",
            confirmed_for_one_case="inspector_id IS NULL OR case_id IS NOT NULL",
            begins_when_approved="began_at IS NULL OR coalesce(outcome, '') = 'approved'",
            begun_has_end="(began_at IS NULL) = (ends_at IS NULL)",
            time_boxed="ends_at > began_at AND ends_at - began_at <= interval '240 minutes'",
            ended_after_it_began="ended_at IS NULL OR began_at IS NOT NULL",
            **_DECIDED_CHECKS,
        ),
        *_by_users("break_glass", "asked_by", "decided_by", "inspector_id", "ended_by"),
        _agency_key("break_glass"),
        _tenant_key("break_glass", "case_id", "cases"),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_break_glass")),
    )
    op.create_index("ix_break_glass_asked_by", "break_glass", ["asked_by", "ends_at"])


_DECIDED_CHECKS: Final = {
    "decided_has_moment": "(outcome IS NULL) = (decided_at IS NULL)",
    "decided_by_a_person": "(coalesce(outcome, '') IN ('approved', 'refused')) = (decided_by IS NOT NULL)",
    "refusal_has_reason": "(coalesce(outcome, '') = 'refused') = (refusal IS NOT NULL)",
    "refusal_length": "char_length(refusal) BETWEEN 10 AND 500",
}


def _decided() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("decided_by", sa.BigInteger()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", _kinds("requestoutcome", *_OUTCOMES)),
        sa.Column("refusal", sa.Text()),
    )


def _checks(table: str, **conditions: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}")) for name, condition in conditions.items()]


def _by_users(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_{table}_{column}_users")) for column in columns
    ]


def _agency_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f(f"fk_{table}_agency_id_agencies"))


def _tenant_key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["agency_id", column], [f"{to}.agency_id", f"{to}.id"], name=op.f(f"fk_{table}_agency_id_{column}_{to}")
    )
