"""Write a copy: into a folder as JSON lines, or into a schema of another PostgreSQL database."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from feedback_app.errors import InvalidInputError
from feedback_app.privacy.copies.gathering import Copy

SCHEMA: Final = "pseudonymised"
_TEXT_COLUMNS: Final = (
    "row", "unit", "service", "week", "text", "kind", "sentiment", "aspect", "aspect2", "urgency", "language",
)  # fmt: skip
_RATING_COLUMNS: Final = ("row", "unit", "service", "week", "channel")


class CopyTargetError(InvalidInputError):
    """The place a copy is to go to is taken, or is this platform's own database."""

    code = "copy_target"


def write_folder(copy: Copy, folder: Path) -> list[Path]:
    """Write `texts.jsonl`, `ratings.jsonl` and `report.json` into an empty or new folder; whole or not at all.

    Raises
    ------
    CopyTargetError
    """
    if folder.exists() and any(folder.iterdir()):
        raise CopyTargetError(f"Folder {folder} tidak kosong.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        made = Path(beside) / "copy"
        made.mkdir(mode=0o700)
        _lines(made / "texts.jsonl", copy.texts)
        _lines(made / "ratings.jsonl", copy.ratings)
        (made / "report.json").write_text(json.dumps(copy.report.as_dict(), indent=2) + "\n", encoding="utf-8")
        made.replace(folder)
    return sorted(folder.iterdir())


def _lines(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
        out.flush()
        os.fsync(out.fileno())


def check_database(url: str, own_url: str) -> None:
    """Refuse the platform's own database as a target.

    Raises
    ------
    CopyTargetError
    """
    try:
        there, here = make_url(url), make_url(own_url)
    except sa.exc.ArgumentError as error:
        raise CopyTargetError("Alamat database tujuan tidak terbaca.") from error
    if not there.drivername.startswith("postgresql"):
        raise CopyTargetError("Database tujuan harus PostgreSQL.")
    if _place(there) == _place(here):
        raise CopyTargetError("Tujuan adalah database aplikasi ini sendiri. Pilih database lain.")


def write_database(copy: Copy, url: str) -> None:
    """Write the tables `texts`, `ratings` and `report` into a schema of their own, in one transaction.

    Raises
    ------
    CopyTargetError
        The schema is there already.
    """
    engine = sa.create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            taken = connection.scalar(sa.text("SELECT to_regnamespace(:name) IS NOT NULL"), {"name": SCHEMA})
            if taken:
                raise CopyTargetError(f"Skema {SCHEMA} sudah ada di database tujuan. Hapus dahulu, lalu ulangi.")
            connection.execute(sa.schema.CreateSchema(SCHEMA))
            tables = _tables()
            tables.create_all(connection)
            for name, rows in (("texts", copy.texts), ("ratings", copy.ratings)):
                if rows:
                    connection.execute(sa.insert(tables.tables[f"{SCHEMA}.{name}"]), rows)
            report = tables.tables[f"{SCHEMA}.report"]
            connection.execute(sa.insert(report), [{"report": copy.report.as_dict()}])
    finally:
        engine.dispose()


def _tables() -> sa.MetaData:
    found = sa.MetaData(schema=SCHEMA)
    sa.Table(
        "texts", found, *(sa.Column(name, sa.Text, primary_key=name == "row") for name in _TEXT_COLUMNS),
        sa.Column("abusive", sa.Boolean), sa.Column("rating", sa.SmallInteger),
    )  # fmt: skip
    sa.Table(
        "ratings", found,
        *(sa.Column(name, sa.Text, primary_key=name == "row") for name in _RATING_COLUMNS),
        sa.Column("rating", sa.SmallInteger),
    )  # fmt: skip
    sa.Table("report", found, sa.Column("report", sa.JSON))
    return found


def _place(url: sa.URL) -> tuple[str | None, int | None, str | None]:
    query = url.query.get("host")
    host = url.host or (query if isinstance(query, str) else None)
    return host, url.port, url.database
