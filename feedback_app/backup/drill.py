"""Whether a copy can be used, tried for real: restored beside, verified, recounted, compared, dropped."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from feedback_app.backup import facts, tools
from feedback_app.backup.archive import BackupError
from feedback_app.backup.restoring import Copy, look_at, restore_database
from feedback_app.backup.verification import Found, Level
from feedback_app.config import Settings

_NAME: Final = re.compile(r"suara_drill_(\d{10})_[0-9a-f]{8}")
_LEFT_SECONDS: Final = 86_400
_DROP_SECONDS: Final = 30

Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill found, and how long restoring and looking took, in seconds."""

    found: list[Found]
    restoring: float
    looking: float

    @property
    def is_good(self) -> bool:
        """Tell whether an installation could go on from this copy."""
        return all(one.level is not Level.BAD for one in self.found)


def drill(copy: Copy, settings: Settings, *, progress: Progress) -> Drilled:
    """Restore a copy into a database of its own on the server of these settings, look at it, and drop it.

    Raises
    ------
    feedback_app.backup.archive.BackupError
        The copy cannot be restored, or the role may not create a database.
    feedback_app.errors.ConfigurationError
    """
    began = time.monotonic()
    with _own_database(str(settings.database_url), copy) as url:
        restore_database(copy, url)
        restored = time.monotonic()
        progress(f"restored in {restored - began:.1f} s")
        found = look_at(copy, replace(settings, database_url=url))
    return Drilled(found, restored - began, time.monotonic() - restored)


@contextlib.contextmanager
def _own_database(server: str, copy: Copy) -> Iterator[str]:
    name = f"suara_drill_{int(time.time())}_{secrets.token_hex(4)}"
    with tools.connect(server, autocommit=True) as link:
        _drop_left(link)
        missing = facts.missing_roles(link, copy.checked.manifest.roles)
        if missing:
            raise BackupError(f"The copy gives rights to {', '.join(missing)}, which this server does not know.")
        try:
            link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise BackupError(
                "A drill makes a database of its own, which the role of DATABASE_URL may not: "
                f"as superuser type ALTER ROLE {link.info.user} CREATEDB, or drill on another machine."
            ) from error
    try:
        yield named(server, name)
    finally:
        with tools.connect(server, autocommit=True) as link:
            _drop(link, name)


def named(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _drop_left(link: psycopg.Connection[Any]) -> None:
    """Drop what a drill that was killed left behind, a day later."""
    for (name,) in link.execute("SELECT datname FROM pg_database WHERE datname LIKE 'suara\\_drill\\_%'").fetchall():
        made = _NAME.fullmatch(str(name))
        if made and int(made[1]) < time.time() - _LEFT_SECONDS:
            _drop(link, str(name))


def _drop(link: psycopg.Connection[Any], name: str) -> None:
    ends_at = time.monotonic() + _DROP_SECONDS
    while True:
        try:
            link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            return
        except psycopg.errors.InsufficientPrivilege:
            # The server's own vacuum is at work there, which only its superuser may end.
            if time.monotonic() > ends_at:
                return
            time.sleep(0.3)
