"""Sixteen browsers in one process: raw requests over kept-alive connections, so that the load itself costs little."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode


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


def run(port: int, requests: list[bytes], *, seconds: float) -> Loaded:
    """Send each client its own request again and again for some seconds."""
    return asyncio.run(_run(port, requests, seconds))


async def _run(port: int, requests: list[bytes], seconds: float) -> Loaded:
    ends_at = time.monotonic() + seconds
    statuses: dict[int, int] = {}
    started = time.monotonic()
    await asyncio.gather(*(_client(port, request, ends_at, statuses) for request in requests))
    return Loaded(sum(statuses.values()), time.monotonic() - started, statuses)


async def _client(port: int, request: bytes, ends_at: float, statuses: dict[int, int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < ends_at:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if length and int(length[1]):
            await reader.readexactly(int(length[1]))
        status = int(head[9:12])
        statuses[status] = statuses.get(status, 0) + 1
    writer.close()
    await writer.wait_closed()


def get(path: str) -> bytes:
    """Return a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n".encode()


def post(path: str, cookie: str, fields: dict[str, str]) -> bytes:
    """Return a POST request of a form."""
    body = urlencode(fields)
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
