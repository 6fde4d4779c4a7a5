"""Texts as they arrive, one JSON object a line: `{"id": …, "text": …}`.

Lines come from a file, a pipe or a terminal. What has arrived is handed on as soon as the input pauses, so that whoever
writes one line and waits for its answer gets it.
"""

from __future__ import annotations

import json
import math
import os
import select
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

MOST_LINES: Final = 2_000
"""Lines handed on at once: as many as the classifier multiplies at once."""

MOST_BYTES: Final = 4 << 20
LONGEST_LINE: Final = 1 << 20
"""Bytes of a line; the longest text that the pages take is a hundredth of that."""

PAUSE_SECONDS: Final = 0.1
"""How long lines wait for others to come."""

_BLOCK: Final = 1 << 18
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its number, from 1 on; `content` is None where it was too long to be kept."""

    number: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Message:
    """A text to be read, with the `id` that goes back with the answer."""

    number: int
    id: Any
    text: str


class BadLineError(ValueError):
    """A line that holds no text to read; the sentence names what is wrong and quotes nothing of the line."""


class LineCutter:
    """Cuts blocks of bytes into lines, and keeps no more than the longest line allowed."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._is_too_long = False
        self._number = 0

    def feed(self, block: bytes) -> list[Line]:
        """Return the lines that end within the block."""
        *ends, begun = block.split(b"\n")
        lines = []
        for piece in ends:
            self._keep(piece)
            lines.append(self._line())
        self._keep(begun)
        return lines

    def finish(self) -> list[Line]:
        """Return the last line where no line feed ends it."""
        return [self._line()] if self._rest or self._is_too_long else []

    def _keep(self, piece: bytes) -> None:
        if len(self._rest) + len(piece) > LONGEST_LINE:
            self._is_too_long = True
            self._rest.clear()
        elif not self._is_too_long:
            self._rest += piece

    def _line(self) -> Line:
        self._number += 1
        line = Line(self._number, None if self._is_too_long else bytes(self._rest))
        self._rest.clear()
        self._is_too_long = False
        return line


def batches(descriptor: int) -> Iterator[list[Line]]:
    """Yield what arrives on a file descriptor, in order: full batches, or what there is when nothing more comes."""
    cutter, waiting = LineCutter(), list[Line]()
    until = math.inf
    while True:
        if waiting and not _arrives(descriptor, until - time.monotonic()):
            yield waiting
            waiting = []
        block = os.read(descriptor, _BLOCK)
        if not block:
            break
        if not waiting:
            until = time.monotonic() + PAUSE_SECONDS
        waiting += cutter.feed(block)
        while full := _full(waiting):
            yield waiting[:full]
            waiting, until = waiting[full:], time.monotonic() + PAUSE_SECONDS
    if waiting := waiting + cutter.finish():
        yield waiting


def _arrives(descriptor: int, seconds: float) -> bool:
    return seconds > 0 and bool(select.select([descriptor], [], [], seconds)[0])


def _full(lines: list[Line]) -> int:
    """Return how many of the lines make a full batch, 0 where they are fewer."""
    size = 0
    for count, line in enumerate(lines, start=1):
        size += len(line.content or b"")
        if count == MOST_LINES or size >= MOST_BYTES:
            return count
    return 0


def message(line: Line) -> Message | None:
    """Return the text of a line, None for an empty line.

    Raises
    ------
    BadLineError
    """
    if line.content is None:
        raise BadLineError(f"it is longer than {LONGEST_LINE:,} bytes")
    content = line.content.removeprefix(_BYTE_ORDER_MARK) if line.number == 1 else line.content
    if not content.strip():
        return None
    found = _parsed(content)
    if not isinstance(found, dict):
        raise BadLineError("it is no JSON object")
    if "text" not in found:
        raise BadLineError('it has no "text"')
    text = found["text"]
    if not isinstance(text, str):
        raise BadLineError('its "text" is no string')
    if not _is_whole(text):
        raise BadLineError('its "text" holds half of a character (a lone surrogate)')
    return Message(line.number, found.get("id"), text)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content.decode(), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError:
        raise BadLineError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadLineError(f"it is not JSON (column {error.colno})") from None
    except (ValueError, RecursionError):  # a number without end, or brackets without end
        raise BadLineError("it is not JSON that can be read") from None


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("no number of JSON")


def _finite(written: str) -> float:
    number = float(written)
    if math.isinf(number):
        raise ValueError("too large")
    return number


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
