"""The pages on which questionnaires are made, copied and changed, and results of earlier years noted."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from feedback_app.survey import instruments
from feedback_app.survey.models import Instrument, Question
from feedback_app.survey.result_models import Result
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office
from tests.blueprints.test_survey_setup import post, seen_in, text_of
from tests.survey import makers

LIST = "/petugas/skm/kuesioner"


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Dukcapil", code="dukcapil")


@pytest.fixture
def admin(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.ADMINISTRATOR, everywhere=True))


@pytest.fixture
def asked(session: Session, office: Office) -> Instrument:
    return makers.instrument(session, office.agency)


def questions(session: Session, of: Instrument) -> list[Question]:
    session.expire_all()
    return list(instruments.questions(session, of))


def made(session: Session, office: Office) -> Instrument:
    newest = sa.select(Instrument).where(Instrument.agency_id == office.agency.id).order_by(Instrument.id.desc())
    return session.scalars(newest.limit(1)).one()


@pytest.mark.parametrize(("variant", "count"), [("standard", 0), ("free", 1), ("web", 2), ("free_web", 3), ("?", 0)])
def test_official_questionnaire_is_made_by_one_button(
    admin: FlaskClient, session: Session, office: Office, variant: str, count: int
) -> None:
    assert "Belum ada kuesioner" in text_of(admin, LIST)
    assert "tidak menetapkan kata-katanya" in text_of(admin, LIST)
    page = text_of(admin, post(admin, f"{LIST}/resmi/{office.agency.id}", variant=variant))
    assert page.count("diganti:") == count
    assert sum(one.replacement is not None for one in questions(session, made(session, office))) == count


def test_list_says_where_a_questionnaire_is_used(
    admin: FlaskClient, session: Session, office: Office, asked: Instrument
) -> None:
    makers.draft_period(session, office.agency, asked, name="Semester satu")
    page = text_of(admin, LIST)
    assert "Semester satu" in page
    assert "dapat diubah" in page
    assert "Semester satu" in text_of(admin, f"{LIST}/{asked.id}")


def test_a_question_is_written_anew_and_the_second_writer_keeps_what_was_typed(
    admin: FlaskClient, session: Session, asked: Instrument
) -> None:
    waktu = questions(session, asked)[2]
    here = f"{LIST}/{asked.id}/pertanyaan/{waktu.id}"
    page = text_of(admin, here)
    assert "Jangka waktu untuk menyelesaikan" in page
    assert "Diganti dengan unsur" not in page
    sent = {"seen": seen_in(page), "stem": "Cepatkah?", "options": "Lambat\nAgak lambat\r\nCepat\n\nSangat cepat\n"}
    post(admin, here, **sent)
    changed = questions(session, asked)[2]
    assert (changed.stem, list(changed.options)) == ("Cepatkah?", ["Lambat", "Agak lambat", "Cepat", "Sangat cepat"])
    page = post(admin, here, 409, **{**sent, "stem": "Lamakah?"})
    assert "Yang tersimpan sekarang" in page
    assert "Lamakah?" in page
    post(admin, here, **{**sent, "stem": "Lamakah?", "seen": seen_in(page)})
    assert questions(session, asked)[2].stem == "Lamakah?"


def test_a_replaceable_element_is_replaced_with_a_proposal_to_read(
    admin: FlaskClient, session: Session, asked: Instrument
) -> None:
    biaya = questions(session, asked)[3]
    here = f"{LIST}/{asked.id}/pertanyaan/{biaya.id}"
    page = text_of(admin, here)
    assert "Kepastian layanan tanpa biaya" in page
    options = "Selalu\nSering\nJarang\nTidak pernah"
    post(admin, here, seen=seen_in(page), stem="Adakah pungutan?", options=options, replacement="Bebas pungutan")
    assert questions(session, asked)[3].replacement == "Bebas pungutan"
    assert "diganti: Bebas pungutan" in text_of(admin, f"{LIST}/{asked.id}")


def test_own_questions_come_last_and_are_said_to_be_outside_the_index(
    admin: FlaskClient, session: Session, asked: Instrument
) -> None:
    new = f"{LIST}/{asked.id}/pertanyaan/baru"
    page = post(admin, new, 422, element="", stem="Dari mana Anda tahu?", options="Teman")
    assert "2 sampai 6 pilihan" in page
    assert "Dari mana Anda tahu?" in page
    post(admin, new, element="", stem="Dari mana Anda tahu?", options="Teman\nLaman")
    post(admin, new, element="waktu", stem="Antreannya?", options="a\nb\nc\nd")
    assert [one.key for one in questions(session, asked)][9:] == ["tambahan_1", "waktu_2"]
    assert "Pertanyaan tambahan, di luar indeks" in text_of(admin, f"{LIST}/{asked.id}/pratinjau")


def test_questions_move_and_go(admin: FlaskClient, session: Session, asked: Instrument) -> None:
    second = questions(session, asked)[1]
    at = f"{LIST}/{asked.id}/pertanyaan/{second.id}"
    post(admin, f"{at}/geser", ke="atas")
    assert [one.key for one in questions(session, asked)][:2] == ["prosedur", "persyaratan"]
    post(admin, f"{at}/geser", ke="bawah")
    assert [one.key for one in questions(session, asked)][:2] == ["persyaratan", "prosedur"]
    post(admin, f"{at}/hapus")
    assert "Belum ditanyakan: Sistem, Mekanisme, dan Prosedur" in text_of(admin, f"{LIST}/{asked.id}")
    assert admin.post(f"{at}/hapus").status_code == 404


def test_a_sealed_questionnaire_is_copied_instead_of_changed(
    admin: FlaskClient, session: Session, office: Office, asked: Instrument
) -> None:
    makers.open_period(session, office.agency, [office.unit], asked)
    here = f"{LIST}/{asked.id}"
    page = text_of(admin, here)
    assert "tersegel" in page
    assert "/geser" not in page
    first = questions(session, asked)[0]
    post(admin, f"{here}/pertanyaan/{first.id}/hapus")
    assert "Salin menjadi versi baru" in text_of(admin, here)
    assert len(questions(session, asked)) == 9
    refused = post(admin, f"{here}/nama", 409, name="Nama lain")
    assert "sudah dipakai sebuah periode" in refused
    post(admin, f"{here}/salin", name="Versi 2")
    copy = made(session, office)
    assert (copy.name, copy.copied_from, copy.sealed_at) == ("Versi 2", asked.id, None)
    assert "Beri nama kuesioner" in post(admin, f"{here}/salin", 422, name="")


def test_an_unused_questionnaire_is_renamed_and_deleted(
    admin: FlaskClient, session: Session, office: Office, asked: Instrument
) -> None:
    post(admin, f"{LIST}/{asked.id}/nama", name="Kuesioner 2027")
    assert "Kuesioner 2027" in text_of(admin, LIST)
    assert post(admin, f"{LIST}/{asked.id}/hapus") == LIST
    assert admin.get(f"{LIST}/{asked.id}").status_code == 404


def test_a_question_of_another_questionnaire_does_not_exist(
    admin: FlaskClient, session: Session, office: Office, asked: Instrument
) -> None:
    other = makers.instrument(session, office.agency)
    foreign = makers.instrument(session, make.agency(session))
    for question in (questions(session, other)[0], questions(session, foreign)[0]):
        assert admin.get(f"{LIST}/{asked.id}/pertanyaan/{question.id}").status_code == 404
        assert admin.post(f"{LIST}/{asked.id}/pertanyaan/{question.id}/hapus").status_code == 404
    assert admin.post(f"{LIST}/{foreign.id}/salin", data={"name": "Curian"}).status_code == 404


TOLD = {
    "name": "Semester II tahun 2024", "code": "2024-s2", "starts_on": "2024-07-01", "ends_on": "2024-12-31",
    "unit_id": "", "ruleset": "permenpanrb-14-2017", "weight": "0.111", "index": "78,66", "grade": "B",
    "respondents": "150", "source": "Laporan SKM 2024",
}  # fmt: skip


def test_a_result_of_earlier_years_is_noted_and_taken_back(
    admin: FlaskClient, session: Session, office: Office
) -> None:
    here = f"/petugas/skm/riwayat/{office.agency.id}"
    assert "Belum ada hasil yang dicatat" in text_of(admin, here)
    post(admin, here, **TOLD)
    page = text_of(admin, here)
    assert "78,66" in page
    row = session.scalars(sa.select(Result).where(Result.agency_id == office.agency.id)).one()
    period = f"/petugas/skm/periode/{row.period_id}"
    assert "Laporan SKM 2024" in text_of(admin, period)
    assert "Semester II tahun 2024" in text_of(admin, "/petugas/skm/")
    button = re.search(r'action="([^"]+/tarik)"', page)
    assert button
    post(admin, button[1])
    assert "Belum ada hasil yang dicatat" in text_of(admin, here)
    assert admin.post(button[1]).status_code == 404


@pytest.mark.parametrize(
    ("change", "said", "status"),
    [
        ({"grade": "A"}, "nilai 76,61–88,30 bermutu B", 422),
        ({"index": "3,06"}, "Isi IKM dari 25,00", 422),
        ({"index": "banyak"}, "Isi nilai IKM seperti 78,74", 422),
        ({"weight": "0.071"}, "Bobot itu tidak dipakai", 422),
        ({"respondents": "0"}, "angka 1 atau lebih", 422),
        ({"source": ""}, "5 sampai 300 huruf", 422),
    ],
)
def test_a_result_that_its_rules_cannot_have_given_is_refused_with_the_reason(
    admin: FlaskClient, office: Office, change: dict[str, str], said: str, status: int
) -> None:
    page = post(admin, f"/petugas/skm/riwayat/{office.agency.id}", status, **{**TOLD, **change})
    assert said in page
    assert 'value="2024-s2"' in page
