"""Typing questionnaires: a line is stored as it was typed or shown again, and only for whom it may be."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.rules import AgeBand, Education, HourBand, Occupation, Sex, SurveyChannel
from tests import factories as make
from tests.blueprints.office import Login
from tests.blueprints.surveyed import Surveyed, surveyed, surveyed_in, today
from tests.survey import makers

JSON = {"Accept": "application/json"}


class Typist:
    """An officer of a surveyed unit, signed in, before a pile of paper."""

    def __init__(self, session: Session, login: Login, *, services: int = 0) -> None:
        self.place: Surveyed = surveyed(session, services=services)
        self.session = session
        self.officer = make.user(session)
        make.grant(session, self.officer, Role.OFFICER, self.place.agency, self.place.unit)
        session.commit()
        self.client: FlaskClient = login(self.officer)

    def begin(self) -> str:
        key = f"{self.place.period.id}-{self.place.unit.id}-0"
        answer = self.client.post("/petugas/skm/kertas", data={"place": key})
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def line(self, **values: str) -> dict[str, str]:
        filled = {name: value for name, value in self.place.filled().items() if name.startswith("q-")}
        return {
            **filled, "tanggal": today().strftime("%d%m%Y"), "jam": "1", "kelamin": "p", "usia": "34",
            "pendidikan": "5", "pekerjaan": "6", "once": secrets.token_hex(16), **values,
        }  # fmt: skip

    def batch(self) -> Batch:
        return self.session.scalars(sa.select(Batch).execution_options(populate_existing=True)).one()


def switched(typist: Typist, login: Login, user: object) -> FlaskClient:
    """The browser, with somebody else signed in."""
    typist.client.post("/keluar")
    return login(user)


@pytest.fixture
def typist(session: Session, login: Login) -> Typist:
    return Typist(session, login)


def test_a_line_is_stored_with_bands_instead_of_years(typist: Typist) -> None:
    address = typist.begin()
    answer = typist.client.post(address, data=typist.line())
    assert (answer.status_code, answer.location) == (303, address)
    [stored] = typist.place.stored()
    assert (stored.channel, stored.batch_id, stored.answers) == (SurveyChannel.PAPER, typist.batch().id, [3] * 9)
    assert (stored.answered_on, stored.hours, stored.sex) == (today(), HourBand.MORNING, Sex.FEMALE)
    assert (stored.age, stored.education, stored.occupation) == (AgeBand.FROM_30, Education.S1, Occupation.OTHER)


def test_the_next_line_repeats_day_and_hours_and_counts_on(typist: Typist) -> None:
    address = typist.begin()
    typist.client.post(address, data=typist.line(jam="2"))
    page = typist.client.get(address).text
    assert f'value="{today():%d-%m-%Y}"' in page
    assert 'name="jam" value="2"' in page
    assert 'name="usia" value=""' in page
    assert "Kertas ke-2" in page
    assert "hari ini 1 tersimpan" in page


def test_nothing_0_and_letters_are_keys_of_answers(typist: Typist) -> None:
    typist.client.post(
        typist.begin(), data=typist.line(**{"q-persyaratan": "", "q-prosedur": "0", "q-waktu": "d", "q-sarana": "A"})
    )
    [stored] = typist.place.stored()
    assert stored.answers == [None, None, 4, 3, 3, 3, 3, 1, 3]


def test_a_line_sent_twice_over_a_bad_line_counts_once(typist: Typist) -> None:
    address, line = typist.begin(), typist.line()
    for _ in range(2):
        answer = typist.client.post(address, data=line, headers=JSON)
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["saved"] is True
        assert "Kertas ke-2" in answer.json["status"]
    assert len(typist.place.stored()) == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [("q-waktu", "5"), ("tanggal", "31-02"), ("tanggal", ""), ("jam", "9"), ("kelamin", "x"), ("usia", "300"),
     ("pendidikan", "8"), ("pekerjaan", "7")],
)  # fmt: skip
def test_a_slip_is_told_at_its_field_and_everything_typed_is_shown_again(
    typist: Typist, field: str, typed: str
) -> None:
    address = typist.begin()
    answer = typist.client.post(address, data=typist.line(**{field: typed, "usia": typed if field == "usia" else "67"}))
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    if typed:
        assert f'id="{field}" name="{field}" value="{typed}"' in answer.text
    if field != "usia":
        assert 'name="usia" value="67"' in answer.text
    assert not typist.place.stored()


def test_a_program_is_told_the_field_of_a_slip(typist: Typist) -> None:
    answer = typist.client.post(typist.begin(), data=typist.line(**{"q-waktu": "7"}), headers=JSON)
    assert answer.status_code == 422
    assert answer.json is not None
    assert [error["field"] for error in answer.json["errors"]] == ["q-waktu"]


def test_a_line_without_any_answer_is_refused(typist: Typist) -> None:
    blank = {name: "0" for name in typist.line() if name.startswith("q-")}
    answer = typist.client.post(typist.begin(), data=typist.line(**blank))
    assert answer.status_code == 422
    assert "Belum ada pertanyaan yang dijawab" in answer.text
    assert not typist.place.stored()


def test_a_day_of_tomorrow_is_a_slip(typist: Typist) -> None:
    tomorrow = (today() + timedelta(days=1)).strftime("%d-%m-%Y")
    answer = typist.client.post(typist.begin(), data=typist.line(tanggal=tomorrow))
    assert answer.status_code == 422
    assert "belum tiba" in answer.text


def test_a_period_closed_meanwhile_takes_nothing_and_loses_nothing_typed(typist: Typist) -> None:
    address = typist.begin()
    makers.shut(typist.session, typist.place.period)
    typist.session.commit()
    answer = typist.client.post(address, data=typist.line(usia="67"))
    assert answer.status_code == 409
    assert "sudah ditutup" in answer.text
    assert 'name="usia" value="67"' in answer.text
    assert not typist.place.stored()


def test_a_slip_is_taken_back_from_the_list(typist: Typist) -> None:
    address = typist.begin()
    typist.client.post(address, data=typist.line())
    typist.client.post(address, data=typist.line(**{"q-waktu": "1"}))
    [wrong] = [row for row in typist.place.stored() if row.answers[2] == 1]
    answer = typist.client.post(f"{address}/hapus", data={"row": str(wrong.id)}, headers=JSON)
    assert answer.json is not None
    assert "Kertas ke-2" in answer.json["status"]
    assert [row.answers[2] for row in typist.place.stored() if not row.is_withdrawn] == [3]
    assert typist.client.post(f"{address}/hapus", data={"row": str(wrong.id)}).status_code == 404
    assert typist.client.post(f"{address}/hapus", data={"row": "x"}).status_code == 404


def test_a_place_out_of_reach_cannot_be_chosen(typist: Typist, session: Session) -> None:
    other = make.unit(session, typist.place.agency)
    makers.target(session, typist.place.period, other)
    session.commit()
    assert f"-{other.id}-0" not in typist.client.get("/petugas/skm/kertas").text
    answer = typist.client.post("/petugas/skm/kertas", data={"place": f"{typist.place.period.id}-{other.id}-0"})
    assert answer.status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(Batch)) == 0


def test_the_session_of_a_colleague_does_not_exist(typist: Typist, login: Login, session: Session) -> None:
    address = typist.begin()
    colleague = make.user(session)
    make.grant(session, colleague, Role.OFFICER, typist.place.agency, typist.place.unit)
    session.commit()
    client = switched(typist, login, colleague)
    assert client.get(address).status_code == 404
    assert client.post(address, data=typist.line()).status_code == 404


def test_elements_stand_above_the_fields_in_the_order_of_the_paper(typist: Typist) -> None:
    page = typist.client.get(typist.begin()).text
    assert 0 < page.index('for="q-perilaku"') < page.index('for="q-sarana"') < page.index('for="q-pengaduan"')
    assert "</span> Sarana dan Prasarana</label>" in page


def test_services_are_chosen_once_for_the_pile(session: Session, login: Login) -> None:
    typist = Typist(session, login, services=2)
    page = typist.client.get("/petugas/skm/kertas").text
    assert page.count("Layanan 1</option>") == 2  # to type, and to print
    assert "keseluruhan" not in page


def test_without_an_open_survey_the_page_says_what_comes_next(session: Session, login: Login) -> None:
    agency = make.agency(session)
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, make.unit(session, agency))
    session.commit()
    for address in ("/petugas/skm/kertas", "/petugas/skm/berkas", "/petugas/skm/kiriman"):
        assert "empty-state" in login(officer).get(address).text


def test_a_batch_is_undone_from_the_list_and_the_list_says_by_whom(typist: Typist) -> None:
    typist.client.post(typist.begin(), data=typist.line())
    batch = typist.batch()
    makers.fold(typist.session, typist.place.period)
    typist.session.commit()
    page = typist.client.get("/petugas/skm/kiriman").text
    assert f"/petugas/skm/kiriman/{batch.id}/batalkan" in page
    assert typist.client.post(f"/petugas/skm/kiriman/{batch.id}/batalkan").status_code == 303
    assert [row.is_withdrawn for row in typist.place.stored()] == [True]
    page = typist.client.get("/petugas/skm/kiriman").text
    assert f"oleh {typist.officer.name}" in page
    assert "/batalkan" not in page
    assert typist.client.post(f"/petugas/skm/kiriman/{batch.id}/batalkan").status_code == 409


def test_after_the_end_a_batch_stays_and_the_reason_is_told(typist: Typist) -> None:
    typist.client.post(typist.begin(), data=typist.line())
    makers.shut(typist.session, typist.place.period)
    typist.session.commit()
    assert "Periode sudah ditutup" in typist.client.get("/petugas/skm/kiriman").text
    answer = typist.client.post(f"/petugas/skm/kiriman/{typist.batch().id}/batalkan")
    assert answer.status_code == 409
    assert "pengelola dapat membuka periode ini lagi" in answer.text


def test_batches_of_another_agency_do_not_exist(typist: Typist, login: Login, session: Session) -> None:
    typist.client.post(typist.begin(), data=typist.line())
    agency = make.agency(session)
    stranger, elsewhere = make.user(session), make.unit(session, agency)
    make.grant(session, stranger, Role.UNIT_HEAD, agency)
    surveyed_in(session, agency, elsewhere)
    client = switched(typist, login, stranger)
    assert client.post(f"/petugas/skm/kiriman/{typist.batch().id}/batalkan").status_code == 404
    assert client.get(f"/petugas/skm/kiriman?period_id={typist.place.period.id}").status_code == 404
    assert "empty-state" in client.get("/petugas/skm/kiriman").text


def printed(typist: Typist, **asked: Any) -> Any:
    period = typist.place.period
    address = f"/petugas/skm/kuesioner/{period.instrument_id}/cetak.pdf"
    return typist.client.get(address, query_string=asked)


def test_the_sheet_of_a_unit_is_a_pdf_of_the_same_bytes_each_time(typist: Typist) -> None:
    asked = {"period_id": typist.place.period.id, "unit_id": typist.place.unit.id}
    first = printed(typist, **asked)
    assert (first.status_code, first.mimetype) == (200, "application/pdf")
    assert first.data.startswith(b"%PDF-")
    assert first.data == printed(typist, **asked).data
    assert first.data != printed(typist).data


def test_a_sheet_is_found_from_the_list_of_places(typist: Typist) -> None:
    key = f"{typist.place.period.id}-{typist.place.unit.id}-0"
    answer = typist.client.get(f"/petugas/skm/kertas/cetak?place={key}", follow_redirects=True)
    assert answer.mimetype == "application/pdf"


def test_no_sheet_of_a_unit_that_the_survey_does_not_ask(typist: Typist, session: Session) -> None:
    other = make.unit(session, typist.place.agency, parent=typist.place.unit)
    session.commit()
    assert printed(typist, period_id=typist.place.period.id, unit_id=other.id).status_code == 404
    assert printed(typist, period_id=1 << 40, unit_id=typist.place.unit.id).status_code == 404
