"""Abuse case 15, the second half: the application's own filter is off, and still nothing foreign is seen or written.

Every statement here is what a forgotten WHERE, or words slipped into a query, would send.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from feedback_app import config
from feedback_app.app import create_app
from feedback_app.db import Base
from feedback_app.db_wall.roles import PORTAL_ROLE, WEB_ROLE
from feedback_app.handling import visibility
from feedback_app.handling.inbox import places
from feedback_app.handling.inbox.search import refresh_words
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.conftest import Live
from tests.db_wall.behind import behind_the_wall, refused
from tests.gates.sight import Kind
from tests.gates.world import World, canary, signed_in, standing_world

INSUFFICIENT = "42501"
TENANT = [table for table in Base.metadata.sorted_tables if "agency_id" in table.c]
# What everybody may read on public pages, and the referral that the agency it went to reads (docs/wall.md).
DIRECTORY = {"units", "unit_versions", "services"}


@pytest.fixture
def world(app: Flask, session: Session, tmp_path: Path) -> Iterator[World]:
    with standing_world(app, session, tmp_path) as made:
        yield made


def _foreign(table: sa.Table, agency_id: int) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(table).where(table.c.agency_id != agency_id)


def _may(connection: sa.Connection, table: sa.Table, right: str) -> bool:
    return bool(connection.scalar(sa.select(sa.func.has_table_privilege(WEB_ROLE, table.name, right))))


def test_without_any_filter_no_row_of_another_agency_is_seen(world: World, connection: sa.Connection) -> None:
    full = 0
    for table in TENANT:
        there = connection.scalar(_foreign(table, world.other.id))
        full += bool(there)
        if table.name in DIRECTORY or not _may(connection, table, "SELECT"):
            continue
        with behind_the_wall(connection, world.other.id) as web:
            assert web.scalar(_foreign(table, world.other.id)) == 0, table.name
        with behind_the_wall(connection, None) as web:
            assert web.scalar(sa.select(sa.func.count()).select_from(table)) == 0, table.name
    # Else it would be easy to see nothing.
    assert full >= 30


def test_one_own_agency_is_seen_as_the_owner_sees_it(world: World, connection: sa.Connection) -> None:
    for table in TENANT:
        if _may(connection, table, "SELECT"):
            own = sa.select(sa.func.count()).select_from(table).where(table.c.agency_id == world.agency.id)
            expected = connection.scalar(own)
            with behind_the_wall(connection, world.agency.id) as web:
                assert web.scalar(own) == expected, table.name


def test_no_row_of_another_agency_is_changed_or_removed(world: World, connection: sa.Connection) -> None:
    tried = 0
    for table in TENANT:
        if not connection.scalar(_foreign(table, world.other.id)):
            continue
        change = table.update().where(table.c.agency_id == world.agency.id).values(agency_id=table.c.agency_id)
        for statement in (change, table.delete().where(table.c.agency_id == world.agency.id)):
            tried += 1
            with behind_the_wall(connection, world.other.id) as web:
                if not refused(web, statement):
                    assert web.execute(statement).rowcount == 0, table.name
    assert tried >= 60


def test_no_row_is_added_to_another_agency_or_moved_there(world: World, connection: sa.Connection) -> None:
    codes = []
    for table in TENANT:
        own = sa.select(table).where(table.c.agency_id == world.agency.id).limit(1)
        row = connection.execute(own).mappings().first()
        if row is None:
            continue
        with behind_the_wall(connection, world.other.id) as web:
            codes.append(refused(web, table.insert().values(**row)))
            assert codes[-1], table.name
        with behind_the_wall(connection, world.agency.id) as web:
            moved = table.update().where(table.c.agency_id == world.agency.id).values(agency_id=world.other.id)
            assert refused(web, moved), table.name
    # A law of the table itself may speak before the wall does, as of what is sealed.
    assert codes.count(INSUFFICIENT) >= 30
    assert len(codes) - codes.count(INSUFFICIENT) <= 3


def test_pages_without_the_filter_of_the_code_show_one_agency(
    app: Flask, world: World, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = make.user(session)
    make.grant(session, who, Role.OFFICER, world.other)
    session.commit()
    client = signed_in(app, who)
    plain = world.cases[Kind.PLAIN]
    everything = sa.true()
    for module in (visibility, places):
        for name in ("may_see", "_may_see"):
            monkeypatch.setattr(module, name, lambda *_: everything, raising=False)
    monkeypatch.setattr("feedback_app.handling.queries.may_see", lambda *_: everything, raising=False)
    inbox = client.get("/petugas/kotak-masuk?group=all")
    assert inbox.status_code == 200
    assert canary(Kind.PLAIN) not in inbox.text
    assert client.get(f"/petugas/kasus/{plain.id}").status_code == 404
    # The same page, with the same filter off, at home: it is the wall alone that keeps the case from the other agency.
    make.grant(session, who, Role.OFFICER, world.agency)
    session.commit()
    client.post("/petugas/instansi", data={"agency": world.agency.id})
    assert canary(Kind.PLAIN) in client.get(f"/petugas/kasus/{plain.id}").text


def test_whoever_comes_by_the_web_adds_to_the_trail_and_changes_none_of_it(
    world: World, connection: sa.Connection
) -> None:
    assert connection.scalar(sa.text("SELECT count(*) FROM audit_events")) > 0
    with behind_the_wall(connection, world.agency.id) as web:
        for statement in (
            "UPDATE audit_events SET action = 'x.y'", "DELETE FROM audit_events", "TRUNCATE audit_events",
            "UPDATE platform_events SET action = 'x.y'", "DELETE FROM audit_seals", "TRUNCATE audit_leaves",
            "ALTER TABLE audit_events DISABLE TRIGGER ALL", "INSERT INTO audit_seals DEFAULT VALUES",
        ):  # fmt: skip
            assert refused(web, statement) == INSUFFICIENT, statement


def test_whoever_comes_by_the_web_changes_nothing_that_a_figure_is_counted_from(
    world: World, connection: sa.Connection
) -> None:
    with behind_the_wall(connection, world.agency.id) as web:
        for statement in (
            "UPDATE submissions SET rating = 4", "UPDATE submissions SET unit_id = unit_id",
            "UPDATE submissions SET occurred_on = occurred_on - 1", "UPDATE submissions SET received_at = now()",
            "UPDATE submissions SET channel = 'kiosk'", "UPDATE submissions SET kind = 'praise'",
            "UPDATE submissions SET analysis = 'done'", "UPDATE submissions SET signals = '{}'",
            "UPDATE submissions SET counter_id = NULL", "DELETE FROM submissions",
            "UPDATE case_events SET at = at - interval '10 days'", "UPDATE case_events SET to_status = 'answered'",
            "UPDATE case_events SET actor_id = NULL", "UPDATE case_events SET detail = '{}'",
            "UPDATE replies SET sent_at = sent_at - interval '10 days'", "UPDATE skm_responses SET answered_on = now()",
            "UPDATE skm_responses SET unit_id = unit_id", "DELETE FROM skm_responses",
        ):  # fmt: skip
            assert refused(web, statement) == INSUFFICIENT, statement
        # Whoever erases a report, or looks at it while somebody else might, still may.
        erased = "UPDATE submissions SET text = 'Kata-kata ini dihapus.', erased_at = now() WHERE text IS NOT NULL"
        assert refused(web, erased) == ""
        assert refused(web, "SELECT 1 FROM submissions FOR UPDATE") == ""


@pytest.mark.parametrize(("source", "code"), [("person", ""), ("cli", INSUFFICIENT), ("demo", INSUFFICIENT)])
def test_whoever_comes_by_the_web_gives_no_role_as_if_on_the_terminal(
    world: World, session: Session, connection: sa.Connection, source: str, code: str
) -> None:
    who, giver = make.user(session), make.user(session)
    session.flush()
    given = sa.text(
        "INSERT INTO role_grants (agency_id, user_id, role, starts_on, source, granted_by, reason, created_at) "
        "VALUES (:agency, :who, 'officer', '2026-01-01', :source, :giver, 'Petugas baru di loket.', now())"
    )
    with behind_the_wall(connection, world.agency.id) as web:
        assert (
            refused(web, given, {"agency": world.agency.id, "who": who.id, "giver": giver.id, "source": source}) == code
        )


def _url(live: Live) -> sa.URL:
    assert live.settings.database_url
    return make_url(live.settings.database_url)


@pytest.fixture
def portal(live: Live) -> Iterator[psycopg.Connection]:
    """The login of the web server itself, on a database of its own."""
    given = live.settings.web_database_url
    if given is None:
        pytest.skip("WEB_DATABASE_URL is not set for the server of this run")
    database = _url(live).database
    url = make_url(given).set(database=database).render_as_string(hide_password=False)
    with closing(psycopg.connect(url, autocommit=True)) as opened:
        yield opened


def test_the_login_of_the_web_gains_nothing_by_words_slipped_into_a_query(
    live: Live, portal: psycopg.Connection
) -> None:
    owner = _url(live).username
    for statement in (
        f'SET ROLE "{owner}"', "SET ROLE postgres", f'SET SESSION AUTHORIZATION "{owner}"',
        "CREATE TABLE public.mine (x int)", "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine", "SELECT rolpassword FROM pg_authid", "SELECT passwd FROM pg_shadow",
        "ALTER TABLE cases DISABLE ROW LEVEL SECURITY", "DROP POLICY suara_web_agency ON cases",
        "ALTER ROLE suara_portal BYPASSRLS", "COPY cases TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/hostname')", "CREATE DATABASE mine", "CREATE EXTENSION dblink",
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            portal.execute(statement.encode())


def test_the_login_of_the_web_stands_behind_the_wall_whatever_it_resets(live: Live, portal: psycopg.Connection) -> None:
    with live.app.app_context():
        from feedback_app.db import db

        session = db.session()
        world = [make.submission(session, make.unit(session, make.agency(session))) for _ in range(2)]
        for sent in world:
            sent.text = "Antrean panjang sekali."
            make.labels(session, sent)
            refresh_words(session, sent.agency_id, [make.case(session, sent).id])
        session.commit()
        first, second = (one.agency_id for one in world)
    for reset in ("RESET ROLE", "SET ROLE NONE", f"SET ROLE {WEB_ROLE}", "RESET ALL", "SET row_security = off"):
        portal.execute(reset.encode())
        portal.execute("SELECT set_config('suara.agency', '', false)")
        if "row_security" in reset:
            # It does not show more, it refuses to show less.
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                portal.execute("SELECT count(*) FROM submissions")
            continue
        assert portal.execute("SELECT count(*) FROM submissions").fetchone() == (0,), reset
        portal.execute("SELECT set_config('suara.agency', %s, false)", (str(first),))
        seen = portal.execute("SELECT DISTINCT agency_id FROM submissions").fetchall()
        assert seen == [(first,)], (reset, second)
        # Of the words of cases the index is asked by a function, which knows a login that is not the owner's.
        said = portal.execute("SELECT agency_id FROM suara_cases_saying('indonesian', 'antrean')").fetchall()
        assert said == [(first,)], (reset, second)


def test_the_web_server_works_with_its_own_login_and_no_other(live: Live) -> None:
    given = live.settings.web_database_url
    if given is None:
        pytest.skip("WEB_DATABASE_URL is not set for the server of this run")
    url = make_url(given).set(database=_url(live).database)
    served = config.for_web(replace(live.settings, web_database_url=url.render_as_string(hide_password=False)))
    with live.app.app_context():
        from feedback_app.db import db

        of = make.agency(db.session(), code="kupang")
        make.unit(db.session(), of, code="dukcapil", name="Dinas Dukcapil")
        db.session.commit()
    web = create_app(served, is_web=True)
    with web.app_context():
        assert db.session.execute(sa.text("SELECT session_user, current_user")).one() == (PORTAL_ROLE, WEB_ROLE)
        db.session.rollback()
    answer = web.test_client().get("/nilai/kupang/dukcapil")
    assert answer.status_code == 200
    assert "Dinas Dukcapil" in answer.text
    with web.app_context():
        db.engine.dispose()
