"""What every way of sending has in common: one call, and two ways to fail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol


class TemporaryFailure(Exception):  # noqa: N818 - the name of an outcome
    """It did not go now and may go later. `reason` is a code or a kind of error, never an address or a text.

    `stops_way` says that it was not about this message: the server is away, or refuses us altogether.
    """

    def __init__(self, reason: str, *, wait: timedelta | None = None, stops_way: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.stops_way = stops_way


class PermanentFailure(Exception):  # noqa: N818 - the name of an outcome
    """It will never go. `reason` is a code or a kind of error, never an address or a text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Transport(Protocol):
    """One way to reach somebody."""

    def send(self, address: str, subject: str, body: str, headers: Mapping[str, str]) -> None:
        """Hand a message over to the next machine.

        Raises
        ------
        TemporaryFailure
        PermanentFailure
        """
