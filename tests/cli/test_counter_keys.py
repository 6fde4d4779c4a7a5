"""Keys of counters from a terminal."""

from __future__ import annotations

import re

import sqlalchemy as sa

from feedback_app.db import db
from feedback_app.intake.counter_models import CounterKey
from tests import factories as make
from tests.cli.test_commands import Run, run  # noqa: F401 - a fixture
from tests.conftest import Live


def test_a_key_is_made_listed_and_revoked(live: Live, run: Run) -> None:  # noqa: F811 - the fixture
    with live.app.app_context():
        agency = make.agency(db.session())
        unit = make.unit(db.session(), agency)
        codes = agency.code, unit.code
        db.session.commit()
        db.session.remove()
    made = run("tokens", "key", "create", *codes, "--name", "mesin antrean")
    raw = made.stdout.strip()
    assert "Shown this once" in made.stderr
    assert re.fullmatch(r"slk_[\w-]{43}", raw)
    listed = run("tokens", "key", "list", codes[0]).output
    assert raw not in listed
    number, unit_code, name, used, state = listed.strip().split("\t")
    assert (unit_code, name, used, state) == (codes[1], "mesin antrean", "never used", "in use")
    assert "Revoked: mesin antrean" in run("tokens", "key", "revoke", codes[0], number).output
    assert run("tokens", "key", "list", codes[0]).output.strip().endswith("revoked")
    assert "has no key 999" in run("tokens", "key", "revoke", codes[0], "999", code=2).output
    with live.app.app_context():
        assert db.session.scalar(sa.select(CounterKey.revoked_at)) is not None
