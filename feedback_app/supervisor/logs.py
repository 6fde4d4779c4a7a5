"""The log file of each part: appended to, bounded in size, readable by its owner only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

LARGEST_BYTES: Final = 5_000_000
KEPT_FILES: Final = 3


def open_log(path: Path) -> int:
    """Return a descriptor that appends to the log; an overgrown log is set aside first."""
    if path.exists() and path.stat().st_size > LARGEST_BYTES:
        _shift(path)
        path.rename(_older(path, 1))
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def append(path: Path, text: bytes) -> None:
    """Add the output of a finished command to the log."""
    with os.fdopen(open_log(path), "wb") as file:
        file.write(text)


def trim(path: Path) -> bool:
    """Set an overgrown log aside while a process goes on writing to it; return whether it was overgrown."""
    if not path.exists() or path.stat().st_size <= LARGEST_BYTES:
        return False
    _shift(path)
    shutil.copyfile(path, _older(path, 1))
    _older(path, 1).chmod(0o600)
    os.truncate(path, 0)
    return True


def last_lines(path: Path, count: int = 3) -> str:
    """Return the end of the log, for an error message."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4000))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return " / ".join(line.strip() for line in lines[-count:] if line.strip())


def _shift(path: Path) -> None:
    for number in range(KEPT_FILES - 1, 0, -1):
        if _older(path, number).exists():
            _older(path, number).replace(_older(path, number + 1))


def _older(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
