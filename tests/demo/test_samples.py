"""Codes and tokens that a visitor can use at once, and the page of text that names them."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock, config
from feedback_app.analysis.models import Labels
from feedback_app.db import db
from feedback_app.demo.accounts import PASSWORD, main_accounts
from feedback_app.demo.cities import cities
from feedback_app.demo.load import load
from feedback_app.demo.samples import FILE_NAME, Samples, ensure_samples, read_samples
from feedback_app.demo.tour import accounts_table, first_steps
from feedback_app.handling.citizens.tracked import tracked
from feedback_app.handling.rules import CaseStatus
from feedback_app.intake.codes import code_hash
from feedback_app.intake.models import Submission
from feedback_app.intake.visits import open_visit
from feedback_app.measures.operations import recount
from tests.conftest import TEMPLATE, application, fresh_database
from tests.demo.conftest import NOW
from tests.demo.readers import CorpusReader

BASE = "http://127.0.0.1:8123"


@pytest.fixture(scope="module")
def app(servers: config.Settings, template: str) -> Iterator[Flask]:
    """The application over a very small city, loaded once: each test makes samples of it, which are undone."""
    with fresh_database(servers, f"{TEMPLATE}_mataram", template=template) as url:
        made = application(replace(servers, database_url=url))
        made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        key = made.config["TRACKING_KEY"]
        with made.app_context(), Session(db.engine) as session:
            load(session, reader=CorpusReader, key=key, now=NOW, only="mataram", scale=0.01)
        yield made
        with made.app_context():
            db.engine.dispose()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "rumah suara"


@pytest.fixture
def samples(app: Flask, session: Session, home: Path) -> Samples:
    """The samples of that city."""
    with app.app_context():
        return ensure(app, session, home)


def ensure(app: Flask, session: Session, home: Path, **later: float) -> Samples:
    """Ask for the samples, so much later."""
    return ensure_samples(
        session, home, reader=CorpusReader, key=app.config["TRACKING_KEY"], now=NOW + timedelta(**later), seed=1
    )


def test_the_codes_show_an_answer_work_under_way_and_a_new_report(
    app: Flask, session: Session, samples: Samples
) -> None:
    key = app.config["TRACKING_KEY"]
    found = [tracked(session, code_hash(sample.code, key), day=NOW.date()) for sample in samples.tracking]
    cases = [report.case for report in found if report and report.case]
    assert [case.status for case in cases] == [CaseStatus.ANSWERED, CaseStatus.IN_PROGRESS, CaseStatus.NEW]
    for case in cases:
        moments = [event.at for event in case.events]
        assert moments == sorted(moments)
    assert recount(session) == []


def test_the_tokens_prove_a_visit_of_today(app: Flask, session: Session, samples: Samples) -> None:
    assert len({sample.token for sample in samples.tokens}) == 5
    for sample in samples.tokens:
        visit = open_visit(session, sample.token, key=app.config["TRACKING_KEY"], now=NOW)
        assert visit.visited_on == NOW.date()
        assert visit.service_id


def test_they_are_kept_where_only_the_owner_reads_them(samples: Samples, home: Path) -> None:
    assert stat.S_IMODE((home / FILE_NAME).stat().st_mode) == 0o600
    assert read_samples(home) == samples


@pytest.mark.slow
def test_they_are_made_once_and_anew_when_their_days_are_over(
    app: Flask, session: Session, samples: Samples, home: Path
) -> None:
    assert ensure(app, session, home, days=13) == samples
    renewed = ensure(app, session, home, days=15)
    assert {sample.token for sample in renewed.tokens}.isdisjoint(sample.token for sample in samples.tokens)
    assert read_samples(home) == renewed


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("{", id="broken"),
        pytest.param('{"city": "mataram"}', id="incomplete"),
        pytest.param(
            '{"city": "kupang", "unit": "x", "tracking": [{"code": "0001-0001-000X", "shows": ""}], "tokens": []}',
            id="of another database",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_replaced(
    app: Flask, session: Session, samples: Samples, home: Path, content: str
) -> None:
    (home / FILE_NAME).write_text(content, encoding="utf-8")
    assert ensure(app, session, home) == read_samples(home) != samples


@pytest.mark.usefixtures("samples")
def test_every_address_that_is_printed_opens(app: Flask, session: Session, home: Path, client: FlaskClient) -> None:
    # The pages go by the clock of the machine, so the tokens must be of its present day.
    samples = ensure(app, session, home, days=(clock.utcnow() - NOW).days)
    shown = first_steps(BASE + "/", home)
    addresses = re.findall(rf"{BASE}(/[^\s)]*)", shown)
    assert len(addresses) >= 4 + len(samples.tokens)
    for address in addresses:
        status = client.get(address).status_code
        assert status in ({302} if address.startswith("/petugas") else {303} if "/k/" in address else {200}), address


@pytest.mark.slow
def test_the_first_steps_name_codes_tokens_accounts_and_the_password(samples: Samples, home: Path) -> None:
    shown = first_steps(BASE, home)
    wanted = [sample.code for sample in samples.tracking] + [sample.token for sample in samples.tokens]
    wanted += [account.email for account in main_accounts(cities()[1])]
    assert all(word in shown for word in [*wanted, PASSWORD, "In English"])
    assert all(len(line) <= 125 for line in shown.splitlines())


def test_without_codes_the_first_steps_leave_them_out(home: Path) -> None:
    shown = first_steps(BASE, home)
    assert "/k/" not in shown
    assert f"{BASE}/nilai/kupang/dukcapil" in shown


def test_the_accounts_of_all_cities_or_of_one_are_listed() -> None:
    everything, one = accounts_table(), accounts_table("tangsel")
    assert all(f"kepala.dukcapil@{city.code}.demo" in everything for city in cities())
    assert "penilai@tangsel.demo" in one
    assert "penilai@kupang.demo" not in one
    assert PASSWORD in one


def test_samples_are_read_when_they_come_so_that_figures_released_before_stay_true(
    app: Flask, session: Session, samples: Samples
) -> None:
    hashes = [code_hash(sample.code, app.config["TRACKING_KEY"]) for sample in samples.tracking]
    same = sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id)
    query = sa.select(Labels.labelled_at).join(Submission, same).where(Submission.tracking_hash.in_(hashes))
    moments = session.scalars(query).all()
    assert len(moments) >= 2
    assert set(moments) == {NOW}
