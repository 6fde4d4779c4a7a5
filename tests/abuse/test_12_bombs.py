"""Requests made to eat memory, disk or time: refused early, on a server as it runs in life."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psutil
import pytest

from tests.abuse import attached
from tests.conftest import Live
from tests.intake import files

pytestmark = pytest.mark.slow

MOST_MB: Final = 80
MOST_SECONDS: Final = 5.0


@dataclass(frozen=True)
class Server:
    """A running web server and a browser's cookie and token for it."""

    port: int
    process: psutil.Process
    cookie: str
    token: str

    def megabytes(self) -> float:
        family = [self.process, *self.process.children(recursive=True)]
        return sum(member.memory_info().rss for member in family) / 2**20

    def ask(self, *chunks: bytes, path: str = "/lacak/lampiran", **headers: str) -> int:
        """Send a request piece by piece; return the status, or 0 where the server hung up before it was read."""
        head = [
            f"POST {path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Cookie: session={self.cookie}",
            "Accept: application/json",
        ]
        head += [f"X-CSRFToken: {self.token}", "Connection: close"]
        head += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        with socket.create_connection(("127.0.0.1", self.port), timeout=MOST_SECONDS) as line:
            try:
                line.sendall("\r\n".join(head).encode() + b"\r\n\r\n")
                for chunk in chunks:
                    line.sendall(chunk)
                status = line.makefile("rb").readline()
            except (BrokenPipeError, ConnectionResetError):
                return 0
        return int(status.split()[1]) if status else 0


@pytest.fixture
def server(live: Live) -> Iterator[Server]:
    with live.app.app_context():
        from feedback_app.db import db

        live.app.config["WTF_CSRF_ENABLED"] = False
        client = live.app.test_client()
        attached.report(client, db.session())
        html = client.get("/lacak/status").get_data(as_text=True)
    cookie = client.get_cookie("session")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', html)[0]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--interface", "wsgi", "--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws"]
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *words, "feedback_app.wsgi:app"], env=live.environ,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        assert cookie is not None
        yield Server(port, psutil.Process(process.pid), cookie.value, token)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def _ask_file(server: Server, raw: bytes) -> int:
    body = files.multipart(raw)
    return server.ask(body, Content_Type=files.MULTIPART, Content_Length=str(len(body)))


@pytest.mark.slow
def test_bombs_are_refused_in_little_time_and_memory(server: Server) -> None:
    assert _ask_file(server, files.written("JPEG")) == 201
    before = server.megabytes()
    for what, raw in (
        ("20,000 by 20,000 points", files.png_of_size(20_000, 20_000)),
        ("a WebP of as many", files.webp_of_size(16_000, 16_000)),
        ("a JPEG gone over without end", files.jpeg_of_scans(5_000)),
    ):
        began = time.monotonic()
        assert _ask_file(server, raw) == 422, what
        assert time.monotonic() - began < MOST_SECONDS, what
    assert server.megabytes() - before < MOST_MB


@pytest.mark.slow
def test_body_that_says_it_has_a_gigabyte_is_refused_before_it_comes(server: Server) -> None:
    began = time.monotonic()
    for path in ("/lacak/lampiran", "/lacak", "/masuk"):
        status = server.ask(b"--batas\r\n", path=path, Content_Type=files.MULTIPART, Content_Length=str(2**30))
        assert status == 413, path
    assert time.monotonic() - began < MOST_SECONDS


@pytest.mark.slow
def test_body_without_a_length_is_cut_off_at_the_limit(server: Server) -> None:
    assert _ask_file(server, files.written("JPEG")) == 201
    before, began = server.megabytes(), time.monotonic()
    piece = bytes(2**20)
    chunk = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    start = files.multipart(b"")[: -len(b"\r\n--batas--\r\n")]
    first = f"{len(start):x}\r\n".encode() + start + b"\r\n"
    status = server.ask(first, *[chunk] * 90, b"0\r\n\r\n", Content_Type=files.MULTIPART, Transfer_Encoding="chunked")
    assert status in {0, 413}
    assert time.monotonic() - began < 2 * MOST_SECONDS
    assert server.megabytes() - before < MOST_MB
    assert _ask_file(server, files.written("JPEG")) == 201


@pytest.mark.slow
def test_thousands_of_fields_are_refused(server: Server) -> None:
    field = b'--batas\r\nContent-Disposition: form-data; name="x%d"\r\n\r\ny\r\n'
    body = b"".join(field % number for number in range(10_000)) + b"--batas--\r\n"
    began = time.monotonic()
    for path in ("/lacak/lampiran", "/lacak"):
        assert server.ask(body, path=path, Content_Type=files.MULTIPART, Content_Length=str(len(body))) in {0, 413}
    assert time.monotonic() - began < MOST_SECONDS
    assert _ask_file(server, files.written("JPEG")) == 201
