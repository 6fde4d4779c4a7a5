"""One supervisor per folder: a lock the kernel releases when its holder dies, and a note of who holds it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

ATTEMPTS: Final = 5
PAUSE_SECONDS: Final = 0.05

# An `up` whose parts do not all run yet, an `up`, a single command that uses the servers.
Kind = Literal["starting", "up", "servers"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a folder: the process, what it is, and the address of its pages."""

    pid: int
    kind: Kind
    address: str

    @property
    def supervises(self) -> bool:
        """Return whether it is an `up`, ready or not, and no single command."""
        return self.kind != "servers"


class HomeLock:
    """The exclusive lock of one folder."""

    def __init__(self, home: Path) -> None:
        self._path = home / "lock"
        self._handle: int | None = None

    def take(self, kind: Kind) -> bool:
        """Take the lock and note this process as its holder; return False when somebody else has it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        # A process that only looks holds the lock for a moment, so one refusal proves nothing.
        for _ in range(ATTEMPTS):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(PAUSE_SECONDS)
                continue
            self._handle = handle
            self.note(kind)
            return True
        os.close(handle)
        return False

    def note(self, kind: Kind, address: str = "") -> None:
        """Write who holds the lock, for those who find it taken."""
        if self._handle is None:
            return
        text = json.dumps({"pid": os.getpid(), "kind": kind, "address": address})
        os.truncate(self._handle, 0)
        os.pwrite(self._handle, text.encode(), 0)

    def release(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            os.truncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def holder(home: Path) -> Holder | None:
    """Return who holds the folder, None when nobody does."""
    try:
        handle = os.open(home / "lock", os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _noted(handle)
    finally:
        os.close(handle)
    return None


def share(home: Path) -> Callable[[], None]:
    """Declare that this process uses servers another one started; return the function that ends it."""
    handle = os.open(home / "users.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return lambda: os.close(handle)


def is_shared(home: Path) -> bool:
    """Return whether another process still uses the servers of this folder."""
    handle = os.open(home / "users.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _noted(handle: int) -> Holder:
    for _ in range(ATTEMPTS):
        try:
            noted = json.loads(os.pread(handle, 4096, 0))
            return Holder(int(noted["pid"]), noted["kind"], str(noted["address"]))
        except (ValueError, KeyError, TypeError):
            time.sleep(PAUSE_SECONDS)
    return Holder(0, "up", "")
