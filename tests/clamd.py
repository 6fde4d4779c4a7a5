"""A clamd that knows one signature, on a socket or a port of this machine; it speaks INSTREAM and VERSION.

Source: clamd(8), "COMMANDS".
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# Not the text that real scanners look for: this file would be one to them.
SIGNATURE = b"berkas-uji-yang-dikenali-pemindai"
VERSION = "ClamAV 1.0.7/27500/Mon Nov 23 09:12:45 2026"


@dataclass
class Clamd:
    """What it was shown, and what it says instead of what it would; `is_silent` never answers."""

    url: str
    shown: list[bytes] = field(default_factory=list)
    says: str | None = None
    version: str = VERSION
    is_silent: bool = False

    def answer(self, line: socket.socket) -> None:
        """Answer one command."""
        command = _until_zero(line)
        if command == b"zVERSION":
            said = self.version
        else:
            assert command == b"zINSTREAM"
            self.shown.append(_streamed(line))
            said = "stream: Uji.Tanda-1 FOUND" if SIGNATURE in self.shown[-1] else "stream: OK"
        if not self.is_silent:
            line.sendall((self.says or said).encode() + b"\0")


def _until_zero(line: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"\0"):
        piece = line.recv(1)
        assert piece
        said += piece
    return said[:-1]


def _streamed(line: socket.socket) -> bytes:
    pieces = []
    with line.makefile("rb") as given:
        while size := struct.unpack("!I", given.read(4))[0]:
            pieces.append(given.read(size))
    return b"".join(pieces)


@contextmanager
def clamd(path: Path | None = None) -> Iterator[Clamd]:
    """Run one: on a socket at this path, or on a port."""
    door = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_STREAM)
    door.bind(str(path) if path else ("127.0.0.1", 0))
    door.listen()
    running = Clamd(f"unix://{path}" if path else f"tcp://127.0.0.1:{door.getsockname()[1]}")
    thread = threading.Thread(target=_serve, args=(door, running))
    thread.start()
    try:
        yield running
    finally:
        door.shutdown(socket.SHUT_RDWR)
        thread.join()
        door.close()


def _serve(door: socket.socket, running: Clamd) -> None:
    kept = []
    while True:
        try:
            line, _ = door.accept()
        except OSError:
            break
        with suppress(OSError):
            running.answer(line)
        if running.is_silent:
            kept.append(line)
        else:
            line.close()
    for line in kept:
        line.close()
