"""Count in this process alone: how often something happened under a key within the last minute or so."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

MOST_KEYS = 50_000


@dataclass
class Tally:
    """Counts by key that begin anew every `seconds`. It never grows beyond `most_keys`.

    A key that finds no room counts as the most there is: a flood from everywhere makes a new one suspect, not free.
    """

    seconds: float
    most_keys: int = MOST_KEYS
    _counts: Counter[str] = field(default_factory=Counter)
    _ends_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, key: str) -> int:
        """Count once under a key; return how often that was in this window."""
        with self._lock:
            self._turn()
            if key not in self._counts and len(self._counts) >= self.most_keys:
                return sys.maxsize
            self._counts[key] += 1
            return self._counts[key]

    def of(self, key: str) -> int:
        """Return how often it happened under a key in this window."""
        with self._lock:
            self._turn()
            return self._counts.get(key, 0)

    def _turn(self) -> None:
        now = time.monotonic()
        if now >= self._ends_at:
            self._counts.clear()
            self._ends_at = now + self.seconds
