"""Real servers, a database built by the migrations, and one transaction per test that is rolled back at its end."""

from __future__ import annotations

import gc
import os
import secrets
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from redis import Redis
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from feedback_app import config
from feedback_app.app import create_app
from feedback_app.db import db
from tests.acts_noted import watched as every_act_noted
from tests.before_the_wall import owner_between_requests
from tests.between_computations import watched
from tests.factories import CHEAP_HASHER, PASSWORD, SECRET
from tests.lazy_addresses import compile_addresses_when_asked

compile_addresses_when_asked()

TEMPLATE = f"suara_test_{os.getpid()}"
# Begun last, any of these would keep one process busy for minutes after the other has nothing left to do.
LONGEST = ("tests/blueprints/test_access_matrix.py", "tests/browser/", "tests/journeys/", "tests/abuse/", "tests/cli/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, whatever the order of the others."""
    items.sort(key=lambda item: [not item.nodeid.startswith(long) for long in LONGEST])


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end anyway: modules and tests, through which it goes again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session", autouse=True)
def between_computations() -> Iterator[None]:
    """Let no request and no command write past a computation, whatever a test is about."""
    with watched():
        yield


@pytest.fixture(scope="session", autouse=True)
def acts_noted() -> Iterator[None]:
    """Let no request write without a line in the audit trail, whatever a test is about."""
    with every_act_noted():
        yield


@pytest.fixture(scope="session")
def servers() -> Iterator[config.Settings]:
    """The servers of DATABASE_URL and REDIS_URL where both are set, else embedded ones of this run alone."""
    from feedback_app.supervisor import servers as run_servers

    # The pages are tried with a password alone; tests/…/test_second_*.py try what is asked for besides.
    given = replace(config.load(), secret_key=SECRET, rate_limits=False, second_factor="offered")
    if given.database_url and given.redis_url:
        yield replace(given, redis_url=_own_redis(given.redis_url))
        return
    # A path that does not exist yet: as root the servers run as another user, who could not pass a closed folder.
    home = Path(tempfile.gettempdir()) / f"suara-tests-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        with run_servers(replace(given, home=home), fsync=False) as started:
            yield replace(started, secret_key=SECRET)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _own_redis(url: str) -> str:
    """Give each process of a test run a database of its own on a Redis that was given from outside."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = 1 + int(worker.removeprefix("gw")) if worker else 0
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"{url}{'&' if parts.query else '?'}db={number}" if "db=" not in parts.query else url
    return parts._replace(path=f"/{number}").geturl() if parts.path in {"", "/"} else url


def _server_url(settings: config.Settings, database: str) -> str:
    assert settings.database_url
    return make_url(settings.database_url).set(database=database).render_as_string(hide_password=False)


@contextmanager
def fresh_database(settings: config.Settings, name: str, template: str | None = None) -> Iterator[str]:
    """Create a database, give its URL, drop it afterwards."""
    assert settings.database_url
    with psycopg.connect(settings.database_url, autocommit=True) as maintenance:
        # Copying the files takes half the time of writing each page of them to the log.
        how = " STRATEGY FILE_COPY" if maintenance.info.server_version >= 150_000 else ""
        from_template = f' TEMPLATE "{template}"{how}' if template else ""
        maintenance.execute(f'CREATE DATABASE "{name}"{from_template}'.encode())
    try:
        yield _server_url(settings, name)
    finally:
        _close_opened(name)
        _drop(settings.database_url, name)


# What the pools of this process opened: an application that a test made for itself has a pool that nobody empties, and
# its connections would warn when they are collected, in the middle of whatever test runs then.
_OPENED: weakref.WeakSet[psycopg.Connection[object]] = weakref.WeakSet()


@sa.event.listens_for(sa.Pool, "connect")
def _note_opened(opened: psycopg.Connection[object], _record: object) -> None:
    _OPENED.add(opened)


def _close_opened(name: str) -> None:
    for opened in list(_OPENED):
        if not opened.closed and opened.info.dbname == name:
            opened.close()


def _drop(server_url: str, name: str) -> None:
    ends_at = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(server_url, autocommit=True) as maintenance:
                maintenance.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
            return
        except psycopg.errors.InsufficientPrivilege:
            # The server's own vacuum is at work there, which only its superuser may end.
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.2)


def application(settings: config.Settings) -> Flask:
    """The application, hashing passwords at the cost of the factories' own.

    At its usual cost it would hash that one anew whenever somebody signs in, as it does with any that is too cheap.
    """
    made = create_app(settings)
    made.extensions["security"].pwd_context.update(
        argon2__time_cost=CHEAP_HASHER.time_cost,
        argon2__memory_cost=CHEAP_HASHER.memory_cost,
        argon2__parallelism=CHEAP_HASHER.parallelism,
    )
    return made


@pytest.fixture(scope="session")
def template(servers: config.Settings) -> Iterator[str]:
    """The name of a database that the migrations built and to which nobody stays connected."""
    with fresh_database(servers, TEMPLATE) as url:
        with create_app(replace(servers, database_url=url)).app_context():
            upgrade()
            db.engine.dispose()
        yield TEMPLATE


@pytest.fixture(scope="session")
def app(servers: config.Settings, template: str) -> Iterator[Flask]:
    """The application on a copy of the template."""
    with fresh_database(servers, f"{TEMPLATE}_shared", template=template) as url:
        made = application(replace(servers, database_url=url))
        made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        yield made
        with made.app_context():
            db.engine.dispose()


@pytest.fixture
def connection(app: Flask) -> Iterator[sa.Connection]:
    """One connection in one transaction; whatever the application commits is undone with it."""
    with app.app_context():
        engine = db.engine
    opened = engine.connect()
    outer = opened.begin()
    # The application's sessions join this connection, each commit of theirs being a savepoint here.
    db._app_engines[app][None] = opened  # type: ignore[assignment]
    options = dict(db.session.session_factory.kw)
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    try:
        with owner_between_requests(opened):
            yield opened
    finally:
        db.session.session_factory.kw.clear()
        db.session.session_factory.kw.update(options)
        db._app_engines[app][None] = engine
        outer.rollback()
        opened.close()


@pytest.fixture
def session(connection: sa.Connection) -> Iterator[Session]:
    """A session of the test's own, on the same connection as the application's."""
    with Session(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def client(app: Flask, connection: sa.Connection) -> Iterator[FlaskClient]:
    """A browser without a window, on the test's transaction."""
    with app.test_client() as opened:
        yield opened


@pytest.fixture
def redis(servers: config.Settings) -> Iterator[Redis]:
    """An empty Redis."""
    assert servers.redis_url
    with Redis.from_url(servers.redis_url) as opened:
        opened.flushdb()
        yield opened
        opened.flushdb()


@dataclass(frozen=True)
class Live:
    """An application on a database of its own in which commits are real, for tests with several processes."""

    app: Flask
    settings: config.Settings
    environ: dict[str, str]


@pytest.fixture
def live(servers: config.Settings, template: str, tmp_path: Path) -> Iterator[Live]:
    """A copy of the empty database with real commits, and the environment for processes that use it."""
    name = f"suara_live_{secrets.token_hex(4)}"
    with fresh_database(servers, name, template=template) as url:
        settings = replace(servers, database_url=url, home=tmp_path)
        made = application(settings)
        environ = {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": str(settings.redis_url),
            "SECRET_KEY": SECRET,
            "RATE_LIMITS": "false",
            "SECOND_FACTOR": "OFFERED",
            "FEEDBACK_HOME": str(tmp_path),
        }
        yield Live(made, settings, environ)
        with made.app_context():
            db.engine.dispose()


@pytest.fixture
def login(client: FlaskClient) -> Callable[[object], FlaskClient]:
    """Sign somebody in by the form, as they would; the factories give every account the same password."""

    def sign_in(user: object) -> FlaskClient:
        answer = client.post("/masuk", data={"email": user.email, "password": PASSWORD})  # type: ignore[attr-defined]
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    return sign_in
