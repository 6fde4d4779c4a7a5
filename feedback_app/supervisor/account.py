"""Which operating-system user the embedded servers run as.

PostgreSQL refuses to run as root. Started as root, both servers run as an unprivileged user that already
exists; started as anyone else, they run as that same user.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from feedback_app.errors import ConfigurationError

UNPRIVILEGED_USERS: Final = ("postgres", "nobody")
CHILD: Final = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine. `switch`: root must become this user. `search`: it may pass closed folders."""

    name: str
    uid: int
    gid: int
    switch: bool
    search: bool = False

    def searching(self) -> Account:
        """Return this account with the right to pass folders that are closed to it, and no other right."""
        return replace(self, search=True)


def own() -> Account:
    """Return the user who runs this process."""
    uid = os.geteuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    return Account(name, uid, os.getegid(), switch=False)


def for_servers() -> Account:
    """Return the user the embedded servers run as.

    Raises
    ------
    ConfigurationError
        The process is root and the machine has no unprivileged user to run the servers.
    """
    if os.geteuid() != 0:
        return own()
    for name in UNPRIVILEGED_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid, switch=True)
    raise ConfigurationError(
        "The embedded servers do not run as root and this machine has neither a user `postgres` nor "
        "`nobody`: start as a normal user, or set DATABASE_URL and REDIS_URL."
    )


def command_as(account: Account, folder: Path, argv: tuple[str, ...], *, death_signal: int) -> list[str]:
    """Return the command that runs `argv` as the account in the folder, ended when this process ends."""
    user, group = (account.uid, account.gid) if account.switch else (-1, -1)
    words = (os.getpid(), death_signal, user, group, int(account.search))
    return [sys.executable, "-I", "-S", str(CHILD), *map(str, words), str(folder), *argv]


def check_switch(account: Account) -> None:
    """Try whether root may become the account.

    Raises
    ------
    ConfigurationError
        It may not, as in some containers.
    """
    command = command_as(account, Path("/"), ("/bin/sh", "-c", "exit 0"), death_signal=9)
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:  # noqa: S603
        raise ConfigurationError(
            f"This root may not become the user {account.name}, as whom the embedded servers would run: "
            "start as a normal user, or set DATABASE_URL and REDIS_URL."
        )


def reaches(account: Account, folder: Path, programs: tuple[Path, ...]) -> bool:
    """Return whether the account can enter the folder and run each program there."""
    for program in programs:
        command = command_as(account, folder, (str(program), "--version"), death_signal=9)
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:  # noqa: S603
            return False
    return True
