"""A file of questionnaires: looked at first, stored once, told cell by cell where it cannot be."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app.identity.rules import Role
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.rules import SurveyChannel
from tests import factories as make
from tests.blueprints.office import Login
from tests.blueprints.surveyed import hidden, today
from tests.blueprints.test_survey_paper import Typist, switched
from tests.survey import makers

HEADER = ",".join(["tanggal", "usia", *(f"u{number}" for number in range(1, 10))])
GOOD = "{day},34,1,2,3,4,1,2,3,4,1"


def table(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).format(day=today().isoformat()).encode()


class Uploader(Typist):
    """An officer with a file."""

    def upload(self, content: bytes, name: str = "survei.csv", **values: str) -> TestResponse:
        data: dict[str, Any] = {
            "place": f"{self.place.period.id}-{self.place.unit.id}-0", "order": "form", **values,
            "file": (io.BytesIO(content), name),
        }  # fmt: skip
        return self.client.post("/petugas/skm/berkas", data=data, content_type="multipart/form-data")

    def confirm(self, preview: TestResponse) -> TestResponse:
        assert preview.status_code == 200, preview.text
        return self.client.post("/petugas/skm/berkas/simpan", data={"held": hidden(preview.text, "held")})


@pytest.fixture
def uploader(session: Session, login: Login) -> Uploader:
    return Uploader(session, login)


def test_nothing_is_stored_before_somebody_confirms(uploader: Uploader) -> None:
    preview = uploader.upload(table(GOOD, GOOD))
    assert "Belum ada yang disimpan" in preview.text
    assert "Simpan 2 kuesioner" in preview.text
    assert "<td>Sarana dan Prasarana</td>" in preview.text
    assert not uploader.place.stored()
    assert uploader.confirm(preview).status_code == 303
    rows = uploader.place.stored()
    assert [(row.channel, row.answers, row.answered_on) for row in rows] == [
        (SurveyChannel.IMPORTED, [1, 2, 3, 4, 1, 2, 3, 4, 1], today())
    ] * 2


def test_both_orders_are_shown_side_by_side_and_none_is_chosen(uploader: Uploader) -> None:
    page = uploader.client.get("/petugas/skm/berkas").text
    assert not re.search(r'name="order"[^>]*checked', page)
    assert page.count('class="paper-differs"') == 4
    without = uploader.upload(table(GOOD), order="")
    assert without.status_code == 422
    assert 'href="#order-0"' in without.text


def test_numbered_columns_said_to_be_keys_are_refused_at_the_order(uploader: Uploader) -> None:
    refused = uploader.upload(table(GOOD), order="keys")
    assert refused.status_code == 422
    assert "Sebutkan urutan unsur" in refused.text


def test_the_list_order_puts_the_eighth_column_under_complaints(uploader: Uploader) -> None:
    uploader.confirm(uploader.upload(table(GOOD), order="list"))
    assert uploader.place.stored()[0].answers == [1, 2, 3, 4, 1, 2, 3, 1, 4]


def test_the_same_file_is_refused_with_the_way_to_the_first(uploader: Uploader) -> None:
    preview = uploader.upload(table(GOOD))
    uploader.confirm(preview)
    first = uploader.session.scalars(sa.select(Batch.id)).one()
    again = uploader.upload(table(GOOD), "nama-lain.csv")
    assert again.status_code == 409
    assert f"#kiriman-{first}" in again.text
    # Sent twice by a double click, or after going back.
    assert f"#kiriman-{first}" in str(uploader.confirm(preview).location)
    assert len(uploader.place.stored()) == 1


def test_mistakes_refuse_the_file_and_can_be_downloaded(uploader: Uploader) -> None:
    preview = uploader.upload(table(GOOD, "{day},34,1,2,9,4,1,2,3,4,1", "{day},=1+1,1,2,3,4,1,2,3,4,1"))
    assert "2 baris tidak dapat disimpan" in preview.text
    assert "Simpan 1 kuesioner yang benar saja" in preview.text
    word = re.findall(r'name="held" value="([^"]+)"', preview.text)[1]
    answer = uploader.client.post("/petugas/skm/berkas/kesalahan", data={"held": word})
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[:3] for row in rows[1:]] == [["3", "u3", "9"], ["4", "usia", "'=1+1"]]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    uploader.confirm(preview)
    assert len(uploader.place.stored()) == 1
    assert "2 baris ditinggalkan" in uploader.client.get("/petugas/skm/kiriman").text


def test_a_file_without_one_good_row_offers_nothing_to_store(uploader: Uploader) -> None:
    preview = uploader.upload(table("{day},34,9,9,9,9,9,9,9,9,9"))
    assert preview.status_code == 200
    assert "/petugas/skm/berkas/simpan" not in preview.text


def test_a_preview_changed_on_its_way_or_of_somebody_else_is_worth_nothing(
    uploader: Uploader, login: Login, session: Session
) -> None:
    word = hidden(uploader.upload(table(GOOD)).text, "held")
    address = "/petugas/skm/berkas/simpan"
    assert uploader.client.post(address, data={"held": word[:-4] + "AAAA"}).status_code == 422
    assert uploader.client.post(address).status_code == 422
    colleague = make.user(session)
    make.grant(session, colleague, Role.OFFICER, uploader.place.agency, uploader.place.unit)
    session.commit()
    assert switched(uploader, login, colleague).post(address, data={"held": word}).status_code == 422
    assert not uploader.place.stored()


def test_a_period_closed_between_preview_and_confirmation_takes_nothing(uploader: Uploader) -> None:
    preview = uploader.upload(table(GOOD))
    makers.shut(uploader.session, uploader.place.period)
    uploader.session.commit()
    answer = uploader.confirm(preview)
    assert answer.status_code == 409
    assert "sudah ditutup" in answer.text
    assert not uploader.place.stored()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "kosong"), (b"PK\x03\x04x", "tidak dapat dibaca"), (b"nama\nYohana\n", "tidak menyebut kolom unsur")],
)
def test_what_is_no_file_of_questionnaires_is_told(uploader: Uploader, content: bytes, words: str) -> None:
    refused = uploader.upload(content)
    assert refused.status_code == 422
    assert words in refused.text


def test_the_day_of_a_file_without_days_is_asked_for(uploader: Uploader) -> None:
    content = b"\n".join(line.split(b",", 1)[1] for line in table(GOOD).splitlines())
    assert "Tanggal survei belum diisi" in uploader.upload(content).text
    assert "Simpan 1 kuesioner" in uploader.upload(content, day=today().strftime("%d-%m-%Y")).text


def test_names_and_telephone_numbers_are_not_read(uploader: Uploader) -> None:
    lines = table(GOOD).splitlines()
    preview = uploader.upload(b"\n".join([b"nama,hp," + lines[0], b"Yohana,081234567890," + lines[1]]))
    assert "nama, hp" in preview.text
    assert "081234567890" not in preview.text


def test_a_file_for_a_unit_out_of_reach_is_refused(uploader: Uploader, session: Session) -> None:
    other = make.unit(session, uploader.place.agency)
    makers.target(session, uploader.place.period, other)
    session.commit()
    refused = uploader.upload(table(GOOD), place=f"{uploader.place.period.id}-{other.id}-0")
    assert refused.status_code == 422
    assert not uploader.place.stored()


def test_a_unit_surveyed_by_service_takes_a_file_with_a_column_of_services(session: Session, login: Login) -> None:
    uploader = Uploader(session, login, services=2)
    assert "Menurut kolom layanan" in uploader.client.get("/petugas/skm/berkas").text
    lines = table(GOOD, GOOD).splitlines()
    content = b"\n".join([b"layanan," + lines[0], b"Layanan 0," + lines[1], b"layanan 1," + lines[2]])
    uploader.confirm(uploader.upload(content))
    assert len({row.service_id for row in uploader.place.stored()}) == 2


@pytest.mark.slow
def test_twenty_thousand_questionnaires_go_through_preview_and_confirmation(uploader: Uploader) -> None:
    header = ",".join(f"u{number}" for number in range(1, 10))
    rows = [f"{1 + n % 4},2,{1 + n % 3},4,{1 + n % 2},2,3,{1 + n % 4},{1 + n // 7 % 4}" for n in range(20_000)]
    preview = uploader.upload("\n".join([header, *rows]).encode(), day=today().strftime("%d-%m-%Y"))
    assert len(hidden(preview.text, "held")) < 300_000
    assert uploader.confirm(preview).status_code == 303
    assert len(uploader.place.stored()) == 20_000


def test_the_same_questionnaires_in_another_file_are_stored_only_with_the_tick(uploader: Uploader) -> None:
    uploader.confirm(uploader.upload(table(GOOD)))
    first = uploader.session.scalars(sa.select(Batch.id)).one()
    preview = uploader.upload(table(GOOD) + b"\n\n")
    assert f"#kiriman-{first}" in preview.text
    assert 'name="different"' in preview.text
    asked = uploader.confirm(preview)
    assert asked.status_code == 409
    assert f"#kiriman-{first}" in asked.text
    assert len(uploader.place.stored()) == 1
    # Nothing is lost: the page that asks carries the file on.
    sent = {"held": hidden(asked.text, "held"), "different": "1"}
    assert uploader.client.post("/petugas/skm/berkas/simpan", data=sent).status_code == 303
    assert len(uploader.place.stored()) == 2


def test_other_questionnaires_need_no_tick(uploader: Uploader) -> None:
    uploader.confirm(uploader.upload(table(GOOD)))
    preview = uploader.upload(table(GOOD, GOOD))
    assert 'name="different"' not in preview.text
    assert uploader.confirm(preview).status_code == 303
