"""Proof of what was done: five at most, none after the end, none left after an erasure, no file without its row."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling import operations
from feedback_app.handling.answers.models import Proof
from feedback_app.handling.answers.proofs import (
    CAPTION_MAX,
    PROOFS_MAX,
    CaptionLengthError,
    NoProofAnyMoreError,
    TooManyProofsError,
    UnknownProofError,
    add_proof,
    may_be_shown_to_followers,
    proof_of,
    proofs_of,
    remove_proof,
)
from feedback_app.handling.citizens.erasure import ask_to_erase
from feedback_app.handling.models import Case
from feedback_app.handling.rules import Outcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake import orphans
from feedback_app.intake.pictures import cleaned
from feedback_app.storage import Disk, new_key
from tests.blueprints.office import Office, new_office
from tests.conftest import Live
from tests.intake import files

PHOTO, PAPER = cleaned(files.written("JPEG")), cleaned(files.PDF)


@pytest.fixture
def place(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "files")


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


def add(office: Office, place: Disk, case: Case, officer: User, caption: str | None = None) -> Proof:
    return add_proof(office.session, place, case, PHOTO, caption, user_id=officer.id, now=clock.utcnow())


def keys(place: Disk) -> set[str]:
    return {file.key for file in place.stored()}


def test_proof_is_kept_clean_with_a_masked_line_and_ids_alone_in_the_trail(
    office: Office, place: Disk, officer: User
) -> None:
    case = office.report()
    row = add(office, place, case, officer, "  Loket 2,\n hubungi 081234567890 ")
    assert row.caption is not None
    assert row.caption.startswith("Loket 2, hubungi")
    assert "081234567890" not in row.caption
    with place.open(row.storage_key) as stream:
        assert hashlib.sha256(stream.read()).digest() == row.sha256
    (act,) = office.acts("handling.add_proof")
    assert (act.actor_id, act.detail) == (
        officer.id, {"proof_id": row.id, "kind": "photo", "size_bytes": row.size_bytes}
    )  # fmt: skip


def test_sixth_proof_and_a_long_line_are_refused_and_leave_no_file(office: Office, place: Disk, officer: User) -> None:
    case = office.report()
    with pytest.raises(CaptionLengthError):
        add(office, place, case, officer, "a" * (CAPTION_MAX + 1))
    for _ in range(PROOFS_MAX):
        add(office, place, case, officer)
    with pytest.raises(TooManyProofsError):
        add(office, place, case, officer)
    assert len(keys(place)) == PROOFS_MAX


def test_what_the_citizen_judged_is_not_added_to_but_a_wrong_picture_can_go(
    office: Office, place: Disk, officer: User
) -> None:
    case = office.report()
    row = add(office, place, case, officer)
    operations.respond(office.session, case, "Sudah kami cetak.", user_id=officer.id, now=clock.utcnow())
    add(office, place, case, officer)
    operations.judge(office.session, case, Outcome.CONFIRMED, None, now=clock.utcnow())
    with pytest.raises(NoProofAnyMoreError):
        add(office, place, case, officer)
    remove_proof(office.session, place, row, user_id=officer.id, now=clock.utcnow())
    office.session.commit()
    assert len(keys(place)) == 1
    (act,) = office.acts("handling.remove_proof")
    assert act.detail["sha256"] == row.sha256.hex()


def test_proof_of_another_case_does_not_exist(office: Office, place: Disk, officer: User) -> None:
    case, other = office.report(), office.report("Antrean di loket sangat panjang.")
    row, second = add(office, place, case, officer), add(office, place, case, officer)
    assert proof_of(office.session, case.agency_id, case.id, second.id) == (second, 2)
    with pytest.raises(UnknownProofError):
        proof_of(office.session, other.agency_id, other.id, row.id)


def test_erasing_a_report_takes_its_proof_away(office: Office, place: Disk, officer: User) -> None:
    case, other = office.report(), office.report("Antrean di loket sangat panjang.")
    add(office, place, case, officer)
    kept = add(office, place, other, officer)
    ask_to_erase(office.session, place, case.agency_id, case.submission_id, now=clock.utcnow())
    office.session.commit()
    assert proofs_of(office.session, case.agency_id, case.id) == []
    assert keys(place) == {kept.storage_key}
    assert [act.detail for act in office.acts("handling.forget_proofs")] == [{"count": 1}]


def test_strangers_are_shown_pictures_alone(office: Office, place: Disk, officer: User) -> None:
    case = office.report()
    photo = add(office, place, case, officer)
    paper = add_proof(office.session, place, case, PAPER, None, user_id=officer.id, now=clock.utcnow())
    assert may_be_shown_to_followers(photo)
    assert not may_be_shown_to_followers(paper)


def test_sweep_knows_every_table_whose_rows_name_a_file() -> None:
    assert {table.name for table in orphans.tables_with_files()} == {"attachments", "contest_files", "proofs"}
    assert all({"id", "sha256"} <= set(table.columns.keys()) for table in orphans.tables_with_files())


def test_sweep_leaves_proof_where_it_is_and_names_one_without_its_file(
    office: Office, place: Disk, officer: User, tmp_path: Path
) -> None:
    case = office.report()
    kept, lost = add(office, place, case, officer), add(office, place, case, officer)
    place.put(left := new_key(), b"x")
    long_ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    for path in (tmp_path / "files").rglob("*"):
        if path.is_file():
            os.utime(path, (long_ago, long_ago))
    place.delete(lost.storage_key)
    found = orphans.compare(office.session, place, now=datetime.now(UTC))
    assert (found.missing, found.orphans) == ([f"proofs {lost.id}"], [left])
    assert orphans.remove_orphans(office.session, place, now=datetime.now(UTC)) == 1
    assert keys(place) == {kept.storage_key}


def test_of_many_at_once_five_are_kept(live: Live) -> None:
    place = live.app.extensions["suara_storage"]
    with live.app.app_context():
        office = new_office(db.session())
        officer, case = office.staff(Role.OFFICER), office.report()
        db.session.commit()
        key, who, engine = (case.agency_id, case.id), officer.id, db.engine

    def one(_number: int) -> bool:
        with live.app.app_context(), Session(engine) as own:
            found = own.scalars(
                sa.select(Case).where(Case.agency_id == key[0], Case.id == key[1]).with_for_update()
            ).one()
            try:
                add_proof(own, place, found, PHOTO, None, user_id=who, now=clock.utcnow())
                own.commit()
            except TooManyProofsError:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(one, range(10)))
    assert done.count(True) == PROOFS_MAX
    assert len(keys(place)) == PROOFS_MAX
