"""The web server does not start in front of the wall, and says what to type."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from click.testing import CliRunner

from feedback_app.app import create_app
from feedback_app.cli import database as database_commands
from feedback_app.config import project_root
from feedback_app.db import db
from feedback_app.db_wall import problems
from feedback_app.errors import ConfigurationError
from tests.conftest import Live


def test_where_the_wall_stands_it_serves(live: Live) -> None:
    with live.app.app_context():
        problems.check_before_serving()


def test_without_the_role_it_says_which_to_create(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "WEB_ROLE", "suara_nobody")
    with live.app.app_context(), pytest.raises(ConfigurationError, match="type CREATE ROLE suara_nobody NOLOGIN"):
        problems.check_before_serving()


def test_a_login_that_may_not_become_the_web_is_named(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    # A role of PostgreSQL's own in which nobody of ours is.
    monkeypatch.setattr(problems, "WEB_ROLE", "pg_execute_server_program")
    with live.app.app_context(), pytest.raises(ConfigurationError, match="type GRANT pg_execute_server_program TO"):
        problems.check_before_serving()


def test_tables_in_front_of_the_wall_keep_it_from_serving(live: Live) -> None:
    with live.app.app_context():
        db.session.execute(sa.text("ALTER TABLE cases DISABLE ROW LEVEL SECURITY"))
        db.session.commit()
        with pytest.raises(ConfigurationError, match="1 tables stand in front of the second wall"):
            problems.check_before_serving()


def test_a_database_that_is_away_is_waited_for(live: Live) -> None:
    away = "postgresql://suara:x@/suara?host=/nowhere"
    with create_app(replace(live.settings, database_url=away)).app_context():
        problems.check_before_serving()


def test_the_command_tells_whether_it_stands(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in live.environ.items():
        monkeypatch.setenv(name, value)
    command = ["check-wall"]
    well = CliRunner().invoke(database_commands.db_group, command)
    assert (well.exit_code, well.output) == (0, "The second wall stands: the web sees one agency at a time.\n")
    with live.app.app_context():
        db.session.execute(sa.text("GRANT DELETE ON audit_events TO suara_web"))
        db.session.commit()
    told = CliRunner().invoke(database_commands.db_group, command)
    assert told.exit_code == 1
    assert "type REVOKE DELETE ON audit_events FROM suara_web;" in told.output


def test_a_migration_that_may_not_create_the_role_says_what_somebody_else_types(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = ScriptDirectory(str(project_root() / "migrations")).get_revision("0018_wall")
    assert found is not None
    migration = found.module
    monkeypatch.setattr(migration, "WEB_ROLE", "suara_nobody")
    with live.app.app_context(), db.engine.connect() as link, Operations.context(MigrationContext.configure(link)):
        if link.scalar(sa.text("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")):
            pytest.skip("the login of this run may create roles")
        with pytest.raises(ConfigurationError, match="CREATE ROLE suara_nobody NOLOGIN; GRANT suara_nobody TO"):
            migration._find_role()
