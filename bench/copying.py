"""Rows into several tables at once by COPY, with the numbers of new rows going on behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg


def copy_rows(
    connection: psycopg.Connection[Any],
    agency_id: int,
    tables: Mapping[str, Sequence[str]],
    rows: Sequence[Sequence[Sequence[Any]]],
) -> None:
    """Copy rows of an agency; each holds its part for every table, in the order of `tables` (name to columns)."""
    with connection.cursor() as cursor:
        for place, (table, columns) in enumerate(tables.items()):
            with cursor.copy(f"COPY {table} (agency_id, {', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((agency_id, *row[place]))
    for table in ("submissions", "cases"):
        connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
