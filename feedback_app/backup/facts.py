"""What a copy says of the database it was made from, read in the very moment of its dump."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql

from feedback_app import models
from feedback_app.intake.orphans import tables_with_files

# The import is what matters: a table that nobody has named would be left out with its files, without a word.
assert models.ROOMS_WITH_TABLES  # noqa: S101

Link = psycopg.Connection[tuple[Any, ...]]


def tables_of(link: Link) -> list[str]:
    """Return the tables of the platform in this database, in their order."""
    rows = link.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1"
    )
    return [str(name) for (name,) in rows]


def counts_of(link: Link) -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        name: _one(link, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))) for name in tables_of(link)
    }


def head_of(link: Link) -> str | None:
    """Return the revision of the tables, None where there are none."""
    if "alembic_version" not in tables_of(link):
        return None
    found = link.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else None


def roles_of(link: Link) -> list[str]:
    """Return the roles besides the owner that rights or policies of the tables name: they must be there beforehand."""
    rows = link.execute(
        "SELECT DISTINCT r.rolname FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid "
        "WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "AND d.refclassid = 'pg_authid'::regclass AND d.deptype IN ('a', 'r') ORDER BY 1"
    )
    return [str(name) for (name,) in rows]


def missing_roles(link: Link, wanted: Sequence[str]) -> list[str]:
    """Return which of the roles this server does not have."""
    there = {str(name) for (name,) in link.execute("SELECT rolname FROM pg_roles")}
    return [name for name in wanted if name not in there]


def audit_of(link: Link) -> dict[str, Any] | None:
    """Return number, root and public key of the newest seal of the trail, None where nothing was sealed."""
    if "audit_seals" not in tables_of(link):
        return None
    found = link.execute(
        "SELECT number, encode(root, 'hex'), encode(public_key, 'hex') FROM audit_seals ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return {"seal": found[0], "root": found[1], "public_key": found[2]} if found else None


def is_empty(link: Link) -> bool:
    """Tell whether nothing is in the database that a restore could meet."""
    query = sql.SQL(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%' "
        "AND n.nspname NOT LIKE 'pg_temp%'"
    )
    return _one(link, query) == 0


def files_named(link: Link) -> Iterator[tuple[str, bytes]]:
    """Yield name and hash of every file that a row names."""
    there = set(tables_of(link))
    for table in tables_with_files():
        if table.name in there:
            query = sql.SQL("SELECT storage_key, sha256 FROM {}").format(sql.Identifier(table.name))
            with link.cursor(name=f"files_{table.name}") as cursor:
                for key, digest in cursor.execute(query):
                    yield str(key), bytes(digest)


def _one(link: Link, query: sql.Composed | sql.SQL) -> int:
    found = link.execute(query).fetchone()
    return int(found[0]) if found else 0
