"""The servers under load, the yardstick beside them, and a form filled in as a browser would."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

import psutil

from bench import load
from bench.load import Loaded
from bench.stage import Stage, cpu_seconds, free_port, process, wait_for_port

CLIENTS: Final = 16
GRANIAN: Final = (
    "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "8", "--no-ws",
    "--log-level", "error",
)  # fmt: skip
# The yardstick of the targets: the usual pure-Python server.
GUNICORN: Final = (
    "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "error",
)  # fmt: skip
OURS: Final = "feedback_app.wsgi:app"
WARM_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Served:
    """A web server that runs."""

    port: int
    process: psutil.Process


@contextmanager
def serving(stage: Stage, server: tuple[str, ...] = GRANIAN, app: str = OURS) -> Iterator[Served]:
    """Run an application of ours on a server."""
    port = free_port()
    where = ("--port", str(port)) if server is GRANIAN else ("--bind", f"127.0.0.1:{port}")
    with process(stage, *server, *where, app) as running:
        wait_for_port(port)
        yield Served(port, running)


def measured(web: Served, requests: list[bytes], *, seconds: float, status: int) -> tuple[Loaded, float]:
    """Return what a run came to after a short one to warm up, and the server's CPU milliseconds for each request."""
    load.run(web.port, requests, clients=CLIENTS, seconds=WARM_SECONDS)
    before = cpu_seconds(web.process)
    done = load.run(web.port, requests, clients=CLIENTS, seconds=seconds).expect(status)
    return done, 1000 * (cpu_seconds(web.process) - before) / done.requests


def hello(stage: Stage, server: tuple[str, ...], seconds: float) -> float:
    """Return the CPU milliseconds of a request that does nothing."""
    with serving(stage, server, "bench.hello:app") as web:
        return measured(web, [load.get("/")], seconds=seconds, status=200)[1]


class _Hidden(HTMLParser):
    """Collects what the form of a path carries unseen."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._action, self._inside = action, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the hidden fields of that form alone."""
        found = dict(attrs)
        if tag == "form":
            self._inside = found.get("method") == "post" and (found.get("action") or self._action) == self._action
        if self._inside and tag == "input" and found.get("type") == "hidden":
            self.fields[found.get("name") or ""] = found.get("value") or ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was answered."""

    status: int
    html: str
    cookie: str
    etag: str


def opened(port: int, path: str, seconds: float = 20.0) -> Page:
    """Open a page; a server that has just started is asked until it answers."""
    ends_at = time.monotonic() + seconds
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
            connection.request("GET", path)
            answer = connection.getresponse()
            html = answer.read().decode()
            cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
            return Page(answer.status, html, cookie, answer.getheader("ETag") or "")
        except (ConnectionError, http.client.HTTPException):
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.1)


def filled(port: int, page_path: str, fields: dict[str, str], *, action: str = "") -> bytes:
    """Open a page and return the request that sends its form with these fields and whatever it carries unseen.

    Raises
    ------
    RuntimeError
        The page has no form that posts to the action.
    """
    page, action = opened(port, page_path), action or page_path
    found = _Hidden(action)
    found.feed(page.html)
    if not page.cookie or not found.fields:
        raise RuntimeError(f"{page_path} answered {page.status} and has no form for {action}")
    return load.post(action, page.cookie, {**found.fields, **fields})
