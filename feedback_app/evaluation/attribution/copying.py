"""Rows written by COPY in its text form: tens of thousands of them as parameters of INSERT take four times as long."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db import Base
from feedback_app.db_wall.scope import scope_of
from feedback_app.evaluation.attribution.reading import driver_of

_ROWS_AT_ONCE: Final = 20_000
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NOTHING: Final = "\\N"
ASIDE: Final = "copied_rows"


def copied(value: Any) -> str:
    r"""Return one value as COPY reads it.

    >>> [copied(one) for one in (None, True, 3, 0.1, "a\tb")]
    ['\\N', 't', '3', '0.1', 'a\\tb']
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value).translate(_ESCAPED)


def copy_dicts(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that all have the same names."""
    if rows:
        names = tuple(rows[0])
        copy_into(session, table, names, ([copied(row[name]) for name in names] for row in rows))


def copy_into(session: Session, table: type[Base], names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows whose values are in the form of `copied` already."""
    target = str(sa.inspect(table).local_table)
    columns = ", ".join(f'"{name}"' for name in names)
    if scope_of(session) is None:
        _copy(session, target, columns, rows)
        return
    # Row security takes no COPY, so behind the wall it goes into a table of this transaction, and from there by INSERT.
    same = f'AS SELECT {columns} FROM "{target}" LIMIT 0'  # noqa: S608 - names of our own models
    session.execute(sa.text(f"CREATE TEMPORARY TABLE {ASIDE} ON COMMIT DROP {same}"))
    _copy(session, ASIDE, columns, rows)
    session.execute(sa.text(f'INSERT INTO "{target}" ({columns}) SELECT {columns} FROM {ASIDE}'))  # noqa: S608
    session.execute(sa.text(f"DROP TABLE {ASIDE}"))


def _copy(session: Session, target: str, columns: str, rows: Iterable[Sequence[str]]) -> None:
    statement = f'COPY "{target}" ({columns}) FROM STDIN'
    with driver_of(session).cursor() as cursor, cursor.copy(statement.encode()) as copy:
        block: list[str] = []
        for row in rows:
            block.append("\t".join(row))
            if len(block) == _ROWS_AT_ONCE:
                copy.write("\n".join(block) + "\n")
                block = []
        if block:
            copy.write("\n".join(block) + "\n")
