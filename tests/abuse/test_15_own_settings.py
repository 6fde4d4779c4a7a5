"""Abuse case 15: what the web's login may still do to itself in PostgreSQL is named by `feedback db check-wall`."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest
from sqlalchemy.engine import make_url

from feedback_app.db import db
from feedback_app.db_wall.problems import problems
from feedback_app.db_wall.roles import PORTAL_ROLE
from tests.conftest import Live


def test_settings_the_login_of_the_web_gives_itself_are_named(live: Live) -> None:
    """Any login may set its own: nothing opens by it, but each later transaction of the web would fail."""
    given, owner = live.settings.web_database_url, live.settings.database_url
    if given is None or owner is None:
        pytest.skip("WEB_DATABASE_URL is not set for the server of this run")
    name = make_url(owner).database
    url = make_url(given).set(database=name).render_as_string(hide_password=False)
    own = f'ALTER ROLE {PORTAL_ROLE} IN DATABASE "{name}"'
    with closing(psycopg.connect(url, autocommit=True)) as portal:
        portal.execute(f"{own} SET row_security = off".encode())
        try:
            with live.app.app_context():
                found = problems(db.session())
        finally:
            portal.execute(f"{own} RESET ALL".encode())
    undo = f"type ALTER ROLE {PORTAL_ROLE} IN DATABASE {name} RESET ALL;"
    assert found == [f"The role {PORTAL_ROLE} has settings of its own: {undo}"]
