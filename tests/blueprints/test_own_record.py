"""An employee's own pages: everything about them, nobody else's, and the way to answer."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.evaluation.cycles.life import note_move
from feedback_app.evaluation.replies.items import items_of
from feedback_app.evaluation.replies.models import Contest, ContestFile, Objection, Statement
from feedback_app.evaluation.replies.rules import ContestKind, ContestState
from feedback_app.evaluation.rules import CycleKind, CycleStatus
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login
from tests.evaluation.cycles import steps
from tests.evaluation.replies.people import BAD_WORDS, WORDS, Replies, on_duty, open_for_replies
from tests.file_places import files_in
from tests.intake import files


@pytest.fixture
def replies(app: Flask, session: Session, tmp_path: Path) -> Iterator[Replies]:
    made = open_for_replies(
        session, tmp_path / "files",
        [(1, BAD_WORDS), (2, "Lama sekali menunggu."), (4, "Ramah dan cepat."), (4, "Jelas sekali.")],
    )  # fmt: skip
    session.commit()
    with files_in(app, tmp_path / "files"):
        yield made


def page_of(replies: Replies) -> str:
    return f"/petugas/saya/{replies.cycle.id}"


def handle(app: Flask, replies: Replies) -> str:
    key = app.config["CONTEST_KEY"]
    return items_of(replies.session, replies.cycle, replies.officer.id, key=key)[0].handle


def test_the_start_page_shows_posts_duty_and_cycles(replies: Replies, login: Login, session: Session) -> None:
    on_duty(replies, clock.office_day(clock.utcnow()), recorded_at=make.NOW)
    session.commit()
    page = login(replies.account).get("/petugas/saya").get_data(as_text=True)
    for words in ("Rambu Ana", "Pelaksana", "Loket 2", replies.cycle.name, "800/1/2020"):
        assert words in page
    assert replies.officer.nip not in page


def test_the_result_says_what_it_rests_on(replies: Replies, login: Login) -> None:
    page = login(replies.account).get(page_of(replies)).get_data(as_text=True)
    for words in ("Anda dinilai oleh 44 kunjungan.", BAD_WORDS, "Ramah dan cepat.", "Masa hak jawab sampai"):
        assert words in page
    assert replies.officer.nip not in page
    assert "predikat kinerja" in page


def test_an_account_without_an_employee_is_told_what_to_do(replies: Replies, login: Login) -> None:
    stranger = make.user(replies.session)
    make.grant(replies.session, stranger, Role.EMPLOYEE, replies.office.agency)
    replies.session.commit()
    client = login(stranger)
    assert "belum dihubungkan" in client.get("/petugas/saya").get_data(as_text=True)
    assert client.get(page_of(replies)).status_code == 404


def test_another_employee_finds_nothing_at_the_same_address(replies: Replies, login: Login) -> None:
    other = make.user(replies.session)
    make.grant(replies.session, other, Role.EMPLOYEE, replies.office.agency)
    make.employee(replies.session, replies.office.agency, user_id=other.id)
    contest = replies.file()
    replies.session.commit()
    client = login(other)
    for path in ("", "/sanggah?jenis=figure", "/berkas/json"):
        assert client.get(page_of(replies) + path).status_code == 404
    assert client.post(f"/petugas/saya/sanggahan/{contest.id}/tarik").status_code == 404


@pytest.mark.parametrize("status", [CycleStatus.COMPUTED])
def test_figures_that_are_computed_anew_are_not_shown_and_words_not_lost(
    replies: Replies, login: Login, status: CycleStatus
) -> None:
    replies.file()
    note_move(replies.session, replies.cycle, status, SYSTEM, clock.utcnow())
    replies.session.commit()
    client = login(replies.account)
    meanwhile = client.get(page_of(replies)).get_data(as_text=True)
    assert "Angka sedang dihitung ulang." in meanwhile
    assert WORDS in meanwhile
    assert "kunjungan." not in meanwhile
    assert "Sedang dihitung ulang" in client.get("/petugas/saya").get_data(as_text=True)
    form = {"kind": "figure", "reason": "factual_error", "words": WORDS}
    for path, sent in (("/sanggah", form), ("/pernyataan", {"words": WORDS}), ("/keberatan", {"words": WORDS})):
        answer = client.post(page_of(replies) + path, data=sent)
        assert answer.status_code == 404
        assert WORDS in answer.get_data(as_text=True)


def test_a_contest_is_filed_with_a_file_and_taken_back(replies: Replies, login: Login, app: Flask) -> None:
    client, thing = login(replies.account), handle(app, replies)
    form = client.get(f"{page_of(replies)}/sanggah?jenis=rating&hal={thing}").get_data(as_text=True)
    assert thing in form
    answer = client.post(
        f"{page_of(replies)}/sanggah",
        data={
            "kind": "rating", "thing": thing, "reason": "wrong_person", "words": WORDS,
            "files": (io.BytesIO(files.written("JPEG")), "cuti.jpg"),
        },
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 303
    contest = replies.session.scalars(sa.select(Contest)).one()
    kept = replies.session.scalars(sa.select(ContestFile)).one()
    assert contest.kind is ContestKind.RATING
    answer = client.get(f"/petugas/saya/sanggahan/{contest.id}/berkas/{kept.id}")
    assert answer.mimetype == "image/jpeg"
    assert client.post(f"/petugas/saya/sanggahan/{contest.id}/tarik").status_code == 303
    replies.session.refresh(contest)
    assert contest.state is ContestState.WITHDRAWN


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param({"reason": "", "words": WORDS}, "Pilih salah satu alasan", id="no reason"),
        pytest.param({"reason": "wrong_person", "words": "Salah."}, "ini 6 huruf", id="too few words"),
        pytest.param({"reason": "abuse", "words": WORDS}, "Pilih salah satu alasan", id="a reason for ratings only"),
        pytest.param(
            {"reason": "wrong_person", "words": WORDS, "files": (io.BytesIO(b"MZ\x90"), "a.pdf")}, "tidak diterima",
            id="a program called a document",
        ),
    ],
)  # fmt: skip
def test_what_was_typed_stays_where_it_was_refused(
    replies: Replies, login: Login, sent: dict[str, object], said: str
) -> None:
    answer = login(replies.account).post(
        f"{page_of(replies)}/sanggah", data={"kind": "figure", "thing": "", **sent}, content_type="multipart/form-data"
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code in (415, 422)
    assert said in page
    assert str(sent["words"]) in page
    assert replies.session.scalars(sa.select(Contest)).all() == []


def test_a_second_contest_of_the_same_thing_keeps_its_words(replies: Replies, login: Login) -> None:
    replies.file(replies.thing(ContestKind.FIGURE))
    replies.session.commit()
    answer = login(replies.account).post(
        f"{page_of(replies)}/sanggah",
        data={"kind": "figure", "reason": "factual_error", "words": "Saya menulis lagi hal yang sama di sini."},
    )
    assert answer.status_code == 409
    assert "Saya menulis lagi hal yang sama di sini." in answer.get_data(as_text=True)


def test_a_statement_stands_beside_the_result(replies: Replies, login: Login) -> None:
    client = login(replies.account)
    assert client.post(f"{page_of(replies)}/pernyataan", data={"words": "Loket saya pindah."}).status_code == 303
    assert "Loket saya pindah." in client.get(page_of(replies)).get_data(as_text=True)
    answer = client.post(f"{page_of(replies)}/pernyataan", data={"words": "x" * 4001})
    assert answer.status_code == 422
    assert replies.session.scalars(sa.select(Statement.words)).one() == "Loket saya pindah."


def test_two_tabs_do_not_write_over_each_others_statement(replies: Replies, login: Login) -> None:
    client, path = login(replies.account), f"{page_of(replies)}/pernyataan"
    assert client.post(path, data={"words": "Dari tab pertama.", "seen": ""}).status_code == 303
    answer = client.post(path, data={"words": "Dari tab kedua.", "seen": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Dari tab pertama." in page
    assert "Dari tab kedua." in page
    assert replies.session.scalars(sa.select(Statement.words)).one() == "Dari tab pertama."
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', page)
    assert seen
    assert client.post(path, data={"words": "Keduanya.", "seen": seen[1]}).status_code == 303


@pytest.mark.parametrize(
    ("path", "sent", "field"),
    [
        pytest.param("/sanggah", {"kind": "figure", "thing": "", "reason": "factual_error"}, "words", id="contest"),
        pytest.param("/pernyataan", {}, "words", id="statement"),
    ],
)
def test_a_page_open_too_long_gives_back_what_was_written(
    replies: Replies, login: Login, app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, sent: dict[str, str],
    field: str,
) -> None:  # fmt: skip
    client = login(replies.account)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = client.post(page_of(replies) + path, data={**sent, field: WORDS})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "terbuka terlalu lama" in page
    assert WORDS in page
    assert "<form" in page
    assert replies.session.scalars(sa.select(Contest)).all() == []


def test_a_page_sent_after_signing_out_gives_the_words_back_and_shows_nothing_else(
    replies: Replies, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = app.test_client().post(f"{page_of(replies)}/pernyataan", data={"words": WORDS})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, WORDS in page) == (400, True)
    assert replies.cycle.name not in page


def test_every_text_box_of_the_own_page_has_a_label(replies: Replies, login: Login) -> None:
    page = login(replies.account).get(page_of(replies)).get_data(as_text=True)
    boxes = re.findall(r'<textarea[^>]*\bid="([^"]+)"', page)
    assert boxes
    assert all(f'<label for="{box}">' in page for box in boxes)


def test_the_home_page_names_the_last_day_of_the_right_of_reply(replies: Replies, login: Login) -> None:
    page = login(replies.account).get("/petugas/").get_data(as_text=True)
    assert "terbuka sampai" in page
    assert f"/petugas/saya/{replies.cycle.id}" in page


def test_a_draft_is_not_told_to_employees(replies: Replies, login: Login) -> None:
    steps.draft(
        replies.session, replies.office.agency, "Siklus depan", kind=CycleKind.MONTHLY,
        starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 30),
    )  # fmt: skip
    replies.session.commit()
    assert "Siklus depan" not in login(replies.account).get("/petugas/saya").get_data(as_text=True)


def test_after_the_window_the_form_says_so_before_anything_is_typed(replies: Replies, login: Login) -> None:
    replies.cycle.reply_until = clock.office_day(clock.utcnow()) - timedelta(days=2)
    replies.cycle.reply_from = replies.cycle.reply_until
    replies.session.commit()
    answer = login(replies.account).get(f"{page_of(replies)}/sanggah?jenis=figure")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Sanggahan tidak dapat diajukan sekarang" in page
    assert "<textarea" not in page


def test_after_the_window_nothing_is_offered(replies: Replies, login: Login) -> None:
    replies.cycle.reply_until = clock.office_day(clock.utcnow()) - timedelta(days=2)
    replies.cycle.reply_from = replies.cycle.reply_until
    replies.session.commit()
    client = login(replies.account)
    page = client.get(page_of(replies)).get_data(as_text=True)
    assert "/sanggah?" not in page
    answer = client.post(f"{page_of(replies)}/pernyataan", data={"words": WORDS})
    assert answer.status_code == 409


def test_an_objection_before_the_result_is_final_is_refused_and_kept(replies: Replies, login: Login) -> None:
    answer = login(replies.account).post(f"{page_of(replies)}/keberatan", data={"words": WORDS})
    assert answer.status_code == 409
    assert replies.session.scalars(sa.select(Objection)).all() == []


def test_the_own_file_holds_what_the_page_says(replies: Replies, login: Login) -> None:
    answer = login(replies.account).get(f"{page_of(replies)}/berkas/json")
    assert answer.status_code == 200
    held = json.loads(answer.get_data())
    assert held["content"]["measure"]["n"] == 44
    assert replies.officer.nip not in answer.get_data(as_text=True)


def test_the_own_pages_read_in_english(replies: Replies, login: Login) -> None:
    client = login(replies.account)
    client.post("/bahasa", data={"language": "en", "next": "/petugas/saya"})
    assert client.get(page_of(replies)).status_code == 200
