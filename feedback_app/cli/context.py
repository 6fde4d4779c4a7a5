"""How a command reaches the database: inside the application, with one session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import UndefinedTable
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from feedback_app.errors import ConfigurationError


@contextmanager
def database() -> Iterator[Session]:
    """Give a session; the command commits what it wants to keep.

    Raises
    ------
    ConfigurationError
        The database does not answer, or holds no tables yet.
    """
    # Imported here: the web framework takes half a second that `--help` should not wait for.
    from feedback_app.app import create_app
    from feedback_app.db import db

    app = create_app()
    with app.app_context():
        try:
            yield db.session()
        except OperationalError as error:
            first_line = str(error.orig).strip().splitlines()[0]
            raise ConfigurationError(
                f"The database does not answer ({first_line}). Is `feedback up` running, or is DATABASE_URL right?"
            ) from error
        except ProgrammingError as error:
            if not isinstance(error.orig, UndefinedTable):
                raise
            raise ConfigurationError("The database has no tables yet: run `feedback db upgrade` first.") from error
        finally:
            db.session.remove()
            db.engine.dispose()
