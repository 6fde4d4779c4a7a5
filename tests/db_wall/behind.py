"""A test's connection, for a while behind the wall: as the web, in one agency or in none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from feedback_app.db_wall.roles import WEB_ROLE

_ENTER = sa.text(
    "SELECT set_config('suara.agency', :agency, true), set_config('suara.user', :account, true), "
    "set_config('role', :role, true)"
)


@contextmanager
def behind_the_wall(
    connection: sa.Connection, agency_id: int | None, account: int | None = None
) -> Iterator[sa.Connection]:
    """Give the connection as the web has it; whatever is done in the block is undone."""
    savepoint = connection.begin_nested()
    words = {"agency": "" if agency_id is None else str(agency_id), "account": "" if account is None else str(account)}
    connection.execute(_ENTER, {**words, "role": WEB_ROLE})
    try:
        yield connection
    finally:
        savepoint.rollback()


def refused(connection: sa.Connection, statement: Any, values: Any = None) -> str:
    """Return the code with which PostgreSQL refuses a statement, empty where it runs."""
    attempt = connection.begin_nested()
    try:
        connection.execute(sa.text(statement) if isinstance(statement, str) else statement, values)
    except sa.exc.DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", ""))
    else:
        return ""
    finally:
        attempt.rollback()
