"""The keys of the contact vault in a file outside the database, for installations that keep no keys of their own.

The file holds every key that still opens something, the one that seals first, with the moment it was made and the
moment since when every row is sealed under it. It is replaced in one step and forced to the disk before a row is sealed
under a new key: a key that is lost takes with it what it sealed.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from feedback_app.environment import is_vault_key
from feedback_app.errors import ConfigurationError

log = logging.getLogger(__name__)

SECRETS: Final = "secrets"
VAULT_KEYS: Final = "vault-keys"
# Of an installation that was given no SECRET_KEY: what it signs with, with what it signed before, and what must last.
SECRET_KEY: Final = "secret_key"  # noqa: S105 - the name of a file
FALLBACKS: Final = "secret_key_fallbacks"
LASTING: Final = "lasting_secret"


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key; `resealed_at` is set once every row was sealed under it (aware, UTC)."""

    key: str
    made_at: datetime
    resealed_at: datetime | None = None

    def __repr__(self) -> str:
        return f"KeyEntry(made_at={self.made_at.isoformat()}, resealed_at={self.resealed_at})"


def vault_key_file(home: Path) -> Path:
    """Return where the keys of an installation lie that are not given by `VAULT_KEYS`."""
    return home / SECRETS / VAULT_KEYS


def read_entries(path: Path) -> tuple[KeyEntry, ...]:
    """Return the keys of the file, the sealing one first; none where there is no file.

    Raises
    ------
    feedback_app.errors.ConfigurationError
        The file cannot be read, or holds something that is no key. The message never repeats a key.
    """
    try:
        raw = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ConfigurationError(f"The keys of the vault in {path} cannot be read: {error.strerror}.") from error
    try:
        return tuple(_entry(row) for row in json.loads(raw)["keys"])
    except (ValueError, KeyError, TypeError) as error:
        # What stands there may be half a key, and a message may reach a log.
        raise ConfigurationError(
            f"The file {path} does not hold keys of the vault: put the copy back that you keep apart."
        ) from error


def _entry(row: Any) -> KeyEntry:
    if not is_vault_key(row["key"]):
        raise ValueError("no key")
    resealed = row.get("resealed_at")
    return KeyEntry(
        row["key"], datetime.fromisoformat(row["made_at"]), datetime.fromisoformat(resealed) if resealed else None
    )


def write_entries(path: Path, entries: tuple[KeyEntry, ...]) -> None:
    """Replace the file in one step, readable by its owner alone, and force it and its folder to the disk.

    Raises
    ------
    feedback_app.errors.ConfigurationError
        The folder does not take the file.
    """
    rows = [
        {
            "key": entry.key,
            "made_at": entry.made_at.astimezone(UTC).isoformat(),
            "resealed_at": entry.resealed_at.astimezone(UTC).isoformat() if entry.resealed_at else None,
        }
        for entry in entries
    ]
    write_secret(path, json.dumps({"keys": rows}, indent=1) + "\n")


def write_secret(path: Path, text: str) -> None:
    """Replace a secret file in one step: mode 0600, and on the disk before this returns.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise ConfigurationError(f"The file {path} cannot be written: {error.strerror}.") from error


def kept_fallbacks(home: Path) -> tuple[str, ...]:
    """Return the secrets of `secret_key` that were in force before, newest first; what they signed is still known."""
    path = home / SECRETS / FALLBACKS
    return tuple(path.read_text(encoding="ascii").split()) if path.exists() else ()


def kept_lasting(home: Path) -> str | None:
    """Return the secret of what must last, where `secret_key` was changed since; None where both are still one."""
    path = home / SECRETS / LASTING
    return path.read_text(encoding="ascii").strip() if path.exists() else None


def change_session_key(home: Path, new: str, *, retire: bool) -> None:
    """Put a new secret in the place of `secret_key`, after the old one was kept for what must last.

    Ended between any two writes, the next start finds secrets that fit each other. With `retire` sessions of the old
    one end.

    Raises
    ------
    feedback_app.errors.ConfigurationError
        This installation keeps no secret of its own.
    """
    folder = home / SECRETS
    if not (folder / SECRET_KEY).exists():
        raise ConfigurationError(f"There is no secret in {folder}: nothing was started here with `feedback up` yet.")
    old = (folder / SECRET_KEY).read_text(encoding="ascii").strip()
    if kept_lasting(home) is None:
        write_secret(folder / LASTING, old + "\n")
    write_secret(folder / FALLBACKS, "" if retire else old + "\n")
    write_secret(folder / SECRET_KEY, new + "\n")


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold a file against a second rotation at the same time; a process that dies lets go by itself.

    Raises
    ------
    feedback_app.errors.ConfigurationError
        Another process holds it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ConfigurationError("Another process rotates the keys of this folder: wait until it has ended.") from error
    finally:
        os.close(handle)


def others_may_read(path: Path) -> bool:
    """Tell whether anybody but the owner may read or write the file."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


class KeyFile:
    """The keys of the file as they are now: a process that runs on sees a new key without a restart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark: tuple[int, int, int] | None = None
        self._keys: tuple[bytes, ...] = ()
        self._reading = threading.Lock()

    def keys(self) -> tuple[bytes, ...]:
        """Return the keys, the sealing one first; the last known ones while the file cannot be read.

        Raises
        ------
        feedback_app.errors.ConfigurationError
            It cannot be read and never could be in this process.
        """
        mark = self._marked()
        if mark == self._mark:
            return self._keys
        with self._reading:
            try:
                self._keys = tuple(entry.key.encode() for entry in read_entries(self.path))
                self._mark = mark
            except ConfigurationError:
                if not self._keys:
                    raise
                log.exception("The keys of the vault cannot be read again; the known ones serve on.")
        return self._keys

    def _marked(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
