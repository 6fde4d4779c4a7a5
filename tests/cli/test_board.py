"""`feedback board`: the units of an agency in a terminal and as JSON, without people."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from feedback_app import clock
from feedback_app.cli import main
from feedback_app.db import db
from tests.conftest import Live
from tests.evaluation.board.worlds import busy_agency


@pytest.mark.slow
def test_board_of_an_agency_names_units_and_no_people(live: Live) -> None:
    with live.app.app_context():
        busy = busy_agency(db.session(), clock.utcnow())
        code, names = busy.agency.code, list(busy.people)
        db.session().commit()
    shown = CliRunner().invoke(main, ["board", "--agency", code], env=live.environ)
    assert shown.exit_code == 0, shown.output
    assert "beyond_down" in shown.output
    assert "4 units, 1 without feedback in 30 days" in shown.output
    told = CliRunner().invoke(main, ["board", "--agency", code, "--close", "--json"], env=live.environ)
    found = json.loads(told.output)
    assert found["people"] is None
    assert found["provenance"]["agency"] == code
    assert not any(name in told.output for name in names)
