"""`feedback demo` as an operator meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from feedback_app import config
from feedback_app.cli.demo import CITIES, SEED, demo_group
from feedback_app.db import db
from feedback_app.demo import cities as plan
from feedback_app.demo import load as loading
from feedback_app.demo.accounts import PASSWORD
from feedback_app.demo.cities import CITY_CODES
from feedback_app.demo.samples import read_samples
from feedback_app.errors import DomainError
from tests import factories as make
from tests.conftest import Live


@pytest.fixture(autouse=True)
def environment(live: Live, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the command work on the live database; a hundredth of a city is enough."""
    for name in config.SETTING_NAMES:
        if name in live.environ:
            monkeypatch.setenv(name, live.environ[name])
    monkeypatch.setattr(loading, "scaled", lambda city, _: plan.scaled(city, 0.01))
    return live.settings.home


def run(*arguments: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(demo_group, arguments)


@pytest.mark.slow
def test_a_city_is_loaded_with_the_shipped_model_and_a_second_call_changes_nothing(environment: Path) -> None:
    first = run("load", "--only", "tanjungbalai")
    assert first.exit_code == 0, first.output
    assert "Kota Tanjungbalai: memuat" in first.stderr
    assert "Dimuat: 1 kota" in first.stderr
    samples = read_samples(environment)
    assert samples
    assert samples.tokens[0].token in first.stdout
    second = run("load", "--only", "tanjungbalai")
    assert second.exit_code == 0, second.output
    assert "sudah ada" in second.stderr
    assert "Dimuat" not in second.stderr
    assert read_samples(environment) == samples


def test_a_database_with_agencies_of_its_own_is_refused_in_a_sentence(live: Live, environment: Path) -> None:
    with live.app.app_context(), Session(db.engine) as session:
        make.agency(session, code="sungguhan", name="Pemerintah Kota Sungguhan")
        session.commit()
    refused = run("load")
    assert refused.exit_code == 1
    assert isinstance(refused.exception, DomainError)
    assert "Pemerintah Kota Sungguhan" in refused.exception.message
    assert not (environment / "demo.json").exists()


def test_the_accounts_are_shown() -> None:
    shown = run("accounts", "--only", "kupang")
    assert shown.exit_code == 0
    assert "kepala.dukcapil@kupang.demo" in shown.stdout
    assert PASSWORD in shown.stdout


def test_the_command_knows_the_cities_and_seed_of_the_demo() -> None:
    assert CITIES == CITY_CODES
    assert SEED == loading.SEED
