"""The pages on which a contest is given to a reviewer, and decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.rules import ContestKind, ContestOutcome, ContestState
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login
from tests.evaluation.replies.people import BAD_WORDS, WORDS, Replies, on_duty, open_for_replies
from tests.file_places import files_in

WHY = "Surat cutinya sah, jadi orang lain yang melayani."


@pytest.fixture
def replies(app: Flask, session: Session, tmp_path: Path) -> Iterator[Replies]:
    made = open_for_replies(session, tmp_path / "files", [(1, BAD_WORDS)])
    session.commit()
    with files_in(app, tmp_path / "files"):
        yield made


@pytest.fixture
def contest(replies: Replies) -> Contest:
    made = replies.file()
    replies.session.commit()
    return made


def fresh(replies: Replies, contest: Contest) -> Contest:
    replies.session.refresh(contest)
    return contest


def of_evaluator(replies: Replies, contest: Contest) -> str:
    return f"/petugas/evaluasi/{replies.cycle.id}/sanggahan/{contest.id}"


def name_reviewer(replies: Replies, sign_in: Login, contest: Contest) -> None:
    data = {"reviewer_id": str(replies.reviewer.id), "seen": ""}
    assert sign_in(replies.evaluator).post(f"{of_evaluator(replies, contest)}/penelaah", data=data).status_code == 303


def test_the_evaluator_names_a_reviewer_and_reads_why_others_may_not(
    replies: Replies, sign_in: Login, contest: Contest
) -> None:
    make.grant(replies.session, replies.account, Role.REVIEWER, replies.office.agency)
    replies.session.commit()
    client = sign_in(replies.evaluator)
    listed = client.get(f"/petugas/evaluasi/{replies.cycle.id}/sanggahan").get_data(as_text=True)
    assert "Rambu Ana" in listed
    page = client.get(of_evaluator(replies, contest)).get_data(as_text=True)
    assert "Sanggahan ini tentang dirinya" in page
    assert f'value="{replies.account.id}"' not in page
    name_reviewer(replies, sign_in, contest)
    assert fresh(replies, contest).state is ContestState.ASSIGNED


def test_the_subject_named_by_hand_is_refused(replies: Replies, sign_in: Login, contest: Contest) -> None:
    make.grant(replies.session, replies.account, Role.REVIEWER, replies.office.agency)
    replies.session.commit()
    data = {"reviewer_id": str(replies.account.id), "seen": ""}
    answer = sign_in(replies.evaluator).post(f"{of_evaluator(replies, contest)}/penelaah", data=data)
    assert answer.status_code == 403
    assert fresh(replies, contest).reviewer_id is None


def test_an_evaluator_of_one_unit_reads_contests_and_names_nobody(
    replies: Replies, sign_in: Login, contest: Contest
) -> None:
    near = replies.office.staff(Role.EVALUATOR)
    far = make.user(replies.session)
    elsewhere = make.unit(replies.session, replies.office.agency)
    make.grant(replies.session, far, Role.EVALUATOR, replies.office.agency, elsewhere)
    replies.session.commit()
    assert sign_in(near).get(of_evaluator(replies, contest)).status_code == 200
    data = {"reviewer_id": str(replies.reviewer.id), "seen": ""}
    assert sign_in(near).post(f"{of_evaluator(replies, contest)}/penelaah", data=data).status_code == 403
    assert sign_in(far).get(of_evaluator(replies, contest)).status_code == 404


def test_the_filter_shows_one_state(replies: Replies, sign_in: Login, contest: Contest) -> None:
    client, path = sign_in(replies.evaluator), f"/petugas/evaluasi/{replies.cycle.id}/sanggahan"
    assert "Rambu Ana" in client.get(f"{path}?state=filed").get_data(as_text=True)
    assert "Rambu Ana" not in client.get(f"{path}?state=decided").get_data(as_text=True)
    assert client.get(f"{path}?state=nothing").status_code == 200
    assert contest.id


def test_a_reviewer_sees_only_what_is_theirs(replies: Replies, sign_in: Login, contest: Contest) -> None:
    client = sign_in(replies.reviewer)
    assert "Tidak ada yang menunggu" in client.get("/petugas/penelaahan").get_data(as_text=True)
    assert client.get(f"/petugas/penelaahan/{contest.id}").status_code == 404
    name_reviewer(replies, sign_in, contest)
    client = sign_in(replies.reviewer)
    page = client.get(f"/petugas/penelaahan/{contest.id}").get_data(as_text=True)
    for words in (BAD_WORDS, WORDS, "Pelaksana", "April 2026"):
        assert words in page
    assert str(contest.submission_id) not in page.split("Yang disanggah")[1].split("Putusan")[0]


def test_a_decision_is_kept_and_read_by_the_employee(replies: Replies, sign_in: Login, contest: Contest) -> None:
    name_reviewer(replies, sign_in, contest)
    path = f"/petugas/penelaahan/{contest.id}"
    refused = sign_in(replies.reviewer).post(path, data={"outcome": "", "explanation": WHY})
    assert refused.status_code == 422
    assert WHY in refused.get_data(as_text=True)
    answer = sign_in(replies.reviewer).post(path, data={"outcome": "upheld", "explanation": WHY})
    assert answer.status_code == 303
    assert fresh(replies, contest).outcome is ContestOutcome.UPHELD
    own = sign_in(replies.account).get(f"/petugas/saya/{replies.cycle.id}").get_data(as_text=True)
    assert WHY in own
    board = sign_in(replies.evaluator).get(f"/petugas/evaluasi/{replies.cycle.id}/sanggahan").get_data(as_text=True)
    assert "Hitung ulang" in board


def test_a_reviewer_who_was_replaced_keeps_what_was_typed(replies: Replies, sign_in: Login, contest: Contest) -> None:
    answer = sign_in(replies.reviewer).post(
        f"/petugas/penelaahan/{contest.id}", data={"outcome": "upheld", "explanation": WHY}
    )
    nowhere = sign_in(replies.reviewer).post("/petugas/penelaahan/999999", data={"explanation": WHY})
    assert (answer.status_code, nowhere.status_code) == (404, 404)
    assert WHY in answer.get_data(as_text=True)
    assert WHY in nowhere.get_data(as_text=True)
    assert fresh(replies, contest).outcome is None


def test_a_correction_is_asked_for_listed_and_ticked_off(replies: Replies, sign_in: Login, session: Session) -> None:
    contest = replies.file(replies.thing(ContestKind.FIGURE))
    session.commit()
    name_reviewer(replies, sign_in, contest)
    path = f"/petugas/penelaahan/{contest.id}"
    client = sign_in(replies.reviewer)
    assert client.post(path, data={"outcome": "partly", "explanation": WHY}).status_code == 422
    sent = {"outcome": "partly", "correction": "roster", "explanation": WHY}
    assert client.post(path, data=sent).status_code == 303
    client = sign_in(replies.evaluator)
    listed = f"/petugas/evaluasi/{replies.cycle.id}/sanggahan"
    assert "Masih harus diperbaiki" in client.get(listed).get_data(as_text=True)
    refused = client.post(f"{of_evaluator(replies, contest)}/diperbaiki")
    assert refused.status_code == 409
    assert "belum berubah sejak putusan" in refused.get_data(as_text=True)
    personnel = replies.office.staff(Role.PERSONNEL, everywhere=True)
    session.commit()
    client = sign_in(personnel)
    assert "1 perbaikan diminta putusan sanggahan" in client.get("/petugas/").get_data(as_text=True)
    asked = client.get("/petugas/pegawai/persetujuan").get_data(as_text=True)
    assert WHY in asked
    assert "Rambu Ana" in asked
    on_duty(replies, replies.cycle.starts_on, recorded_at=clock.utcnow())
    session.commit()
    client = sign_in(replies.evaluator)
    assert client.post(f"{of_evaluator(replies, contest)}/diperbaiki").status_code == 303
    assert "Masih harus diperbaiki" not in client.get(listed).get_data(as_text=True)
    assert session.scalar(sa.select(sa.func.count()).select_from(Contest)) == 1
