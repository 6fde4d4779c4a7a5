"""Many browsers in one process: raw requests over kept-alive connections, so that the load itself costs little.

A request may hold two marks of fixed width: each time it is sent, `ADDRESS` becomes another visitor's address and
`SERIAL` another number, so that limits by address stay on and no two requests are the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

ADDRESS: Final = "@the-visitor-s@"
SERIAL: Final = "000serial000"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_numbers: Final = itertools.count(1)

Prepare = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run came to."""

    requests: int
    seconds: float
    statuses: dict[int, int]

    @property
    def rate(self) -> float:
        """Return requests a second."""
        return self.requests / self.seconds

    def expect(self, status: int) -> Loaded:
        """Return the run itself; refuse to measure anything else than what was meant.

        Raises
        ------
        RuntimeError
            Some answer had another status.
        """
        if set(self.statuses) != {status}:
            raise RuntimeError(f"every answer should be {status}: {self.statuses}")
        return self


@dataclass(slots=True)
class Connection:
    """A kept-alive connection of one browser."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    cookies: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, port: int) -> Connection:
        """Connect to the server on this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; return the status and the head of the answer, the body read and dropped."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = _LENGTH.search(head)
        if length and status != 304:
            await self.reader.readexactly(int(length[1]))
        return status, head

    async def close(self) -> None:
        """Hang up; the other side may have done so before."""
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


def fresh(request: bytes) -> bytes:
    """Return the request from another visitor and with another number than ever before."""
    number = next(_numbers)
    # Three digits in each part keep the width; 150^3 addresses come before any comes again.
    parts = (100 + number // 150**power % 150 for power in (2, 1, 0))
    address = f"104.{'.'.join(map(str, parts))}"
    return request.replace(ADDRESS.encode(), address.encode()).replace(SERIAL.encode(), f"{number:012d}".encode())


def run(port: int, requests: list[bytes], *, clients: int, seconds: float) -> Loaded:
    """Let clients send the requests in turn, each as soon as it was answered, for some seconds."""
    ends_at = time.monotonic() + seconds
    return asyncio.run(_run(port, itertools.cycle(requests), clients, lambda: time.monotonic() < ends_at))


def once(port: int, requests: list[bytes], *, clients: int) -> Loaded:
    """Let clients send each request exactly once."""
    return asyncio.run(_run(port, iter(requests), clients, lambda: True))


async def _run(port: int, requests: Iterator[bytes], clients: int, goes_on: Callable[[], bool]) -> Loaded:
    statuses: dict[int, int] = {}
    started = time.monotonic()
    await asyncio.gather(*(_client(port, requests, goes_on, statuses) for _ in range(clients)))
    return Loaded(sum(statuses.values()), time.monotonic() - started, statuses)


async def _client(port: int, requests: Iterator[bytes], goes_on: Callable[[], bool], statuses: dict[int, int]) -> None:
    connection = await Connection.open(port)
    while goes_on() and (request := next(requests, None)):
        status, _ = await connection.send(fresh(request))
        statuses[status] = statuses.get(status, 0) + 1
    await connection.close()


def get(path: str, **headers: str) -> bytes:
    """Return a GET request."""
    return f"GET {path} HTTP/1.1\r\n{_heads(headers)}\r\n".encode()


def post(path: str, cookie: str, fields: dict[str, str]) -> bytes:
    """Return a POST request of a form."""
    body = urlencode(fields)
    heads = _heads({"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"})
    return f"POST {path} HTTP/1.1\r\n{heads}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def _heads(headers: dict[str, str]) -> str:
    every = {"Host": "127.0.0.1", "Connection": "keep-alive", "X-Forwarded-For": ADDRESS, **headers}
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in every.items())
