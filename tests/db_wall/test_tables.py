"""Every table stands behind the wall, or in front of it by name and with a reason."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db import Base
from feedback_app.db_wall.problems import problems
from feedback_app.db_wall.roles import AGENCIES_OF_ACCOUNT, WEB_ROLE, Lookup
from feedback_app.db_wall.statements import ACROSS, POLICY
from feedback_app.handling.inbox.search import refresh_words
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency
from tests import factories as make
from tests.db_wall.behind import behind_the_wall, refused

TABLES = Base.metadata.sorted_tables
# They hold nothing of any agency or account: which model reads, what the seals are, who runs the platform and what was
# done to it.
IN_FRONT = {
    "audit_seals", "model_rounds", "model_uses", "model_versions", "platform_events", "platform_leaves",
    "platform_operators", "platform_sections",
}  # fmt: skip
READ_ACROSS = {"agencies", "referrals", "role_grants", "services", "unit_versions", "units", "users"}


def _policies(session: Session) -> dict[str, dict[str, sa.Row[tuple[str, ...]]]]:
    rows = session.execute(sa.text("SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies"))
    found: dict[str, dict[str, sa.Row[tuple[str, ...]]]] = {}
    for row in rows:
        found.setdefault(row.tablename, {})[row.policyname] = row
    return found


def test_every_table_has_its_policy_or_is_named(session: Session) -> None:
    policies = _policies(session)
    walled = set(session.scalars(sa.text("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'")))
    assert {table.name for table in TABLES} - walled == IN_FRONT
    assert walled == set(policies)
    for table in TABLES:
        if table.name in IN_FRONT:
            assert "agency_id" not in table.c, table.name
        elif "agency_id" in table.c:
            own = policies[table.name][POLICY]
            assert own.qual == own.with_check, table.name
            assert own.qual.startswith("(agency_id = (NULLIF(current_setting('suara.agency'"), table.name
            assert own.roles == f"{{{WEB_ROLE}}}", table.name


def test_what_is_read_across_agencies_is_named_and_only_read(session: Session) -> None:
    across = {name: rows[ACROSS] for name, rows in _policies(session).items() if ACROSS in rows}
    assert set(across) == READ_ACROSS
    assert {row.cmd for row in across.values()} == {"SELECT"}


def test_the_wall_of_a_database_the_migrations_built_has_no_problem(session: Session) -> None:
    assert problems(session) == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("ALTER TABLE cases DISABLE ROW LEVEL SECURITY", "The table cases stands in front of the wall"),
        (f"DROP POLICY {POLICY} ON contacts", "The table contacts stands in front of the wall"),
        (f"ALTER POLICY {POLICY} ON cases USING (true)", "The table cases stands in front of the wall"),
        ("GRANT SELECT ON submissions TO PUBLIC", "Everybody may use the table submissions"),
        (f"GRANT UPDATE ON audit_events TO {WEB_ROLE}", "The web may UPDATE the table audit_events"),
        (f"GRANT TRUNCATE ON cases TO {WEB_ROLE}", "The web may TRUNCATE the table cases"),
        (f"GRANT EXECUTE ON FUNCTION {Lookup.TRACKING_CODE}(bytea) TO PUBLIC", "Everybody may call"),
        (f"ALTER FUNCTION {Lookup.SYNC_KEY}(bytea) RESET search_path", "its search path is not fixed"),
        (f"DROP FUNCTION {Lookup.WALL_CODE}(text)", "is missing: run `feedback db upgrade`"),
        (f"GRANT CREATE ON SCHEMA public TO {WEB_ROLE}", "The web may create objects"),
    ],
)
def test_each_gap_is_named(session: Session, damage: str, told: str) -> None:
    session.execute(sa.text(damage))
    assert any(told in sentence for sentence in problems(session)), problems(session)


def test_a_look_up_tells_an_agency_to_the_web_alone(session: Session, connection: sa.Connection) -> None:
    sent = make.submission(session, make.unit(session, make.agency(session)), tracking_hash=b"k" * 32)
    who = make.user(session)
    make.grant(session, who, Role.OFFICER, session.get_one(Agency, sent.agency_id))
    session.flush()
    with behind_the_wall(connection, None) as web:
        ask = sa.select(sa.func.suara_agency_of_tracking_code(b"k" * 32))
        assert web.scalar(ask) == sent.agency_id
        assert web.scalar(sa.select(sa.func.suara_agency_of_tracking_code(b"x" * 32))) is None
        assert list(web.scalars(sa.select(sa.func.suara_agencies_of_account(who.id, make.TODAY)))) == [sent.agency_id]
    shapes = connection.execute(
        sa.text(
            "SELECT proname, pg_get_function_result(oid) AS gives, prosecdef, provolatile::text AS volatile "
            "FROM pg_proc WHERE proname LIKE 'suara_agenc%'"
        )
    ).all()
    assert {row.proname for row in shapes} == {*map(str, Lookup), AGENCIES_OF_ACCOUNT}
    assert {row.gives for row in shapes} == {"bigint", "SETOF bigint"}
    assert all(row.prosecdef and row.volatile == "s" for row in shapes)
    for row in shapes:
        public = connection.scalar(
            sa.text("SELECT has_function_privilege('public', :name, 'EXECUTE')"),
            {"name": f"{row.proname}({_arguments(connection, row.proname)})"},
        )
        assert public is False, row.proname


def _arguments(connection: sa.Connection, name: str) -> str:
    query = sa.text("SELECT pg_get_function_identity_arguments(oid) FROM pg_proc WHERE proname = :name")
    return str(connection.scalar(query, {"name": name}))


def test_the_web_may_do_no_more_than_its_pages(connection: sa.Connection) -> None:
    """A table of commands and the worker is closed to the web altogether; units and figures it only reads."""
    with behind_the_wall(connection, 1) as web:
        for closed in ("imports", "import_rows", "staff_rounds", "alembic_version"):
            assert refused(web, f"SELECT 1 FROM {closed}") == "42501", closed
        for read in ("units", "releases", "daily_measures", "agencies", "model_versions", "model_uses"):
            assert refused(web, f"DELETE FROM {read}") == "42501", read
        assert refused(web, "UPDATE agencies SET name = 'x'") == "42501"
        assert refused(web, "INSERT INTO model_versions DEFAULT VALUES") == "42501"


def test_the_search_for_words_finds_cases_of_the_agency_alone(session: Session, connection: sa.Connection) -> None:
    cases = []
    for _ in range(2):
        sent = make.submission(session, make.unit(session, make.agency(session)), text="Antrean panjang sekali.")
        make.labels(session, sent)
        cases.append(make.case(session, sent))
        refresh_words(session, sent.agency_id, [cases[-1].id])
    session.flush()
    ask = sa.text("SELECT agency_id, case_id FROM suara_cases_saying('indonesian', 'antrean')")
    both = {(case.agency_id, case.id) for case in cases}
    assert {tuple(row) for row in connection.execute(ask)} == both
    with behind_the_wall(connection, cases[0].agency_id) as web:
        assert {tuple(row) for row in web.execute(ask)} == {(cases[0].agency_id, cases[0].id)}
    with behind_the_wall(connection, None) as web:
        assert web.execute(ask).all() == []
