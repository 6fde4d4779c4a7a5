"""Rows of whole numbers read straight into columns, in one answer of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import psycopg
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.grouping import IntArray


def driver_of(session: Session) -> psycopg.Connection[Any]:
    """Return the driver's own connection of a session: it knows COPY and binary answers."""
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the only driver there is
    return driver


def columns_of(session: Session, columns: Sequence[str], rest: str, values: Mapping[str, object]) -> list[IntArray]:
    """Return the columns of a query, `rest` being what follows its SELECT list; values as `%(name)s`.

    Each column is an expression of a whole number that is never null. The database strings their bytes together, so
    that half a million rows come as one and no Python is run for any of them; the order of the rows is not fixed.
    """
    row_bytes = " || ".join(f"int8send({column})" for column in columns)
    statement = f"SELECT string_agg({row_bytes}, '') {rest}"
    with driver_of(session).cursor(binary=True) as cursor:
        found = cursor.execute(statement.encode(), values).fetchone()
    rows = np.frombuffer((found and found[0]) or b"", dtype=">i8").reshape(-1, len(columns))
    return [column.astype(np.int64) for column in rows.T]
