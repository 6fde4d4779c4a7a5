"""What the supervisor tells the person at the terminal: one line at a time, on stderr."""

from __future__ import annotations

import contextlib
import sys


def say(sentence: str) -> None:
    """Write one line to stderr; a terminal that is gone must not stop the supervisor."""
    with contextlib.suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)
