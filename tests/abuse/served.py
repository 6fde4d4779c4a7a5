"""The web server as `up` starts it, in a process of its own, and browsers that time what they get."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from feedback_app import config
from feedback_app.supervisor.children import web_command
from tests.conftest import Live


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(live: Live, **environ: str) -> Iterator[int]:
    """Run the web server of an installation; give its port."""
    port = free_port()
    settings = replace(live.settings, host="127.0.0.1", web_workers=2, web_threads=8)
    process = subprocess.Popen(
        web_command(settings, port, "feedback_app.wsgi:app"), env={**live.environ, **environ},
        cwd=config.project_root(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if Visitor(port).get("/sehat")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web server does not answer")


@dataclass
class Visitor:
    """A browser with a cookie and an address of its own, behind the proxy."""

    port: int
    address: str = "203.0.113.7"
    cookie: str = ""
    seconds: list[float] = field(default_factory=list)

    def get(self, path: str) -> tuple[int, str]:
        return self._call("GET", path)

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        return self._call("POST", path, urlencode(fields))

    def token(self, path: str) -> str:
        """The token of the form at an address."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path)[1])
        assert found, path
        return found[1]

    def _call(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        heads = {"X-Forwarded-For": self.address, "Cookie": self.cookie}
        if body is not None:
            heads["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, heads)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        self.seconds.append(time.monotonic() - began)
        if given := answer.getheader("Set-Cookie"):
            self.cookie = given.partition(";")[0]
        return answer.status, text


@contextmanager
def meanwhile(work: Callable[[], object], *, threads: int) -> Iterator[None]:
    """Repeat some work in threads until the block is over."""
    over = threading.Event()

    def repeat() -> None:
        while not over.is_set():
            try:
                work()
            except OSError:
                time.sleep(0.01)

    running = [threading.Thread(target=repeat) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in running:
            thread.join()
