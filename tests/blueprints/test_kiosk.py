"""A tablet on a counter, used by one stranger after the other."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from tests.blueprints.office import Login, Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Puskesmas Oebobo")


def home(office: Office) -> str:
    return f"/kios/{office.agency.code}/{office.unit.code}"


def once_of(page: str) -> str:
    marks: list[str] = re.findall(r'name="once" value="([^"]+)"', page)
    assert len(marks) == 1
    return marks[0]


def tap(client: FlaskClient, office: Office, rating: str, once: str | None = None) -> str:
    once = once or once_of(client.get(home(office)).get_data(as_text=True))
    answer = client.post(home(office), data={"rating": rating, "once": once})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def mark_of(page: str) -> str:
    marks: list[str] = re.findall(r'name="mark" value="([^"]+)"', page)
    assert len(marks) == 1
    return marks[0]


def stored(office: Office) -> list[Submission]:
    office.session.expire_all()
    rows = sa.select(Submission).where(Submission.unit_id == office.unit.id).order_by(Submission.id)
    return list(office.session.scalars(rows))


@pytest.mark.parametrize("rating", ["1", "2", "3", "4"])
def test_one_tap_is_a_rating_of_the_kiosk_channel(client: FlaskClient, office: Office, rating: str) -> None:
    page = tap(client, office, rating)
    [row] = stored(office)
    assert (row.channel, row.rating, row.text, row.wants_reply) == (Channel.KIOSK, int(rating), None, None)
    assert "Terima kasih" in page


def test_thanks_show_no_code_and_go_back_by_themselves_within_half_a_minute(
    client: FlaskClient, office: Office
) -> None:
    page = tap(client, office, "4")
    assert not re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    [(seconds, address)] = re.findall(r'<meta http-equiv="refresh" content="(\d+); url=([^"]+)">', page)
    assert int(seconds) <= 30
    assert address == home(office)


def test_the_faces_are_fetched_anew_at_least_hourly_and_lead_nowhere_else(client: FlaskClient, office: Office) -> None:
    answer = client.get(home(office))
    page = answer.get_data(as_text=True)
    [seconds] = re.findall(r'http-equiv="refresh" content="(\d+);', page)
    assert int(seconds) <= 3600
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<a " not in page
    assert set(re.findall(r'action="([^"]*)"', page)) == {home(office)}
    assert page.count('name="rating"') == 4
    assert not re.search(r"<input(?![^>]*hidden)|<textarea", page)


def test_two_taps_on_one_page_count_once_and_two_people_count_twice(client: FlaskClient, office: Office) -> None:
    once = once_of(client.get(home(office)).get_data(as_text=True))
    for _ in range(3):
        tap(client, office, "1", once)
    assert len(stored(office)) == 1
    tap(client, office, "1")
    assert len(stored(office)) == 2


def test_nothing_is_left_for_the_next_person(client: FlaskClient, office: Office) -> None:
    client.post("/bahasa", data={"language": "en"})
    client.post(f"/nilai/{office.agency.code}/{office.unit.code}", data={"rating": "2"})
    assert '<html lang="id">' in client.get(home(office)).get_data(as_text=True)
    tap(client, office, "3")
    with client.session_transaction() as kept:
        assert set(kept) <= {"csrf_token"}
    assert "qr" not in client.get("/diterima").get_data(as_text=True)
    assert '<html lang="id">' in client.get("/privasi").get_data(as_text=True)


def test_a_signed_in_account_does_not_stay_on_the_screen(client: FlaskClient, login: Login, office: Office) -> None:
    login(office.staff(Role.UNIT_HEAD))
    client.get(home(office))
    assert client.get("/petugas/").status_code == 302


def test_reasons_complete_the_rating_once(client: FlaskClient, office: Office) -> None:
    page = tap(client, office, "1")
    assert 'value="slow"' in page
    assert 'value="fast"' not in page
    mark = mark_of(page)
    for reasons in (["slow", "unfriendly"], ["expensive"]):
        answer = client.post(f"{home(office)}/alasan", data={"mark": mark, "reasons": reasons})
        assert answer.status_code == 200
    [row] = stored(office)
    assert row.reasons == ["slow", "unfriendly"]


@pytest.mark.parametrize("reasons", [["fast"], ["invented"], [], ["slow", "fast"]])
def test_reasons_that_do_not_fit_change_nothing_and_are_thanked_all_the_same(
    client: FlaskClient, office: Office, reasons: list[str]
) -> None:
    mark = mark_of(tap(client, office, "2"))
    answer = client.post(f"{home(office)}/alasan", data={"mark": mark, "reasons": reasons})
    assert answer.status_code == 200
    assert stored(office)[0].reasons == []


def test_reasons_of_a_moment_long_gone_or_of_nobody_change_nothing(client: FlaskClient, office: Office) -> None:
    mark = mark_of(tap(client, office, "1"))
    office.session.execute(sa.update(Submission).values(received_at=clock.utcnow() - timedelta(minutes=3)))
    office.session.commit()
    for sent in (mark, "", "x", mark[:-2]):
        assert client.post(f"{home(office)}/alasan", data={"mark": sent, "reasons": "slow"}).status_code == 200
    assert stored(office)[0].reasons == []


@pytest.mark.parametrize("data", [{}, {"rating": "5", "once": "x"}, {"rating": "3"}, {"rating": "3", "once": "x" * 99}])
def test_a_tap_that_is_none_shows_the_faces_again(client: FlaskClient, office: Office, data: dict[str, str]) -> None:
    answer = client.post(home(office), data=data)
    assert (answer.status_code, answer.location) == (303, home(office))
    assert stored(office) == []


def test_the_token_of_a_shown_page_is_good_for_its_tap_and_for_the_reasons(app: Flask, office: Office) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        client = app.test_client()
        page = client.get(home(office)).get_data(as_text=True)
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
        thanks = client.post(home(office), data={"rating": "4", "once": once_of(page), "csrf_token": token})
        assert thanks.status_code == 200
        body = thanks.get_data(as_text=True)
        token = re.findall(r'name="csrf_token" value="([^"]+)"', body)[0]
        sent = {"mark": mark_of(body), "reasons": "fast", "csrf_token": token}
        assert client.post(f"{home(office)}/alasan", data=sent).status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert stored(office)[0].reasons == ["fast"]


def test_an_unknown_unit_has_no_screen(client: FlaskClient, office: Office) -> None:
    assert client.get(f"/kios/{office.agency.code}/tidak-ada").status_code == 404


def test_another_language_lasts_through_reasons_and_ends_with_the_visit(client: FlaskClient, office: Office) -> None:
    chosen = client.get(home(office), query_string={"language": "en"}).get_data(as_text=True)
    assert '<html lang="en">' in chosen
    [seconds] = re.findall(r'http-equiv="refresh" content="(\d+);', chosen)
    assert int(seconds) <= 60
    thanks = client.post(home(office), data={"rating": "1", "once": once_of(chosen), "language": "en"})
    page = thanks.get_data(as_text=True)
    assert '<html lang="en">' in page
    sent = {"mark": mark_of(page), "reasons": "slow", "language": "en"}
    assert '<html lang="en">' in client.post(f"{home(office)}/alasan", data=sent).get_data(as_text=True)
    assert f'href="{home(office)}"' in page
    assert '<html lang="id">' in client.get(home(office)).get_data(as_text=True)
    assert stored(office)[0].reasons == ["slow"]


@pytest.mark.parametrize("language", ["xx", "", "en\0", "../en"])
def test_a_language_that_is_none_is_the_own_one(client: FlaskClient, office: Office, language: str) -> None:
    page = client.get(home(office), query_string={"language": language}).get_data(as_text=True)
    assert '<html lang="id">' in page
