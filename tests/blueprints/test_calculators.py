"""The pages of the calculators: typed in, worked out, kept nowhere."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from tests.blueprints.office import Login, new_office

PAGES = ["/petugas/kalkulator", *(f"/petugas/kalkulator/{name}" for name in ("predikat", "distribusi", "angka-kredit"))]


@pytest.fixture
def officer(login: Login, session: Session) -> FlaskClient:
    who = new_office(session).staff(Role.OFFICER)
    session.commit()
    return login(who)


def page_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("path", PAGES)
def test_every_calculator_says_that_nothing_flows_into_it(officer: FlaskClient, path: str) -> None:
    page = page_of(officer, path)
    assert "hanya menghitung apa yang Anda ketik" in page
    assert "notice-success" not in page


@pytest.mark.parametrize("path", PAGES)
def test_they_are_for_signed_in_staff(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {302, 401}


def test_two_ratings_come_to_a_predicate(officer: FlaskClient) -> None:
    page = page_of(officer, "/petugas/kalkulator/predikat?results=above&behaviour=below")
    assert '<p class="notice notice-success" role="status"><strong>Kurang (misconduct)</strong></p>' in page
    assert "PermenPANRB 6/2022" in page


def test_credits_are_told_with_their_arithmetic(officer: FlaskClient) -> None:
    page = page_of(officer, "/petugas/kalkulator/angka-kredit?predicate=good&level=first_expert&months=2")
    assert "<strong>2,08</strong> = 2/12 × 100 % × koefisien 12,50" in page
    assert "belum dicocokkan dengan naskah peraturan" in page


def test_counts_are_compared_with_a_pattern(officer: FlaskClient) -> None:
    counts = "very_good=29&good=70&needs_improvement=1&poor=&very_poor=0"
    page = page_of(officer, f"/petugas/kalkulator/distribusi?organisation=good&{counts}")
    assert page.count("✓") == 3
    assert "70 dari 100 pegawai" in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("predikat?results=excellent&behaviour=below", "error-summary", id="a rating there is not"),
        pytest.param("angka-kredit?predicate=good&level=skilled&months=13", "1 sampai 12", id="thirteen months"),
        pytest.param("angka-kredit?predicate=good&level=skilled&months=dua", "1 sampai 12", id="a word"),
        pytest.param("distribusi?organisation=good&good=-1", "bilangan bulat", id="fewer than nobody"),
        pytest.param("distribusi?organisation=good&good=1,5", "bilangan bulat", id="half a person"),
    ],
)
def test_what_cannot_be_is_refused_in_words_beside_its_field(officer: FlaskClient, path: str, words: str) -> None:
    page = page_of(officer, f"/petugas/kalkulator/{path}", 422)
    assert "Ada yang perlu diperbaiki" in page
    assert words in page
