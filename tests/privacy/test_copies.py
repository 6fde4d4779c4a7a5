"""A copy for training leads nobody back to a person: no names, no small cells, nothing that is not open."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, SYSTEM
from feedback_app.db import db
from feedback_app.handling.citizens.erasure import erase
from feedback_app.handling.citizens.restricting import begin_restriction
from feedback_app.nlp.personal.strict import NUMBER_TAG, WORD_TAG, known_words, strictly_redacted
from feedback_app.privacy.copies.cells import LEAST, folded, smallest
from feedback_app.privacy.copies.gathering import Copy, CopyRefusedError, _drawn, gather
from feedback_app.privacy.copies.writing import CopyTargetError, check_database, write_database, write_folder
from feedback_app.storage import Disk
from tests import factories as make
from tests.blueprints.office import Office, new_office
from tests.conftest import Live, fresh_database

TEXT = "Sudah tiga minggu KTP saya belum jadi."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def copy_of(office: Office, **how: int) -> Copy:
    return gather(
        office.session, office.agency, actor=SYSTEM, now=make.NOW, **{"seed": 1, **how}
    )  # fmt: skip


def send(office: Office, n: int, text: str = TEXT) -> None:
    for _ in range(n):
        office.send(text, at=make.NOW)
    office.drain()


def test_a_copy_holds_texts_labels_and_weeks_and_no_number_of_a_row(session: Session, office: Office) -> None:
    send(office, LEAST)
    made = copy_of(office)
    assert len(made.texts) == LEAST
    one = made.texts[0]
    assert (one["text"], one["week"], one["aspect"]) == (TEXT, "2026-W20", "delay")
    ids = {str(sent.id) for sent in office.submissions()} | {str(office.unit.id)}
    assert not ids & {str(value) for row in made.texts for value in row.values()}
    assert set(one) == {
        "row", "unit", "service", "week", "text", "kind", "sentiment", "aspect", "aspect2", "urgency", "language",
        "abusive", "rating",
    }  # fmt: skip


def test_names_are_others_in_every_copy(office: Office) -> None:
    send(office, LEAST)
    first, second = copy_of(office), copy_of(office)
    assert not {row["row"] for row in first.texts} & {row["row"] for row in second.texts}
    assert first.texts[0]["unit"] != second.texts[0]["unit"]


def test_a_cell_of_four_goes_and_a_small_service_is_folded_into_its_unit(session: Session, office: Office) -> None:
    service = make.service(session, office.unit)
    for _ in range(LEAST):
        office.rate(3, make.TODAY)
    office.rate(1, make.TODAY, service)
    for _ in range(LEAST - 1):
        office.rate(2, make.TODAY - timedelta(days=14))
    office.drain()
    made = copy_of(office)
    assert Counter(row["service"] for row in made.ratings) == {None: LEAST + 1}
    assert made.report.left_out["ratings_in_small_cells"] == LEAST - 1
    assert made.report.left_out["ratings_without_service"] == 1


@given(st.lists(st.tuples(st.integers(1, 3), st.none() | st.integers(1, 3), st.integers(1, 3)), max_size=80))
def test_every_told_cell_has_at_least_five(rows: list[tuple[int, int | None, int]]) -> None:
    found = folded(rows)
    told = [cell for cell in found.cells if cell is not None]
    assert smallest(told) >= LEAST or not told
    assert len(told) + found.dropped == len(rows)
    for row, cell in zip(rows, found.cells, strict=True):
        assert cell is None or (cell[0], cell[2]) == (row[0], row[2])


def test_what_is_confidential_restricted_erased_or_an_allegation_never_leaves(
    session: Session, office: Office, tmp_path: Path
) -> None:
    send(office, LEAST)
    secret = office.report("Rahasia antre lama sekali hari ini.", at=make.NOW, is_confidential=True)
    held = office.report("Batas antre lama sekali hari ini.", at=make.NOW)
    begin_restriction(session, held.agency_id, held.submission_id, actor=CITIZEN, now=make.NOW)
    gone = office.report("Hapus antre lama sekali hari ini.", at=make.NOW)
    erase(session, Disk(tmp_path), gone.agency_id, gone.submission_id, actor=CITIZEN, now=make.NOW)
    made = copy_of(office)
    assert {row["text"] for row in made.texts} == {TEXT}
    assert made.report.left_out["texts_not_open"] == 3
    assert secret.is_confidential


def test_names_of_the_agencys_own_people_go_however_they_are_written(session: Session, office: Office) -> None:
    office.servant("Bunga Hari Senin")
    send(office, LEAST, "Pelayanan loket oleh bunga lama sekali setiap hari senin pagi.")
    made = copy_of(office)
    assert len(made.texts) == LEAST
    assert not [row for row in made.texts if {"bunga", "senin", "hari"} & set(row["text"].lower().split())]


def test_an_agency_that_keeps_its_texts_to_itself_is_not_copied(session: Session, office: Office) -> None:
    office.agency.texts_may_teach = False
    with pytest.raises(CopyRefusedError):
        copy_of(office)


def test_a_check_that_finds_a_small_cell_refuses_the_whole(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedback_app.privacy.copies import gathering

    send(office, 2)
    monkeypatch.setattr(gathering, "folded", lambda rows: folded(rows, least=1))
    with pytest.raises(CopyRefusedError):
        copy_of(office)


def test_a_check_that_finds_a_name_refuses_the_whole(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedback_app.privacy.copies import gathering

    office.servant("Melki Taebenu")
    send(office, LEAST)
    leaky = strictly_redacted(TEXT)
    monkeypatch.setattr(
        gathering, "strictly_redacted", lambda _text, **_also: replace(leaky, text="Pak Taebenu lama.")
    )  # fmt: skip
    with pytest.raises(CopyRefusedError):
        copy_of(office)


def test_the_same_seed_draws_the_same_rows(office: Office) -> None:
    numbers = list(range(1, 101))
    first, again, other = (_drawn(1, numbers, seed, 20) for seed in (7, 7, 8))
    assert first == again != other
    assert len(first) == len(other) == 20
    assert _drawn(1, numbers, 7, None) == frozenset(numbers)
    send(office, LEAST + 3)
    made = copy_of(office, most=LEAST)
    assert (len(made.texts), made.report.left_out["texts_not_drawn"]) == (LEAST, 3)


@pytest.mark.parametrize(
    "text",
    [
        "Hubungi saya di 0812 3456 7890 atau 5371010203040005.",
        "Petugas bernama Melkianus Taebenu tidak ada.",
        "surel saya warga.1234@gmail.com ya",
    ],
)
def test_only_everyday_words_stay(text: str) -> None:
    left = strictly_redacted(text).text
    assert not any(sign.isdigit() for sign in left)
    for name in ("Melkianus", "Taebenu", "warga.1234", "@"):
        assert name not in left


def test_everyday_words_stay_and_places_too() -> None:
    assert strictly_redacted("Antre di puskesmas lama sekali.").text == "Antre di puskesmas lama sekali."
    assert WORD_TAG not in strictly_redacted(TEXT).text
    assert NUMBER_TAG in strictly_redacted("Sudah 3 minggu menunggu.").text
    assert not known_words() & {"budi", "siti", "agus", "maria"}


def test_a_text_of_which_little_is_left_is_in_doubt() -> None:
    assert strictly_redacted("Xyzqa Bqwert plokij lama").in_doubt


def test_a_folder_is_written_whole_or_not_at_all(office: Office, tmp_path: Path) -> None:
    send(office, LEAST)
    made, target = copy_of(office), tmp_path / "salinan"
    names = [path.name for path in write_folder(made, target)]
    assert names == ["ratings.jsonl", "report.json", "texts.jsonl"]
    rows = [json.loads(line) for line in (target / "texts.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows == made.texts
    assert json.loads((target / "report.json").read_text())["written"]["texts"] == LEAST
    with pytest.raises(CopyTargetError):
        write_folder(made, target)
    assert [path.name for path in tmp_path.iterdir()] == ["salinan"]


def test_the_platforms_own_database_is_refused_as_a_target() -> None:
    own = "postgresql+psycopg://suara@/suara?host=/run/pg"
    for wrong in (own, "postgresql://other@/suara?host=/run/pg", "mysql://x/y", "no url"):
        with pytest.raises(CopyTargetError):
            check_database(wrong, own)
    check_database("postgresql://suara@/training?host=/run/pg", own)


def test_another_database_takes_the_copy_once(live: Live) -> None:
    with live.app.app_context():
        office = new_office(db.session())
        send(office, LEAST)
        made = copy_of(office)
        db.session.rollback()
    with fresh_database(live.settings, "suara_copy_target") as url:
        write_database(made, url)
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            told = connection.execute(sa.text("SELECT text, week FROM pseudonymised.texts")).all()
        engine.dispose()
        assert [tuple(row) for row in told] == [(TEXT, "2026-W20")] * LEAST
        with pytest.raises(CopyTargetError):
            write_database(made, url)
