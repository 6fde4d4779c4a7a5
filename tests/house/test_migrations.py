"""The migrations go up, down and up again, and give exactly the tables the code expects."""

from __future__ import annotations

import sqlalchemy as sa
from flask_migrate import check, downgrade, upgrade

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
