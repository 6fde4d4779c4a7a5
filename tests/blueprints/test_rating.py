"""Short addresses of ratings, tokens that count no more, and what reaches a log."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.intake.visits import issue_visit_tokens
from tests import factories as make
from tests.blueprints.office import Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


def new_token(app: Flask, office: Office, *, issued_at: datetime | None = None) -> str:
    [token] = issue_visit_tokens(
        office.session, agency_id=office.agency.id, unit_id=office.unit.id, service_id=None,
        visited_on=date(2026, 3, 2), count=1, issued_by=None, key=app.config["TRACKING_KEY"],
        now=issued_at or datetime.now(UTC),
    )  # fmt: skip
    office.session.commit()
    return token


def test_the_code_of_an_agency_leads_to_its_units(client: FlaskClient, office: Office) -> None:
    answer = client.get(f"/nilai/{office.agency.code}")
    assert (answer.status_code, answer.location) == (303, f"/instansi/{office.agency.code}")


def test_the_code_of_one_unit_leads_to_its_rating(client: FlaskClient, office: Office) -> None:
    answer = client.get(f"/nilai/{office.unit.code}")
    assert (answer.status_code, answer.location) == (303, f"/nilai/{office.agency.code}/{office.unit.code}")


def test_a_code_that_several_agencies_use_is_a_choice(client: FlaskClient, session: Session) -> None:
    agencies = [make.agency(session) for _ in range(2)]
    for agency in agencies:
        make.unit(session, agency, code="disdukcapil")
    gone = make.agency(session)
    make.unit(session, gone, code="disdukcapil", ends_on=date(2021, 1, 1))
    page = client.get("/nilai/disdukcapil").get_data(as_text=True)
    assert all(f'href="/nilai/{agency.code}/disdukcapil"' in page for agency in agencies)
    assert f"/nilai/{gone.code}/" not in page


@pytest.mark.parametrize("word", ["tidak-ada", "<b>", "\x00"])
def test_a_word_that_nobody_has_is_a_kind_404(client: FlaskClient, office: Office, word: str) -> None:
    answer = client.get(f"/nilai/{word}")
    assert answer.status_code == 404
    assert word not in answer.get_data(as_text=True) or word == "<b>"


def test_a_used_token_leads_to_its_unit_where_anybody_may_rate(app: Flask, client: FlaskClient, office: Office) -> None:
    token = new_token(app, office)
    client.get(f"/k/{token}")
    address = f"/nilai/{office.agency.code}/{office.unit.code}"
    client.post(address, data={"rating": "3"})
    refused = client.get(f"/k/{token}")
    assert refused.status_code == 409
    assert f'href="{address}"' in refused.get_data(as_text=True)
    assert client.post(address, data={"rating": "2"}).status_code == 303


def test_an_expired_token_leads_to_its_unit_and_an_unknown_one_to_none(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    expired = client.get(f"/k/{new_token(app, office, issued_at=datetime.now(UTC) - timedelta(days=15))}")
    assert expired.status_code == 404
    assert "Nilai Dinas Kependudukan" in expired.get_data(as_text=True)
    unknown = client.get("/k/" + "0" * 26)
    assert "Dinas Kependudukan" not in unknown.get_data(as_text=True)
    for answer in (expired, unknown):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_token_of_a_unit_that_is_no_more_is_refused_without_naming_it(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    agency = make.agency(session)
    gone = Office(session, agency, make.unit(session, agency, name="Dinas Lama", ends_on=date(2021, 1, 1)))
    answer = client.get(f"/k/{new_token(app, gone)}")
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (404, "no-referrer")
    assert "Dinas Lama" not in answer.get_data(as_text=True)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says, at the lowest level, as a handler of the application writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_no_token_reaches_a_log_whether_it_works_or_breaks(
    app: Flask, client: FlaskClient, office: Office, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    logging.getLogger("test").warning("the handler writes")
    token = new_token(app, office)
    client.get(f"/k/{token}")
    client.post(f"/nilai/{office.agency.code}/{office.unit.code}", data={"rating": "3"})
    client.get(f"/k/{token}")
    client.post(f"/k/{token}")
    monkeypatch.setattr("feedback_app.blueprints.rating.open_visit", _broken)
    assert client.get(f"/k/{token}").status_code == 500
    said = log.getvalue()
    assert "the handler writes" in said
    assert "Unexpected error at public.visit" in said
    assert token not in said
    assert "/k/" not in said


def _broken(*_: object, **__: object) -> None:
    raise RuntimeError("the database is on fire")


def test_the_web_server_writes_no_access_log() -> None:
    from feedback_app import config
    from feedback_app.supervisor import children

    assert "--no-access-log" in children.web_command(config.load(), 8000, "feedback_app.wsgi:app")


def test_the_page_of_a_unit_is_light_and_reasons_make_sense_without_a_script(
    client: FlaskClient, office: Office
) -> None:
    for _ in range(12):
        make.service(office.session, office.unit)
    page = client.get(f"/nilai/{office.agency.code}/{office.unit.code}")
    assert len(page.data) <= 15 * 1024
    text = page.get_data(as_text=True)
    assert "Jika nilai Anda “Tidak baik” atau “Kurang baik”:" in text
    assert text.index('name="rating"') < text.index('name="reasons"') < text.index('name="text"')
