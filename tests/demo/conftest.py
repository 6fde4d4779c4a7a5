"""One small city, loaded once for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app import config
from feedback_app.app import create_app
from feedback_app.db import db
from feedback_app.demo.cities import City, cities
from feedback_app.demo.load import load
from feedback_app.demo.year import LoadedCity
from tests.conftest import TEMPLATE, fresh_database
from tests.demo.readers import CorpusReader

NOW = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
SCALE = 0.05
KEY = b"a key for tests, 32 bytes long.."


@dataclass(frozen=True)
class Loaded:
    """The city, what loading it returned, and the application whose database holds it."""

    city: City
    result: LoadedCity
    app: Flask
    engine: sa.Engine


@pytest.fixture(scope="package")
def loaded(servers: config.Settings, template: str) -> Iterator[Loaded]:
    """Kupang with a twentieth of its feedback, in a database of its own."""
    with fresh_database(servers, f"{TEMPLATE}_demo", template=template) as url:
        app = create_app(replace(servers, database_url=url))
        with app.app_context():
            with Session(db.engine) as session:
                results = load(session, reader=CorpusReader, key=KEY, now=NOW, only="kupang", scale=SCALE)
            yield Loaded(cities()[0], results[0], app, db.engine)
            db.engine.dispose()


@pytest.fixture
def town(loaded: Loaded) -> Iterator[Session]:
    """A session on the loaded city; nothing it does is kept."""
    with Session(loaded.engine) as session:
        yield session
        session.rollback()
