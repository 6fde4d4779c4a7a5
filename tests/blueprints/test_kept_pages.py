"""Public pages that are the same for everybody: no cookie, one mark, no database where nothing changed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


def paths(office: Office) -> list[str]:
    unit = f"/unit/{office.agency.code}/{office.unit.code}"
    return ["/", f"/instansi/{office.agency.code}", unit, unit + ".json", unit + ".csv"]


def statements_of(session: Session) -> list[str]:
    """Everything the database is asked from now on."""
    asked: list[str] = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append(given[2]))
    return asked


def test_a_visitor_without_a_session_gets_no_cookie_and_a_page_anybody_may_keep(
    keeping_app: Flask, office: Office
) -> None:
    for path in paths(office):
        answer = keeping_app.test_client().get(path)
        assert answer.status_code == 200, path
        assert "Set-Cookie" not in answer.headers, path
        assert answer.headers["Cache-Control"] == "public, max-age=30", path
        assert "Cookie" in answer.headers["Vary"], path
        assert "csrf_token" not in answer.get_data(as_text=True), path


def test_a_page_that_did_not_change_is_answered_without_the_database(keeping_app: Flask, office: Office) -> None:
    client = keeping_app.test_client()
    for path in paths(office):
        mark = client.get(path).headers["ETag"]
        assert not mark.startswith("W/")
        asked = statements_of(office.session)
        again = client.get(path, headers={"If-None-Match": mark})
        assert (again.status_code, again.data, asked) == (304, b"", []), path
        assert client.get(path).headers["ETag"] == mark
        assert asked == []


def test_the_language_is_part_of_what_is_kept(keeping_app: Flask, office: Office) -> None:
    client, other = keeping_app.test_client(), keeping_app.test_client()
    path = paths(office)[2]
    before = other.get(path).headers["ETag"]
    assert client.post("/bahasa", data={"language": "en", "next": path}).location == path
    assert client.get(path).headers["ETag"] != before
    assert other.get(path).headers["ETag"] == before


def test_words_of_a_strangers_address_are_on_nobodys_page(keeping_app: Flask, office: Office) -> None:
    for path in paths(office):
        keeping_app.test_client().get(f"{path}?asal=tetangga")
        assert "tetangga" not in keeping_app.test_client().get(path).get_data(as_text=True)


def test_signed_in_people_get_pages_of_their_own(office: Office, client: FlaskClient, login: Login) -> None:
    login(office.staff(Role.OFFICER))
    for path in paths(office)[:3]:
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer.headers


def test_unknown_units_are_not_found_in_every_form(client: FlaskClient, office: Office) -> None:
    for ending in ("", ".json", ".csv"):
        assert client.get(f"/unit/{office.agency.code}/tidak-ada{ending}").status_code == 404
    assert client.get(f"/unit/tidak-ada/{office.unit.code}").status_code == 404


def test_table_holds_no_cell_that_a_spreadsheet_runs(client: FlaskClient, session: Session) -> None:
    from feedback_app.safe_table import harmless

    assert [harmless(cell) for cell in ("=1+1", "+1", "-1", "@a", "\tx", "2,5")] == [
        "'=1+1", "'+1", "'-1", "'@a", "'\tx", "2,5",
    ]  # fmt: skip
    agency = make.agency(session)
    unit = make.unit(session, agency)
    answer = client.get(f"/unit/{agency.code}/{unit.code}.csv")
    assert answer.mimetype == "text/csv"
    assert answer.get_data(as_text=True).splitlines() == ["agency,unit,subject,year,counted_on,n,figure,value"]
