"""`feedback calendar` and `feedback cases deadlines`: the clocks of an agency from a terminal."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.handling.clocks.models import DeadlineChange
from feedback_app.handling.models import Case
from tests.blueprints.office import new_office
from tests.conftest import Live
from tests.handling.test_rules import at


def call(live: Live, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env=live.environ)


def told(live: Live, *arguments: str, code: int = 0) -> str:
    done = call(live, *arguments)
    assert done.exit_code == code, (done.output, done.exception)
    return str(done.output)


@pytest.fixture
def agency(live: Live) -> str:
    """The code of an agency with one open case of Tuesday, 3 February 2026."""
    with live.app.app_context():
        office = new_office(db.session())
        office.report(at=at("2026-02-03"))
        code = office.agency.code
        db.session.commit()
        db.session.remove()
    return code


@pytest.mark.slow
def test_a_day_is_added_struck_off_and_listed_and_open_cases_move_with_it(live: Live, agency: str) -> None:
    assert "none; see" in told(live, "calendar", "holidays", agency, "2026")
    added = told(live, "calendar", "add", agency, "2026-02-05", "--name", "Hari jadi kota", "--source", "Perda 3/2001")
    assert "2026-02-05 is free; deadlines of 1 open cases moved" in added
    assert "2026-02-05 thu  Hari jadi kota  (Perda 3/2001)" in told(live, "calendar", "holidays", agency, "2026")
    assert "worked on; deadlines of 1" in told(live, "calendar", "strike", agency, "2026-02-05")
    assert "struck off" in told(live, "calendar", "holidays", agency, "2026")
    assert "free again; deadlines of 1" in told(live, "calendar", "strike", agency, "2026-02-05", "--back")
    with live.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(DeadlineChange)) == 9
        db.session.remove()
    assert "already" not in told(live, "cases", "deadlines", "--check", "--agency", agency)


def test_a_day_that_is_free_already_is_refused(live: Live, agency: str) -> None:
    arguments = ("calendar", "add", agency, "2026-02-05", "--name", "Hari jadi kota", "--source", "Perda 3/2001")
    told(live, *arguments)
    again = call(live, *arguments)
    assert "sudah tercatat" in str(again.exception)


def test_a_year_is_imported(live: Live, agency: str) -> None:
    assert "25 days added, 0 estimates fixed, 0 struck off; deadlines of 1 open cases moved" in told(
        live, "calendar", "import", agency, "2026"
    )


def test_hours_are_set_from_a_day_on_and_listed(live: Live, agency: str) -> None:
    days = "mon,tue,wed,thu,fri,sat"
    set_hours = ("calendar", "hours", agency, "--from", "2026-02-01", "--days", days, "--closes", "14:00")
    assert f"hours of {agency} set from 2026-02-01; deadlines of 1" in told(live, *set_hours)
    listed = told(live, "calendar", "hours", agency)
    assert f"{agency}  at first  mon,tue,wed,thu,fri  07:30-16:00" in listed
    assert f"{agency}  from 2026-02-01  {days}  07:30-14:00" in listed
    assert "No such weekday: sabtu" in told(
        live, "calendar", "hours", agency, "--from", "2026-03-01", "--days", "sabtu", code=2
    )


def test_rules_are_listed_with_their_source(live: Live, agency: str) -> None:
    listed = told(live, "calendar", "rules", agency)
    assert f"{agency}  no_oversight  from 2018-01-01  verify 3, reply 5, resolve 14, silence 10" in listed
    assert "resolve no limit" in listed


def test_check_finds_what_is_not_as_the_rows_say_and_repair_stores_it(live: Live, agency: str) -> None:
    assert told(live, "cases", "deadlines", "--check") == "open cases compared: 1, differences: 0\n"
    with live.app.app_context():
        case = db.session.scalars(sa.select(Case)).one()
        number, case.reply_due_at = case.id, case.reply_due_at + timedelta(days=1)
        db.session.commit()
        db.session.remove()
    found = told(live, "cases", "deadlines", "--check", code=1)
    assert f"{agency} case {number} reply_due_at: stored 2026-02-11 08:00:00+0000, by its rows 2026-02-10" in found
    assert "differences: 1" in found
    assert "deadlines of 1 cases stored anew" in told(live, "cases", "deadlines", "--repair")
    assert told(live, "cases", "deadlines", "--check") == "open cases compared: 1, differences: 0\n"
    assert "--check to compare" in told(live, "cases", "deadlines", code=2)
