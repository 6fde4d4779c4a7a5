"""`feedback skm results`, `recount` and `verify`, as an operator calls them."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.cli import skm_results
from feedback_app.cli.skm import skm_group
from feedback_app.organisation.models import Agency, Unit
from feedback_app.survey.models import Period
from feedback_app.survey.results import store_period
from feedback_app.survey.tally_models import Tally
from tests import factories as make
from tests.survey import makers


class Shared:
    """The test's own session in place of a new one."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> Session:
        return self.session

    def __exit__(self, *_error: object) -> None:
        return None


@pytest.fixture
def closed(session: Session, monkeypatch: pytest.MonkeyPatch) -> tuple[Agency, Unit, Period]:
    agency = make.agency(session, code="kota-uji")
    unit = make.unit(session, agency, code="dukcapil")
    period = makers.open_period(session, agency, [unit], code="2026-s1")
    makers.respond_all(session, period, unit, [[3] * 9, [4] * 9])
    makers.shut(session, period)
    store_period(session, period, now=make.NOW, actor=SYSTEM)
    # The test's transaction has begun, so its isolation is what it is.
    connection = session.connection()
    monkeypatch.setattr(session, "connection", lambda *_bind, **_options: connection)
    monkeypatch.setattr(skm_results, "database", lambda: Shared(session))
    return agency, unit, period


def call(*words: str) -> Result:
    return CliRunner().invoke(skm_group, list(words))


HERE = ("--agency", "kota-uji", "--period", "2026-s1")


@pytest.mark.usefixtures("closed")
def test_results_print_index_grade_interval_and_elements() -> None:
    found = call("results", *HERE, "--unit", "dukcapil")
    assert found.exit_code == 0, found.output
    assert "dukcapil                  87,50  B" in found.output
    assert found.output.count("n=2") == 9


@pytest.mark.usefixtures("closed")
def test_results_as_json_hold_exact_fractions_as_strings() -> None:
    found = json.loads(call("results", *HERE, "--json").output)
    assert (found["index"], found["grade"], found["exact"]) == ("87.50", "B", "175/2")
    assert found["parts"][0]["place"] == "dukcapil"
    assert found["elements"]["waktu"]["mean"] == "7/2"


def test_a_unit_that_is_not_surveyed_is_said(session: Session, closed: tuple[Agency, Unit, Period]) -> None:
    make.unit(session, closed[0], code="rsud")
    assert call("results", *HERE, "--unit", "rsud").exit_code == 1


@pytest.mark.usefixtures("closed")
def test_recount_and_verify_find_nothing_in_untouched_sums() -> None:
    for command, told in (("recount", "1 periods, 0 differences"), ("verify", "2 results, 0 differences")):
        for where in (HERE, HERE[:2]):
            found = call(command, *where)
            assert (found.exit_code, found.output.strip()) == (0, told)


def test_a_tampered_sum_makes_both_exit_with_1_and_a_repair_mends_it(
    session: Session, closed: tuple[Agency, Unit, Period]
) -> None:
    session.execute(sa.update(Tally).where(Tally.agency_id == closed[0].id, Tally.answer == 4).values(n=Tally.n + 1))
    assert call("verify", *HERE).exit_code == 1
    found = call("recount", *HERE, "--repair")
    assert found.exit_code == 1
    assert "9 differences, repaired" in found.output
    assert call("recount", *HERE).exit_code == 0
    assert call("verify", *HERE).exit_code == 0


@pytest.mark.usefixtures("closed")
def test_a_period_without_its_agency_is_a_usage_error() -> None:
    found = call("recount", "--period", "2026-s1")
    assert found.exit_code == 2
    assert "--agency" in found.output
