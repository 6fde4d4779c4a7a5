"""PostgreSQL and Redis alone, for single commands and tests: started if nobody did, else shared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from feedback_app.config import Settings, resolved
from feedback_app.errors import ConfigurationError
from feedback_app.supervisor import embedded, lock
from feedback_app.supervisor.console import say
from feedback_app.supervisor.embedded import Embedded
from feedback_app.supervisor.home import open_home, read_noted
from feedback_app.supervisor.lock import HomeLock

WAIT_SECONDS: Final = 130.0


@dataclass(slots=True)
class _Use:
    """One process' use of a home: as the owner of its servers, or as a guest."""

    leave: Callable[[], None]


_uses: dict[Path, _Use] = {}


@contextmanager
def servers(settings: Settings, *, fsync: bool = True) -> Iterator[Settings]:
    """Give the block settings that reach both servers; stop at its end what was started for it."""
    try:
        yield start_servers(settings, fsync=fsync)
    finally:
        stop_servers(settings)


def start_servers(settings: Settings, *, fsync: bool = True) -> Settings:
    """Start the embedded servers of this home, or join those that already run, and return how to reach them.

    Call it from the main thread: the servers end when the thread that started them ends. `fsync=False` is for
    tests only; a power cut would lose data.

    Raises
    ------
    ConfigurationError
        A server cannot be reached or started.
    """
    if settings.home in _uses:
        return resolved(settings)
    open_home(settings.home)
    held = HomeLock(settings.home)
    deadline = time.monotonic() + WAIT_SECONDS
    while not held.take("servers"):
        joined = _join(settings)
        if joined is not None:
            return joined
        if time.monotonic() > deadline:
            raise ConfigurationError(f"Another process holds {settings.home}; its servers do not get ready.")
        time.sleep(0.1)
    return _own(settings, held, fsync=fsync)


def stop_servers(settings: Settings) -> None:
    """Stop the servers this process started in this home, or leave those it joined; do nothing for others."""
    use = _uses.pop(settings.home, None)
    if use is not None:
        use.leave()


def _own(settings: Settings, held: HomeLock, *, fsync: bool) -> Settings:
    try:
        started = embedded.launch(settings, fsync=fsync)
    except BaseException:
        held.release()
        raise
    embedded.note_connection(started.settings, None)
    _uses[settings.home] = _Use(lambda: _close(started, held))
    return started.settings


def _close(started: Embedded, held: HomeLock) -> None:
    home = started.settings.home
    if lock.is_shared(home):
        say("Another command still uses the servers of this folder; they stop when it has finished.")
        while lock.is_shared(home):
            time.sleep(0.2)
    started.settings.connection_file.unlink(missing_ok=True)
    embedded.halt(started)
    (home / "status.json").unlink(missing_ok=True)
    held.release()


def _join(settings: Settings) -> Settings | None:
    holder = lock.holder(settings.home)
    if holder is None or read_noted(settings.connection_file).get("pid") != holder.pid:
        return None
    _uses[settings.home] = _Use(lock.share(settings.home))
    return resolved(settings)
