"""Let nothing change what was signed, and nobody decide upon what they did or are the subject of."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0011_cycle_locks"
down_revision = "0010_evaluation"
branch_labels = None
depends_on = None

_LOCKED: Final = "status IN ('signed', 'frozen')"
# One signature is enough: whoever gave it put a name under these figures, and a second one may follow any moment.
_SIGNED: Final = (
    f"(y.{_LOCKED} OR EXISTS (SELECT FROM cycle_signatures g WHERE g.agency_id = y.agency_id AND g.cycle_id = y.id))"
)
# How a changed row (c) leads to its cycle (y).
_BY_CYCLE: Final = "JOIN cycles y ON y.agency_id = c.agency_id AND y.id = c.cycle_id"
_BY_CONTEST: Final = (
    "JOIN contests t ON t.agency_id = c.agency_id AND t.id = c.contest_id "
    "JOIN cycles y ON y.agency_id = t.agency_id AND y.id = t.cycle_id"
)
_KEPT: Final = {
    "contributions": _BY_CYCLE,
    "scores": _BY_CYCLE,
    "unit_scores": _BY_CYCLE,
    "case_records": _BY_CYCLE,
    "rating_exclusions": _BY_CYCLE,
    "contests": _BY_CYCLE,
    "contest_files": _BY_CONTEST,
    "statements": _BY_CYCLE,
    "cycle_signatures": _BY_CYCLE,
}
_EVENTS: Final = {
    "insert": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed",
    "delete": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed",
    "update": "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS changed NEW TABLE AS written",
}
_RULES: Final[dict[str, tuple[str, str]]] = {
    "cycles": (
        "BEFORE INSERT OR UPDATE OR DELETE ON cycles",
        """
        IF TG_OP = 'DELETE' THEN
            IF OLD.status = 'frozen' THEN
                RAISE EXCEPTION 'a frozen cycle stays' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' THEN
            IF OLD.status = 'frozen' THEN
                RAISE EXCEPTION 'a frozen cycle stays' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF OLD.inputs_until IS NOT NULL AND NEW.inputs_until IS DISTINCT FROM OLD.inputs_until THEN
                RAISE EXCEPTION 'a cycle takes in ratings up to one moment'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END IF;
        IF TG_OP = 'UPDATE' AND OLD.status = 'signed' AND NEW.status IN ('signed', 'frozen')
            AND to_jsonb(NEW) - '{status,frozen_at}'::text[] <> to_jsonb(OLD) - '{status,frozen_at}'::text[] THEN
            RAISE EXCEPTION 'a signed cycle stays' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'UPDATE' AND EXISTS (
            SELECT FROM cycle_signatures s WHERE s.agency_id = OLD.agency_id AND s.cycle_id = OLD.id
        ) AND (
            NEW.status NOT IN ('reviewed', 'signed', 'frozen')
            OR to_jsonb(NEW) - '{status,signed_at,frozen_at}'::text[]
                <> to_jsonb(OLD) - '{status,signed_at,frozen_at}'::text[]
        ) THEN
            RAISE EXCEPTION 'a cycle that bears a signature stays' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.status IN ('signed', 'frozen') AND 2 > (
            SELECT count(*) FROM cycle_signatures s
            WHERE s.agency_id = NEW.agency_id AND s.cycle_id = NEW.id
                AND s.input_hash = NEW.input_hash AND s.output_hash = NEW.output_hash
        ) THEN
            RAISE EXCEPTION 'a cycle is signed by two' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.status = 'frozen' AND (TG_OP = 'INSERT' OR OLD.status <> 'signed') THEN
            RAISE EXCEPTION 'a cycle is signed before it is frozen' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
        """,
    ),
    "cycle_moves": (
        "BEFORE UPDATE OR DELETE ON cycle_moves",
        "RAISE EXCEPTION 'cycle_moves is append-only' USING ERRCODE = 'integrity_constraint_violation';",
    ),
    "cycle_signatures": (
        "BEFORE INSERT OR UPDATE ON cycle_signatures",
        """
        IF TG_OP = 'UPDATE' THEN
            RAISE EXCEPTION 'a signature stays as it was given' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NOT EXISTS (
            SELECT FROM cycles y
            WHERE y.agency_id = NEW.agency_id AND y.id = NEW.cycle_id AND y.status = 'reviewed'
                AND y.input_hash = NEW.input_hash AND y.output_hash = NEW.output_hash
        ) THEN
            RAISE EXCEPTION 'only the figures of a reviewed cycle are signed'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF EXISTS (
            SELECT FROM scores f
            WHERE f.agency_id = NEW.agency_id AND f.cycle_id = NEW.cycle_id AND f.n > 0
                AND was_account_of(NEW.agency_id, NEW.cycle_id, f.employee_id, NEW.user_id)
        ) THEN
            RAISE EXCEPTION 'nobody signs a figure about themselves' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
        """,
    ),
    "contests": (
        "BEFORE INSERT OR UPDATE ON contests",
        """
        IF was_account_of(NEW.agency_id, NEW.cycle_id, NEW.employee_id, NEW.reviewer_id)
            OR was_account_of(NEW.agency_id, NEW.cycle_id, NEW.employee_id, NEW.assigned_by) THEN
            RAISE EXCEPTION 'nobody reviews their own contest' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
        """,
    ),
    "objections": (
        "BEFORE INSERT OR UPDATE OR DELETE ON objections",
        """
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'an objection stays' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'UPDATE' THEN
            kept := to_jsonb(OLD) - 'new_cycle_id';
            written := to_jsonb(NEW) - 'new_cycle_id';
            IF OLD.new_cycle_id IS NOT NULL AND NEW.new_cycle_id IS DISTINCT FROM OLD.new_cycle_id THEN
                RAISE EXCEPTION 'the answer to an objection stays' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF OLD.decided_at IS NULL THEN
                kept := kept - '{outcome,decision,decided_by,decided_at}'::text[];
                written := written - '{outcome,decision,decided_by,decided_at}'::text[];
                IF OLD.explained_at IS NULL THEN
                    kept := kept - '{explanation,explained_by,explained_at}'::text[];
                    written := written - '{explanation,explained_by,explained_at}'::text[];
                END IF;
            END IF;
            IF kept <> written THEN
                RAISE EXCEPTION 'an objection, its explanation and its decision stay as they were given'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END IF;
        -- Asked when somebody explains or decides; what becomes of them later does not hold up the new version.
        IF TG_OP = 'UPDATE' AND NEW.decided_by IS NOT DISTINCT FROM OLD.decided_by
            AND NEW.explained_by IS NOT DISTINCT FROM OLD.explained_by THEN
            RETURN NEW;
        END IF;
        IF was_account_of(NEW.agency_id, NEW.cycle_id, NEW.employee_id, NEW.decided_by)
            OR was_account_of(NEW.agency_id, NEW.cycle_id, NEW.employee_id, NEW.explained_by) THEN
            RAISE EXCEPTION 'nobody decides their own objection' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF EXISTS (
            SELECT FROM cycle_signatures s
            WHERE s.agency_id = NEW.agency_id AND s.cycle_id = NEW.cycle_id AND s.user_id = NEW.decided_by
        ) OR EXISTS (
            SELECT FROM cycles y
            JOIN cycles v ON v.agency_id = y.agency_id AND v.name = y.name
            LEFT JOIN cycle_moves m ON m.agency_id = v.agency_id AND m.cycle_id = v.id AND m.to_status = 'computed'
            WHERE y.agency_id = NEW.agency_id AND y.id = NEW.cycle_id
                AND (NEW.decided_by = v.computed_by OR NEW.decided_by = m.by_user)
        ) OR EXISTS (
            SELECT FROM contests t
            WHERE t.agency_id = NEW.agency_id AND t.cycle_id = NEW.cycle_id AND t.employee_id = NEW.employee_id
                AND t.reviewer_id = NEW.decided_by
        ) OR leads_directly(NEW.agency_id, NEW.cycle_id, NEW.employee_id, NEW.decided_by) THEN
            RAISE EXCEPTION 'nobody decides upon what they took part in'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
        """,
    ),
    "account_links": (
        "BEFORE UPDATE OR DELETE ON account_links",
        """
        IF TG_OP = 'DELETE' OR OLD.unlinked_at IS NOT NULL
            OR to_jsonb(NEW) - '{unlinked_at,unlinked_by}'::text[]
                <> to_jsonb(OLD) - '{unlinked_at,unlinked_by}'::text[] THEN
            RAISE EXCEPTION 'whose account it was stays as it was' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
        """,
    ),
    "people_changes": (
        "BEFORE UPDATE OR DELETE ON people_changes",
        """
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'a change that was asked for stays' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF to_jsonb(NEW) - '{state,decided_by,decided_at,decision_note,concerned_users,assignment_id}'::text[]
            <> to_jsonb(OLD) - '{state,decided_by,decided_at,decision_note,concerned_users,assignment_id}'::text[] THEN
            RAISE EXCEPTION 'a change stays as it was asked for' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        -- Carrying an approved change out names the post that came of it.
        IF OLD.state <> 'waiting' AND (
            to_jsonb(NEW) - 'assignment_id' <> to_jsonb(OLD) - 'assignment_id'
            OR (OLD.assignment_id IS NOT NULL AND NEW.assignment_id IS DISTINCT FROM OLD.assignment_id)
        ) THEN
            RAISE EXCEPTION 'a decided change stays' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
        """,
    ),
    "attribution_rules": (
        "BEFORE UPDATE OR DELETE ON attribution_rules",
        """
        -- A level still to come may be taken back: no visit of its days has been rated.
        IF TG_OP = 'DELETE' AND NOT EXISTS (
            SELECT FROM submissions r WHERE r.agency_id = OLD.agency_id AND r.occurred_on >= OLD.starts_on
        ) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'attribution_rules is append-only' USING ERRCODE = 'integrity_constraint_violation';
        """,
    ),
    **{
        table: (
            f"BEFORE UPDATE OR DELETE ON {table}",
            f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '{table} is only ever added to' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.superseded_at IS NOT NULL
            OR to_jsonb(NEW) - '{{superseded_at,superseded_by,superseded_reason}}'::text[]
                <> to_jsonb(OLD) - '{{superseded_at,superseded_by,superseded_reason}}'::text[] THEN
            RAISE EXCEPTION 'a row of {table} is superseded once and never edited'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
        """,
        )
        for table in ("assignments", "duty_entries")
    },
}
# Their rows are there to be looked up for ever, whether or not a cycle is signed.
_NEVER_EMPTIED: Final = (
    "objections",
    "people_changes",
    "attribution_rules",
    "assignments",
    "duty_entries",
    "account_links",
)
# Whether an account was somebody's on the first day of a cycle or at any time since, in any time zone.
_WAS_ACCOUNT_OF: Final = """
    CREATE FUNCTION was_account_of(the_agency bigint, the_cycle bigint, the_employee bigint, the_user bigint)
    RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT EXISTS (
            SELECT FROM account_links a
            JOIN cycles y ON y.agency_id = a.agency_id AND y.id = the_cycle
            WHERE a.agency_id = the_agency AND a.employee_id = the_employee AND a.user_id = the_user
                AND (a.unlinked_at IS NULL OR a.unlinked_at >= (y.starts_on - 1)::timestamp AT TIME ZONE 'UTC')
        )
    $$
"""
# Whether an account led a unit in which somebody answered, or the one above where they led it: as line_managers.py.
_LEADS_IN_CYCLE: Final = """
    CREATE FUNCTION leads_directly(the_agency bigint, the_cycle bigint, the_employee bigint, the_user bigint)
    RETURNS boolean LANGUAGE sql STABLE AS $$
        WITH y AS (
            SELECT starts_on, ends_on FROM cycles WHERE agency_id = the_agency AND id = the_cycle
        ), own AS (
            SELECT p.unit_id FROM assignments p, y
            WHERE p.agency_id = the_agency AND p.employee_id = the_employee AND p.superseded_at IS NULL
                AND p.starts_on <= y.ends_on AND (p.ends_on IS NULL OR p.ends_on >= y.starts_on)
            UNION
            SELECT c.unit_id FROM contributions c
            WHERE c.agency_id = the_agency AND c.cycle_id = the_cycle AND c.employee_id = the_employee
        ), line AS (
            SELECT unit_id FROM own
            UNION
            SELECT v.parent_id FROM assignments p
            JOIN unit_versions v ON v.agency_id = the_agency AND v.unit_id = p.unit_id
            JOIN y ON (v.ends_on IS NULL OR v.ends_on >= y.starts_on)
                AND p.starts_on <= y.ends_on AND (p.ends_on IS NULL OR p.ends_on >= y.starts_on)
            WHERE p.agency_id = the_agency AND p.employee_id = the_employee AND p.is_head
                AND p.superseded_at IS NULL AND v.parent_id IS NOT NULL
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
                AND g.unit_id IN (SELECT unit_id FROM line)
        )
    $$
"""
# Looked at when the transaction ends, so that either may be written first.
_LINK_STANDS: Final = """
    CREATE FUNCTION account_links_agree() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        the_employee bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    BEGIN
        IF (SELECT e.user_id FROM employees e WHERE e.agency_id = NEW.agency_id AND e.id = the_employee)
            IS DISTINCT FROM (
                SELECT a.user_id FROM account_links a
                WHERE a.agency_id = NEW.agency_id AND a.employee_id = the_employee AND a.unlinked_at IS NULL
            ) THEN
            RAISE EXCEPTION 'an employee has the account of the standing link'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END $$
"""
# The keys that `_REFERRED` replaces: a foreign key asks by row, which for the 200,000 rows of a cycle takes four times as
# long as writing them.
_CONTRIBUTION_KEYS: Final = {
    "fk_contributions_agency_id_cycle_id_cycles": ("cycles", ("cycle_id",), ("id",)),
    "fk_contributions_agency_id_employee_id_employees": ("employees", ("employee_id",), ("id",)),
    "fk_contributions_agency_id_assignment_id_assignments": ("assignments", ("assignment_id",), ("id",)),
    "fk_contributions_agency_id_unit_id_units": ("units", ("unit_id",), ("id",)),
    "fk_contributions_service_of_the_unit": ("services", ("unit_id", "service_id"), ("unit_id", "id")),
    "fk_contributions_counter_of_the_unit": ("counters", ("unit_id", "counter_id"), ("unit_id", "id")),
}
# Which row (r) each contribution (c) needs, and when. Posts and rosters are only ever added to and have foreign keys of
# their own to employees, units and counters, so that what was found in them once stays.
_REFERRED: Final = (
    ("contributions are of a cycle", "cycles", "r.id = c.cycle_id", "true"),
    ("contributions by a post are of who held it, in its unit", "assignments",
     "r.id = c.assignment_id AND r.employee_id = c.employee_id AND r.unit_id = c.unit_id", "c.level = 'assignment'"),
    ("contributions by the counter record are of who was on duty", "duty_entries",
     "r.counter_id = c.counter_id AND r.employee_id = c.employee_id AND r.on_date = c.day AND r.unit_id = c.unit_id",
     "c.level = 'counter'"),
    ("contributions are of a service of their unit", "services",
     "r.id = c.service_id AND r.unit_id = c.unit_id", "c.service_id IS NOT NULL"),
    ("contributions are of a counter of their unit", "counters",
     "r.id = c.counter_id AND r.unit_id = c.unit_id", "c.counter_id IS NOT NULL"),
)  # fmt: skip
# These can go. They are locked before they are looked at, as a foreign key locks them, and asked when they go.
_HELD_BY_CONTRIBUTIONS: Final = {
    "cycles": ("cycle_id", "agency_id, id"),
    "services": ("service_id", "agency_id, unit_id, id"),
    "counters": ("counter_id", "agency_id, unit_id, id"),
}
# A snapshot from before would not show contributions that were written while the row was waited for.
_CONTRIBUTIONS_HOLD: Final = """
    CREATE FUNCTION contributions_hold() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        is_held boolean;
    BEGIN
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION '% go at read committed only', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM contributions WHERE agency_id = $1 AND %I = $2)', TG_ARGV[0])
            INTO is_held USING OLD.agency_id, OLD.id;
        IF is_held THEN
            RAISE EXCEPTION '% that contributions are of stay', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN NULL;
    END $$
"""
_LINK_CHECKS: Final = {
    "employees": ("INSERT OR UPDATE OF user_id", "id"),
    "account_links": ("INSERT OR UPDATE", "employee_id"),
}


def upgrade() -> None:
    """Write the rules as triggers: what is signed or frozen stays, whoever writes and by whatever way."""
    for function in (_WAS_ACCOUNT_OF, _LEADS_IN_CYCLE, _LINK_STANDS):
        op.execute(function)
    for table, (event, column) in _LINK_CHECKS.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_links_agree AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW EXECUTE FUNCTION account_links_agree('{column}')"
        )
    for table, path in _KEPT.items():
        _keep(table, path)
    _look_at_contributions_together()
    op.execute(
        f"""
        CREATE FUNCTION cycles_are_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM cycles y WHERE {_SIGNED}) THEN
                RAISE EXCEPTION 'signed cycles stay' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    for table in (*_KEPT, "cycles", "cycle_moves"):
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION cycles_are_not_emptied()"
        )
    op.execute(
        """
        CREATE FUNCTION rows_are_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in _NEVER_EMPTIED:
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION rows_are_not_emptied()"
        )
    for table, (when, body) in _RULES.items():
        op.execute(
            f"CREATE FUNCTION {table}_keep_to_the_rules() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"DECLARE kept jsonb; written jsonb; BEGIN {body} END $$"
        )
        op.execute(f"CREATE TRIGGER {table}_rules {when} FOR EACH ROW EXECUTE FUNCTION {table}_keep_to_the_rules()")


def _keep(table: str, path: str) -> None:
    """Refuse every change to rows of a cycle that bears a signature.

    By statement and not by row: a computation writes a million contributions, and one look at them is enough.
    """
    # A signature itself comes and goes until there are two.
    locked = f"y.{_LOCKED}" if table == "cycle_signatures" else _SIGNED
    for event, when in _EVENTS.items():
        rows = "(TABLE changed UNION ALL TABLE written)" if event == "update" else "changed"
        op.execute(
            f"""
            CREATE FUNCTION signed_{table}_stay_on_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT FROM cycles y WHERE {locked})
                    AND EXISTS (SELECT FROM {rows} c {path} WHERE {locked}) THEN
                    RAISE EXCEPTION '{table} of a signed cycle stay' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NULL;
            END $$
            """  # noqa: S608 - words of this module
        )
        op.execute(
            f"CREATE TRIGGER signed_{table}_on_{event} {when.format(table=table)} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION signed_{table}_stay_on_{event}()"
        )


def _look_at_contributions_together() -> None:
    """Ask once for all rows of a statement what their foreign keys asked of each, and a little more."""
    for name in _CONTRIBUTION_KEYS:
        op.drop_constraint(name, "contributions", type_="foreignkey")
    locks = "".join(
        f"PERFORM FROM {table} r WHERE (r.agency_id, r.id) IN "  # noqa: S608 - words of this module
        f"(SELECT agency_id, {column} FROM written) FOR KEY SHARE;"
        for table, (column, _) in _HELD_BY_CONTRIBUTIONS.items()
    )
    checks = "".join(
        f"""
        IF EXISTS (
            SELECT FROM written c LEFT JOIN {table} r ON r.agency_id = c.agency_id AND {same}
            WHERE {when} AND r.id IS NULL
        ) THEN
            RAISE EXCEPTION '{law}' USING ERRCODE = 'foreign_key_violation';
        END IF;
        """
        for law, table, same, when in _REFERRED
    )
    op.execute(
        "CREATE FUNCTION contributions_refer() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {locks} {checks} RETURN NULL; END $$"
    )
    for event in ("insert", "update"):
        op.execute(
            f"CREATE TRIGGER contributions_refer_on_{event} AFTER {event} ON contributions "
            "REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION contributions_refer()"
        )
    op.execute(_CONTRIBUTIONS_HOLD)
    for table, (column, key) in _HELD_BY_CONTRIBUTIONS.items():
        op.execute(
            f"CREATE TRIGGER {table}_held AFTER DELETE OR UPDATE OF {key} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION contributions_hold('{column}')"
        )


def _look_at_contributions_by_row() -> None:
    for event in ("insert", "update"):
        op.execute(f"DROP TRIGGER contributions_refer_on_{event} ON contributions")
    for table in _HELD_BY_CONTRIBUTIONS:
        op.execute(f"DROP TRIGGER {table}_held ON {table}")
    for function in ("contributions_refer", "contributions_hold"):
        op.execute(f"DROP FUNCTION {function}()")
    for name, (table, columns, key) in _CONTRIBUTION_KEYS.items():
        op.create_foreign_key(name, "contributions", table, ["agency_id", *columns], ["agency_id", *key])


def downgrade() -> None:
    """Take the rules away; the rows stay."""
    _look_at_contributions_by_row()
    for table in _LINK_CHECKS:
        op.execute(f"DROP TRIGGER {table}_links_agree ON {table}")
    op.execute("DROP FUNCTION account_links_agree()")
    for table in _RULES:
        op.execute(f"DROP TRIGGER {table}_rules ON {table}")
        op.execute(f"DROP FUNCTION {table}_keep_to_the_rules()")
    for table in (*_KEPT, "cycles", "cycle_moves"):
        op.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")
    op.execute("DROP FUNCTION cycles_are_not_emptied()")
    for table in _NEVER_EMPTIED:
        op.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")
    op.execute("DROP FUNCTION rows_are_not_emptied()")
    for table in _KEPT:
        for event in _EVENTS:
            op.execute(f"DROP TRIGGER signed_{table}_on_{event} ON {table}")
            op.execute(f"DROP FUNCTION signed_{table}_stay_on_{event}()")
    for function in ("leads_directly", "was_account_of"):
        op.execute(f"DROP FUNCTION {function}(bigint, bigint, bigint, bigint)")
