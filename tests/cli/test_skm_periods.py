"""`feedback skm periods` and `feedback skm history`: survey periods from a terminal."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from feedback_app import clock
from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.survey.models import Period
from feedback_app.survey.queries import period_by_code
from feedback_app.survey.result_models import Result as StoredRow
from feedback_app.survey.rules import PeriodState
from tests.blueprints.office import new_office
from tests.conftest import Live
from tests.survey import makers

AGENCY, CODE = "kota-uji", "kini"


def today() -> date:
    return clock.utcnow().astimezone(ZoneInfo("Asia/Makassar")).date()


def call(live: Live, *arguments: str) -> Result:
    return CliRunner().invoke(main, ("skm", *arguments), env=live.environ)


def told(live: Live, *arguments: str) -> str:
    done = call(live, *arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return str(done.output)


@pytest.fixture
def draft(live: Live) -> None:
    """The draft of a period around today with one unit of 759 people, and its code."""
    with live.app.app_context():
        session = db.session()
        office = new_office(session, code="dukcapil")
        office.agency.code = AGENCY
        days = {"starts_on": today() - timedelta(days=9), "ends_on": today() + timedelta(days=9)}
        period = makers.draft_period(session, office.agency, code=CODE, name="Semester ini", **days)
        makers.target(session, period, office.unit, population=759)
        session.commit()
        db.session.remove()


def stored(live: Live) -> PeriodState:
    with live.app.app_context():
        found = db.session.scalars(sa.select(Period).where(Period.code == CODE)).one().state
        db.session.remove()
    return found


def answer(live: Live) -> None:
    with live.app.app_context():
        session = db.session()
        agency_id = session.scalars(sa.select(Period.agency_id).where(Period.code == CODE)).one()
        period = period_by_code(session, agency_id, CODE)
        unit = makers.surveyed(session, period)
        makers.respond_all(session, period, unit, [(3,) * 9] * 3, answered_on=today())
        session.commit()
        db.session.remove()


def test_a_period_is_listed_shown_opened_and_closed(live: Live, draft: None) -> None:
    at = ("--agency", AGENCY)
    assert "draft  Semester ini" in told(live, "periods", "list", *at)
    shown = told(live, "periods", "show", *at, "--period", CODE)
    assert "dukcapil  1 place, 0 received, needed by the table: 260" in shown
    assert "missing:" not in shown
    assert "is open until" in told(live, "periods", "open", *at, "--period", CODE)
    assert stored(live) is PeriodState.OPEN
    answer(live)
    assert "3 received" in told(live, "periods", "show", *at, "--period", CODE)
    assert "kini is closed; results stored as version 1" in told(live, "periods", "close", *at, "--period", CODE)
    assert stored(live) is PeriodState.CLOSED
    again = call(live, "periods", "close", *at, "--period", CODE)
    assert "sudah ditutup" in str(again.exception)


def test_what_is_missing_is_told_and_an_unknown_code_is_refused(live: Live, draft: None) -> None:
    with live.app.app_context():
        session = db.session()
        period = session.scalars(sa.select(Period).where(Period.code == CODE)).one()
        period.starts_on, period.ends_on = date(2025, 1, 1), date(2025, 6, 30)
        session.commit()
        db.session.remove()
    assert "missing: Tanggal akhirnya sudah lewat" in told(
        live, "periods", "show", "--agency", AGENCY, "--period", CODE
    )
    refused = call(live, "periods", "open", "--agency", AGENCY, "--period", CODE)
    assert "Tanggal akhirnya sudah lewat" in str(refused.exception)
    assert "lain tidak ada" in str(call(live, "periods", "show", "--agency", AGENCY, "--period", "lain").exception)


def test_a_result_of_earlier_years_is_noted_and_a_wrong_grade_refused(live: Live, draft: None) -> None:
    note = (
        "history", "add", "--agency", AGENCY, "--unit", "dukcapil", "--code", "2024-s2", "--name", "Semester II 2024",
        "--from", "2024-07-01", "--to", "2024-12-31", "--respondents", "150", "--source", "Laporan SKM 2024",
        "--index", "78,66",
    )  # fmt: skip
    assert "2024-s2: dukcapil 78.66 B noted" in told(live, *note, "--grade", "B")
    assert "bermutu B" in str(call(live, *note, "--grade", "A").exception)
    assert call(live, *note, "--grade", "B", "--index", "banyak").exit_code == 2
    with live.app.app_context():
        rows = db.session.scalars(sa.select(StoredRow)).all()
        assert [(row.source_note, str(row.index_value)) for row in rows] == [("Laporan SKM 2024", "78.66")]
        db.session.remove()
