"""The pack: one hash in every file, and no figure beyond what small numbers allow."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import jsonschema
import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.evidence.content import comments_in, content_of, sha256_of
from feedback_app.evaluation.evidence.explain import BandRule
from feedback_app.reporting.evidence_files import PackFormat, envelope, make
from feedback_app.reporting.evidence_schema import SCHEMA
from tests.evaluation.evidence.rated import Rated, make_service, rated


@pytest.fixture
def world(session: Session) -> Rated:
    return rated(session)


def strings(value: Any) -> list[str]:
    """Every word of a nested document."""
    if isinstance(value, dict):
        return [found for one in value.values() for found in strings(one)]
    if isinstance(value, list):
        return [found for one in value for found in strings(one)]
    return [value] if isinstance(value, str) else []


def test_the_json_pack_has_the_form_that_is_published(world: Rated) -> None:
    cycle = world.cycle()
    for who in (world.good, world.poor):
        jsonschema.validate(envelope(world.pack(cycle, who)), SCHEMA, jsonschema.Draft202012Validator)


def test_a_person_without_ratings_and_one_of_few_have_packs_of_the_same_form(session: Session) -> None:
    world = rated(session, n=4)
    nobody = world.office.servant("Tanpa Penilaian", service_id=make_service(world.office, "Kartu Keluarga").id)
    cycle = world.cycle()
    for who in (world.good, nobody):
        held = envelope(world.pack(cycle, who))
        jsonschema.validate(held, SCHEMA, jsonschema.Draft202012Validator)
        assert held["content"]["measure"]["figures"] is None
    assert world.pack(cycle).rule is BandRule.WITHHELD
    assert world.pack(cycle, nobody).rule is BandRule.NO_RATINGS


def test_every_format_names_the_same_hash(world: Rated) -> None:
    pack = world.pack(world.cycle())
    wanted = sha256_of(content_of(pack))
    held = json.loads(make(pack, PackFormat.JSON).content)
    assert held["sha256"] == wanted == sha256_of(held["content"])
    book = openpyxl.load_workbook(io.BytesIO(make(pack, PackFormat.XLSX).content))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert wanted in cells
    assert wanted in held["e_kinerja"]


def test_a_pack_made_twice_is_the_same_bytes_in_every_format(world: Rated) -> None:
    cycle = world.cycle()
    for kind in PackFormat:
        first, second = (make(world.pack(cycle), kind) for _ in range(2))
        assert first == second


def test_the_hash_outlives_a_comment_that_a_citizen_has_erased(world: Rated) -> None:
    cycle = world.cycle()
    before = world.pack(cycle)
    told = before.comments.shown[0].words
    world.session.execute(sa.update(Labels).where(Labels.redacted_text == told).values(redacted_text=None))
    after = world.pack(cycle)
    assert told not in {one.words for one in after.comments.shown}
    assert sha256_of(content_of(after)) == sha256_of(content_of(before))
    assert sha256_of(comments_in(after)) != sha256_of(comments_in(before))


def test_no_file_holds_the_whole_number_unless_it_is_asked_for(world: Rated) -> None:
    pack = world.pack(world.cycle())
    for kind in PackFormat:
        assert world.good.nip.encode() not in make(pack, kind).content
    assert not any(world.good.nip in words for words in strings(envelope(pack)))
    assert envelope(pack, with_nip=True)["nip"] == world.good.nip
    assert envelope(pack, with_nip=True)["sha256"] == envelope(pack)["sha256"]


def test_the_word_predikat_stands_only_where_the_pack_says_that_it_sets_none(world: Rated) -> None:
    cycle = world.cycle()
    held = envelope(world.pack(cycle))
    notice = held["content"]["notice"]
    rest = [words.replace(notice, "") for words in strings(held)]
    assert "tidak menetapkan predikat" in notice
    assert not any("predikat" in words.lower() for words in rest)


def test_a_cell_that_a_spreadsheet_would_run_stays_words(world: Rated) -> None:
    world.good.name = '=HYPERLINK("http://x")'
    world.session.flush()
    made = make(world.pack(world.cycle()), PackFormat.XLSX)
    book = openpyxl.load_workbook(io.BytesIO(made.content))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_no_day_of_a_rating_stands_in_the_pack(world: Rated) -> None:
    world.rate(1, date(2026, 4, 17))
    held = envelope(world.pack(world.cycle()))
    assert not any("2026-04-17" in words or "17 April" in words for words in strings(held))


def test_the_posts_bear_their_dates_and_decrees(world: Rated) -> None:
    (post,) = content_of(world.pack(world.cycle()))["posts"]
    assert (post["position"], post["ends_on"], post["decree_number"]) == (
        "Petugas loket 1",
        "2026-04-30",
        "800/17/2026",
    )
