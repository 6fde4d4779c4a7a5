"""A questionnaire sent twice, and another one from the same page: what counts, and who is told what."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.blueprints.surveyed import Surveyed, hidden, surveyed

KEY = "0f" * 16


@pytest.fixture
def place(session: Session, monkeypatch: pytest.MonkeyPatch) -> Surveyed:
    monkeypatch.setattr("feedback_app.blueprints.survey_form.LEAST_SECONDS", 0.0)
    return surveyed(session)


def answers(place: Surveyed) -> list[list[int | None]]:
    return sorted(row.answers for row in place.stored())


def test_without_a_script_the_next_person_on_the_same_page_counts_as_well(keeping_app: Flask, place: Surveyed) -> None:
    phone = keeping_app.test_client()
    token = hidden(phone.get(place.address).get_data(as_text=True), "csrf_token")
    first = place.filled(csrf_token=token, once="", **{"q-waktu": "1"})
    second = place.filled(csrf_token=token, once="", **{"q-waktu": "4"})
    for sent in (first, first, second, second, first):
        assert phone.post(place.address, data=sent).status_code == 303
    assert [row[2] for row in answers(place)] == [1, 4]


def test_without_a_script_two_people_who_answer_alike_are_told_apart_by_who_they_are(
    keeping_app: Flask, place: Surveyed
) -> None:
    phone = keeping_app.test_client()
    token = hidden(phone.get(place.address).get_data(as_text=True), "csrf_token")
    for sex in ("male", "female", "male"):
        assert phone.post(place.address, data=place.filled(csrf_token=token, once="", sex=sex)).status_code == 303
    assert sorted(row.sex or "" for row in place.stored()) == ["female", "male"]


def test_a_page_shown_again_without_a_script_brings_no_key_of_its_own(keeping_app: Flask, place: Surveyed) -> None:
    phone = keeping_app.test_client()
    token = hidden(phone.get(place.address).get_data(as_text=True), "csrf_token")
    sent = place.filled(csrf_token=token, once="", age="tua")
    page = phone.post(place.address, data=sent).get_data(as_text=True)
    assert hidden(page, "once") == ""


def test_other_answers_under_a_key_that_was_used_are_refused_in_so_many_words(
    client: FlaskClient, place: Surveyed
) -> None:
    assert client.post(place.address, data=place.filled(once=KEY)).status_code == 303
    refused = client.post(place.address, data=place.filled(once=KEY, **{"q-biaya": "4"}))
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "sudah kami terima dengan jawaban lain" in page
    assert "Jawaban ini tidak dihitung" in page
    assert "<dd>Gratis</dd>" in page
    assert f'href="{place.address}"' in page
    # The draft with the used key goes, or the fresh questionnaire would bring it along.
    assert f'data-survey-sent="{place.address}"' in page
    assert answers(place) == [[3] * 9]


def test_the_same_answers_under_a_key_that_was_used_are_thanked_for_again(client: FlaskClient, place: Surveyed) -> None:
    sent = place.filled(once=KEY, sex="female", age="34")
    assert [client.post(place.address, data=sent).status_code for _ in range(3)] == [303, 303, 303]
    assert len(place.stored()) == 1


@pytest.mark.parametrize("other", [{"sex": "male"}, {"age": "61"}, {"q-sarana": "0"}])
def test_another_person_or_a_blank_under_a_used_key_is_another_questionnaire(
    client: FlaskClient, place: Surveyed, other: dict[str, str]
) -> None:
    client.post(place.address, data=place.filled(once=KEY, sex="female", age="34"))
    assert (
        client.post(place.address, data=place.filled(once=KEY, **{"sex": "female", "age": "34", **other})).status_code
        == 409
    )
    assert len(place.stored()) == 1
