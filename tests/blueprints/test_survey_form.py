"""The questionnaire as a respondent meets it, without a script: what is shown, what is stored, what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from feedback_app import clock
from feedback_app.blueprints.forms.survey import SurveyForm
from feedback_app.organisation.models import PublicService
from feedback_app.survey.elements import OFFICIAL_QUESTIONS
from feedback_app.survey.models import Period, Question, Target, VisitUse
from feedback_app.survey.queries import questionnaire
from feedback_app.survey.rules import AgeBand, Education, Occupation, PeriodState, Sex, SurveyChannel, hour_band
from tests import factories as make
from tests.blueprints.surveyed import MONTH, Surveyed, hidden, surveyed, today
from tests.survey import makers


@pytest.fixture
def place(session: Session) -> Surveyed:
    return surveyed(session)


def own_question(place: Surveyed) -> None:
    makers.unguard(place.session, Question)
    place.session.add(
        Question(
            agency_id=place.agency.id, instrument_id=place.period.instrument_id, position=10, key="parkir",
            stem="Bagaimana tempat parkirnya?", options=["Penuh", "Lega"],
        )
    )  # fmt: skip
    place.session.commit()


def test_the_page_asks_the_nine_questions_in_the_order_and_words_of_the_form(
    client: FlaskClient, place: Surveyed
) -> None:
    page = client.get(place.address).get_data(as_text=True)
    stems = [question.stem for question in OFFICIAL_QUESTIONS]
    assert [page.index(stem) for stem in stems] == sorted(page.index(stem) for stem in stems)
    for question in OFFICIAL_QUESTIONS:
        names = re.findall(rf'name="q-{question.element}" value="(\d)"', page)
        assert names == ["1", "2", "3", "4", "0"]
        part = page[page.index(question.stem) :]
        assert [part.index(words) for words in question.options] == sorted(part.index(w) for w in question.options)
    assert "checked" not in page
    assert 'name="nama"' not in page


def test_a_filled_questionnaire_is_stored_with_bands_and_without_a_trace_of_who(
    client: FlaskClient, place: Surveyed
) -> None:
    about = {"sex": "female", "age": "34", "education": "sma", "occupation": "self_employed"}
    answer = client.post(place.address, data=place.filled(**about, **{"q-waktu": "1", "q-biaya": "4"}))
    assert (answer.status_code, answer.location) == (303, f"{place.address}/terima-kasih")
    [row] = place.stored()
    assert row.answers == [3, 3, 1, 4, 3, 3, 3, 3, 3]
    assert (row.sex, row.age, row.education, row.occupation) == (
        Sex.FEMALE, AgeBand.FROM_30, Education.SMA, Occupation.SELF_EMPLOYED,
    )  # fmt: skip
    assert (row.channel, row.is_visit, row.answered_on) == (SurveyChannel.WEB, False, today())
    assert row.hours is hour_band(clock.utcnow().astimezone(ZoneInfo(place.agency.time_zone)).time())
    thanks = client.get(answer.location).get_data(as_text=True)
    assert f"/lapor/{place.agency.code}/{place.unit.code}" in thanks


def test_who_answers_may_say_nothing_of_themselves(client: FlaskClient, place: Surveyed) -> None:
    client.post(place.address, data=place.filled(sex="", age="", education="", occupation="raja"))
    [row] = place.stored()
    assert (row.sex, row.age, row.education, row.occupation) == (None, None, None, None)


def test_a_question_passed_over_is_stored_as_no_answer(client: FlaskClient, place: Surveyed) -> None:
    client.post(place.address, data=place.filled(**{"q-pengaduan": "0"}))
    [row] = place.stored()
    assert row.answers == [3, 3, 3, 3, 3, 3, 3, 3, None]


def test_what_is_missing_is_listed_and_nothing_chosen_is_lost(client: FlaskClient, place: Surveyed) -> None:
    sent = place.filled(age="tua", sex="male", once="ab" * 16)
    del sent["q-waktu"], sent["q-sarana"]
    answer = client.post(place.address, data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert re.findall(r'<li><a href="#([^"]+)">', page) == ["q-waktu-0", "q-sarana-0", "age"]
    assert "Pertanyaan 3 belum dijawab" in page
    assert all(f'id="{anchor}"' in page for anchor in ("q-waktu-0", "q-sarana-0", "age"))
    assert 'name="q-biaya" value="3" checked' in page
    assert 'value="male" id="sex-0" checked' in page
    assert hidden(page, "once") == "ab" * 16
    assert place.stored() == []


def test_a_questionnaire_in_which_everything_is_passed_over_is_refused(client: FlaskClient, place: Surveyed) -> None:
    sent = {name: "0" if name.startswith("q-") else value for name, value in place.filled().items()}
    answer = client.post(place.address, data=sent)
    assert answer.status_code == 422
    assert "Belum ada pertanyaan yang dijawab" in answer.get_data(as_text=True)


@pytest.mark.parametrize("value", ["5", "-1", "3.0", "³", "baik", "<b>"])
def test_an_answer_that_the_form_does_not_offer_is_refused(client: FlaskClient, place: Surveyed, value: str) -> None:
    assert client.post(place.address, data=place.filled(**{"q-waktu": value})).status_code == 422
    assert place.stored() == []


@pytest.mark.parametrize("age", ["4", "121", "-30", "34,5", "9" * 30])
def test_an_age_that_nobody_has_is_asked_again(client: FlaskClient, place: Surveyed, age: str) -> None:
    answer = client.post(place.address, data=place.filled(age=age))
    assert answer.status_code == 422
    assert 'href="#age"' in answer.get_data(as_text=True)


def test_own_questions_stand_after_the_nine_and_may_be_left_out(client: FlaskClient, place: Surveyed) -> None:
    own_question(place)
    page = client.get(place.address).get_data(as_text=True)
    assert page.index("di luar indeks") > page.index(OFFICIAL_QUESTIONS[-1].stem)
    client.post(place.address, data=place.filled())
    client.post(place.address, data=place.filled(**{"q-parkir": "2"}))
    assert client.post(place.address, data=place.filled(**{"q-parkir": "3"})).status_code == 422
    assert sorted((row.answers[9] or 0) for row in place.stored()) == [0, 2]


def test_the_same_questionnaire_sent_twice_counts_once(client: FlaskClient, place: Surveyed) -> None:
    sent = place.filled(once="0f" * 16)
    assert [client.post(place.address, data=sent).status_code for _ in range(3)] == [303, 303, 303]
    assert len(place.stored()) == 1
    client.post(place.address, data=place.filled(once="f0" * 16))
    assert len(place.stored()) == 2


def test_without_a_script_the_token_of_the_page_keeps_a_second_tap_from_counting(
    keeping_app: Flask, place: Surveyed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.blueprints.survey_form.LEAST_SECONDS", 0.0)
    first, second = keeping_app.test_client(), keeping_app.test_client()
    for client in (first, second):
        token = hidden(client.get(place.address).get_data(as_text=True), "csrf_token")
        sent = place.filled(csrf_token=token, once="")
        assert [client.post(place.address, data=sent).status_code for _ in range(2)] == [303, 303]
    assert len(place.stored()) == 2


def test_a_program_is_asked_to_send_again_and_a_person_can(
    keeping_app: Flask, place: Surveyed, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = keeping_app.test_client()
    token = hidden(client.get(place.address).get_data(as_text=True), "csrf_token")
    hasty = client.post(place.address, data=place.filled(csrf_token=token))
    assert hasty.status_code == 422
    assert "kirim sekali lagi" in hasty.get_data(as_text=True)
    monkeypatch.setattr("feedback_app.blueprints.survey_form.LEAST_SECONDS", 0.0)
    token = hidden(hasty.get_data(as_text=True), "csrf_token")
    trapped = client.post(place.address, data=place.filled(csrf_token=token, situs_web="http://contoh"))
    assert trapped.status_code == 422
    assert place.stored() == []
    assert client.post(place.address, data=place.filled(csrf_token=token)).status_code == 303
    assert len(place.stored()) == 1


def test_a_page_open_for_too_long_is_drawn_again_with_everything_chosen(keeping_app: Flask, place: Surveyed) -> None:
    client = keeping_app.test_client()
    sent = place.filled(csrf_token="lama", once="cd" * 16, age="51")
    page = client.post(place.address, data=sent).get_data(as_text=True)
    assert "Isian Anda masih ada di bawah" in page
    assert page.count(" checked") == 9
    assert (hidden(page, "once"), 'value="51"' in page) == ("cd" * 16, True)


def test_the_empty_page_is_drawn_once_for_everybody(keeping_app: Flask, place: Surveyed, session: Session) -> None:
    first = keeping_app.test_client().get(place.address).get_data(as_text=True)
    makers.unguard(session, Question)
    session.execute(sa.update(Question).values(stem="Berubah?"))
    session.commit()
    second = keeping_app.test_client().get(place.address).get_data(as_text=True)
    tokens = [hidden(page, "csrf_token") for page in (first, second)]
    assert len(set(tokens)) == 2
    assert first.replace(tokens[0], "") == second.replace(tokens[1], "")


def test_a_period_closed_meanwhile_stores_nothing_and_shows_the_answers(client: FlaskClient, place: Surveyed) -> None:
    sent = place.filled(**{"q-biaya": "4"})
    makers.shut(place.session, place.period)
    place.session.commit()
    answer = client.post(place.address, data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Jawaban Anda tidak disimpan" in page
    assert "<dd>Gratis</dd>" in page
    assert place.stored() == []


def test_a_period_whose_last_day_has_passed_takes_nothing(client: FlaskClient, session: Session) -> None:
    place = surveyed(session, starts_on=today() - 2 * MONTH, ends_on=today() - timedelta(days=1))
    assert client.post(place.address, data=place.filled()).status_code == 409
    assert "sedang tidak disurvei" in client.get(place.address).get_data(as_text=True)
    assert place.stored() == []


def test_a_draft_is_nobodys_business(client: FlaskClient, place: Surveyed) -> None:
    makers.unguard(place.session, Period)
    place.period.state = PeriodState.DRAFT
    place.session.commit()
    assert client.post(place.address, data=place.filled()).status_code == 404


def test_without_a_survey_the_page_says_when_the_next_begins(client: FlaskClient, session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    session.commit()
    for address in (f"/skm/{agency.code}", f"/skm/{agency.code}/{unit.code}"):
        assert "belum dijadwalkan" in client.get(address).get_data(as_text=True)
    makers.draft_period(session, agency, starts_on=today() + MONTH, ends_on=today() + 2 * MONTH)
    session.commit()
    for address in (f"/skm/{agency.code}", f"/skm/{agency.code}/{unit.code}"):
        page = client.get(address).get_data(as_text=True)
        assert "direncanakan mulai" in page
        assert any(way in page for way in (f'"/instansi/{agency.code}"', f'"/nilai/{agency.code}/{unit.code}"'))


def test_a_unit_of_several_services_asks_which_one(client: FlaskClient, session: Session) -> None:
    place = surveyed(session, services=2)
    page = client.get(place.address).get_data(as_text=True)
    codes = re.findall(r"\?layanan=([^\"]+)", page)
    assert len(codes) == 2
    form = client.get(f"{place.address}?layanan={codes[1]}").get_data(as_text=True)
    assert hidden(form, "layanan") == codes[1]
    assert "?pilih=1" in form
    chosen = session.scalars(sa.select(PublicService).where(PublicService.code == codes[1])).one()
    client.post(place.address, data=place.filled_for(chosen))
    [row] = place.stored()
    assert row.service_id == chosen.id


def test_a_service_that_is_not_surveyed_is_answered_for_the_unit_as_a_whole(
    client: FlaskClient, place: Surveyed
) -> None:
    service = make.service(place.session, place.unit)
    place.session.commit()
    assert hidden(client.get(place.address).get_data(as_text=True), "layanan") == "-"
    client.post(place.address, data=place.filled(layanan=service.code))
    [row] = place.stored()
    assert row.service_id is None


def test_each_service_is_asked_by_its_own_questionnaire(client: FlaskClient, session: Session) -> None:
    place = surveyed(session, services=1)
    other = make.service(session, place.unit, name="Layanan daring")
    asked = makers.instrument(session, place.agency, name="Daring")
    session.execute(
        sa.update(Question).where(Question.instrument_id == asked.id, Question.element == "perilaku")
        .values(stem="Bagaimana tanggapan layanan daring?", replacement="Tanggapan layanan daring")
    )  # fmt: skip
    makers.target(session, place.period, place.unit, other, instrument_id=asked.id)
    session.commit()
    assert "tanggapan layanan daring" in client.get(f"{place.address}?layanan={other.code}").get_data(as_text=True)
    choices = re.findall(r"\?layanan=([^\"]+)", client.get(place.address).get_data(as_text=True))
    [code] = set(choices) - {other.code}
    assert "tanggapan layanan daring" not in client.get(f"{place.address}?layanan={code}").get_data(as_text=True)


def test_the_code_of_a_visit_makes_it_a_questionnaire_of_the_counter(
    app: Flask, client: FlaskClient, place: Surveyed
) -> None:
    token = place.token(app)
    opened = client.get(f"{place.address}?k={token}")
    assert (opened.status_code, opened.location) == (303, place.address)
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert "terbukti dengan kode" in client.get(place.address).get_data(as_text=True)
    client.post(place.address, data=place.filled())
    [row] = place.stored()
    assert (row.channel, row.is_visit) == (SurveyChannel.COUNTER, True)
    assert place.session.scalars(sa.select(VisitUse)).all()


def test_a_code_used_twice_is_said_before_anybody_fills_in_a_page(
    app: Flask, client: FlaskClient, place: Surveyed
) -> None:
    token = place.token(app)
    client.get(f"{place.address}?k={token}")
    client.post(place.address, data=place.filled())
    again = client.get(f"{place.address}?k={token}")
    assert again.status_code == 409
    assert "sudah diisi" in again.get_data(as_text=True)
    assert token not in again.get_data(as_text=True)


def test_two_that_share_a_code_are_told_apart_when_they_send(app: Flask, place: Surveyed) -> None:
    token = place.token(app)
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        client.get(f"{place.address}?k={token}")
    assert first.post(place.address, data=place.filled()).status_code == 303
    refused = second.post(place.address, data=place.filled(once="ab" * 16))
    assert refused.status_code == 409
    assert "Kunjungan ini sudah mengisi survei" in refused.get_data(as_text=True)
    assert len(place.stored()) == 1
    assert second.post(place.address, data=place.filled(once="ab" * 16)).status_code == 303
    assert sorted(row.channel for row in place.stored()) == [SurveyChannel.COUNTER, SurveyChannel.WEB]


@pytest.mark.parametrize("kind", ["unknown", "expired", "of another unit"])
def test_a_code_that_proves_nothing_here_is_ignored_with_a_word(
    app: Flask, client: FlaskClient, place: Surveyed, kind: str
) -> None:
    elsewhere = make.unit(place.session, place.agency)
    token = {
        "unknown": "0" * 26,
        "expired": place.token(app, now=datetime.now(UTC) - timedelta(days=15)),
        "of another unit": place.token(app, elsewhere),
    }[kind]
    page = client.get(f"{place.address}?k={token}", follow_redirects=True).get_data(as_text=True)
    assert "Anda tetap dapat mengisi survei" in page
    client.post(place.address, data=place.filled())
    [row] = place.stored()
    assert row.channel is SurveyChannel.WEB


def test_after_a_rating_the_questionnaire_is_offered_and_brings_the_visit_along(
    app: Flask, client: FlaskClient, place: Surveyed
) -> None:
    client.get(f"/k/{place.token(app)}")
    rated = client.post(f"/nilai/{place.agency.code}/{place.unit.code}", data={"rating": "4"})
    assert f'href="{place.address}"' in client.get(rated.location).get_data(as_text=True)
    client.post(place.address, data=place.filled())
    [row] = place.stored()
    assert row.channel is SurveyChannel.COUNTER


def test_nothing_is_offered_after_a_rating_where_no_survey_is_open(client: FlaskClient, place: Surveyed) -> None:
    makers.shut(place.session, place.period)
    place.session.commit()
    rated = client.post(f"/nilai/{place.agency.code}/{place.unit.code}", data={"rating": "4"})
    assert "/skm/" not in client.get(rated.location).get_data(as_text=True)


def test_the_pages_of_unit_and_agency_lead_to_an_open_survey(client: FlaskClient, place: Surveyed) -> None:
    apart = make.unit(place.session, place.agency, name="Dinas Pertanian")
    place.session.commit()
    agency = place.agency.code
    assert f'href="/skm/{agency}"' in client.get(f"/instansi/{agency}").get_data(as_text=True)
    assert f'href="{place.address}"' in client.get(f"/unit/{agency}/{place.unit.code}").get_data(as_text=True)
    listed = client.get(f"/skm/{agency}").get_data(as_text=True)
    assert place.address in listed
    assert f"/{apart.code}" not in listed


def test_the_questionnaire_of_another_agency_is_not_found(client: FlaskClient, place: Surveyed) -> None:
    other = surveyed(place.session)
    assert client.post(place.address, data=other.filled(periode=other.period.code)).status_code == 404
    assert client.get(f"/skm/{other.agency.code}/{place.unit.code}").status_code == 404


def test_the_form_reads_a_key_that_is_none_as_one_of_its_own(app: Flask, place: Surveyed) -> None:
    asked = questionnaire(place.session, place.agency.id, place.period.instrument_id)
    keys = {SurveyForm(asked, MultiDict({"once": once})).entry_key for once in ("", "zz", "ab", "ab" * 17)}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {16}


@pytest.mark.parametrize("is_surveyed", [True, False])
def test_a_visit_to_one_service_does_not_prove_another(
    app: Flask, client: FlaskClient, session: Session, is_surveyed: bool
) -> None:
    place = surveyed(session, services=2)
    first, second = (session.get_one(PublicService, (place.agency.id, found)) for found in service_ids(place))
    visited = first if is_surveyed else make.service(session, place.unit, name="Layanan lama")
    token = place.token(app, service_id=visited.id)
    client.get(f"{place.address}?k={token}")
    page = client.get(f"{place.address}?layanan={second.code}").get_data(as_text=True)
    assert "terbukti dengan kode" not in page
    assert ("Kode kunjungan Anda untuk layanan lain" if is_surveyed else "tidak disurvei sekarang") in page
    client.post(place.address, data=place.filled_for(second))
    [row] = place.stored()
    assert (row.channel, row.is_visit) == (SurveyChannel.WEB, False)
    assert not place.session.scalars(sa.select(VisitUse)).all()
    if is_surveyed:
        client.post(place.address, data=place.filled_for(first))
        assert sorted(row.is_visit for row in place.stored()) == [False, True]


def service_ids(place: Surveyed) -> list[int]:
    of = sa.select(Target.service_id).where(Target.period_id == place.period.id).order_by(Target.service_id)
    return [number for number in place.session.scalars(of) if number is not None]
