"""A virus scanner of the agency's own (ClamAV) looks at a file before anything of ours opens it.

There is none unless `CLAMD_URL` names one. Where it is named and does not answer, no file is taken: one that nobody
looked at would lie beside those somebody did. What was written with the file has arrived already (docs/adr/0007).

Source: clamd(8), "COMMANDS": INSTREAM, PING and VERSION in the form that ends with a zero byte.
"""

from __future__ import annotations

import logging
import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from feedback_app.errors import InvalidInputError

log = logging.getLogger(__name__)

SECONDS: Final = 20.0
"""How long one file may take in all, connecting and waiting included."""

PORT: Final = 3310
_PIECE_BYTES: Final = 64 * 1024
_REPLY_BYTES: Final = 1024
_CLEAN: Final = "stream: OK"
_FOUND: Final = re.compile(r"stream: (.+) FOUND")
# "ClamAV 1.0.7/27500/Mon Nov 23 09:12:45 2026": program, number of its signatures and when they were made.
_VERSION: Final = re.compile(r"ClamAV (?P<program>[\w.+~-]+)(?:/(?P<number>\d+)/(?P<made>.+))?")
_MADE: Final = "%a %b %d %H:%M:%S %Y"


class InfectedFileError(InvalidInputError):
    """The scanner knows what is in it."""

    code = "infected_file"


class ScannerAwayError(Exception):
    """The scanner does not answer, or not with an answer; the sender should try again in a moment."""


@dataclass(frozen=True, slots=True)
class ScannerState:
    """What a scanner says of itself; `made_at` is when its signatures were made (aware, UTC), None where unknown."""

    program: str
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class Scanner:
    """A clamd at an address: `unix:///run/clamav/clamd.ctl` or `tcp://127.0.0.1:3310`."""

    url: str

    def check(self, raw: bytes) -> None:
        """Return where the scanner finds nothing in these bytes.

        Raises
        ------
        InfectedFileError
        ScannerAwayError
        """
        answer = self._said("INSTREAM", raw)
        if answer == _CLEAN:
            return
        found = _FOUND.fullmatch(answer)
        if found is None:
            raise ScannerAwayError(f"clamd said {answer[:80]!r}")
        # The name is the scanner's, not the sender's, and tells whoever looks after the log what is going round.
        log.warning("The virus scanner found %s in a file", re.sub(r"[^\w.-]", "?", found[1])[:80])
        raise InfectedFileError(
            "Pemindai virus menolak berkas ini. Periksa perangkat Anda, lalu kirim berkas lain atau fotonya saja."
        )

    def state(self) -> ScannerState:
        """Return what the scanner says of itself.

        Raises
        ------
        ScannerAwayError
        """
        answer = self._said("VERSION")
        found = _VERSION.fullmatch(answer)
        if found is None:
            raise ScannerAwayError(f"clamd said {answer[:80]!r}")
        return ScannerState(found["program"], _moment(found["made"]))

    def _said(self, command: str, raw: bytes | None = None) -> str:
        ends_at = time.monotonic() + SECONDS
        try:
            with self._line() as line:
                line.sendall(f"z{command}\0".encode())
                if raw is not None:
                    _send(line, raw, ends_at)
                return _reply(line, ends_at)
        except OSError as error:
            raise ScannerAwayError(f"{type(error).__name__}: {error.strerror or error}") from error

    @contextmanager
    def _line(self) -> Iterator[socket.socket]:
        parts = urlsplit(self.url)
        if parts.scheme == "tcp":
            with socket.create_connection((parts.hostname, parts.port or PORT), timeout=SECONDS) as line:
                yield line
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(SECONDS)
            line.connect(parts.path)
            yield line


def _moment(words: str | None) -> datetime | None:
    try:
        return datetime.strptime(words or "", _MADE).replace(tzinfo=UTC)
    except ValueError:
        return None


def _send(line: socket.socket, raw: bytes, ends_at: float) -> None:
    """Send a file in pieces, each after its length; one of no length ends it."""
    try:
        for at in range(0, len(raw), _PIECE_BYTES):
            piece = raw[at : at + _PIECE_BYTES]
            line.settimeout(_left(ends_at))
            line.sendall(struct.pack("!I", len(piece)) + piece)
        line.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # It has read enough, and says why in its answer.
        return


def _left(ends_at: float) -> float:
    return max(0.001, ends_at - time.monotonic())


def _reply(line: socket.socket, ends_at: float) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _REPLY_BYTES:
        line.settimeout(_left(ends_at))
        piece = line.recv(_REPLY_BYTES)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n").decode(errors="replace")
