"""An agency of twenty thousand people for a quarter: posts, rosters, and ten million ratings, written by COPY."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import psycopg

from bench.stage import Stage

RATINGS: Final = 10_000_000
UNITS: Final = 1000
PEOPLE_PER_UNIT: Final = 20
SERVICES_PER_UNIT: Final = 4
POSTS: Final = 3
# In these the counter record names who served; elsewhere the posts say it.
UNITS_WITH_COUNTERS: Final = 100
START, END = date(2026, 4, 1), date(2026, 6, 30)
FIRST_ID: Final = 1_000_000
SEED: Final = 0.20260512

# Everything has a number from 0; ids begin far above what the stage holds already.
_WORLD: Final = f"""
    SELECT setseed({SEED});
    CREATE TABLE days AS
        SELECT row_number() OVER (ORDER BY d) - 1 AS i, d::DATE AS day
        FROM generate_series(DATE '{START}', DATE '{END}', INTERVAL 1 DAY) AS s (d) WHERE isodow(d) < 6;
    CREATE TABLE unit AS SELECT {FIRST_ID} + i AS id, i FROM range($units) r (i);
    CREATE TABLE service AS
        SELECT {FIRST_ID} + unit.i * {SERVICES_PER_UNIT} + j AS id, unit.id AS unit_id, j, 2.2 + 1.4 * random() AS usual
        FROM unit, range({SERVICES_PER_UNIT}) s (j);
    CREATE TABLE person AS
        SELECT {FIRST_ID} + unit.i * {PEOPLE_PER_UNIT} + j AS id, unit.id AS unit_id, unit.i AS u, j
        FROM unit, range({PEOPLE_PER_UNIT}) p (j);
    CREATE TABLE post AS
        WITH turn AS (
            -- Posts change with the month, in one unit of twenty on any day.
            SELECT *,
                   CASE WHEN u % 20 > 0 THEN DATE '2026-05-01' ELSE DATE '2026-04-16' + (id % 17)::INT END AS second_on,
                   CASE WHEN u % 20 > 0 THEN DATE '2026-06-01' ELSE DATE '2026-05-16' + (id % 31)::INT END AS third_on
            FROM person
        )
        SELECT {FIRST_ID} + (id - {FIRST_ID}) * {POSTS} + k AS id, id AS employee_id, unit_id,
               {FIRST_ID} + u * {SERVICES_PER_UNIT} + (j + k) % {SERVICES_PER_UNIT} AS service_id,
               CASE k WHEN 0 THEN DATE '2025-01-01' WHEN 1 THEN second_on ELSE third_on END AS starts_on,
               CASE k WHEN 0 THEN second_on - 1 WHEN 1 THEN third_on - 1 END AS ends_on,
               CASE WHEN id % 10 = 0 THEN 0.5 ELSE 1 END AS share
        FROM turn, range({POSTS}) r (k);
    CREATE TABLE counter AS
        SELECT {FIRST_ID} + u * {PEOPLE_PER_UNIT} + j AS id, unit_id, u, j FROM person WHERE u < {UNITS_WITH_COUNTERS};
    CREATE TABLE duty AS
        SELECT counter.unit_id, counter.id AS counter_id, day,
               {FIRST_ID} + u * {PEOPLE_PER_UNIT} + (j + month(day)) % {PEOPLE_PER_UNIT} AS employee_id
        FROM counter, days WHERE hash(counter.id, day) % 20 > 0
        UNION ALL
        SELECT counter.unit_id, counter.id, day,
               {FIRST_ID} + u * {PEOPLE_PER_UNIT} + (j + month(day) + 1) % {PEOPLE_PER_UNIT}
        FROM counter, days WHERE hash(counter.id, day) % 20 BETWEEN 1 AND 2;
    CREATE TABLE drawn AS
        SELECT i, (random() * $units)::BIGINT % $units AS u,
               (random() * {SERVICES_PER_UNIT})::INT % {SERVICES_PER_UNIT} AS s,
               (random() * 1000)::INT % (SELECT count(*) FROM days) AS d,
               random() + random() + random() - 1.5 AS chance,
               random() < 0.92 AS proven, (random() * 5)::INT % 5 AS c
        FROM range($ratings) r (i);
    CREATE TABLE rating AS
        SELECT {FIRST_ID} + drawn.i AS id, service.unit_id, service.id AS service_id, days.day,
               CASE WHEN proven AND u < {UNITS_WITH_COUNTERS}
                    THEN {FIRST_ID} + u * {PEOPLE_PER_UNIT} + s * 5 + c END AS counter_id,
               CASE WHEN proven THEN 'token' ELSE 'open' END AS channel,
               greatest(1, least(4, round(usual + chance)))::INT AS rating
        FROM drawn JOIN service ON service.id = {FIRST_ID} + u * {SERVICES_PER_UNIT} + s JOIN days ON days.i = drawn.d;
"""

_COPIES: Final[dict[str, str]] = {
    "units (agency_id, id, code, created_at)": "SELECT $agency, id, 'u-' || id, '2025-01-01' FROM unit",
    "unit_versions (agency_id, unit_id, name, kind, starts_on)": (
        "SELECT $agency, id, 'Unit ' || id, 'department', '2025-01-01' FROM unit"
    ),
    "services (agency_id, id, unit_id, code, name, sector)": (
        "SELECT $agency, id, unit_id, 's-' || id, 'Layanan ' || id, 'civil_registry' FROM service"
    ),
    "employees (agency_id, id, nip, name, created_at)": (
        f"SELECT $agency, id, (1960 + (id - {FIRST_ID}) // 720 % 40)"
        f" || printf('%02d', 1 + (id - {FIRST_ID}) // 60 % 12)"
        f" || '15' || '2015051' || printf('%03d', 1 + (id - {FIRST_ID}) % 60 + 60 * ((id - {FIRST_ID}) // 28800)),"
        " 'Pegawai ' || id, '2025-01-01' FROM person"
    ),
    "counters (agency_id, id, unit_id, code, name, created_at)": (
        "SELECT $agency, id, unit_id, 'l-' || id, 'Loket ' || id, '2025-01-01' FROM counter"
    ),
    "assignments (agency_id, id, employee_id, unit_id, service_id, position, kind, share, decree_number, starts_on,"
    " ends_on, recorded_at)": (
        "SELECT $agency, id, employee_id, unit_id, service_id, 'Petugas', 'definitive', share, '800/1', starts_on,"
        " ends_on, '2025-01-01' FROM post"
    ),
    "duty_entries (agency_id, unit_id, counter_id, employee_id, on_date, recorded_at)": (
        "SELECT $agency, unit_id, counter_id, employee_id, day, '2025-01-01' FROM duty"
    ),
    "visit_tokens (agency_id, token_hash, unit_id, service_id, counter_id, visited_on, issued_at, expires_at)": (
        "SELECT $agency, '\\x' || sha256(id::VARCHAR), unit_id, service_id, counter_id, day, day, day + 14"
        " FROM rating WHERE channel = 'token'"
    ),
    "submissions (agency_id, id, unit_id, service_id, counter_id, kind, channel, rating, occurred_on, received_at,"
    " visit_token_hash, analysis)": (
        "SELECT $agency, id, unit_id, service_id, counter_id, 'rating', channel, rating, day,"
        " day + INTERVAL 3 HOUR, CASE WHEN channel = 'token' THEN '\\x' || sha256(id::VARCHAR) END, 'done' FROM rating"
    ),
    "labels (agency_id, submission_id, kind_confidence, sentiment_confidence, aspect_confidence, urgency_confidence,"
    " urgency_source, model_version, labelled_at)": (
        "SELECT $agency, id, 0, 0, 0, 0, 'rule', 'bench', day + INTERVAL 4 HOUR FROM rating"
    ),
}
_BIG: Final = ("visit_tokens", "submissions", "labels")
_FOLD: Final = """
    INSERT INTO daily_measures (agency_id, unit_id, service_id, counter_id, day, channel, element, n, total,
                                total_squares, n1, n2, n3, n4)
    SELECT agency_id, unit_id, service_id, counter_id, occurred_on, channel, 'portal_rating', count(*), sum(rating),
           sum(rating * rating), count(*) FILTER (WHERE rating = 1), count(*) FILTER (WHERE rating = 2),
           count(*) FILTER (WHERE rating = 3), count(*) FILTER (WHERE rating = 4)
    FROM submissions GROUP BY 1, 2, 3, 4, 5, 6
"""

# As the board does for every day on which no receipt can be used any more.
_FOLD_VISITS: Final = """
    INSERT INTO board_visits (agency_id, day, unit_id, block, issued, used)
    SELECT agency_id, visited_on, unit_id, 0, count(*), count(*) FROM visit_tokens GROUP BY 1, 2, 3
"""


def fill(stage: Stage, ratings: int = RATINGS, units: int = UNITS) -> None:
    """Write the agency, its quarter and the daily figures of it; what the bench does not read has no index."""
    with (
        tempfile.TemporaryDirectory(prefix="suara-world-") as folder,
        psycopg.connect(str(stage.settings.database_url), autocommit=True) as connection,
        duckdb.connect(str(Path(folder) / "world.duckdb")) as world,
    ):
        for statement in _WORLD.split(";"):
            if statement.strip():
                asked = {"units": units, "ratings": ratings}
                world.execute(statement, {name: value for name, value in asked.items() if f"${name}" in statement})
        kept = _drop_indexes(connection)
        for target, query in _COPIES.items():
            path = Path(folder) / "rows.csv"
            world.execute(f"COPY ({query.replace('$agency', str(stage.agency_id))}) TO '{path}' (HEADER false)")
            _copy(connection, target, path)
        for statement in kept:
            connection.execute(statement)
        connection.execute(_FOLD)
        connection.execute(_FOLD_VISITS)
        connection.execute("VACUUM ANALYZE")


def _copy(connection: psycopg.Connection[Any], target: str, path: Path) -> None:
    with (
        path.open("rb") as rows,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {target} FROM STDIN (FORMAT csv)".encode()) as copy,
    ):
        while block := rows.read(1 << 20):
            copy.write(block)


def _drop_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop what would slow the writing down, and return the statements that make again what is read.

    The rows are made to fit; asking that of each of ten million would take an hour.
    """
    for table in _BIG:
        for (name,) in connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'f')", (table,)
        ).fetchall():
            connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'.encode())
    made = []
    for table, columns in (
        ("submissions", "id"), ("submissions", "unit_id, occurred_on"), ("labels", "submission_id"),
        ("labels", "labelled_at"), ("visit_tokens", "unit_id, visited_on"),
    ):  # fmt: skip
        made.append(f"CREATE INDEX ON {table} (agency_id, {columns})")
    made.append("CREATE INDEX ON submissions (agency_id, unit_id) WHERE cardinality(signals) > 0")
    made.append("CREATE INDEX ON submissions ((import_id IS NOT NULL), received_at) WHERE analysis = 'pending'")
    for table in _BIG:
        keys = connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('p', 'u')", (table,)
        ).fetchall()
        for (name,) in keys:
            connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE'.encode())
        for (name,) in connection.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", (table,)).fetchall():
            connection.execute(f'DROP INDEX "{name}"'.encode())
    return made
