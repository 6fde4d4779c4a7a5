"""`pg_dump` and `pg_restore`: which ones, and how they reach a database without a password on a command line."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from feedback_app.backup.archive import BackupError
from feedback_app.errors import ConfigurationError
from feedback_app.supervisor import binaries

_LINES_SHOWN: Final = 3


def plain_url(url: str) -> str:
    """Return the address as libpq reads it, without the name of a driver."""
    return "postgresql://" + url.split("://", 1)[1]


def connect(url: str, **more: object) -> psycopg.Connection[tuple[object, ...]]:
    """Open a database.

    Raises
    ------
    feedback_app.errors.ConfigurationError
        It does not answer; the message names no password.
    """
    try:
        return psycopg.connect(plain_url(url), connect_timeout=10, **more)  # type: ignore[arg-type]
    except psycopg.Error as error:
        why = (str(error).strip().splitlines() or ["no answer"])[0]
        raise ConfigurationError(f"The database cannot be reached ({why}).") from error


def program(name: str, major: int) -> Path:
    """Return `pg_dump` or `pg_restore` that understands a server of this version: as new, or the next newer one.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    fitting = [one for one in binaries.all_postgres() if one.major >= major and (one.folder / name).is_file()]
    if not fitting:
        raise ConfigurationError(
            f"No {name} for PostgreSQL {major} found: install the client of PostgreSQL {major} or newer "
            f"(Debian: postgresql-client-{major})."
        )
    return min(fitting, key=lambda one: one.major).folder / name


@contextlib.contextmanager
def dumping(url: str, major: int, snapshot: str) -> Iterator[IO[bytes]]:
    """Give the dump of a database as a stream, as it was in an exported snapshot.

    Raises
    ------
    feedback_app.backup.archive.BackupError
        It failed; only known when the stream has come to its end.
    """
    command = [
        str(program("pg_dump", major)), "--format=custom", "--compress=6", f"--snapshot={snapshot}", "--no-password",
        "--dbname", _without_password(url),
    ]  # fmt: skip
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(  # noqa: S603 - the program is one of the installation's
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, env=_environment(url)
        )
        assert running.stdout is not None  # noqa: S101
        try:
            yield running.stdout
        except BaseException:
            running.kill()
            raise
        finally:
            running.stdout.close()
            code = running.wait()
        if code != 0:
            raise BackupError(f"The copy was not made: pg_dump failed ({_last_lines(said)}). Nothing was left.")


def feed(url: str, major: int, write: Callable[[IO[bytes]], None]) -> None:
    """Restore a dump that `write` gives piece by piece, all or nothing.

    Raises
    ------
    feedback_app.backup.archive.BackupError
        It failed; the database is as it was.
    """
    command = [
        str(program("pg_restore", major)), "--no-owner", "--exit-on-error", "--single-transaction", "--no-password",
        "--dbname", _without_password(url),
    ]  # fmt: skip
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(  # noqa: S603 - the program is one of the installation's
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=_environment(url)
        )
        assert running.stdin is not None  # noqa: S101
        try:
            with contextlib.suppress(BrokenPipeError):
                write(running.stdin)
                running.stdin.close()
        except BaseException:
            running.kill()
            raise
        finally:
            with contextlib.suppress(BrokenPipeError):
                running.stdin.close()
            code = running.wait()
        if code != 0:
            raise BackupError(f"pg_restore failed ({_last_lines(said)}). The database is as it was.")


def _without_password(url: str) -> str:
    return make_conninfo(**{name: value for name, value in _parts(url).items() if name != "password"})


def _environment(url: str) -> dict[str, str]:
    password = _parts(url).get("password")
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {}), "LC_ALL": "C.UTF-8"}


def _parts(url: str) -> dict[str, str]:
    return {name: str(value) for name, value in conninfo_to_dict(plain_url(url)).items() if value is not None}


def _last_lines(said: IO[bytes]) -> str:
    said.seek(0, os.SEEK_END)
    said.seek(max(0, said.tell() - 4000))
    lines = [line.strip() for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    # What the server repeats of a row stays out of the message.
    kept = [line for line in lines if not line.startswith(("DETAIL", "CONTEXT", "LINE", "Command was"))]
    return " / ".join(kept[-_LINES_SHOWN:]) or "it said nothing"
