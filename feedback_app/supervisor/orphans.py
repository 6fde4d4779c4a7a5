"""Processes whose parent died: make the kernel hand them to the supervisor, end them, bury them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Collection
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def adopt_grandchildren() -> None:
    """Become the new parent of every descendant whose own parent dies (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1), 0, 0, 0)


def end_postgres_backends(known: Collection[int]) -> None:
    """Kill the backends of a dead postmaster: one busy with a query would keep the next one from starting.

    A killed backend loses nothing that was committed; the next start recovers from the write-ahead log.
    """
    for pid in _children():
        if pid not in known and _name(pid) == "postgres":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def bury(known: Collection[int]) -> None:
    """Reap adopted processes that have ended; those in `known` are left to their owner."""
    for pid in _children():
        if pid not in known:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def none_left() -> bool:
    """Reap what has ended, and return whether no adopted process is left: a killed one takes its moment to go."""
    bury(())
    return not _children()


def _children() -> list[int]:
    found: list[int] = []
    for listing in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in listing.read_text(encoding="ascii").split()]
    return found


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
