"""What no browser sends: each is refused kindly, none of them is an error of ours."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.blueprints import numbers
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office

TOO_BIG = ["9223372036854775808", "99999999999999999999", "9" * 5000]
FORMS = ["/nilai/kupang/dukcapil", "/lapor/kupang/dukcapil", "/lacak", "/lacak/putusan", "/masuk", "/bahasa"]


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def place(session: Session) -> None:
    make.unit(session, make.agency(session, code="kupang"), code="dukcapil")


@pytest.mark.parametrize(
    "path",
    [
        "/instansi/%00",
        "/nilai/kupang/%00",
        "/nilai/%00/dukcapil",
        "/lapor/%00",
        "/lapor/a%00b/x",
        "/k/%00",
        "/static/%00",
        "/bootstrap/static/%00",
    ],
)
def test_address_with_a_nul_is_the_address_of_nothing(client: FlaskClient, place: None, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/nilai/kupang/%00", "/lapor/kupang/%00"])
def test_nothing_is_sent_to_an_address_with_a_nul(client: FlaskClient, place: None, path: str) -> None:
    assert client.post(path, data={"rating": "4"}).status_code == 404


@pytest.mark.parametrize("number", TOO_BIG)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/petugas/kasus/{}"),
        ("POST", "/petugas/kasus/{}/ambil"),
        ("POST", "/petugas/kasus/{}/tanggapi"),
        ("POST", "/petugas/kasus/{}/asli"),
        ("GET", "/petugas/evaluasi/{}"),
        ("POST", "/petugas/evaluasi/{}/hitung"),
        ("GET", "/petugas/evaluasi/1/pegawai/{}"),
        ("GET", "/petugas/evaluasi/1/pegawai/{}/kelompok/x"),
    ],
)
def test_number_that_no_row_can_have_names_no_page(
    login: Login, office: Office, method: str, path: str, number: str
) -> None:
    client = login(office.staff(Role.EVALUATOR))
    assert client.open(path.format(number), method=method).status_code == 404


@pytest.mark.parametrize("number", ["0", "999999999999999999"])
def test_number_that_a_row_could_have_is_looked_up(login: Login, office: Office, number: str) -> None:
    client = login(office.staff(Role.OFFICER))
    answer = client.get(f"/petugas/kasus/{number}")
    assert answer.status_code == 404
    assert "Kasus" in answer.get_data(as_text=True)


@pytest.mark.parametrize("number", [*TOO_BIG, "9223372036854775807", "-1", "-9223372036854775809", "0", "x", "", "²"])
@pytest.mark.parametrize("name", ["page", "unit"])
@pytest.mark.parametrize("path", ["/petugas/kotak-masuk", "/petugas/masukan"])
def test_strange_numbers_in_the_inbox_are_passed_over(
    login: Login, office: Office, path: str, name: str, number: str
) -> None:
    assert login(office.staff(Role.OFFICER)).get(path, query_string={name: number}).status_code == 200


@pytest.mark.parametrize("number", [*TOO_BIG, "9223372036854775807", "-1", "x"])
def test_strange_pages_of_public_lists_show_the_nearest_one(client: FlaskClient, place: None, number: str) -> None:
    for path in ("/instansi/kupang", "/lapor/kupang"):
        assert client.get(path, query_string={"page": number}).status_code == 200


@pytest.mark.parametrize("raw", ["", "-1", "+1", " 1", "1_0", "²", "٣", "9" * 19, "9" * 5000])
def test_only_plain_digits_of_a_sensible_length_are_a_number(raw: str) -> None:
    assert numbers.number_or_none(raw) is None


def test_the_longest_number_read_fits_the_database() -> None:
    assert numbers.number_or_none("9" * numbers.DIGITS_MAX) == 10**18 - 1 < 2**63


def test_rating_for_an_endless_service_is_refused(client: FlaskClient, place: None) -> None:
    answer = client.post("/nilai/kupang/dukcapil", data={"rating": "4", "service_id": "9" * 5000})
    assert answer.status_code == 422
    assert "tidak diberikan oleh unit" in answer.get_data(as_text=True)


def test_endless_version_of_a_case_is_no_version(login: Login, office: Office) -> None:
    client, case = login(office.staff(Role.OFFICER)), office.report()
    answer = client.post(f"/petugas/kasus/{case.id}/tanggapi", data={"text": "x", "version": "9" * 5000})
    assert answer.status_code == 422


@pytest.mark.parametrize("body", [[1], "x", {"text": 5}, {"code": 1, "email": 2, "rating": 4}])
@pytest.mark.parametrize("path", FORMS)
def test_json_is_no_form_even_with_a_valid_token(
    app: Flask, client: FlaskClient, place: None, monkeypatch: pytest.MonkeyPatch, path: str, body: Any
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    token = client.get("/lacak").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(path, json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 415
    assert "Kirim lewat formulir" in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("name", ["text", "code", "email", "words", "x"])
def test_file_is_refused_everywhere(client: FlaskClient, place: None, path: str, name: str) -> None:
    data = {"rating": "4", name: (io.BytesIO(b"x"), "x.txt")}
    assert client.post(path, data=data, content_type="multipart/form-data").status_code == 415


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/octet-stream"])
def test_other_bodies_are_no_form(client: FlaskClient, place: None, kind: str) -> None:
    assert client.post("/lacak", data="code=x", content_type=kind).status_code == 415


def test_body_of_no_kind_is_no_form(client: FlaskClient) -> None:
    assert client.post("/lacak", input_stream=io.BytesIO(b"x"), headers={"Content-Length": "1"}).status_code == 415


def test_form_in_parts_without_a_file_is_read(client: FlaskClient, place: None) -> None:
    data = {"rating": "4"}
    answer = client.post("/nilai/kupang/dukcapil", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303


def test_nul_in_a_field_is_no_error_of_ours(client: FlaskClient, session: Session) -> None:
    answer = client.post("/masuk", data={"email": "a\0b@contoh.go.id", "password": "x\0y"})
    assert answer.status_code in {200, 400}


def test_signing_in_never_hands_out_a_token(client: FlaskClient, session: Session) -> None:
    user = make.user(session)
    answer = client.post(
        "/masuk?include_auth_token=1",
        data={"email": user.email, "password": make.PASSWORD},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 302
    assert "token" not in answer.get_data(as_text=True)
