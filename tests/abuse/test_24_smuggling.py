"""Requests whose end two servers could see in different places: the second request hidden in the first is not answered.

RFC 9112, 6.1 and 6.3; CWE-444. On the server as `up` starts it.
"""

from __future__ import annotations

import contextlib
import re
import socket

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.abuse.served import served
from tests.conftest import Live

# What the hidden request asks for; nothing else answers in these words.
HIDDEN = b"GET /sehat HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEALTHY = b"HTTP/1.1 200"
SENT = b"POST /lacak HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"0\r\n\r\n"


def length_of(body: bytes, more: int = 0) -> bytes:
    return b"Content-Length: %d\r\n" % (len(body) + more)


REQUESTS = {
    "two lengths": SENT + length_of(b"") + length_of(HIDDEN) + b"\r\n" + HIDDEN,
    "two lengths in one line": SENT + b"Content-Length: 0, %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "a length with a sign": SENT + b"Content-Length: +%d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "a length in another base": SENT + b"Content-Length: 0x10\r\n\r\n" + HIDDEN,
    "a length below nought": SENT + b"Content-Length: -1\r\n\r\n" + HIDDEN,
    "a spaced name": SENT + b"Content-Length : %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "a spaced encoding": SENT + b"Transfer-Encoding : chunked\r\n" + length_of(CHUNKED) + b"\r\n" + CHUNKED + HIDDEN,
    "a folded line": SENT + b"X-A: b\r\n Transfer-Encoding: chunked\r\n" + b"\r\n" + HIDDEN,
    "an odd encoding": SENT + b"Transfer-Encoding: xchunked\r\n" + length_of(b"") + b"\r\n" + HIDDEN,
    "chunked is not the last": SENT + b"Transfer-Encoding: chunked, identity\r\n" + b"\r\n" + CHUNKED + HIDDEN,
    "an encoding with a tab": SENT + b"Transfer-Encoding:\x0bchunked\r\n" + length_of(b"") + b"\r\n" + HIDDEN,
    "both, the length first": SENT + length_of(CHUNKED + HIDDEN) + b"Transfer-Encoding: chunked\r\n\r\n"
    + CHUNKED + HIDDEN,
    "both, the encoding first": SENT + b"Transfer-Encoding: chunked\r\n" + length_of(CHUNKED) + b"\r\n"
    + CHUNKED + HIDDEN,
    "a chunk that is no number": SENT + b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" + HIDDEN,
    "a bare line feed after a chunk": SENT + b"Transfer-Encoding: chunked\r\n\r\n1\nxx\r\n0\r\n\r\n" + HIDDEN,
}  # fmt: skip


METHODS = (b"TRACE", b"TRACK", b"CONNECT", b"PRI", b"DEBUG")
UNAMBIGUOUS_TO_US = {"both, the length first", "both, the encoding first"}


def asked_by(method: bytes) -> bytes:
    return method + b" / HTTP/1.1\r\nHost: localhost\r\nCookie: rahasia\r\nConnection: close\r\n\r\n"


def answered(port: int, raw: bytes, *, seconds: float = 2.0) -> bytes:
    """Everything the server says to some bytes, until it hangs up or has nothing to add."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as line:
        with contextlib.suppress(OSError):
            line.sendall(raw)
        with contextlib.suppress(OSError):
            while piece := line.recv(65536):
                said += piece
    return said


def statuses(said: bytes) -> list[int]:
    """The status of each answer; no page of ours speaks of the protocol."""
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", said)]


@pytest.mark.slow
def test_a_hidden_request_is_not_answered(live: Live) -> None:
    body = b"code=x"
    with served(live) as port:
        honest = statuses(answered(port, SENT + length_of(body) + b"\r\n" + body + HIDDEN))
        found = {kind: answered(port, raw) for kind, raw in REQUESTS.items()}
        refused = {method: answered(port, asked_by(method)) for method in METHODS}
    # Without this the rest would pass on any server that answers once a connection.
    assert len(honest) == 2
    assert honest[1] == 200
    for kind, said in found.items():
        assert len(statuses(said)) <= 1, (kind, said)
        assert HEALTHY not in said, kind
        # What is not refused outright was read by the one border that counts, and the line was closed after it.
        assert statuses(said) in ([400], []) or kind in UNAMBIGUOUS_TO_US, (kind, said[:200])
    for method, said in refused.items():
        assert statuses(said) in ([405], [400], [501], []), (method, said[:200])
        assert b"rahasia" not in said, method


def test_no_route_knows_such_methods(app: Flask, client: FlaskClient) -> None:
    known = set().union(*(rule.methods or set() for rule in app.url_map.iter_rules()))
    assert known == {"GET", "HEAD", "OPTIONS", "POST"}
    for path in ("/", "/masuk", "/petugas/", "/api/v1/pesan/status", "/static/css/app.css"):
        for method in ("TRACE", "PUT", "DELETE", "PATCH", "CONNECT"):
            assert client.open(path, method=method).status_code in {404, 405}, (method, path)
    assert client.open("/", method="TRACE").status_code == 405
