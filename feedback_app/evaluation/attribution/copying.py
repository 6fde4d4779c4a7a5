"""Rows written by COPY in its text form: tens of thousands of them as parameters of INSERT take four times as long."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db import Base
from feedback_app.evaluation.attribution.reading import driver_of

_ROWS_AT_ONCE: Final = 20_000
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NOTHING: Final = "\\N"


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
    target = sa.inspect(table).local_table
    columns = ", ".join(f'"{name}"' for name in names)
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
