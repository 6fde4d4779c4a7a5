"""The migrations go up, down and up again, and give exactly the tables the code expects."""

from __future__ import annotations

import sqlalchemy as sa
from flask_migrate import check, downgrade, upgrade
from sqlalchemy.orm import Session

from feedback_app.db import db
from tests.conftest import Live


def test_up_down_up_and_check(live: Live) -> None:
    with live.app.app_context():
        check()
        downgrade(revision="base")
        left = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
        assert left == set()
        assert db.session.execute(sa.text("SELECT proname FROM pg_proc WHERE proname LIKE 'audit%'")).all() == []
        db.session.remove()
        upgrade()
        check()
        db.session.remove()


def _shape(session: Session) -> dict[str, set[tuple[str, ...]]]:
    """What a database holds besides tables and columns: each constraint and index, as the server words it."""
    constraints = session.execute(
        sa.text(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype NOT IN ('n', 't')"
        )
    )
    indexes = session.execute(
        sa.text("SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
    )
    return {
        "constraints": {tuple(row) for row in constraints if row[0] != "alembic_version"},
        "indexes": {tuple(row) for row in indexes if row[0] != "alembic_version"},
    }


def test_the_migrations_build_the_constraints_and_indexes_of_the_models(live: Live) -> None:
    with live.app.app_context():
        built = _shape(db.session())
        db.session.remove()
        downgrade(revision="base")
        db.metadata.create_all(db.engine)
        declared = _shape(db.session())
        db.session.remove()
        for what, rows in declared.items():
            assert built[what] - rows == set(), f"{what} that no model declares"
            assert rows - built[what] == set(), f"{what} that no migration makes"
