"""A cycle's sums worked out by another database from the exported raw rows: who answered, how many, how far off."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import psycopg

# What is exported, as it lies in the tables; everything else is worked out by the other side.
EXPORTS: Final[dict[str, str]] = {
    "ratings": (
        "SELECT s.unit_id, s.service_id, s.counter_id, s.occurred_on AS day, s.channel, s.rating"
        " FROM submissions s JOIN labels l ON l.agency_id = s.agency_id AND l.submission_id = s.id"
        " JOIN cycles c ON c.agency_id = s.agency_id AND c.id = %(cycle)s"
        " WHERE s.agency_id = %(agency)s AND s.rating IS NOT NULL AND l.labelled_at <= c.inputs_until"
        " AND s.occurred_on BETWEEN c.starts_on AND c.ends_on"
    ),
    "posts": (
        "SELECT a.employee_id, a.unit_id, a.service_id, a.share, a.starts_on, coalesce(a.ends_on, c.ends_on) AS ends_on"
        " FROM assignments a JOIN cycles c ON c.agency_id = a.agency_id AND c.id = %(cycle)s"
        " WHERE a.agency_id = %(agency)s AND a.recorded_at <= c.computed_at AND NOT a.is_head AND a.share > 0"
        " AND (a.superseded_at IS NULL OR a.superseded_at > c.computed_at)"
        " AND a.starts_on <= c.ends_on AND (a.ends_on IS NULL OR a.ends_on >= c.starts_on)"
    ),
    "duty": (
        "SELECT d.counter_id, d.on_date AS day, d.employee_id FROM duty_entries d"
        " JOIN cycles c ON c.agency_id = d.agency_id AND c.id = %(cycle)s"
        " WHERE d.agency_id = %(agency)s AND d.recorded_at <= c.computed_at"
        " AND (d.superseded_at IS NULL OR d.superseded_at > c.computed_at)"
    ),
    "baselines": (
        "SELECT DISTINCT coalesce(service_id, -unit_id) AS stratum, date_trunc('quarter', day)::date AS quarter,"
        " baseline FROM contributions WHERE agency_id = %(agency)s AND cycle_id = %(cycle)s AND baseline IS NOT NULL"
    ),
    "scores": (
        "SELECT employee_id, n, n_effective, own_share, n_counter, n_beside, mean_residual FROM scores"
        " WHERE agency_id = %(agency)s AND cycle_id = %(cycle)s"
    ),
    "units": (
        "SELECT unit_id, n, n_beside, n_nobody, mean FROM unit_scores"
        " WHERE agency_id = %(agency)s AND cycle_id = %(cycle)s AND n > 0"
    ),
}

_RECOUNT: Final = (
    """
    CREATE TABLE day AS SELECT DISTINCT day FROM ratings
    """,
    # A service whose people are named has nobody else, also on days without them.
    """
    CREATE TABLE scope AS
        SELECT DISTINCT unit_id, service_id FROM posts WHERE service_id IS NOT NULL
    """,
    """
    CREATE TABLE answering AS
        WITH place AS (
            SELECT unit_id, service_id FROM scope UNION ALL SELECT DISTINCT unit_id, NULL::BIGINT FROM posts
        ), held AS (
            SELECT p.unit_id, p.service_id, d.day, a.employee_id, sum(a.share) AS share
            FROM place p JOIN posts a
              ON a.unit_id = p.unit_id AND (a.service_id IS NULL OR a.service_id IS NOT DISTINCT FROM p.service_id)
            JOIN day d ON d.day BETWEEN a.starts_on AND a.ends_on
            GROUP BY ALL
        )
        SELECT unit_id, coalesce(service_id, 0) AS scope, day, employee_id,
               share::DOUBLE / sum(share) OVER (PARTITION BY unit_id, service_id, day) AS share
        FROM held
    """,
    """
    CREATE TABLE on_duty AS
        SELECT counter_id, day, employee_id, 1.0::DOUBLE / count(*) OVER (PARTITION BY counter_id, day) AS share
        FROM duty
    """,
    """
    CREATE TABLE placed AS
        SELECT r.*, r.channel = 'token' AS proven, coalesce(s.service_id, 0) AS scope,
               d.counter_id IS NOT NULL AS by_counter,
               coalesce(r.service_id, -r.unit_id) AS stratum, date_trunc('quarter', r.day)::DATE AS quarter
        FROM ratings r
        LEFT JOIN scope s ON s.unit_id = r.unit_id AND s.service_id = r.service_id
        LEFT JOIN (SELECT DISTINCT counter_id, day FROM on_duty) d ON d.counter_id = r.counter_id AND d.day = r.day
    """,
    """
    CREATE TABLE laid AS
        SELECT p.*, d.employee_id, d.share FROM placed p JOIN on_duty d ON d.counter_id = p.counter_id AND d.day = p.day
        WHERE p.by_counter
        UNION ALL
        SELECT p.*, a.employee_id, a.share FROM placed p
        JOIN answering a ON a.unit_id = p.unit_id AND a.scope = p.scope AND a.day = p.day
        WHERE NOT p.by_counter
    """,
    """
    CREATE TABLE people AS
        SELECT employee_id, count(*) FILTER (WHERE proven) AS n,
               coalesce(sum(share) FILTER (WHERE proven), 0) AS n_effective,
               coalesce(sum(share * share) FILTER (WHERE proven) / sum(share) FILTER (WHERE proven), 0) AS own_share,
               count(*) FILTER (WHERE proven AND by_counter) AS n_counter,
               count(*) FILTER (WHERE NOT proven) AS n_beside,
               coalesce(
                   sum(share * (25 * rating - baseline)) FILTER (WHERE proven) / sum(share) FILTER (WHERE proven), 0
               ) AS mean_residual
        FROM laid LEFT JOIN baselines USING (stratum, quarter) GROUP BY employee_id
    """,
    """
    CREATE TABLE unit_sums AS
        SELECT unit_id, count(*) FILTER (WHERE proven) AS n, count(*) FILTER (WHERE NOT proven) AS n_beside,
               count(*) FILTER (WHERE proven AND NOT by_counter AND NOT EXISTS (
                   SELECT 1 FROM answering a WHERE a.unit_id = p.unit_id AND a.scope = p.scope AND a.day = p.day
               )) AS n_nobody,
               25.0 * sum(rating) FILTER (WHERE proven) / count(*) FILTER (WHERE proven) AS mean
        FROM placed p GROUP BY unit_id HAVING count(*) FILTER (WHERE proven) > 0
    """,
)
_KEYS: Final = {"people": ("scores", "employee_id"), "unit_sums": ("units", "unit_id")}


def export(connection: psycopg.Connection[Any], agency_id: int, cycle_id: int, folder: Path) -> None:
    """Write what the recount reads as CSV files."""
    with connection.cursor() as cursor:
        for name, query in EXPORTS.items():
            asked = query % {"agency": agency_id, "cycle": cycle_id}
            with (
                (folder / f"{name}.csv").open("wb") as file,
                cursor.copy(f"COPY ({asked}) TO STDOUT (FORMAT csv, HEADER)".encode()) as copy,
            ):
                for block in copy:
                    file.write(block)


def differences(folder: Path) -> Iterable[tuple[str, str, float]]:
    """Yield, for each stored figure, its name and the greatest difference from the recount, relative to its size.

    A person or unit that one side does not have makes the difference infinite; people without ratings are 0 on both.
    """
    # Loaded here: a process that only wants the statements need not carry another database.
    import duckdb

    with duckdb.connect() as other:
        for name in EXPORTS:
            other.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{folder / name}.csv', header = true)")
        for statement in _RECOUNT:
            other.execute(statement)
        for counted, (stored, key) in _KEYS.items():
            columns = [row[0] for row in other.execute(f"DESCRIBE {stored}").fetchall() if row[0] != key]
            missing = (
                f"SELECT count(*) FROM {counted} c FULL JOIN {stored} s USING ({key})"
                f" WHERE s.n IS NULL OR (c.n IS NULL AND s.n + s.n_beside > 0)"
            )
            if other.execute(missing).fetchall() != [(0,)]:
                yield stored, key, float("inf")
            for column in columns:
                query = (
                    f"SELECT coalesce(max(abs(c.{column} - s.{column}) / greatest(1, abs(s.{column}))), 0)"
                    f" FROM {counted} c JOIN {stored} s USING ({key})"
                )
                row = other.execute(query).fetchone()
                yield stored, column, float(row[0]) if row else float("inf")


if __name__ == "__main__":
    print(json.dumps(list(differences(Path(sys.argv[1])))))
