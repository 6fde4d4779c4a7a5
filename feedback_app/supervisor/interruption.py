"""SIGINT, SIGTERM and SIGHUP: end in order; a second one hastens."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class InterruptedStart(BaseException):
    """Raised out of a start-up step when told to stop; like KeyboardInterrupt, it is not an error."""


@dataclass(slots=True)
class Requests:
    """How often the supervisor was told to stop, and whether the next time breaks off what it is doing."""

    count: int = 0
    breaks_off: bool = False

    def stop(self) -> bool:
        """Return whether a stop was asked for."""
        return self.count >= 1

    def hurry(self) -> bool:
        """Return whether it was asked for more than once."""
        return self.count >= 2

    def receive(self, _number: int, _frame: FrameType | None) -> None:
        """Count one request."""
        self.count += 1
        if self.breaks_off:
            self.breaks_off = False
            raise InterruptedStart


@contextmanager
def heard() -> Iterator[Requests]:
    """Count the signals that arrive while the block runs. SIGHUP stays ignored under `nohup`."""
    requests = Requests()
    before = {}
    for number in SIGNALS:
        if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue
        before[number] = signal.signal(number, requests.receive)
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
