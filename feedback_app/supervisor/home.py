"""The folder of one installation: who owns it, what is secret in it, how files in it are written."""

from __future__ import annotations

import json
import os
import pwd
import secrets
import stat
from pathlib import Path
from typing import Any

from feedback_app.errors import ConfigurationError
from feedback_app.supervisor import account as accounts
from feedback_app.supervisor.account import Account


def open_home(home: Path) -> None:
    """Create the folder, or check that it is ours to use.

    A folder created by root can be passed, not read, by others: the servers' user must reach its part of it.

    Raises
    ------
    ConfigurationError
        The folder belongs to another user, may be written by everybody, or cannot be created.
    """
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        _create(home)
        found = home.stat()
    except OSError as error:
        raise ConfigurationError(f"FEEDBACK_HOME {home} cannot be used: {error.strerror}.") from error
    if not stat.S_ISDIR(found.st_mode):
        raise ConfigurationError(f"FEEDBACK_HOME {home} is not a folder.")
    if found.st_uid != os.geteuid():
        raise ConfigurationError(
            f"FEEDBACK_HOME {home} belongs to the user {_user_name(found.st_uid)}: start as that user, "
            f"or set FEEDBACK_HOME to another folder."
        )
    if found.st_mode & stat.S_IWOTH:
        raise ConfigurationError(f"FEEDBACK_HOME {home} may be written by everybody: give it mode 0700.")
    private_folder(home / "secrets", accounts.own())
    private_folder(home / "logs", accounts.own())


def _create(home: Path) -> None:
    try:
        home.mkdir(mode=0o700)
    except FileExistsError:
        return
    if accounts.for_servers().switch:
        home.chmod(0o711)


def private_folder(folder: Path, account: Account) -> Path:
    """Create a folder of mode 0700 for the account, or check an existing one; never follow a link.

    Raises
    ------
    ConfigurationError
        Something else stands at that path, or it belongs to a third user.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _make_private(handle, folder, account)
        finally:
            os.close(handle)
    except OSError as error:
        raise ConfigurationError(f"The folder {folder} cannot be used: {error.strerror}.") from error
    return folder


def _make_private(handle: int, folder: Path, account: Account) -> None:
    found = os.fstat(handle)
    if found.st_uid not in {os.geteuid(), account.uid}:
        raise ConfigurationError(
            f"The folder {folder} belongs to the user {_user_name(found.st_uid)}, not to {account.name}: "
            "start as the user who made it, or set FEEDBACK_HOME to another folder."
        )
    if account.switch:
        os.fchown(handle, account.uid, account.gid)
    os.fchmod(handle, 0o700)


def kept_secret(home: Path, name: str) -> str:
    """Return the secret of that name, made on first use (256 bits, URL-safe, mode 0600)."""
    path = home / "secrets" / name
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii").strip()


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step; only its owner may read it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def read_noted(path: Path) -> dict[str, Any]:
    """Return the JSON object in the file; an absent or half-written one is empty."""
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
