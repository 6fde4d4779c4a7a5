"""Where one installation keeps its data and its sockets, and as whom its servers run."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from feedback_app.errors import ConfigurationError
from feedback_app.supervisor import account as accounts
from feedback_app.supervisor import binaries
from feedback_app.supervisor.account import Account
from feedback_app.supervisor.binaries import Postgres
from feedback_app.supervisor.home import private_folder

LONGEST_SOCKET_PATH: Final = 103  # bytes; 107 on Linux, 103 on macOS
# A comma parts two hosts in a connection string, and a space or an equals sign in the path of its socket breaks
# the list of clients that Redis answers with.
PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/._@+~-]+")
POSTGRES_SOCKET: Final = ".s.PGSQL.5432"
# Not $XDG_RUNTIME_DIR: it is removed when the user logs out, while `up` may go on without a terminal.
SHORT_FOLDER: Final = Path("/tmp")  # noqa: S108 - owner and mode of our folder in it are checked before use
OUTSIDE_FOLDER: Final = Path("/var/lib/suara-layanan")


@dataclass(frozen=True, slots=True)
class Places:
    """The folders, programs and user of one installation; `notes` are sentences worth telling."""

    home: Path
    data: Path
    sockets: Path
    account: Account
    postgres: Postgres
    redis: Path
    notes: tuple[str, ...] = ()

    @property
    def postgres_data(self) -> Path:
        """Return PostgreSQL's data folder."""
        return self.data / "postgres"

    @property
    def redis_data(self) -> Path:
        """Return Redis' data folder."""
        return self.data / "redis"

    @property
    def postgres_socket(self) -> Path:
        """Return the socket PostgreSQL listens on."""
        return self.sockets / POSTGRES_SOCKET

    @property
    def redis_socket(self) -> Path:
        """Return the socket Redis listens on."""
        return self.sockets / "redis.sock"

    def leave(self) -> None:
        """Remove the short socket folder, which lies outside the home, once it is empty."""
        if self.sockets.parent == SHORT_FOLDER:
            with contextlib.suppress(OSError):
                self.sockets.rmdir()


def settle(home: Path) -> Places:
    """Decide where data and sockets lie and who runs the servers; what already exists keeps the decision.

    Raises
    ------
    ConfigurationError
        A server program is missing, or existing data cannot be reached by the servers' user.
    """
    account = accounts.for_servers()
    data, account, notes = _data_folder(home, account)
    postgres = binaries.find_postgres(_written_by(data / "postgres"))
    redis = binaries.find_redis()
    if data != home:
        postgres, redis = binaries.within_reach(account, data, postgres, redis)
    sockets, more_notes = _socket_folder(data, account)
    private_folder(data / "redis", account)
    return Places(home, data, sockets, account, postgres, redis, (*notes, *more_notes))


def outside_folder(home: Path) -> Path:
    """Return the folder for data that the servers' user could not reach inside the home."""
    return OUTSIDE_FOLDER / _short_name(home)


def _data_folder(home: Path, account: Account) -> tuple[Path, Account, tuple[str, ...]]:
    if not account.switch:
        return home, account, ()
    outside = outside_folder(home)
    if _written_by(outside / "postgres") is None:
        inside = _reaching(home, account)
        if inside is not None:
            return home, inside, _search_notes(home, inside)
        if _written_by(home / "postgres") is not None:
            raise ConfigurationError(
                f"The database in {home} cannot be reached by the user {account.name}, who runs the servers "
                "for root: let that user pass the folders above it, or give this process CAP_DAC_READ_SEARCH."
            )
    accounts.check_switch(account)
    _create_outside(outside)
    note = f"Data lie in {outside}, because the user {account.name} (root's servers) cannot enter {home}."
    return outside, account, (note,)


def _reaching(home: Path, account: Account) -> Account | None:
    programs = (binaries.find_postgres(_written_by(home / "postgres")).server, binaries.find_redis())
    for candidate in (account, account.searching()):
        if accounts.reaches(candidate, home, programs):
            return candidate
    return None


def _search_notes(home: Path, account: Account) -> tuple[str, ...]:
    if not account.search:
        return ()
    note = (
        f"The servers run as {account.name} and keep the right to pass closed folders (CAP_DAC_READ_SEARCH), "
        f"because {home} or the programs lie below a folder closed to that user."
    )
    return (note,)


def _create_outside(outside: Path) -> None:
    try:
        outside.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        outside.mkdir(mode=0o711, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"The data folder {outside} cannot be created: {error.strerror}.") from error
    if outside.is_symlink() or outside.stat().st_uid != os.geteuid():
        raise ConfigurationError(f"The data folder {outside} does not belong to root.")


def _socket_folder(data: Path, account: Account) -> tuple[Path, tuple[str, ...]]:
    inside = data / "run"
    if _fits(inside):
        return private_folder(inside, account), ()
    short = SHORT_FOLDER / f"suara-{os.geteuid()}-{_short_name(data)}"
    note = f"PostgreSQL and Redis meet in {short}: their sockets need a short, plain path, which {data} is not."
    return private_folder(short, account), (note,)


def _fits(folder: Path) -> bool:
    path = str(folder / POSTGRES_SOCKET)
    return PLAIN_PATH.fullmatch(path) is not None and len(os.fsencode(path)) <= LONGEST_SOCKET_PATH


def _short_name(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def _written_by(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
