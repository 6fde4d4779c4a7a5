"""Create PostgreSQL's data folder, the application's role in it and its database."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
from pathlib import Path
from typing import Final

from feedback_app.db_wall.roles import PORTAL_ROLE, WEB_ROLE
from feedback_app.errors import ConfigurationError
from feedback_app.supervisor import logs
from feedback_app.supervisor.account import command_as
from feedback_app.supervisor.home import kept_secret, private_folder, write_private
from feedback_app.supervisor.places import Places
from feedback_app.supervisor.postgres import DATABASE, ENVIRONMENT, ROLE, WEB_SECRET, clear_stale, log_path
from feedback_app.supervisor.process import run_to_end

# Written once; whoever runs a larger machine edits them in postgresql.conf.
TUNABLES: Final = """
# Suara Layanan, one small machine
shared_buffers = 256MB
effective_cache_size = 1GB
maintenance_work_mem = 64MB
max_wal_size = 1GB
wal_compression = on
random_page_cost = 1.1
jit = off
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
log_error_verbosity = terse
"""


def initialise(places: Places, *, fsync: bool = True) -> bool:
    """Create the cluster, the role and the database unless they exist; return whether they were created.

    All is made in a folder of another name and moved into place at the end: an interrupted first start leaves
    nothing half-made.

    Raises
    ------
    ConfigurationError
        A step failed; the message carries the end of the log.
    """
    if (places.postgres_data / "PG_VERSION").exists():
        _keep_password(places)
        _keep_web_roles(places)
        return False
    partial_data = places.data / "postgres.partial"
    shutil.rmtree(partial_data, ignore_errors=True)
    private_folder(partial_data, places.account)
    password_file = _password_for_initdb(places)
    try:
        _initdb(places, partial_data, password_file)
    finally:
        password_file.unlink(missing_ok=True)
    _append(partial_data / "postgresql.conf", TUNABLES)
    password, web_password = kept_secret(places.home, "postgres"), kept_secret(places.home, WEB_SECRET)
    statements = (
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}';",
        *_web_roles(web_password),
        # The empty database that initdb has made becomes ours: quicker than to copy the template once more.
        f"ALTER DATABASE postgres RENAME TO {DATABASE};",
        f"ALTER DATABASE {DATABASE} OWNER TO {ROLE};",
    )
    _single_user(places, partial_data, statements, fsync=False)
    if fsync:
        # Once for everything, instead of after each step.
        _run(places, (str(places.postgres.initdb), "--sync-only", "-D", str(partial_data)))
    partial_data.rename(places.postgres_data)
    return True


def _initdb(places: Places, data: Path, password_file: Path) -> None:
    common = ("-D", str(data), "--username=postgres", "--encoding=UTF8", "--no-instructions")
    secret = ("--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync")
    for locale in _locales(places.postgres.major):
        done = _run(places, (str(places.postgres.initdb), *common, *secret, *locale), check=False)
        if done:
            return
    raise _unprepared(places)


def _locales(major: int) -> tuple[tuple[str, ...], ...]:
    # All order text by code point. The built-in one knows letters beyond ASCII and never changes with the
    # system; plain C, for systems without C.UTF-8, knows ASCII letters only.
    if major >= 17:
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        return ((*builtin, "--locale=C.UTF-8"), (*builtin, "--locale=C"))
    return (("--locale=C.UTF-8",), ("--locale=C",))


def _keep_password(places: Places) -> None:
    if not (places.home / "secrets" / "postgres").exists():
        password = kept_secret(places.home, "postgres")
        clear_stale(places)
        statement = f"ALTER ROLE {ROLE} PASSWORD '{password}';"
        _single_user(places, places.postgres_data, (statement,), fsync=True)


def _keep_web_roles(places: Places) -> None:
    """Create the roles of the second wall in a cluster that was made before there was one."""
    if not (places.home / "secrets" / WEB_SECRET).exists():
        password = secrets.token_urlsafe(32)
        clear_stale(places)
        _single_user(places, places.postgres_data, _web_roles(password), fsync=True)
        # Written last: where this is interrupted, the next start makes another password.
        write_private(places.home / "secrets" / WEB_SECRET, password)


def _web_roles(password: str) -> tuple[str, ...]:
    # One statement a line is what the single-user server reads.
    made = (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') "
        f"THEN CREATE ROLE {name} NOINHERIT; END IF; END $$;"
        for name in (WEB_ROLE, PORTAL_ROLE)
    )
    plain = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    return (
        *made,
        f"ALTER ROLE {WEB_ROLE} NOLOGIN {plain};",
        f"ALTER ROLE {PORTAL_ROLE} LOGIN INHERIT {plain} PASSWORD '{password}';",
        # The owner takes the role too, where one login serves all: in tests, and before a login of its own is set up.
        f"GRANT {WEB_ROLE} TO {PORTAL_ROLE}, {ROLE};",
    )


def _password_for_initdb(places: Places) -> Path:
    password = kept_secret(places.home, "postgres-admin")
    path = places.sockets / f".{secrets.token_hex(8)}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(password)
        if places.account.switch:
            os.fchown(file.fileno(), places.account.uid, places.account.gid)
    return path


def _single_user(places: Places, data: Path, statements: tuple[str, ...], *, fsync: bool) -> None:
    # The statements carry a password, which must not reach the log when one of them fails.
    switches = ["-c", "log_min_error_statement=panic", *([] if fsync else ["-c", "fsync=off"])]
    single = (str(places.postgres.server), "--single", "-D", str(data), *switches, "template1")
    _run(places, single, "".join(f"{statement}\n" for statement in statements))


def _run(places: Places, argv: tuple[str, ...], statements: str = "", *, check: bool = True) -> bool:
    command = command_as(places.account, places.data, argv, death_signal=signal.SIGTERM)
    code, output = run_to_end(command, statements.encode(), ENVIRONMENT)
    logs.append(log_path(places), output)
    succeeded = code == 0 and b"ERROR:" not in output
    if check and not succeeded:
        raise _unprepared(places)
    return succeeded


def _unprepared(places: Places) -> ConfigurationError:
    path = log_path(places)
    end = logs.last_lines(path)
    return ConfigurationError(f"PostgreSQL's data folder cannot be prepared ({end}); see {path}.")


def _append(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
