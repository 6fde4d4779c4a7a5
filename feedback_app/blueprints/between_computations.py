"""What forms write is on record before a computation of a cycle or after it, never half-way through."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request

from feedback_app.db import db
from feedback_app.measures.operations import record_goes_on

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# It waits for all who write. Were it one of them, two of it would wait for each other.
STANDS_STILL: Final = frozenset({"evaluation.compute"})


def write_between_computations(bp: Blueprint) -> None:
    """Let every form of a blueprint say `record_goes_on` before its view asks the clock: a new one cannot forget."""
    bp.before_request(go_on)


def go_on() -> None:
    """Take the place before the next computation; once more by whoever commits and then writes on."""
    if request.method not in _READING and request.endpoint not in STANDS_STILL:
        record_goes_on(db.session())
