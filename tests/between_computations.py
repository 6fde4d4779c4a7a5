"""Watch that whatever a cycle reads "as known at" a moment is written under the lock that a computation waits for.

The statements of every request and every command that any test makes are looked at: a new page, interface or command
that forgets `record_goes_on`, or asks the clock before it, fails the first test that writes through it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import click
import sqlalchemy as sa
from flask import got_request_exception, has_request_context, request, request_finished, request_started
from sqlalchemy.engine.interfaces import DBAPICursor

from feedback_app import clock

_ANSWERING: Final = "tests.answering"
_TAKES: Final = "pg_advisory_xact_lock_shared"
_MOMENTS: Final = ("recorded_at", "superseded_at", "declared_at", "decided_at", "corrected_at", "detected_at")
_ROWS: Final = "|".join(
    ("assignments", "duty_entries", "attribution_rules", "rating_exclusions", "anomalies", "visit_counts",
     "case_events", "dispute_reviews")
)  # fmt: skip
_WRITES: Final = re.compile(
    rf"\s*(INSERT INTO ({_ROWS})\b"
    rf"|UPDATE (assignments|duty_entries|anomalies) SET"
    rf"|UPDATE (contests|people_changes) SET .*(decided_at|corrected_at)=)",
    re.DOTALL,
)


class BetweenComputationsError(Exception):
    """Something is written that a computation might miss."""


def _begun(_app: object, **_values: object) -> None:
    request.environ[_ANSWERING] = True


def _ended(_app: object, **_values: object) -> None:
    # A test's client keeps the request after its answer, while the test goes on by itself.
    request.environ.pop(_ANSWERING, None)


def _edge() -> object | None:
    """Return the request or the command that is under way; rooms that a test calls by themselves have neither."""
    if has_request_context() and _ANSWERING in request.environ:
        current: object = request._get_current_object()  # type: ignore[attr-defined]
        return current
    command = click.get_current_context(silent=True)
    # The demo tells of times gone by; nobody computes anything in a database it is loaded into.
    return None if command is None or command.command_path.endswith("demo load") else command


def is_writing(statement: str) -> bool:
    """Tell whether a statement writes rows that cycles read as known at a moment."""
    return bool(_WRITES.match(statement))


def _look(
    connection: sa.Connection, cursor: DBAPICursor, statement: str, parameters: Any, context: object, many: bool
) -> None:  # fmt: skip
    edge = _edge()
    if edge is None:
        return
    if _TAKES in statement and _is_of_record(parameters):
        connection.info["goes_on"] = (edge, clock.utcnow())
    elif is_writing(statement):
        holder, since = connection.info.get("goes_on", (None, None))
        if holder is not edge:
            raise BetweenComputationsError(f"no record_goes_on before: {statement[:90]}")
        rows = parameters if isinstance(parameters, list) else [parameters]
        for name, moment in ((name, value) for row in rows for name, value in _moments(row)):
            if moment < since:
                raise BetweenComputationsError(f"{name} was taken before record_goes_on: {statement[:90]}")


def _is_of_record(parameters: Any) -> bool:
    values = parameters.values() if isinstance(parameters, Mapping) else parameters
    return 7_415_002 in list(values)


def _moments(row: Any) -> Iterator[tuple[str, datetime]]:
    if isinstance(row, Mapping):
        for name, value in row.items():
            if name.startswith(_MOMENTS) and isinstance(value, datetime):
                yield name, value


def _forget(connection: sa.Connection) -> None:
    # Of a connection that broke there is nothing to forget, and asking for it would open another.
    if not connection.invalidated:
        connection.info.pop("goes_on", None)


@contextmanager
def watched() -> Iterator[None]:
    """Look at every statement until this ends."""
    listeners = (("before_cursor_execute", _look), ("commit", _forget), ("rollback", _forget))
    for name, listener in listeners:
        sa.event.listen(sa.Engine, name, listener)
    request_started.connect(_begun)
    request_finished.connect(_ended)
    got_request_exception.connect(_ended)
    try:
        yield
    finally:
        request_started.disconnect(_begun)
        request_finished.disconnect(_ended)
        got_request_exception.disconnect(_ended)
        for name, listener in listeners:
            sa.event.remove(sa.Engine, name, listener)
